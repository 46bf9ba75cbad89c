/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config and its parts (config_load, config_fields, config_read, config_resolve, config_alerts, config_assets,
 * config_devices, config_heat, config_mqtt, config_plan): files to a checked configuration. Mistakes in them are
 * test_config_mistakes. */
#include "config_dir.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char good[] =
    "site: {name: leuven, title: \"Stad Leuven\", timezone: Europe/Brussels}\n"
    "mqtt: {server: \"mqtts://broker.example:8883\", user: wattwacht, password: {credential: mqtt}, homeassistant: "
    "yes}\n"
    "http: {listen: \"127.0.0.1:9480\"}\n"
    "rooms:\n"
    "  stadskantoor:\n"
    "    ashrae: A1\n"
    "    boundary: {complete: yes}\n"
    "    targets: {cool: {kpi: ipue, baseline: {year: 2025, value: 1.62}, goals: {one-year: 1.5}, first-step: x}}\n"
    "    heat: {architecture: dx_open, sink: {supply: 50C, return: 40C}, air: {flow: 5000m3/h},\n"
    "      investment: {cost: 45kEUR, years: 15, rate: 5%, maintenance: 2%}}\n"
    "groups: {both: {title: Beide, rooms: [stadskantoor]}}\n"
    "racks: {r1: {room: stadskantoor}}\n"
    "sources: {lights: {room: stadskantoor, role: lighting, constant: 120W, accuracy: 10%}}\n"
    "eu: {year: 2026, lau: \"24062\", it-power: 60kW}\n"
    "alerts: {warm: {point: \"*/sensor-*/temperature\", above: 27C, hold: 5m, hysteresis: 1}}\n"
    "assets:\n"
    "  web: {room: stadskantoor, points: [pdu-a1/outlet-01], in-service: 2021-05-01, replacement: {power: 180W, "
    "replaces: 2}}\n"
    "devices:\n"
    "  pdu-a1:\n"
    "    room: stadskantoor\n"
    "    rack: r1\n"
    "    profile: apc-rpdu2\n"
    "    address: 10.20.0.11\n"
    "    role: it\n"
    "    feed: A\n"
    "    breaker: 16A\n"
    "    parts: {outlet-01: {label: web1, scale: 0.5}}\n"
    "  meter-ac: {room: stadskantoor, profile: eastron-sdm630, address: \"10.20.0.30:502\", modbus: {unit: 3}, role: "
    "cooling,\n"
    "    class: 0.5S}\n";

