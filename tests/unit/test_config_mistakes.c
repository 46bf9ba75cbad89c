/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What config says of mistakes (config_load, config_fields, config_read, config_resolve, config_alerts, config_assets,
 * config_devices, config_heat, config_mqtt, config_places, config_plan): each once, with its place and its words; and
 * what it warns of. */
#include "config_dir.h"
#include "drivers/profile.h"

#include <stdio.h>
#include <string.h>

#define HEAD DIR_HEAD

static const struct {
    const char *text, *ending; /* of the first error */
} bad[] = {
    {"rooms: {}\n", "a.yaml:1:1: site: missing: the site"},
    {"site: {name: s, timezone: Europe/Brussel}\n",
     "a.yaml:1:27: timezone: 'Europe/Brussel' is no time zone known here, expected one like Europe/Brussels"},
    {HEAD "devices: {d: {room: x, address: h}}\n", "a.yaml:3:21: room: no such room under rooms:"},
    {HEAD "devices: {d: {room: r}}\n", "a.yaml:3:14: address: missing: how the device is reached"},
    {HEAD "devices: {d: {room: r, address: h, profile: eastron-sdm63}}\n",
     "a.yaml:3:45: profile: no profile 'eastron-sdm63', did you mean 'eastron-sdm630'?"},
    {HEAD "devices: {r: {room: r, address: h}}\n",
     "a.yaml:3:11: r: is a room too: rooms and devices share one name space"},
    {HEAD "devices: {d: {room: r, address: h, brekaer: 16A}}\n",
     "a.yaml:3:36: brekaer: unknown key, did you mean 'breaker'?"},
    {HEAD "devices: {d: {room: r, address: h, breaker: 16}}\n",
     "a.yaml:3:45: breaker: '16' is not a current with its unit, like 16A"},
    {HEAD "devices: {d: {room: r, address: h, snmp: {version: 3}}}\n",
     "a.yaml:3:42: user: missing: version 3 needs a user"},
    {HEAD "devices: {d: {room: r, address: h, snmp: {version: 3, user: u, auth: sha256, auth-key: geheim123}}}\n",
     "a.yaml:3:88: auth-key: secrets are not written here: expected {credential: NAME}"},
    {HEAD "devices: {d: {room: r, address: 'serial:///dev/ttyS0', modbus: {}}, e: {room: r, address: "
          "'serial:///dev/ttyS0?baud=19200', modbus: {unit: 2}}}\n",
     "a.yaml:3:72: address: 'd' speaks otherwise on the same line"},
    {HEAD "devices: {d: {room: r, address: h, modbus: {unit: 1}}, e: {room: r, address: h, modbus: {unit: 1}}}\n",
     "a.yaml:3:59: unit: 'd' is unit 1 of this line already"},
    {HEAD "devices: {d: {room: r, address: h, units: {2: e}}}\n", "a.yaml:3:47: 2: no such device under devices:"},
    {"site: {name: s}\nrooms: {r: {heat: {investment: {cost: 45000, years: 15, rate: 5%, maintenance: 2%}}}}\n",
     "a.yaml:2:39: cost: '45000' is not a sum of money with its unit, like 45000EUR"},
    {"site: {name: s}\nrooms: {r: {heat: {investment: {cost: 1kEUR, years: 15, maintenance: 2%}}}}\n",
     "a.yaml:2:32: rate: missing: interest a year, like 5%"},
    {"site: {name: s}\nrooms: {r: {heat: {investment: {cost: 1kEUR, years: 0, rate: 5%, maintenance: 2%}}}}\n",
     "a.yaml:2:53: years: expected 1 to 100 years"},
    {HEAD "groups: {g: {rooms: [r, s]}}\n", "a.yaml:3:21: rooms: expected rooms under rooms:, each once"},
    {HEAD "groups: {g: {rooms: [r, r]}}\n", "a.yaml:3:21: rooms: expected rooms under rooms:, each once"},
    {HEAD "groups: {g: {rooms: []}}\n", "a.yaml:3:21: rooms: expected the rooms of the group"},
    {HEAD "groups: {g: {title: x}}\n",
     "a.yaml:3:13: rooms: missing: its rooms: where a central daemon sums sites, a room is a site"},
    {HEAD "groups: {r: {rooms: [r]}}\n", "a.yaml:3:10: r: is a room too: rooms and groups share one name space"},
    {HEAD "groups: {site: {rooms: [r]}}\n",
     "a.yaml:3:10: site: not a free name: expected a-z, 0-9 and '-', at most 32"},
    {HEAD "groups: {g: {rooms: [r]}}\ndevices: {g: {room: r, address: h}}\n",
     "a.yaml:4:11: g: is a group too: groups and devices share one name space"},
    {HEAD "sources: {s1: {room: r, role: lighting}}\n",
     "a.yaml:3:15: constant: expected either constant: with a power, or reading: yes"},
    {HEAD "alerts: {a: {point: 'x/total/active_power', above: 27C}}\n",
     "a.yaml:3:52: above: '27C' is not a power with its unit, like 3.5kW"},
    {HEAD "mqtt: {server: 'mqtt://b', sparkplug: {group: a/b}}\n",
     "a.yaml:3:47: group: expected an id without + # and /, at most 100 bytes"},
    {HEAD "mqtt: {server: 'mqtt://b', sparkplug: {dead-band: 5W}}\n",
     "a.yaml:3:51: dead-band: expected quantities with a value each, like {active_power: 5W}"},
    {HEAD "mqtt: {server: 'mqtt://b', sparkplug: {dead-band: {activ_power: 5W}}}\n",
     "a.yaml:3:65: activ_power: no such quantity"},
    {HEAD "mqtt: {server: 'mqtt://b', sparkplug: {dead-band: {active_power: 5A}}}\n",
     "a.yaml:3:66: active_power: expected a value with the quantity's unit, like 5W or 0.2K"},
    {HEAD "mqtt: {server: 'mqtt://b', sparkplug: {dead-band: {voltage: -1V}}}\n",
     "a.yaml:3:61: voltage: a band is not negative"},
    {HEAD "rrd: {spans: '15s/1d'}\n",
     "a.yaml:3:14: spans: expected RESOLUTION/TIME pairs like 10s/1d 1m/7d, each resolution a multiple of step"},
    {HEAD "factors: {night: 22-7}\n", "a.yaml:3:18: night: expected night hours like 22:00-07:00"},
    {HEAD "eu: {lau: '24062', type: hosting}\n", "a.yaml:3:26: type: expected enterprise, colocation or co-hosting"},
    {HEAD "eu: {it-power: 60}\n", "a.yaml:3:16: it-power: '60' is not a power with its unit, like 3.5kW"},
    {"site: {name: s}\nrooms: {r: {targets: {a: {kpi: speed, baseline: {year: 2025}, goals: {one-year: 1}}}}}\n",
     "a.yaml:2:32: kpi: expected a figure like ipue, cue, wue, erf or total-energy"},
    {"site: {name: s}\nrooms: {r: {targets: {a: {kpi: ipue, baseline: {year: 2025}, goals: {one-year: '1,4'}}}}}\n",
     "a.yaml:2:80: one-year: expected a value of ipue, like 1.45"},
    {"site: {name: s}\nrooms: {r: {targets: {a: {kpi: it-energy, baseline: {year: 25}, goals: {one-year: 90}}}}}\n",
     "a.yaml:2:60: year: expected a year like 2025"},
    {"site: {name: s}\nrooms: {r: {targets: {a: {kpi: ipue, baseline: {year: 2025}, goals: {}}}}}\n",
     "a.yaml:2:69: goals: expected one-year, two-years or three-years"},
    {HEAD "assets: {a: {room: r, points: [d/outlet-01], in-service: 2021-05-01}}\n",
     "a.yaml:3:31: points: expected parts of devices, like [pdu-a1/outlet-03, pdu-b1/outlet-03]"},
    {HEAD "assets: {a: {room: q, points: [], in-service: 2021-05-01}}\n",
     "a.yaml:3:20: room: no such room under rooms:"},
    {HEAD "assets: {a: {room: r, points: [d/total]}}\n", "a.yaml:3:13: in-service: missing: date, like 2021-05-01"},
    {HEAD "devices: {d: {room: r, profile: tasmota-energy, mqtt: {topic: plug}}}\n",
     "a.yaml:3:14: address: missing: the site has no broker of its own under mqtt:"},
    {HEAD "devices: {d: {room: r, address: 'mqtt://b', mqtt: {topic: plug}}}\n",
     "a.yaml:3:14: profile: missing: what publishes is not asked what it is"},
    {HEAD "devices: {d: {room: r, profile: tasmota-energy, address: 'mqtt://b', mqtt: {topic: 'p/+'}}}\n",
     "a.yaml:3:84: topic: expected a topic without + and #, and without a slash at its ends"},
    {HEAD "devices: {d: {room: r, profile: tasmota-energy, address: '10.0.0.1', mqtt: {topic: p}}}\n",
     "a.yaml:3:58: address: expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"},
    {HEAD "devices: {d: {room: r, profile: tasmota-energy, address: 'mqtt://b', snmp: {}, mqtt: {topic: p}}}\n",
     "a.yaml:3:76: snmp: the profile speaks another protocol"},
    {HEAD "mqtt: {server: 'mqtt://b:x'}\n", "a.yaml:3:16: server: expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"},
    {HEAD "mqtt: {server: 'mqtt://b', prefix: /x}\n",
     "a.yaml:3:36: prefix: expected a topic without + and #, and without / at either end"},
    {HEAD "mqtt: {server: 'mqtt://b', cert: /x}\n", "a.yaml:3:34: cert: cert and key belong together"},
    {HEAD "mqtt: [{server: 'mqtt://b'}, {server: 'mqtt://b', views: [sparkplug]}]\n",
     "a.yaml:3:30: client-id: another entry has this server and client id: they would throw each other out"},
    {HEAD "devices: {d: {room: r, address: h, role: grid, same-as: e}}\n",
     "a.yaml:3:57: same-as: 'e' no such device or source"},
    {HEAD "devices: {d: {room: r, address: h, role: grid, same-as: d}}\n",
     "a.yaml:3:57: same-as: 'd' names itself: expected the other meter"},
    {HEAD "devices: {d: {room: r, address: h, role: grid, same-as: e}, e: {room: r, address: i, role: it}}\n",
     "a.yaml:3:57: same-as: 'e' has another role: one energy has one role"},
    {"site: {name: s}\nrooms: {r: {}, q: {}}\n"
     "devices: {d: {room: r, address: h, role: grid, same-as: e}, e: {room: q, address: i, role: grid}}\n",
     "a.yaml:3:57: same-as: 'e' is in another room"},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid, same-as: e}, e: {room: r, address: i, role: grid, same-as: d}}\n",
     "a.yaml:3:57: same-as: 'e' names another meter itself: all of one place name the same one"},
    {HEAD "alerts: {brekaer-load: {above: 90%}}\n",
     "a.yaml:3:10: brekaer-load: no built-in rule, did you mean 'breaker-load'?; one of the site's own needs point:"},
    {HEAD "alerts: {breaker-load: {above: 16A}}\n",
     "a.yaml:3:32: above: expected a part of the breaker's rating, like 90%"},
    {HEAD "alerts: {inlet-recommended: {above: 28C}}\n",
     "a.yaml:3:37: above: this rule takes hold and priority; a limit of the site's own needs point:"},
    {HEAD "alerts: {breaker-load: {hysteresis: 2A}}\n",
     "a.yaml:3:37: hysteresis: this rule takes above, hold and priority; a limit of the site's own needs point:"},
    {HEAD "alerts: {a: {point: 'x/total/active_power', above: 3kW, hysteresis: 2K}}\n",
     "a.yaml:3:69: hysteresis: expected a difference in the point's unit, like 100W or 2K, not negative"},
    {HEAD "alerts: {a: {point: 'x/total/active_power', above: 3kW, priority: 5}}\n",
     "a.yaml:3:67: priority: '5' is not one of: emerg alert crit err warning"},
    {HEAD "devices: {d: {room: r, address: h, breaker: 0A}}\n",
     "a.yaml:3:45: breaker: expected a current of more than 0A"},
    {HEAD "devices: {d: {room: r, address: h, dates: {from: 2026-05-01, to: 2026-05-01}}}\n",
     "a.yaml:3:66: to: expected a day after from"},
    {HEAD "devices: {d: {room: r, address: h}}\nsources: {d: {room: r, role: grid, reading: yes}}\n",
     "a.yaml:4:11: d: is a device or a room too: a source has a name of its own"},
    {HEAD "log: {size: 100kB}\n", "a.yaml:3:13: size: expected at least 1MB"},
    {HEAD "log: {age: 0}\n", "a.yaml:3:12: age: expected at least 10m: it carries what an outage keeps back"},
    {HEAD "http: {listen: 9480}\n", "a.yaml:3:16: listen: expected HOST:PORT, [V6]:PORT or unix:PATH"},
    {HEAD "http: {listen: 'http://127.0.0.1:9480'}\n",
     "a.yaml:3:16: listen: expected HOST:PORT, [V6]:PORT or unix:PATH"},
    {HEAD "http: {listen: '::1:9480'}\n", "a.yaml:3:16: listen: expected HOST:PORT, [V6]:PORT or unix:PATH"},
    {"site: {name: s, languages: [de]}\n", "a.yaml:1:28: languages: expected en, nl or fr, or a list of them"},
    {HEAD "devices: {d: {room: r, address: h, dates: {from: 2026-02-30}}}\n",
     "a.yaml:3:50: from: no such day, expected a date like 2026-03-01"},
    {HEAD "devices: {d: {room: r, address: h, role: IT}}\n",
     "a.yaml:3:42: role: 'IT' is not one of: none grid generator solar fuel export ups-in ups-out it cooling "
     "cooling-import lighting other not-room heat-out heat-pump water water-potable; did you mean 'it'?"},
    {HEAD "factors: {electricity: 0.167}\n",
     "a.yaml:3:24: electricity: '0.167' is not an emission factor with its unit, like 0.167kg/kWh"},
    {"site: {name: s}\nrooms: {r: {altitude: 30000}}\n",
     "a.yaml:2:23: altitude: expected metres above the sea, like 55"},
    {HEAD "mqtt: {server: 'broker:1883'}\n", "a.yaml:3:16: server: expected mqtt://HOST[:PORT] or mqtts://HOST[:PORT]"},
};

