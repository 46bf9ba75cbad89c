/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_assets.h"
#include "daemon/config_plan.h"

/* One row a key: name, reader, where it goes, default as written, what it means. The man page and the JSON Schema are
 * printed from these rows. */
#define AT(type, member) .offset = offsetof(struct type, member)

/* clang-format off */
static const char *const ashrae_names[] = {"A1", "A2", "A3", "A4", "H1", NULL};
static const char *const phase_names[] = {"none", "l1", "l2", "l3", "n", "l1l2", "l2l3", "l3l1", NULL};
static const char *const place_names[] = {"none", "rack-inlet", "rack-outlet", "supply", "return", "outdoor", NULL};
static const char *const snmp_versions[] = {"1", "2c", "3", NULL};
static const char *const auth_names[] = {"none", "md5", "sha", "sha224", "sha256", "sha384", "sha512", NULL};
static const char *const priv_names[] = {"none", "des", "aes128", "aes192", "aes256", NULL};
static const char *const mqtt_versions[] = {"3.1.1", "5", NULL};
static const char *const discovery_modes[] = {"device", "component", NULL};
static const char *const priority_names[] = {"emerg", "alert", "crit", "err", "warning", NULL};

static const struct field site_fields[] = {
    {.name = "name", .read = field_id, AT(raw_site, name), .required = true, .help = "id of the site, in every topic"},
    {.name = "title", .read = field_text, AT(raw_site, title), .help = "name for people"},
    {.name = "timezone", .read = config_timezone, AT(raw_site, timezone), .initial = "UTC",
     .help = "time zone of days and months, like Europe/Brussels"},
    {.name = "languages", .read = field_texts, AT(raw_site, languages), .initial = "[en]",
     .help = "languages of reports, the first by default: en nl fr"},
    {0},
};

static const struct field log_fields[] = {
    {.name = "size", .read = field_size, .offset = 0, .initial = "2GB", .help = "most the log may take on disk"},
    {.name = "age", .read = field_duration, .offset = sizeof(uint64_t), .initial = "7d", .help = "oldest row kept"},
    {0},
};

static const struct field rrd_fields[] = {
    {.name = "step", .read = field_duration, .offset = 0, .initial = "10s", .help = "shortest interval of RRD files"},
    {.name = "spans", .read = field_text, .offset = sizeof(int64_t), .initial = "10s/1d 1m/7d 15m/90d 1h/400d 1d/10y",
     .help = "resolutions and how long each is kept"},
    {0},
};

static const struct field discovery_fields[] = {
    {.name = "prefix", .read = field_text, AT(discovery_config, prefix), .initial = "homeassistant",
     .help = "head of the discovery topics"},
    {.name = "mode", .read = field_choice, AT(discovery_config, components), .arg = discovery_modes, .initial = "device",
     .help = "one message a device (Home Assistant from 2024.12), or one a component: older ones, openHAB, Domoticz"},
    {.name = "birth-topic", .read = field_text, AT(discovery_config, birth_topic), .initial = "homeassistant/status",
     .help = "where Home Assistant says that it has started"},
    {.name = "birth-payload", .read = field_text, AT(discovery_config, birth_payload), .initial = "online",
     .help = "what it says then"},
    {0},
};

static const struct field sparkplug_fields[] = {
    {.name = "group", .read = field_text, AT(sparkplug_config, group), .help = "group id; default: the site's name"},
    {.name = "edge", .read = field_text, AT(sparkplug_config, edge), .help = "edge node id; default: wattwacht-HOSTNAME"},
    {.name = "host", .read = field_text, AT(sparkplug_config, host),
     .help = "id of the primary host application: nothing is sent while it is away"},
    {.name = "aliases", .read = field_bool, AT(sparkplug_config, aliases), .initial = "no",
     .help = "numbers instead of names in DATA messages"},
    {.name = "datatypes", .read = field_bool, AT(sparkplug_config, datatypes), .initial = "yes",
     .help = "the type of each value in DATA messages too: some readers need it, the specification advises against it"},
    {.name = "dead-band", .read = config_bands, AT(sparkplug_config, band),
     .help = "{QUANTITY: VALUE}, like {active_power: 5W}: smaller changes are not told; default: a tenth of usual accuracy"},
    {0},
};

