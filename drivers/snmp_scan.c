/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_scan.h"

#include <stdlib.h>

#define LANES       4
#define REPETITIONS 10 /* agents fail above 10 to 25 (prometheus/snmp_exporter#756) */
#define VARBINDS    20
#define ROWS_MAX    20000
#define BYTES_MAX   (32u << 20)
/* Silent to this many smallest requests in a row: then it is silent, and not only to these objects. */
#define LOST_MAX 2

struct lane {
    size_t ask;
    size_t rows;
    size_t n;
    oid cursor[OID_MAX];
};

struct snmp_scan {
    const struct snmp_asks *asks;
    bool first_only;
    struct snmp_limits limits;
    struct snmp_image *image;
    struct snmp_name *name; /* of each ask, in the library's numbers */
    oid *pool;
    bool *over; /* of each ask */
    unsigned lanes_max;
    size_t n_lanes;
    struct lane lane[LANES];
    struct snmp_request request;
    size_t index[SNMP_VARBINDS_MAX]; /* the asks in the request, outside a walk */
    bool walking;                    /* the request is one of lanes */
    unsigned lost;
    size_t found, cut, bytes;
    long error;
};

struct snmp_limits snmp_limits_unknown(int version)
{
    return (struct snmp_limits){.varbinds = VARBINDS, .repetitions = REPETITIONS, .bulk = version != 1};
}

struct snmp_limits snmp_limits_learnt(int version, const struct manners *manners)
{
    struct snmp_limits limits = snmp_limits_unknown(version);
    limits.bulk = limits.bulk && !manners->no_bulk;
    if (manners->repetitions && manners->repetitions < limits.repetitions)
        limits.repetitions = manners->repetitions;
    if (manners->varbinds && manners->varbinds < limits.varbinds)
        limits.varbinds = manners->varbinds;
    return limits;
}

struct snmp_scan *snmp_scan_new(const struct snmp_asks *asks, bool first_only, struct snmp_limits limits,
                                struct snmp_image *image)
{
    size_t parts = 0;
    for (size_t i = 0; i < asks->n; i++)
        parts += asks->ask[i].name.n;
    struct snmp_scan *scan = calloc(1, sizeof(*scan));
    struct snmp_name *name = calloc(asks->n + 1, sizeof(*name));
    oid *pool = calloc(parts + 1, sizeof(*pool));
    bool *over = calloc(asks->n + 1, sizeof(*over));
    if (!scan || !name || !pool || !over)
        abort(); /* as the arena */
    *scan = (struct snmp_scan){.asks = asks,
                               .first_only = first_only,
                               .limits = limits,
                               .image = image,
                               .name = name,
                               .pool = pool,
                               .over = over,
                               .lanes_max = LANES};
    if (limits.varbinds > SNMP_VARBINDS_MAX || limits.varbinds == 0)
        scan->limits.varbinds = VARBINDS;
    if (limits.repetitions == 0)
        scan->limits.repetitions = REPETITIONS;
    for (size_t i = 0; i < asks->n; i++) {
        name[i] = (struct snmp_name){pool, asks->ask[i].name.n};
        for (size_t k = 0; k < name[i].n; k++)
            *pool++ = asks->ask[i].name.id[k];
    }
    return scan;
}

void snmp_scan_free(struct snmp_scan *scan)
{
    if (!scan)
        return;
    free(scan->name);
    free(scan->pool);
    free(scan->over);
    free(scan);
}

/* Objects that need one answer each: the exact ones, and with first_only the others too. */
static bool gather(struct snmp_scan *scan, bool under)
{
    struct snmp_request *r = &scan->request;
    unsigned most = under && scan->limits.varbinds > scan->lanes_max ? scan->lanes_max : scan->limits.varbinds;
    r->command = under ? SNMP_MSG_GETNEXT : SNMP_MSG_GET;
    r->n = 0;
    for (size_t i = 0; i < scan->asks->n && r->n < most; i++) {
        if (scan->over[i] || scan->asks->ask[i].under != under)
            continue;
        scan->index[r->n] = i;
        r->name[r->n++] = scan->name[i];
    }
    scan->walking = false;
    return r->n > 0;
}

static void open_lanes(struct snmp_scan *scan)
{
    for (size_t i = 0; i < scan->asks->n && scan->n_lanes < LANES; i++) {
        if (scan->over[i] || !scan->asks->ask[i].under || scan->name[i].n > OID_MAX)
            continue;
        struct lane *lane = &scan->lane[scan->n_lanes++];
        lane->ask = i;
        lane->rows = 0;
        lane->n = scan->name[i].n;
        memcpy(lane->cursor, scan->name[i].id, lane->n * sizeof(oid));
        scan->over[i] = true; /* taken up */
    }
}

const struct snmp_request *snmp_scan_next(struct snmp_scan *scan)
{
    struct snmp_request *r = &scan->request;
    if (gather(scan, false) || (scan->first_only && gather(scan, true)))
        return r;
    open_lanes(scan);
    r->n = scan->n_lanes < scan->lanes_max ? scan->n_lanes : scan->lanes_max;
    r->command = scan->limits.bulk ? SNMP_MSG_GETBULK : SNMP_MSG_GETNEXT;
    r->repetitions = scan->limits.repetitions;
    for (size_t i = 0; i < r->n; i++)
        r->name[i] = (struct snmp_name){scan->lane[i].cursor, scan->lane[i].n};
    scan->walking = true;
    return r->n > 0 ? r : NULL;
}