static void test_bad(void **state)
{
    const struct dir *dir = *state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct diag *diag = diag_new();
        struct config *config = NULL;
        dir_write(dir->path, "a.yaml", bad[i].text, 0644);
        assert_true(dir_load(dir, NULL, diag, &config) < 0);
        assert_null(config);
        const char *first = diag_first(diag);
        assert_non_null(first);
        assert_string_equal(first + strlen(dir->path) + 1, bad[i].ending);
        diag_free(diag);
    }
}

/* Two meters at one grid: told, with both names and the place; not where the site says what they are. */
static const struct {
    const char *text, *warning; /* NULL: none */
} places[] = {
    {HEAD "devices: {d: {room: r, address: h, role: grid}, e: {room: r, address: i, role: grid}}\n",
     "a.yaml:3:80: warning: role: 'd' and 'e' are both at the grid of room r with their whole share: say same-as: d"},
    {HEAD "devices: {d: {room: r, address: h, role: grid}}\nsources: {u: {room: r, role: grid, reading: yes}}\n",
     "a.yaml:4:30: warning: role: 'd' and 'u' are both at the grid of room r"},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid, feed: A}, e: {room: r, address: i, parts: {inlet-1: {role: grid, "
     "feed: A}}}}\n",
     "a.yaml:3:61: warning: role: 'd' and 'e' are both at the grid of room r, feed A"},
    {HEAD "devices: {d: {room: r, address: h, role: grid, feed: A}, e: {room: r, address: i, role: grid, feed: B}}\n",
     NULL},
    {HEAD "devices: {d: {room: r, address: h, role: grid}, e: {room: r, address: i, role: grid, same-as: d}}\n", NULL},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid, share: 50%}, e: {room: r, address: i, role: grid, share: 50%}}\n",
     NULL},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid, phase: l1}, e: {room: r, address: i, role: grid, phase: l2}}\n",
     NULL},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid, dates: {to: 2026-03-01}}, e: {room: r, address: i, role: grid, "
     "dates: {from: 2026-03-01}}}\n",
     NULL},
    {HEAD
     "devices: {d: {room: r, address: h, role: grid}}\nsources: {u: {room: r, role: grid, reading: yes, same-as: d}}\n",
     NULL},
};