static const struct field mqtt_fields[] = {
    {.name = "server", .read = field_text, AT(mqtt_config, server), .required = true,
     .help = "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"},
    {.name = "user", .read = field_text, AT(mqtt_config, user), .help = "user name at the broker"},
    {.name = "password", .read = config_secret, AT(mqtt_config, password), .help = "{credential: NAME}"},
    {.name = "ca", .read = field_text, AT(mqtt_config, ca), .help = "file of the certificate authorities trusted"},
    {.name = "cert", .read = field_text, AT(mqtt_config, cert), .help = "file of the client's certificate"},
    {.name = "key", .read = field_text, AT(mqtt_config, key), .help = "file of the client's key"},
    {.name = "prefix", .read = field_text, AT(mqtt_config, prefix), .initial = "wattwacht", .help = "head of all topics"},
    {.name = "client-id", .read = field_text, AT(mqtt_config, client_id), .help = "default: wattwacht-SITE"},
    {.name = "qos", .read = field_count, AT(mqtt_config, qos), .initial = "0", .help = "0 or 1, of states"},
    {.name = "version", .read = field_choice, AT(mqtt_config, version), .arg = mqtt_versions, .initial = "3.1.1",
     .help = "protocol"},
    {.name = "homeassistant", .read = field_bool, AT(raw_mqtt, homeassistant), .initial = "no",
     .help = "discovery for Home Assistant: the same as naming it in views"},
    {.name = "views", .read = field_texts, AT(raw_mqtt, views), .initial = "[native]",
     .help = "native, homeassistant, sparkplug, scalar"},
    {.name = "points", .read = field_texts, AT(raw_mqtt, points), .help = "GLOBs of the points that go there; default: all"},
    {.name = "discovery", .read = field_sub, AT(mqtt_config, discovery), .arg = discovery_fields, .initial = "{}",
     .help = "how Home Assistant is told"},
    {.name = "sparkplug", .read = field_sub, AT(mqtt_config, spb), .arg = sparkplug_fields, .initial = "{}",
     .help = "the Sparkplug B edge node"},
    {0},
};

static const struct field http_fields[] = {
    {.name = "listen", .read = field_texts, AT(raw_http, listen), .initial = "unix:/run/wattwacht/api.sock",
     .help = "unix:PATH or HOST:PORT, one or a list"},
    {0},
};

static const struct field factors_fields[] = {
    {.name = "electricity", .read = field_value, AT(factors_config, electricity), .dimension = D_CARBON_FACTOR,
     .initial = "0.167kg/kWh", .help = "emission of the electricity bought"},
    {.name = "gas", .read = field_value, AT(factors_config, gas), .dimension = D_CARBON_FACTOR,
     .initial = "0.182kg/kWh", .help = "emission of gas, per kWh gross calorific value"},
    {.name = "price-electricity", .read = field_value, AT(factors_config, price_electricity), .dimension = D_PRICE,
     .help = "price of electricity"},
    {.name = "price-electricity-night", .read = field_value, AT(factors_config, price_night), .dimension = D_PRICE,
     .help = "price of electricity in night hours; without it that of the day"},
    {.name = "night", .read = config_night, AT(factors_config, night_from), .initial = "22:00-07:00",
     .help = "night hours, local time, like 22:00-07:00"},
    {.name = "night-weekend", .read = field_bool, AT(factors_config, night_weekend), .initial = "yes",
     .help = "Saturday and Sunday count as night"},
    {.name = "price-capacity", .read = field_number, AT(factors_config, price_capacity), .initial = "0",
     .help = "euros a year for each kW of the monthly peak quarter-hour (Flanders: capaciteitstarief)"},
    {.name = "price-gas", .read = field_value, AT(factors_config, price_gas), .dimension = D_PRICE, .help = "price of gas"},
    {.name = "price-heat", .read = field_value, AT(factors_config, price_heat), .dimension = D_PRICE,
     .help = "price paid for heat delivered"},
    {0},
};

