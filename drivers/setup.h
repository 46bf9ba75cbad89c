/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the site says about one device, as a driver needs it.
 *
 * Owner: counted references, each setup in an arena of its own: after a reload unchanged devices keep theirs.
 * Threads: references are atomic; the rest is read only once handed on.
 */
#pragma once
#include "address.h"
#include "decimal.h"
#include "manners.h"
#include "quantity.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct profile;
struct profile_set;

enum snmp_auth { AUTH_NONE, AUTH_MD5, AUTH_SHA, AUTH_SHA224, AUTH_SHA256, AUTH_SHA384, AUTH_SHA512 };
enum snmp_priv { PRIV_NONE, PRIV_DES, PRIV_AES128, PRIV_AES192, PRIV_AES256 };

struct snmp_setup {
    int version; /* 1, 2, 3 */
    const char *community;
    const char *user;
    enum snmp_auth auth;
    enum snmp_priv priv;
    const char *auth_key, *priv_key; /* secrets, never printed */
    bool older;                      /* version 2: one that does not answer is tried in version 1 too */
};

struct modbus_setup {
    unsigned unit;
    int64_t pause_us;       /* between requests on the line */
    int64_t reconnect_us;   /* before a new connection */
    bool one_client;        /* close after each poll */
    unsigned max_registers; /* 0: the profile's */
};

struct mqtt_setup {
    const char *server, *user, *password, *ca, *cert, *key, *client_id; /* the password is never printed */
    unsigned version;                                                   /* 3 (3.1.1) or 5 */
    const char *topic;                                                  /* what the device publishes below */
    int64_t stale_us;                                                   /* 0: the profile's */
};

/* What the site changes of a part: the device's own words are corrected here, never in the profile. */
struct part_setup {
    const char *part;
    const char *label; /* NULL: the device's */
    bool ignore, invert;
    struct decimal scale; /* DECIMAL_ONE */
    const char *unit;     /* NULL: the profile's */
};

struct param {
    const char *name, *value;
};

struct device_setup {
    atomic_uint refs;
    struct arena *arena;
    uint32_t number;      /* comes back in each answer */
    uint64_t fingerprint; /* equal: nothing changed that a driver would notice */
    const char *id;
    struct profile_set *profiles; /* a reference */
    const char *profile;          /* name, or "auto" */
    struct address address;
    bool is_modbus, is_mqtt; /* neither: SNMP */
    struct snmp_setup snmp;
    struct modbus_setup modbus;
    struct mqtt_setup mqtt;
    int64_t every_us, timeout_us;
    bool once; /* probe: one discovery and one poll, errors at once, no back-off */
    size_t n_parts;
    struct part_setup *part;
    size_t n_params;
    struct param *param;
    size_t n_units; /* a chain: only unit `unit_number[i]` ... belongs to device `unit_device[i]` */
    unsigned *unit_number;
    uint32_t *unit_device;
    struct manners manners; /* learnt in a run before; set before the setup is handed on */
    bool names_resolve;     /* false: numeric addresses only */
};

struct device_setup *setup_new(void);
struct device_setup *setup_ref(struct device_setup *setup);
void setup_unref(struct device_setup *setup);
const char *setup_param(const struct device_setup *setup, const char *name); /* NULL: not given */