static void test_good(void **state)
{
    const struct dir *dir = *state;
    struct diag *diag = diag_new();
    struct config *config = NULL;
    char credentials[100];
    dir_write(dir->path, "10-site.yaml", good, 0644);
    snprintf(credentials, sizeof credentials, "%s/credentials", dir->path);
    assert_int_equal(mkdir(credentials, 0700), 0);
    dir_write(credentials, "mqtt", "secret\n", 0600);
    int r = dir_load(dir, NULL, diag, &config);
    diag_print(diag, stderr);
    assert_int_equal(r, 0);
    assert_string_equal(config->site, "leuven");
    assert_int_equal(config->n_mqtt, 1);
    assert_string_equal(config->mqtt[0].password, "secret");
    assert_true(config->mqtt[0].native && config->mqtt[0].homeassistant);
    assert_int_equal(config->http[0].port, 9480);
    assert_int_equal(config->n_spans, 5);
    assert_int_equal(config->span[4].keep_s, 315576000);
    assert_true(config->room[0].complete);
    assert_float_equal(config->room[0].heat.air_flow_fixed, 5000, 0);
    assert_float_equal(config->room[0].heat.sink_supply, 50, 0);
    assert_int_equal(config->n_groups, 1);
    assert_string_equal(config->group[0].title, "Beide");
    assert_true(config->group[0].n_rooms == 1 && config->group[0].room[0] == 0);
    const struct heat_investment *investment = &config->room[0].heat.investment;
    assert_true(investment->cost == 45000 && investment->years == 15 && fabs(investment->rate - 0.05) < 1e-12 &&
                fabs(investment->maintenance - 0.02) < 1e-12);
    assert_float_equal(config->eu->it_power, 60000, 0);
    assert_true(isnan(config->eu->degree_days) && !config->room[0].eu);
    assert_int_equal(config->room[0].n_targets, 1);
    const struct target_config *target = &config->room[0].target[0];
    assert_int_equal(target->kpi, Q_K_IPUE);
    assert_float_equal(target->baseline, 1.62, 0);
    assert_float_equal(target->goal[0], 1.5, 0);
    assert_true(isnan(target->goal[1]));
    assert_int_equal(config->factors.night_from, 22 * 60);
    const struct device_config *pdu = &config->device[0], *meter = &config->device[1];
    assert_int_equal(pdu->role, ROLE_IT);
    assert_float_equal(pdu->breaker, 16, 0);
    assert_int_equal(pdu->rack, 0);
    assert_false(pdu->setup->is_modbus);
    assert_int_equal(pdu->setup->address.port, 161);
    assert_string_equal(pdu->setup->part[0].label, "web1");
    assert_true(meter->setup->is_modbus);
    assert_int_equal(meter->setup->modbus.unit, 3);
    assert_float_equal(meter->class_pct, 0.5, 0);
    assert_string_equal(meter->class_, "0.5S");
    assert_null(meter->ct_class);
    assert_true(isnan(meter->breaker));
    assert_float_equal(config->alert[0].above, 27, 0);
    const struct asset_config *web = &config->asset[0];
    assert_int_equal(config->n_assets, 1);
    assert_string_equal(web->point[0], "pdu-a1/outlet-01");
    assert_int_equal(web->since_ms, 1619827200000);
    assert_float_equal(web->life, 5, 0);
    assert_true(isnan(web->embodied) && isnan(web->new_embodied));
    assert_float_equal(web->new_power, 180, 0);
    assert_int_equal(web->replaces, 2);

    /* the same again: numbers stay, nothing changed; one period other: only that device did */
    struct config *again = NULL;
    assert_int_equal(dir_load(dir, config, diag, &again), 0);
    assert_int_equal(again->device[1].setup->number, meter->setup->number);
    assert_true(again->device[0].setup->fingerprint == pdu->setup->fingerprint);
    config_unref(again);
    char *changed = strdup(good), *at = strstr(changed, "unit: 3");
    at[6] = '4';
    dir_write(dir->path, "10-site.yaml", changed, 0644);
    assert_int_equal(dir_load(dir, config, diag, &again), 0);
    assert_true(again->device[0].setup->fingerprint == pdu->setup->fingerprint);
    assert_true(again->device[1].setup->fingerprint != meter->setup->fingerprint);
    free(changed);
    config_unref(again);
    config_unref(config);
    diag_free(diag);
}

static void test_sparkplug(void **state)
{
    const struct dir *dir = *state;
    struct diag *diag = diag_new();
    struct config *config = NULL;
    dir_write(dir->path, "10-site.yaml",
              "site: {name: s}\n"
              "mqtt:\n"
              "  - {server: 'mqtt://a', views: [native, sparkplug]}\n"
              "  - {server: 'mqtt://b', views: [sparkplug], sparkplug: {group: g, edge: e, host: h, aliases: yes, "
              "datatypes: no,\n"
              "     dead-band: {active_power: 2kW, temperature: 0.2K, power_factor: 0.01, state: 0}}}\n",
              0644);
    assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
    const struct sparkplug_config *first = &config->mqtt[0].spb, *second = &config->mqtt[1].spb;
    assert_true(config->mqtt[0].sparkplug && config->mqtt[0].native && config->mqtt[1].sparkplug &&
                !config->mqtt[1].native);
    assert_string_equal(first->group, "s");
    assert_int_equal(strncmp(first->edge, "wattwacht-", 10), 0);
    assert_null(first->host);
    assert_null(first->band);
    assert_true(!first->aliases && first->datatypes);
    assert_string_equal(second->group, "g");
    assert_string_equal(second->edge, "e");
    assert_string_equal(second->host, "h");
    assert_true(second->aliases && !second->datatypes);
    assert_float_equal(second->band[Q_ACTIVE_POWER], 2000, 0);
    assert_float_equal(second->band[Q_TEMPERATURE], 0.2, 1e-12); /* a difference, not a temperature */
    assert_float_equal(second->band[Q_POWER_FACTOR], 0.01, 1e-12);
    assert_float_equal(second->band[Q_STATE], 0, 0);
    assert_true(isnan(second->band[Q_VOLTAGE]));
    config_unref(config);
    diag_free(diag);
}