static const struct field boundary_fields[] = {
    {.name = "complete", .read = field_bool, .offset = 0, .initial = "no",
     .help = "all energy that enters the room is metered: the operator's word, without which there is no PUE"},
    {0},
};

static const struct field room_fields[] = {
    {.name = "title", .read = field_text, AT(raw_room, title), .help = "name for people"},
    {.name = "ashrae", .read = field_choice, AT(raw_room, ashrae), .arg = ashrae_names, .initial = "A1",
     .help = "class of the equipment, ASHRAE TC 9.9 of 2021"},
    {.name = "altitude", .read = field_number, AT(raw_room, altitude), .initial = "0",
     .help = "metres above the sea: the allowable inlet temperature falls above 900 m, air is thinner"},
    {.name = "boundary", .read = field_sub, AT(raw_room, boundary), .arg = boundary_fields, .initial = "{}",
     .help = "what the meters cover"},
    {.name = "cooling", .read = field_text, AT(raw_room, cooling), .help = "words on the cooling"},
    {.name = "heat", .read = field_sub, AT(raw_room, heat), .arg = config_heat_fields, .initial = "{}", .help = "heat recovery"},
    {.name = "targets", .read = field_map_of, AT(raw_room, targets), .arg = config_target_fields,
     .size = sizeof(struct raw_target), .help = "goals of an action plan"},
    {.name = "eu", .read = field_sub, AT(raw_room, eu), .arg = config_eu_fields,
     .help = "what the EU data-centre report asks and no meter knows, of this room"},
    {0},
};

static const struct field group_fields[] = {
    {.name = "title", .read = field_text, AT(raw_group, title), .help = "name for people"},
    {.name = "rooms", .read = field_texts, AT(raw_group, rooms), .required = true,
     .help = "its rooms: where a central daemon sums sites, a room is a site"},
    {0},
};

static const struct field rack_fields[] = {
    {.name = "room", .read = field_id, AT(raw_rack, room), .required = true, .help = "room it stands in"},
    {.name = "title", .read = field_text, AT(raw_rack, title), .help = "name for people"},
    {.name = "row", .read = field_text, AT(raw_rack, row), .help = "row"},
    {.name = "position", .read = field_text, AT(raw_rack, position), .help = "place in the row"},
    {0},
};

static const struct field snmp_fields[] = {
    {.name = "version", .read = field_choice, AT(raw_snmp, version), .arg = snmp_versions, .initial = "2c",
     .help = "1, 2c or 3; an agent that does not answer 2c is tried in 1 now and then"},
    {.name = "community", .read = config_secret, AT(raw_snmp, community), .initial = "public",
     .help = "community, or {credential: NAME}"},
    {.name = "user", .read = field_text, AT(raw_snmp, user), .help = "v3: user"},
    {.name = "auth", .read = field_choice, AT(raw_snmp, auth), .arg = auth_names, .initial = "none", .help = "v3: digest"},
    {.name = "auth-key", .read = config_secret, AT(raw_snmp, auth_key), .help = "v3: {credential: NAME}"},
    {.name = "privacy", .read = field_choice, AT(raw_snmp, priv), .arg = priv_names, .initial = "none", .help = "v3: cipher"},
    {.name = "privacy-key", .read = config_secret, AT(raw_snmp, priv_key), .help = "v3: {credential: NAME}"},
    {0},
};

static const struct field modbus_fields[] = {
    {.name = "unit", .read = field_count, AT(raw_modbus, unit), .initial = "1", .help = "unit (slave) number, 0 to 255"},
    {.name = "timeout", .read = field_duration, AT(raw_modbus, timeout_us), .help = "default: the device's timeout"},
    {.name = "pause", .read = field_duration, AT(raw_modbus, pause_us), .initial = "0", .help = "between requests"},
    {.name = "reconnect", .read = field_duration, AT(raw_modbus, reconnect_us), .initial = "1s",
     .help = "before a new connection"},
    {.name = "one-client", .read = field_bool, AT(raw_modbus, one_client), .initial = "no",
     .help = "close after each poll: the device serves one client"},
    {.name = "max-registers", .read = field_count, AT(raw_modbus, max_registers), .initial = "0",
     .help = "most registers in one read; 0: the profile's"},
    {0},
};