static void test_places(void **state)
{
    const struct dir *dir = *state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        struct diag *diag = diag_new();
        struct config *config = NULL;
        dir_write(dir->path, "a.yaml", places[i].text, 0644);
        assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
        const char *first = diag_line(diag, 0);
        print_message("  %s\n", first ? first + strlen(dir->path) + 1 : "-");
        assert_int_equal(first != NULL, places[i].warning != NULL);
        if (first)
            assert_non_null(strstr(first, places[i].warning));
        config_unref(config);
        diag_free(diag);
    }
}

/* A warning that is no place's: above the height where no class holds. */
static void test_altitude(void **state)
{
    const struct dir *dir = *state;
    struct diag *diag = diag_new();
    struct config *config = NULL;
    dir_write(dir->path, "a.yaml", "site: {name: s}\nrooms: {r: {altitude: 3500}, q: {altitude: 55}}\n", 0644);
    assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
    assert_float_equal(config->room[0].altitude, 3500, 0);
    assert_float_equal(config->room[1].heat.altitude, 55, 0);
    assert_int_equal(diag_warnings(diag), 1);
    assert_non_null(
        strstr(diag_line(diag, 0), "a.yaml:2:23: warning: altitude: no class of ASHRAE TC 9.9 holds above"));
    config_unref(config);
    diag_free(diag);
}

