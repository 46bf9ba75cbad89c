/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_value.h"

#include <math.h>

/* An agent's clock may drift this much from ours between two polls and still count as running on over its wrap. */
#define UPTIME_SLACK_TICKS 6000u

static struct snmp_value bytes_of(const netsnmp_variable_list *v)
{
    return (struct snmp_value){.kind = SV_BYTES, .bytes = v->val.string, .n = v->val_len};
}

static struct snmp_value oid_of(const netsnmp_variable_list *v, uint32_t room[OID_MAX])
{
    size_t n = v->val_len / sizeof(oid);
    if (n > OID_MAX)
        return (struct snmp_value){.kind = SV_NONE};
    for (size_t i = 0; i < n; i++)
        room[i] = (uint32_t)v->val.objid[i];
    return (struct snmp_value){.kind = SV_OID, .bytes = (const uint8_t *)room, .n = n};
}

static uint64_t wide(const netsnmp_variable_list *v)
{
    return (uint64_t)v->val.counter64->high << 32 | (v->val.counter64->low & 0xffffffffu);
}

static struct snmp_value real_of(double value)
{
    /* NaN passes the library; it is no value */
    return isfinite(value) ? (struct snmp_value){.kind = SV_REAL, .real = value} : (struct snmp_value){.kind = SV_NONE};
}

struct snmp_value snmp_value_read(const netsnmp_variable_list *v, uint32_t room[OID_MAX])
{
    switch (v->type) {
    case ASN_INTEGER:
        /* up to 4294967295 from agents that send an unsigned number here: kept as it came */
        return (struct snmp_value){.kind = SV_INT, .i = *v->val.integer};
    case ASN_COUNTER:
    case ASN_GAUGE:
    case ASN_TIMETICKS:
    case ASN_UINTEGER: return (struct snmp_value){.kind = SV_UINT, .u = (uint32_t)*v->val.integer};
    case ASN_COUNTER64:
    case ASN_OPAQUE_COUNTER64:
    case ASN_OPAQUE_U64: return (struct snmp_value){.kind = SV_UINT, .u = wide(v)};
    case ASN_OPAQUE_I64: return (struct snmp_value){.kind = SV_INT, .i = (int64_t)wide(v)};
    case ASN_OPAQUE_FLOAT: return real_of((double)*v->val.floatVal);
    case ASN_OPAQUE_DOUBLE: return real_of(*v->val.doubleVal);
    case ASN_IPADDRESS: {
        struct snmp_value value = bytes_of(v);
        value.address = true;
        return value;
    }
    case ASN_OCTET_STR:
    case ASN_OPAQUE:
    case ASN_NSAP:
    case ASN_BIT_STR: return bytes_of(v);
    case ASN_OBJECT_ID: return oid_of(v, room);
    }
    return (struct snmp_value){.kind = SV_NONE};
}

int snmp_name_compare(struct snmp_name a, struct snmp_name b)
{
    for (size_t i = 0; i < a.n && i < b.n; i++) {
        if (a.id[i] != b.id[i])
            return a.id[i] < b.id[i] ? -1 : 1;
    }
    return a.n < b.n ? -1 : a.n > b.n;
}

bool snmp_name_under(struct snmp_name name, struct snmp_name root)
{
    return name.n >= root.n && memcmp(name.id, root.id, root.n * sizeof(oid)) == 0;
}

const char *snmp_reply_wrong(const struct snmp_request *request, const netsnmp_pdu *reply)
{
    size_t i = 0;
    for (const netsnmp_variable_list *v = reply->variables; v; v = v->next_variable, i++) {
        if (i >= request->n)
            return "it answers with more objects than were asked";
        const struct snmp_name *asked = &request->name[i];
        if (v->name_length != asked->n || memcmp(v->name, asked->id, asked->n * sizeof(oid)) != 0)
            return "it answers with other objects than were asked";
    }
    return i < request->n ? "it answers with fewer objects than were asked" : NULL;
}

long snmp_reply_culprit(const struct snmp_request *request, const netsnmp_pdu *reply)
{
    return reply->errindex >= 1 && (size_t)reply->errindex <= request->n ? reply->errindex - 1 : -1;
}

const char *snmp_error_words(long errstat)
{
    static const char *const words[] = {
        [SNMP_ERR_NOERROR] = "no error",
        [SNMP_ERR_TOOBIG] = "its answer would be too big",
        [SNMP_ERR_NOSUCHNAME] = "it has no such object",
        [SNMP_ERR_BADVALUE] = "bad value",
        [SNMP_ERR_READONLY] = "read only",
        [SNMP_ERR_GENERR] = "it reports a general error",
        [SNMP_ERR_NOACCESS] = "it refuses access to the object",
        [SNMP_ERR_RESOURCEUNAVAILABLE] = "it is out of resources",
        [SNMP_ERR_AUTHORIZATIONERROR] = "its view of this user or community does not hold the object at this level",
    };
    if (errstat < 0 || (size_t)errstat >= sizeof(words) / sizeof(*words) || !words[errstat])
        return "it reports an error of an unknown kind";
    return words[errstat];
}

bool snmp_uptime_reset(uint32_t before, uint32_t now, int64_t elapsed_us)
{
    if (now >= before)
        return false;
    uint32_t expected = before + (uint32_t)(elapsed_us / 10000);
    /* both distances modulo 2^32: near what a counter running over its end would show */
    uint32_t ahead = now - expected, behind = expected - now;
    bool ran_over = expected < before && (ahead < UPTIME_SLACK_TICKS || behind < UPTIME_SLACK_TICKS);
    /* a poll that was answered from a cache may be a moment old */
    bool stale = before - now < 100 && elapsed_us < 1000000;
    return !ran_over && !stale;
}