static const struct field source_mqtt_fields[] = {
    {.name = "topic", .read = field_text, AT(raw_source_mqtt, topic), .help = "what the device publishes below"},
    {.name = "user", .read = field_text, AT(raw_source_mqtt, user), .help = "user name at the broker of the address"},
    {.name = "password", .read = config_secret, AT(raw_source_mqtt, password), .help = "{credential: NAME}"},
    {.name = "ca", .read = field_text, AT(raw_source_mqtt, ca), .help = "file of the certificate authorities trusted"},
    {.name = "cert", .read = field_text, AT(raw_source_mqtt, cert), .help = "file of the client's certificate"},
    {.name = "key", .read = field_text, AT(raw_source_mqtt, key), .help = "file of the client's key"},
    {.name = "client-id", .read = field_text, AT(raw_source_mqtt, client_id), .help = "default: wattwacht-SITE-source"},
    {.name = "version", .read = field_choice, AT(raw_source_mqtt, version), .arg = mqtt_versions, .initial = "3.1.1",
     .help = "protocol"},
    {.name = "stale", .read = field_duration, AT(raw_source_mqtt, stale_us),
     .help = "a message is worth nothing after so long; default: the profile's, else three periods and at least a minute"},
    {0},
};

static const struct field part_fields[] = {
    {.name = "role", .read = field_choice, AT(raw_part, role), .arg = role_names, .initial = "none",
     .help = "what it counts as; default: the device's"},
    {.name = "label", .read = field_text, AT(raw_part, label), .help = "name instead of the device's"},
    {.name = "feed", .read = field_text, AT(raw_part, feed), .help = "feed, like A"},
    {.name = "phase", .read = field_choice, AT(raw_part, phase), .arg = phase_names, .initial = "none",
     .help = "phase it hangs on"},
    {.name = "breaker", .read = field_value, AT(raw_part, breaker), .dimension = D_CURRENT, .help = "rating of its breaker"},
    {.name = "place", .read = field_choice, AT(raw_part, place), .arg = place_names, .initial = "none",
     .help = "where a sensor hangs"},
    {.name = "height", .read = field_number, AT(raw_part, height), .help = "metres above the floor"},
    {.name = "ignore", .read = field_bool, AT(raw_part, ignore), .initial = "no", .help = "leave it out"},
    {.name = "scale", .read = field_decimal, AT(raw_part, scale), .initial = "1", .help = "factor on power, energy, current"},
    {.name = "invert", .read = field_bool, AT(raw_part, invert), .initial = "no", .help = "turn the sign"},
    {.name = "unit", .read = field_text, AT(raw_part, unit), .help = "unit instead of the profile's"},
    {.name = "accuracy", .read = field_value, AT(raw_part, accuracy), .dimension = D_PERCENT, .help = "limit of error"},
    {0},
};

static const struct field date_fields[] = {
    {.name = "from", .read = config_date, .offset = 0, .help = "in service from, like 2026-03-01"},
    {.name = "to", .read = config_date, .offset = sizeof(int64_t), .help = "out of service from"},
    {0},
};

