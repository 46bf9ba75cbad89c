/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration as the daemon and the commands use it: contract C, checked and with references resolved.
 *
 * Units: base units of quantity.h; times in microseconds; prices EUR/MWh; factors kg CO2/kWh; percentages as such.
 * Owner: one arena, counted references; device setups are separate so that they outlive a reload.
 * Errors: config_load reports everything that is wrong in all files to diag, and then gives no configuration.
 * Threads: references are atomic; the rest is read only.
 */
#pragma once
#include "drivers/diag.h"
#include "daemon/device_config.h"
#include "daemon/exit_config.h"

struct alert_config {
    const char *name;    /* a built-in rule, or the site's own */
    const char *point;   /* GLOB over point names; NULL: the rule's own */
    double above, below; /* base unit of the point; NAN */
    int64_t hold_us;     /* -1: the rule's own */
    double hysteresis;
    int priority; /* syslog; -1: the rule's own */
};

struct rrd_span {
    int64_t step_s, keep_s;
};

struct factors_config {
    double electricity, gas;                         /* kg CO2/kWh */
    double price_electricity, price_gas, price_heat; /* EUR/MWh; NAN */
    double price_night;                              /* EUR/MWh in night hours; 0: as by day */
    double price_capacity;                           /* EUR a kW and year of the month's peak; 0: none */
    unsigned night_from, night_to;                   /* minutes of the day, local; equal: no night */
    bool night_weekend;                              /* Saturday and Sunday are night */
};

struct config {
    atomic_uint refs;
    struct arena *arena;
    const char *site, *title, *timezone;
    size_t n_languages;
    const char **language;
    uint64_t log_size;
    int64_t log_age_us, rrd_step_s;
    size_t n_spans;
    struct rrd_span *span;
    struct factors_config factors;
    const struct eu_config *eu; /* of the whole site; NULL: nothing entered */
    size_t n_mqtt, n_http, n_rooms, n_groups, n_racks, n_devices, n_sources, n_alerts, n_assets;
    struct mqtt_config *mqtt;
    struct http_config *http;
    struct room_config *room;
    struct group_config *group;
    struct rack_config *rack;
    struct device_config *device;
    struct source_config *source;
    struct alert_config *alert;
    struct asset_config *asset;
    struct profile_set *profiles;
};

/* As `credentials`: none is opened, and every secret is this text. For who looks at the configuration without asking a
 * device: reports, graphs, the page. */
extern const char config_no_secrets[];

/* Which profiles are read: those that devices name (all, where one has to be recognised), or every file. */
enum config_profiles { PROFILES_USED, PROFILES_ALL };

/* dirs: --config, in order. credentials: directory, NULL: the first dir's credentials/. previous: numbers of devices
 * are kept from it; NULL. */
int config_load(const char *const *dirs, size_t n, const char *credentials, enum config_profiles profiles,
                const struct config *previous, struct diag *diag, struct config **ret);
struct config *config_ref(struct config *config);
void config_unref(struct config *config);
const struct device_config *config_device(const struct config *config, uint32_t number);