/* Each mistake once, each in one run: none follows from another, and none is hidden by it. */
static void test_each_once(void **state)
{
    const struct dir *dir = *state;
    static const struct {
        const char *name, *a, *b;
        size_t errors;
    } rows[] = {
        {"a value that cannot be read is not out of range too",
         HEAD "rrd: {step: 10}\ndevices: {d: {room: r, address: h, every: 10, timeout: x, share: 5}}\n", "", 4},
        {"an address that cannot be read is not missing too",
         HEAD "devices: {d: {room: r, address: ''}, e: {room: r, address: [h]}, f: {room: r}}\n", "", 3},
        {"what is no map is not without its keys too", HEAD "devices: {d: 5}\nsite2: 1\n", "", 2},
        {"a step of nothing does not spoil the spans", HEAD "rrd: {step: 0s}\n", "", 1},
        {"a key given twice hides nothing", HEAD "rooms: {q: {ashrae: A9}}\nfoo: 1\nlog: {size: 1, size: 2}\n", "", 4},
        {"a file that is no YAML hides nothing of the others", "site: {name: s\n",
         "racks: {k: {room: r, row: A, positoin: 1}}\ndevices: {d: {room: r, rack: k, address: h, every: 0s}}\n", 3},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag *diag = diag_new();
        struct config *config = NULL;
        dir_write(dir->path, "a.yaml", rows[i].a, 0644);
        dir_write(dir->path, "b.yaml", rows[i].b, 0644);
        assert_true(dir_load(dir, NULL, diag, &config) < 0);
        if (diag_errors(diag) != rows[i].errors) {
            print_message("  %s\n", rows[i].name);
            diag_print(diag, stderr);
        }
        assert_int_equal(diag_errors(diag), rows[i].errors);
        diag_free(diag);
    }
}