static void put(struct snmp_scan *scan, const netsnmp_variable_list *v)
{
    uint32_t name[OID_MAX], room[OID_MAX];
    struct snmp_value value = snmp_value_read(v, room);
    if (value.kind == SV_NONE || v->name_length > OID_MAX)
        return;
    for (size_t i = 0; i < v->name_length; i++)
        name[i] = (uint32_t)v->name[i];
    snmp_image_put(scan->image, (struct oid){v->name_length, name}, value);
    scan->found++;
    scan->bytes += sizeof(value) + v->name_length * sizeof(uint32_t) + v->val_len;
}

static bool exception(const netsnmp_variable_list *v)
{
    return v->type == SNMP_ENDOFMIBVIEW || v->type == SNMP_NOSUCHOBJECT || v->type == SNMP_NOSUCHINSTANCE;
}

static void take_singles(struct snmp_scan *scan, const netsnmp_pdu *reply)
{
    const struct snmp_request *r = &scan->request;
    size_t i = 0;
    if (r->command == SNMP_MSG_GET && snmp_reply_wrong(r, reply)) {
        snmp_scan_lost(scan);
        return;
    }
    for (const netsnmp_variable_list *v = reply->variables; v && i < r->n; v = v->next_variable, i++) {
        struct snmp_name name = {v->name, v->name_length};
        scan->over[scan->index[i]] = true;
        if (!exception(v) && snmp_name_under(name, r->name[i]))
            put(scan, v);
    }
    for (; i < r->n; i++)
        scan->over[scan->index[i]] = true; /* an answer that is too short will not grow */
}

/* False at the end of the lane. */
static bool advance(struct snmp_scan *scan, struct lane *lane, const netsnmp_variable_list *v)
{
    struct snmp_name name = {v->name, v->name_length}, cursor = {lane->cursor, lane->n};
    if (exception(v) || v->name_length > OID_MAX || !snmp_name_under(name, scan->name[lane->ask]))
        return false;
    if (snmp_name_compare(name, cursor) <= 0 || ++lane->rows > ROWS_MAX || scan->bytes > BYTES_MAX) {
        scan->cut++;
        return false;
    }
    put(scan, v);
    lane->n = v->name_length;
    memcpy(lane->cursor, v->name, lane->n * sizeof(oid));
    return true;
}

static void close_lanes(struct snmp_scan *scan, const bool *ended)
{
    size_t kept = 0;
    for (size_t i = 0; i < scan->n_lanes; i++) {
        if (ended[i])
            continue;
        if (kept != i)
            scan->lane[kept] = scan->lane[i];
        kept++;
    }
    scan->n_lanes = kept;
}

/* False when there is no smaller step. */
static bool step_down(struct snmp_scan *scan)
{
    if (scan->walking && scan->limits.bulk) {
        if (scan->request.n > 1)
            scan->lanes_max = 1;
        else if (scan->limits.repetitions > 2)
            scan->limits.repetitions = 2;
        else
            scan->limits.bulk = false;
        return true;
    }
    if (scan->request.n <= 1)
        return false;
    if (scan->walking || scan->request.command == SNMP_MSG_GETNEXT)
        scan->lanes_max = 1;
    else
        scan->limits.varbinds = scan->request.n > 4 ? 4 : 1;
    return true;
}

/* The one object of the smallest request is given up. */
static void drop(struct snmp_scan *scan, size_t i)
{
    bool ended[LANES] = {false};
    if (!scan->walking) {
        scan->over[scan->index[i]] = true;
        return;
    }
    ended[i] = true;
    close_lanes(scan, ended);
}

static void take_rows(struct snmp_scan *scan, const netsnmp_pdu *reply)
{
    bool ended[LANES] = {false};
    size_t i = 0, lanes = scan->request.n;
    for (const netsnmp_variable_list *v = reply->variables; v; v = v->next_variable, i++) {
        size_t l = i % lanes;
        if (!ended[l])
            ended[l] = !advance(scan, &scan->lane[l], v);
    }
    if (i >= lanes)
        close_lanes(scan, ended);
    else if (!step_down(scan))
        drop(scan, 0);
}

void snmp_scan_take(struct snmp_scan *scan, const netsnmp_pdu *reply)
{
    scan->lost = 0;
    if (reply->errstat == SNMP_ERR_NOERROR) {
        if (scan->walking)
            take_rows(scan, reply);
        else
            take_singles(scan, reply);
        return;
    }
    long culprit = snmp_reply_culprit(&scan->request, reply);
    scan->error = reply->errstat;
    if (reply->errstat == SNMP_ERR_TOOBIG || culprit < 0 || scan->request.command == SNMP_MSG_GETBULK) {
        if (!step_down(scan))
            drop(scan, 0);
    } else {
        drop(scan, (size_t)culprit);
    }
}

bool snmp_scan_lost(struct snmp_scan *scan)
{
    if (step_down(scan))
        return true;
    drop(scan, 0);
    return ++scan->lost < LOST_MAX;
}

struct snmp_limits snmp_scan_limits(const struct snmp_scan *scan)
{
    return scan->limits;
}

size_t snmp_scan_found(const struct snmp_scan *scan)
{
    return scan->found;
}

size_t snmp_scan_cut(const struct snmp_scan *scan)
{
    return scan->cut;
}

long snmp_scan_error(const struct snmp_scan *scan)
{
    return scan->error;
}