static const struct field device_fields[] = {
    {.name = "room", .read = field_id, AT(raw_device, room), .required = true, .help = "room it belongs to"},
    {.name = "rack", .read = field_id, AT(raw_device, rack), .help = "rack it stands in"},
    {.name = "profile", .read = field_text, AT(raw_device, profile), .initial = "auto",
     .help = "name of the profile, or auto: recognised once, then kept"},
    {.name = "address", .read = field_text, AT(raw_device, address),
     .help = "HOST[:PORT], [V6]:PORT, tcp://H:P, rtu+tcp://H:P, serial:///dev/X?baud=9600&parity=even&stop=1, mqtt://HOST[:PORT], mqtts://HOST[:PORT]"},
    {.name = "snmp", .read = field_sub, AT(raw_device, snmp), .arg = snmp_fields, .initial = "{}", .help = "how to ask over SNMP"},
    {.name = "modbus", .read = field_sub, AT(raw_device, modbus), .arg = modbus_fields, .initial = "{}", .help = "how to ask over Modbus"},
    {.name = "mqtt", .read = field_sub, AT(raw_device, mqtt), .arg = source_mqtt_fields, .initial = "{}",
     .help = "what it publishes; without an address at the site's own broker"},
    {.name = "every", .read = field_duration, AT(raw_device, every_us), .initial = "10s", .help = "period of polls"},
    {.name = "timeout", .read = field_duration, AT(raw_device, timeout_us), .initial = "2s", .help = "of one request"},
    {.name = "role", .read = field_choice, AT(raw_device, role), .arg = role_names, .initial = "none",
     .help = "what its total counts as in the room's energy balance"},
    {.name = "feed", .read = field_text, AT(raw_device, feed), .help = "feed it hangs on, like A"},
    {.name = "phase", .read = field_choice, AT(raw_device, phase), .arg = phase_names, .initial = "none",
     .help = "phase it hangs on, when it has one"},
    {.name = "breaker", .read = field_value, AT(raw_device, breaker), .dimension = D_CURRENT,
     .help = "rating of the breaker before it, per phase"},
    {.name = "class", .read = config_class, AT(raw_device, class_),
     .help = "accuracy class: 0.2S 0.5S 0.5 1 2 A B C, of a heat meter 1 2 3, kept down to a low load where breaker: or the device tells the rating; or 1%, at any load"},
    {.name = "ct-class", .read = config_class, AT(raw_device, ct_class),
     .help = "class of the current transformers before it, where it has such: 0.2 0.2S 0.5 0.5S 1, or 1%"},
    {.name = "same-as", .read = field_id, AT(raw_device, same_as),
     .help = "the device or source that measures the same energy: one of the two counts, the better class"},
    {.name = "share", .read = field_value, AT(raw_device, share), .dimension = D_PERCENT, .initial = "100%",
     .help = "part of it that belongs to the room"},
    {.name = "dates", .read = field_sub, AT(raw_device, dates), .arg = date_fields, .help = "time in service"},
    {.name = "parts", .read = field_map_of, AT(raw_device, parts), .arg = part_fields, .size = sizeof(struct raw_part),
     .help = "what the site says of single parts"},
    {.name = "units", .read = field_node, AT(raw_device, units), .help = "unit N of this chain is device ..."},
    {.name = "params", .read = field_node, AT(raw_device, params), .help = "what the profile leaves to the site"},
    {0},
};

static const struct field source_fields[] = {
    {.name = "room", .read = field_id, AT(raw_source, room), .required = true, .help = "room it belongs to"},
    {.name = "role", .read = field_choice, AT(raw_source, role), .arg = role_names, .required = true,
     .help = "what it counts as"},
    {.name = "constant", .read = field_value, AT(raw_source, constant), .dimension = D_POWER, .help = "a fixed power"},
    {.name = "reading", .read = field_bool, AT(raw_source, reading), .initial = "no",
     .help = "a meter read by people or by the utility: wattwacht meter"},
    {.name = "same-as", .read = field_id, AT(raw_source, same_as),
     .help = "the device or source that measures the same energy: one of the two counts, the better class"},
    {.name = "accuracy", .read = field_value, AT(raw_source, accuracy), .dimension = D_PERCENT, .help = "limit of error"},
    {0},
};

static const struct field replacement_fields[] = {
    {.name = "power", .read = field_value, .offset = 0, .dimension = D_POWER, .help = "mean power of the new one"},
    {.name = "embodied", .read = field_number, .offset = sizeof(double),
     .help = "kg CO2 of making the new one; default: as this one"},
    {.name = "replaces", .read = field_count, .offset = 2 * sizeof(double), .initial = "1",
     .help = "how many like this one the new one replaces"},
    {0},
};