/* What a stranger may write too: quotes round a value with its unit, a byte order mark, the lines of Windows. */
static void test_written_otherwise(void **state)
{
    const struct dir *dir = *state;
    static const char text[] =
        "\xef\xbb\xbfsite: {name: s, languages: nl}\r\nrooms: {r: {boundary: {complete: \"yes\"}}}\r\n"
        "devices: {d: {room: r, address: h, every: \"30s\", breaker: \"16A\"}}\r\nlog: {size: '3GB'}\r\n"
        "alerts: {a: {point: '*/sensor-*/temperature', above: 27C, hysteresis: 2K, priority: 3},\r\n"
        "  b: {point: 'd/total/active_power', above: 3kW, hysteresis: 0.1kW, priority: err},\r\n"
        "  c: {point: '*/total/act*', above: 3kW, hysteresis: 100W, hold: 5m}, implausible: {hold: 0s}}\r\n";
    struct diag *diag = diag_new();
    struct config *config = NULL;
    dir_write(dir->path, "a.yaml", text, 0644);
    int r = dir_load(dir, NULL, diag, &config);
    diag_print(diag, stderr);
    assert_int_equal(r, 0);
    assert_true(config->room[0].complete);
    assert_int_equal(config->device[0].setup->every_us, 30000000);
    assert_float_equal(config->device[0].breaker, 16, 0);
    assert_int_equal(config->log_size, 3000000000);
    static const double hysteresis[] = {2, 100, 100, 0};
    static const int64_t hold[] = {-1, -1, 300000000, 0}; /* 0 is not the rule's own */
    for (size_t i = 0; i < 4; i++) {
        assert_float_equal(config->alert[i].hysteresis, hysteresis[i], 1e-9);
        assert_int_equal(config->alert[i].hold_us, hold[i]);
    }
    assert_int_equal(config->alert[0].priority, 3);
    assert_int_equal(config->alert[1].priority, 3);
    config_unref(config);
    diag_free(diag);
}

/* Files only add; two that give the same name are both named. A secret that others can read is refused. */
static void test_files(void **state)
{
    const struct dir *dir = *state;
    struct diag *diag = diag_new();
    struct config *config = NULL;
    char credentials[100];
    snprintf(credentials, sizeof credentials, "%s/credentials", dir->path);
    dir_write(dir->path, "a.yaml", DIR_HEAD, 0644);
    dir_write(dir->path, "b.yaml",
              "rooms: {t: {}}\ndevices: {d: {room: t, address: h, snmp: {community: {credential: c}}}}\n", 0644);
    assert_int_equal(mkdir(credentials, 0700), 0);
    dir_write(credentials, "c", "city\n", 0644);
    assert_true(dir_load(dir, NULL, diag, &config) < 0);
    assert_non_null(strstr(diag_first(diag), "must be a file that only its owner can read (chmod 600)"));
    diag_free(diag);

    diag = diag_new(); /* for who only looks, no secret is opened */
    const char *dirs[] = {dir->path};
    assert_int_equal(config_load(dirs, 1, config_no_secrets, PROFILES_ALL, NULL, diag, &config), 0);
    assert_int_equal(config->n_rooms, 2);
    assert_string_equal(config->device[0].setup->snmp.community, config_no_secrets);
    config_unref(config);
    diag_free(diag);

    diag = diag_new();
    dir_write(credentials, "c", "city\n", 0600);
    assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
    assert_int_equal(config->n_rooms, 2);
    assert_string_equal(config->device[0].setup->snmp.community, "city");
    config_unref(config);

    dir_write(dir->path, "c.yaml", "rooms: {t: {}}\n", 0644);
    assert_true(dir_load(dir, NULL, diag, &config) < 0);
    assert_non_null(strstr(diag_first(diag), "c.yaml:1:9: t: already given in "));
    assert_non_null(strstr(diag_first(diag), "b.yaml:1"));
    diag_free(diag);
}

