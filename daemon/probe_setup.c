/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_setup.h"

#include "daemon/data.h"
#include "drivers/diag.h"
#include "drivers/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_MAX 256

struct choice {
    const char *name;
    int value;
};

static const struct choice versions[] = {{"1", 1}, {"2c", 2}, {"3", 3}, {NULL, 0}};
static const struct choice auths[] = {
    {"none", AUTH_NONE},     {"md5", AUTH_MD5},       {"sha", AUTH_SHA},       {"sha224", AUTH_SHA224},
    {"sha256", AUTH_SHA256}, {"sha384", AUTH_SHA384}, {"sha512", AUTH_SHA512}, {NULL, 0}};
static const struct choice privs[] = {{"none", PRIV_NONE},     {"des", PRIV_DES},       {"aes128", PRIV_AES128},
                                      {"aes192", PRIV_AES192}, {"aes256", PRIV_AES256}, {NULL, 0}};
static const struct choice wires[] = {{"tcp", TR_TCP}, {"rtu", TR_SERIAL}, {"rtu+tcp", TR_RTU_TCP}, {NULL, 0}};

static int choose(const char *option, const char *text, const struct choice *choices, int initial, char words[300],
                  int *ret)
{
    char names[120] = "";
    size_t at = 0;
    *ret = initial;
    if (!text)
        return CLI_DONE;
    for (const struct choice *c = choices; c->name; c++) {
        if (!strcmp(c->name, text)) {
            *ret = c->value;
            return CLI_DONE;
        }
        at += (size_t)snprintf(names + at, sizeof names - at, " %s", c->name); /* the longest table has 60 */
    }
    snprintf(words, 300, "--%s %.40s: expected one of%s", option, text, names);
    return CLI_USAGE;
}

enum cli_exit probe_exit(enum fault fault)
{
    switch (fault) {
    case FAULT_NONE: return CLI_DONE;
    case FAULT_SILENT:
    case FAULT_REFUSED:
    case FAULT_GATEWAY: return CLI_SILENT;
    case FAULT_UNKNOWN: return CLI_UNKNOWN;
    case FAULT_NAME:
    case FAULT_AUTH:
    case FAULT_PROTOCOL:
    case FAULT_ENGINE: return CLI_NO;
    }
    return CLI_NO;
}

void probe_profiles(struct profile_set **ret_set)
{
    struct arena *arena = arena_new();
    struct diag *diag = diag_new();
    const char *dirs[] = {"/etc/wattwacht/conf.d/profiles", data_path(arena, "profiles")};
    profile_set_load_sound(dirs, 2, NULL, diag, ret_set);
    for (size_t i = 0; diag_line(diag, i); i++)
        fprintf(stderr, "%s\n", diag_line(diag, i));
    diag_free(diag);
    arena_free(arena);
}

/* A secret is one line of a file that only its owner can read. */
static int read_key(struct arena *arena, const char *path, char words[300], const char **ret)
{
    char text[KEY_MAX] = "";
    struct stat st;
    FILE *file = fopen(path, "re");
    if (!file || fstat(fileno(file), &st) < 0) {
        snprintf(words, 300, "%.200s: %s", path, strerror(errno));
        if (file)
            fclose(file);
        return CLI_NO;
    }
    size_t n = st.st_mode & 077 ? 0 : fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    text[strcspn(text, "\r\n")] = '\0';
    if (st.st_mode & 077)
        snprintf(words, 300, "%.200s: others can read it, expected mode 0600", path);
    else if (!*text)
        snprintf(words, 300, "%.200s: expected a key on its first line", path);
    *ret = arena_strdup(arena, text);
    explicit_bzero(text, sizeof text);
    return **ret ? CLI_DONE : CLI_NO;
}

static int set_keys(const struct cli_options *options, struct device_setup *setup, char words[300])
{
    struct snmp_setup *snmp = &setup->snmp;
    if (snmp->version != 3)
        return CLI_DONE;
    if (!options->user) {
        snprintf(words, 300, "--snmp 3: expected --user too");
        return CLI_USAGE;
    }
    if ((snmp->auth != AUTH_NONE) != (options->auth_key_file != NULL) ||
        (snmp->priv != PRIV_NONE) != (options->privacy_key_file != NULL)) {
        snprintf(words, 300, "--auth goes with --auth-key-file, and --privacy with --privacy-key-file");
        return CLI_USAGE;
    }
    if (snmp->priv != PRIV_NONE && snmp->auth == AUTH_NONE) {
        snprintf(words, 300, "--privacy: expected --auth too");
        return CLI_USAGE;
    }
    snmp->user = arena_strdup(setup->arena, options->user);
    int r = options->auth_key_file ? read_key(setup->arena, options->auth_key_file, words, &snmp->auth_key) : CLI_DONE;
    if (!r && options->privacy_key_file)
        r = read_key(setup->arena, options->privacy_key_file, words, &snmp->priv_key);
    return r;
}