static const struct field asset_fields[] = {
    {.name = "title", .read = field_text, AT(raw_asset, title), .help = "name for people"},
    {.name = "room", .read = field_id, AT(raw_asset, room), .required = true, .help = "room it stands in"},
    {.name = "points", .read = field_texts, AT(raw_asset, points), .required = true,
     .help = "the outlets that feed it, like [pdu-a1/outlet-03, pdu-b1/outlet-03]"},
    {.name = "in-service", .read = config_date, AT(raw_asset, since_ms), .required = true, .help = "date, like 2021-05-01"},
    {.name = "life", .read = field_number, AT(raw_asset, life), .initial = "5", .help = "years it is meant to serve"},
    {.name = "embodied", .read = field_number, AT(raw_asset, embodied), .help = "kg CO2 of making it"},
    {.name = "replacement", .read = field_sub, AT(raw_asset, replacement), .arg = replacement_fields, .initial = "{}",
     .help = "what would replace it: then the report says whether to keep it"},
    {0},
};

static const struct field alert_fields[] = {
    {.name = "point", .read = field_text, AT(raw_alert, point), .help = "GLOB over points, like */sensor-*/temperature"},
    {.name = "above", .read = field_text, AT(raw_alert, above), .help = "raise above this value, with its unit"},
    {.name = "below", .read = field_text, AT(raw_alert, below), .help = "raise below this value, with its unit"},
    {.name = "hold", .read = field_duration, AT(raw_alert, hold_us), .initial = "0", .help = "for so long before it is raised"},
    {.name = "hysteresis", .read = field_text, AT(raw_alert, hysteresis), .help = "back by so much before it is cleared, like 100W"},
    {.name = "priority", .read = config_priority, AT(raw_alert, priority), .arg = priority_names,
     .help = "in the journal: a name, or its number 0 to 4"},
    {0},
};

#define ITEMS(table, type) .arg = table, .size = sizeof(struct type)

const struct field config_fields[] = {
    {.name = "site", .read = field_sub, AT(raw_config, site), .arg = site_fields, .required = true, .help = "the site"},
    {.name = "log", .read = field_sub, AT(raw_config, log), .arg = log_fields, .initial = "{}", .help = "the log of polls"},
    {.name = "rrd", .read = field_sub, AT(raw_config, rrd), .arg = rrd_fields, .initial = "{}", .help = "RRD files"},
    {.name = "mqtt", .read = config_one_or_list, AT(raw_config, mqtt), ITEMS(mqtt_fields, raw_mqtt),
     .help = "a broker, or a list of them"},
    {.name = "http", .read = config_one_or_list, AT(raw_config, http), ITEMS(http_fields, raw_http),
     .initial = "{}", .help = "listeners"},
    {.name = "eu", .read = field_sub, AT(raw_config, eu), .arg = config_eu_fields,
     .help = "what the EU data-centre report asks and no meter knows, of the site"},
    {.name = "factors", .read = field_sub, AT(raw_config, factors), .arg = factors_fields, .initial = "{}",
     .help = "emission factors and prices"},
    {.name = "rooms", .read = field_map_of, AT(raw_config, rooms), ITEMS(room_fields, raw_room), .help = "rooms"},
    {.name = "groups", .read = field_map_of, AT(raw_config, groups), ITEMS(group_fields, raw_group),
     .help = "rooms that have energies, figures and reports together, beside the site, which is all of them"},
    {.name = "racks", .read = field_map_of, AT(raw_config, racks), ITEMS(rack_fields, raw_rack), .help = "racks"},
    {.name = "devices", .read = field_map_of, AT(raw_config, devices), ITEMS(device_fields, raw_device), .help = "devices"},
    {.name = "sources", .read = field_map_of, AT(raw_config, sources), ITEMS(source_fields, raw_source),
     .help = "energies without a wire"},
    {.name = "assets", .read = field_map_of, AT(raw_config, assets), ITEMS(asset_fields, raw_asset),
     .help = "equipment with its age, for advice on keeping or replacing it"},
    {.name = "alerts", .read = field_map_of, AT(raw_config, alerts), ITEMS(alert_fields, raw_alert),
     .help = "rules: a built-in one by its name, or one of the site"},
    {0},
};
/* clang-format on */