/* A mistake in a profile stops only who names it. */
static void test_profile_with_a_mistake(void **state)
{
    const struct dir *dir = *state;
    static const char text[] = DIR_HEAD "devices:\n  a: {room: r, address: h, profile: %s}\n";
    char path[128], written[300];
    struct config *config;
    struct diag *diag = diag_new();
    snprintf(path, sizeof path, "%s/profiles", dir->path);
    assert_int_equal(mkdir(path, 0700), 0);
    dir_write(dir->path, "profiles/own-pdu.yaml", "name: own-pdu\nversion: one\n", 0600);
    snprintf(written, sizeof written, text, "auto");
    dir_write(dir->path, "a.yaml", written, 0600);
    assert_int_equal(dir_load(dir, NULL, diag, &config), 0);
    assert_true(diag_warnings(diag) > 0);
    assert_non_null(strstr(diag_line(diag, 0), "own-pdu.yaml:2:10: version"));
    assert_null(profile_find(config->profiles, "own-pdu"));
    assert_non_null(profile_find(config->profiles, "apc-rpdu2"));
    config_unref(config);
    diag_free(diag);
    diag = diag_new();
    snprintf(written, sizeof written, text, "own-pdu");
    dir_write(dir->path, "a.yaml", written, 0600);
    assert_true(dir_load(dir, NULL, diag, &config) < 0);
    assert_non_null(strstr(diag_first(diag), "a.yaml:4:"));
    assert_non_null(strstr(diag_first(diag), "'own-pdu' has a mistake: "));
    assert_non_null(strstr(diag_first(diag), "own-pdu.yaml:2:10: version"));
    diag_free(diag);
}

int main(void)
{
    const struct CMUnitTest tests[] = {DIR_TEST(test_bad), DIR_TEST(test_places), DIR_TEST(test_altitude),
                                       DIR_TEST(test_each_once), DIR_TEST(test_profile_with_a_mistake)};
    return cmocka_run_group_tests_name("config_mistakes", tests, NULL, NULL);
}