static int set_snmp(const struct cli_options *options, struct device_setup *setup, char words[300])
{
    int auth, priv, r = choose("snmp", options->snmp, versions, options->user ? 3 : 2, words, &setup->snmp.version);
    if (!r)
        r = choose("auth", options->auth, auths, AUTH_NONE, words, &auth);
    if (!r)
        r = choose("privacy", options->privacy, privs, PRIV_NONE, words, &priv);
    if (r)
        return r;
    setup->snmp.auth = (enum snmp_auth)auth;
    setup->snmp.priv = (enum snmp_priv)priv;
    setup->snmp.older = !options->snmp && !options->user && !options->subnet;
    setup->snmp.community = arena_strdup(setup->arena, options->community ? options->community : "public");
    return set_keys(options, setup, words);
}

static int set_modbus(const struct cli_options *options, struct device_setup *setup, char words[300])
{
    char *end = NULL;
    unsigned long unit = options->unit ? strtoul(options->unit, &end, 10) : 1;
    if (unit > 255 || (end && (*end || end == options->unit))) {
        snprintf(words, 300, "--unit %.40s: expected 0 to 255", options->unit);
        return CLI_USAGE;
    }
    setup->modbus = (struct modbus_setup){.unit = (unsigned)unit, .reconnect_us = 1000000};
    return CLI_DONE;
}

/* What --modbus says, else the form of the address, else the profile named. */
static bool over_modbus(const struct cli_options *options, const char *address, const struct profile *profile)
{
    return options->modbus || options->unit || !strncmp(address, "tcp://", 6) || !strncmp(address, "rtu+tcp://", 10) ||
           !strncmp(address, "serial://", 9) || (profile && profile_is_modbus(profile));
}

static int set_address(const struct cli_options *options, const char *text, struct device_setup *setup, char words[300])
{
    const char *why = NULL, *full = text;
    int wire, r = choose("modbus", options->modbus, wires, TR_UDP, words, &wire);
    if (r)
        return r;
    if (options->modbus && wire != TR_TCP && !strstr(text, "://")) /* TCP is what an address without a scheme means */
        full = arena_printf(setup->arena, "%s%s", wire == TR_SERIAL ? "serial://" : "rtu+tcp://", text);
    if (address_parse(setup->arena, full, setup->is_modbus, &setup->address, &why) < 0) {
        snprintf(words, 300, "%.120s: %s", text, why);
        return CLI_USAGE;
    }
    if (options->modbus && setup->address.transport != (enum transport)wire) {
        snprintf(words, 300, "%.120s: is not an address of --modbus %s", text, options->modbus);
        return CLI_USAGE;
    }
    return CLI_DONE;
}

static int fill(const struct cli_options *options, const char *address, struct profile_set *set,
                struct device_setup *setup, char words[300])
{
    double timeout = 2;
    const struct profile *profile = options->profile && set ? profile_find(set, options->profile) : NULL;
    if (options->profile && set && !profile) {
        const char *why = profile_left_out(set, options->profile);
        snprintf(words, 300, "--profile %.60s: %s%.200s", options->profile, why ? "" : "no such profile",
                 why ? why : "");
        return why ? CLI_NO : CLI_USAGE;
    }
    if (options->timeout &&
        (unit_parse_value(options->timeout, D_TIME, &timeout) < 0 || timeout <= 0 || timeout > 60)) {
        snprintf(words, 300, "--timeout %.40s: expected a time up to 60s, like 2s", options->timeout);
        return CLI_USAGE;
    }
    setup->profile = profile ? arena_strdup(setup->arena, options->profile) : "auto";
    setup->timeout_us = (int64_t)(timeout * 1e6);
    if ((profile && profile_is_mqtt(profile)) || !strncmp(address, "mqtt", 4)) {
        snprintf(words, 300, "what publishes over MQTT is not asked: name it in the configuration with its topic");
        return CLI_USAGE;
    }
    setup->is_modbus = over_modbus(options, address, profile);
    if (profile && profile_is_modbus(profile) != setup->is_modbus) {
        snprintf(words, 300, "--profile %.60s: is %s for Modbus", options->profile, setup->is_modbus ? "not" : "one");
        return CLI_USAGE;
    }
    int r = set_address(options, address, setup, words);
    if (!r)
        r = setup->is_modbus ? set_modbus(options, setup, words) : set_snmp(options, setup, words);
    return r;
}

int probe_setup(const struct cli_options *options, const char *address, uint32_t number, struct profile_set *set,
                char words[300], struct device_setup **ret)
{
    struct device_setup *setup = setup_new();
    setup->number = number;
    setup->id = arena_printf(setup->arena, "probe-%u", (unsigned)number);
    setup->profiles = set ? profile_set_ref(set) : NULL;
    setup->every_us = 10000000;
    setup->once = true;
    setup->names_resolve = true;
    int r = fill(options, address, set, setup, words);
    if (r) {
        setup_unref(setup);
        return r;
    }
    *ret = setup;
    return CLI_DONE;
}
