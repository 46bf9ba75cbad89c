/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From a profile and what an agent holds to a shape and a list of exact objects to ask; from their values to samples.
 * Pure: no socket, no clock, no library of SNMP.
 *
 * Shape: 1. snmp_ask_identity -> GET (and GETNEXT where `under`) -> profile_match_snmp;
 *        2. snmp_ask_discovery: columns to walk and objects to get -> snmp_plan_new makes shapes and plan;
 *        3. each poll: GET plan->ask[] in any grouping -> snmp_plan_decode, one answer a device of the chain.
 * Owner: a plan borrows the profile; images own copies of what is put into them.
 */
#pragma once
#include "inbox.h"
#include "oid.h"
#include "setup.h"

enum snmp_kind { SV_NONE, SV_INT, SV_UINT, SV_REAL, SV_BYTES, SV_OID };

/* One value as it came. SV_NONE: the agent has no such object or instance, or NULL, or did not answer it. */
struct snmp_value {
    enum snmp_kind kind;
    int64_t i;
    uint64_t u;
    double real;
    const uint8_t *bytes; /* SV_BYTES; not NUL-terminated; SV_OID: uint32_t parts, n of them */
    size_t n;
    bool address; /* SV_BYTES: an IpAddress */
};

/* What an agent was found to hold: an ordered map from OID to value. */
struct snmp_image;
struct snmp_image *snmp_image_new(void);
void snmp_image_free(struct snmp_image *image);
void snmp_image_put(struct snmp_image *image, struct oid name, struct snmp_value value);
const struct snmp_value *snmp_image_get(const struct snmp_image *image, struct oid name); /* NULL: not there */
/* The first entry after `name` (GETNEXT); false at the end. */
bool snmp_image_next(const struct snmp_image *image, struct oid name, struct oid *ret_name,
                     const struct snmp_value **ret_value);

/* One thing to ask: the object itself, or with `under` all that lies below it. */
struct snmp_ask {
    struct oid name;
    bool under;
};

struct snmp_asks {
    size_t n;
    struct snmp_ask *ask;
};

/* What tells profiles apart: sysDescr, sysObjectID, sysUpTime, and the objects that match rules name. `under` asks need
 * one GETNEXT only. With a setup of a named profile: that profile's identity objects alone. */
struct snmp_asks snmp_ask_identity(struct arena *arena, const struct profile_set *set, const char *profile);
/* The profile that fits, or NULL; *ret_why in words, in the arena. */
const struct profile *profile_match_snmp(struct arena *arena, const struct profile_set *set,
                                         const struct snmp_image *image, const char **ret_why);
struct snmp_asks snmp_ask_discovery(struct arena *arena, const struct profile *profile);

struct snmp_plan_device {
    uint32_t device; /* setup number */
    unsigned unit;   /* of the chain */
    struct shape *shape;
};

struct snmp_decode;

struct snmp_plan {
    size_t n;
    const struct oid *ask;              /* exact objects, each once; ask[0] is sysUpTime.0 */
    const struct snmp_decode *decode;   /* where they stand: shared by all plans that ask the same */
    unsigned max_varbinds, repetitions; /* the profile's limits; 0: none known */
    bool bulk;
    size_t n_devices;
    struct snmp_plan_device device[];
};

/* -ENODATA when the image holds no point of the profile; but a probe (setup->once) is told who it is. why: for
 * identity.why. */
int snmp_plan_new(const struct profile *profile, const struct device_setup *setup, const struct snmp_image *image,
                  const char *why, struct snmp_plan **ret);
void snmp_plan_free(struct snmp_plan *plan);
/* values[plan->n] as asked, into answers made by answer_new for each device of the plan. */
void snmp_plan_decode(const struct snmp_plan *plan, const struct snmp_value *values, struct answer **answers);