/* What the site changes of a unit's parts is done where the chain is read, and a change of it is a change of the chain.
 */
static void test_chain_parts(void **state)
{
    const struct dir *dir = *state;
    static const char text[] =
        DIR_HEAD "devices:\n  a: {room: r, address: h, units: {1: c, 2: b}, parts: {unit-3-total: {ignore: yes}}}\n"
                 "  b: {room: r, parts: {total: {scale: %s, label: Spare}, outlet-01: {unit: mA, invert: yes}}}\n"
                 "  c: {room: r, parts: {total-l1: {scale: 2}}}\n";
    static const struct {
        const char *part;
        double scale;
    } expected[] = {{"unit-3-total", 1}, {"total-l1", 2}, {"unit-2-total", 0.1}, {"unit-2-outlet-01", 1}};
    struct config *first, *second;
    struct diag *diag = diag_new();
    char written[1000];
    snprintf(written, sizeof written, text, "0.1");
    dir_write(dir->path, "a.yaml", written, 0600);
    assert_int_equal(dir_load(dir, NULL, diag, &first), 0);
    const struct device_setup *head = first->device[0].setup;
    assert_int_equal(head->n_parts, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(head->part[i].part, expected[i].part);
        assert_float_equal(decimal_value(head->part[i].scale), expected[i].scale, 1e-12);
    }
    assert_string_equal(head->part[2].label, "Spare");
    assert_true(head->part[3].invert);
    assert_string_equal(head->part[3].unit, "mA");
    assert_true(head->part[0].ignore);
    snprintf(written, sizeof written, text, "10");
    dir_write(dir->path, "a.yaml", written, 0600);
    assert_int_equal(dir_load(dir, first, diag, &second), 0);
    assert_true(head->fingerprint != second->device[0].setup->fingerprint);
    config_unref(first);
    config_unref(second);
    diag_free(diag);
}

/* A meter on a battery has something new each minute only. */
static void test_period_of_a_profile(void **state)
{
    const struct dir *dir = *state;
    static const struct {
        const char *every;
        int64_t us;
        size_t warnings;
    } rows[] = {{"", 60000000, 0}, {", every: 1s", 60000000, 1}, {", every: 10m", 600000000, 0}};
    for (size_t i = 0; i < 3; i++) {
        struct config *config;
        struct diag *diag = diag_new();
        char text[400];
        snprintf(text, sizeof text,
                 DIR_HEAD "devices:\n  a: {room: r, address: h, profile: diehl-sharky-775, params: {unit: kWh}%s}\n",
                 rows[i].every);
        dir_write(dir->path, "a.yaml", text, 0600);
        assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
        assert_int_equal(config->device[0].setup->every_us, rows[i].us);
        assert_int_equal(diag_warnings(diag), rows[i].warnings);
        config_unref(config);
        diag_free(diag);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIR_TEST(test_good),  DIR_TEST(test_sparkplug),   DIR_TEST(test_written_otherwise),
        DIR_TEST(test_files), DIR_TEST(test_chain_parts), DIR_TEST(test_period_of_a_profile)};
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
