/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snmp_pdu.h"

#include <errno.h>

#define VARBINDS 1500 /* more do not fit into a datagram */

enum { NO_ERROR = 0, TOO_BIG = 1, NO_SUCH_NAME = 2, GEN_ERR = 5, NO_ACCESS = 6, NO_AUTHORIZATION = 16 };

struct varbind {
    struct ber_bytes name, value;
};

struct request {
    uint8_t type;
    int64_t id, non_repeaters, repetitions;
    struct ber_bytes list; /* contents, as asked */
    size_t n;
};

static const uint8_t no_object[] = {BER_NO_OBJECT, 0}, no_instance[] = {BER_NO_INSTANCE, 0},
                     end_of_view[] = {BER_END_OF_VIEW, 0};

static bool parse(struct ber_bytes pdu, struct request *request)
{
    struct ber_reader all = ber_reader(pdu.p, pdu.n);
    request->type = ber_peek(&all);
    struct ber_reader in = ber_enter(&all, request->type);
    request->id = ber_integer(&in);
    request->non_repeaters = ber_integer(&in);
    request->repetitions = ber_integer(&in);
    struct ber_reader list = ber_enter(&in, BER_SEQUENCE);
    request->list = (struct ber_bytes){list.p, (size_t)(list.end - list.p)};
    while (!list.bad && list.p < list.end) {
        ber_any(&list);
        request->n++;
    }
    return !in.bad && !list.bad;
}

/* The OID of the next element of a list, as numbers and as it stood. */
static bool next_name(struct ber_reader *list, struct ber_bytes *name, uint32_t *id, size_t *n)
{
    struct ber_reader bind = ber_enter(list, BER_SEQUENCE), copy = bind;
    *name = ber_any(&copy);
    *n = ber_oid(&bind, id);
    return !bind.bad && !list->bad;
}

static void write_response(const struct pdu_rules *rules, const struct request *request, int status, size_t index,
                           const struct varbind *bind, size_t n, struct ber_writer *w)
{
    size_t start = ber_length(w), list = start;
    if (bind) {
        for (size_t i = n; i-- > 0;) {
            size_t before = ber_length(w);
            ber_put(w, bind[i].value.p, bind[i].value.n);
            ber_put(w, bind[i].name.p, bind[i].name.n);
            ber_put_head(w, BER_SEQUENCE, before);
        }
    } else if (!(status == TOO_BIG && rules->version > 1)) {
        ber_put(w, request->list.p, request->list.n);
    }
    ber_put_head(w, BER_SEQUENCE, list);
    ber_put_integer(w, BER_INTEGER, (int64_t)index);
    ber_put_integer(w, BER_INTEGER, status);
    ber_put_integer(w, BER_INTEGER, rules->wrong_id ? request->id ^ 0x5a5a : request->id);
    ber_put_head(w, BER_RESPONSE, start);
}

static struct varbind of_object(const struct object *object)
{
    return (struct varbind){{object->name, object->name_length}, {object->value, object->length}};
}

/* A v1 agent has no 64 bit counters to show. */
static const struct object *step(const struct pdu_rules *rules, const uint32_t *id, size_t n)
{
    const struct object *object = image_next(rules->image, id, n);
    while (object && rules->version == 1 && object->tag == BER_COUNTER64)
        object = image_next(rules->image, object->id, object->n);
    if (!object && rules->endless && image_count(rules->image))
        object = image_at(rules->image, 0);
    return object;
}

static bool lookup(const struct pdu_rules *rules, uint8_t type, struct ber_bytes name, const uint32_t *id, size_t n,
                   struct varbind *bind)
{
    bool get = type == BER_GET;
    const struct object *object = get ? image_find(rules->image, id, n) : step(rules, id, n);
    if (object && rules->version == 1 && object->tag == BER_COUNTER64)
        object = NULL;
    if (object) {
        *bind = of_object(object);
        return true;
    }
    if (rules->version == 1)
        return false;
    bind->name = name;
    bind->value.n = 2;
    bind->value.p = !get ? end_of_view : image_has_object(rules->image, id, n) ? no_instance : no_object;
    return true;
}

static int answer_get(const struct pdu_rules *rules, const struct request *request, struct ber_writer *w)
{
    struct varbind bind[VARBINDS];
    struct ber_reader list = ber_reader(request->list.p, request->list.n);
    size_t n = 0, size = 40;
    while (list.p < list.end && n < VARBINDS) {
        uint32_t id[BER_OID_MAX];
        size_t length;
        struct ber_bytes name;
        if (!next_name(&list, &name, id, &length))
            return -EBADMSG;
        if (!lookup(rules, request->type, name, id, length, &bind[n])) {
            write_response(rules, request, NO_SUCH_NAME, n + 1, NULL, 0, w);
            return 0;
        }
        size += bind[n].name.n + bind[n].value.n + 4;
        n++;
    }
    if (size > rules->budget || list.p < list.end)
        write_response(rules, request, TOO_BIG, 0, NULL, 0, w);
    else
        write_response(rules, request, NO_ERROR, 0, bind, n, w);
    return 0;
}

struct bulk {
    struct varbind bind[VARBINDS];
    size_t n, size, limit;
};

/* false: the answer is full */
static bool bulk_add(const struct pdu_rules *rules, struct bulk *bulk, struct varbind bind)
{
    size_t size = bind.name.n + bind.value.n + 4;
    if (bulk->n == bulk->limit || bulk->size + size > rules->budget)
        return false;
    bulk->bind[bulk->n++] = bind;
    bulk->size += size;
    return true;
}

/* One more row: each column goes on from its last answer. */
static bool bulk_row(const struct pdu_rules *rules, struct bulk *bulk, size_t first, size_t columns, bool *ret_end)
{
    *ret_end = true;
    for (size_t i = 0; i < columns; i++) {
        struct varbind last = bulk->bind[first + i], bind = {0};
        struct ber_reader name = ber_reader(last.name.p, last.name.n);
        uint32_t id[BER_OID_MAX];
        size_t n = ber_oid(&name, id);
        lookup(rules, BER_NEXT, last.name, id, n, &bind);
        *ret_end &= bind.value.p == end_of_view;
        if (!bulk_add(rules, bulk, bind))
            return false;
    }
    return true;
}

static int answer_bulk(const struct pdu_rules *rules, const struct request *request, struct ber_writer *w)
{
    struct bulk bulk = {.size = 40, .limit = rules->max_varbinds ? rules->max_varbinds : VARBINDS};
    struct ber_reader list = ber_reader(request->list.p, request->list.n);
    size_t singles = request->non_repeaters < 0 ? 0 : (size_t)request->non_repeaters;
    size_t columns = request->n > singles ? request->n - singles : 0;
    bool room = true, end = false;
    for (size_t i = 0; i < request->n && room; i++) {
        uint32_t id[BER_OID_MAX];
        size_t n;
        struct ber_bytes name;
        struct varbind bind = {0};
        if (!next_name(&list, &name, id, &n))
            return -EBADMSG;
        if (i >= singles && request->repetitions <= 0)
            break;
        lookup(rules, BER_NEXT, name, id, n, &bind);
        room = bulk_add(rules, &bulk, bind);
    }
    size_t row = request->n - columns;
    for (int64_t r = 1; r < request->repetitions && columns && room && !end; r++, row += columns)
        room = bulk_row(rules, &bulk, row, columns, &end);
    if (!bulk.n && request->n && request->repetitions > 0)
        write_response(rules, request, TOO_BIG, 0, NULL, 0, w);
    else
        write_response(rules, request, NO_ERROR, 0, bulk.bind, bulk.n, w);
    return 0;
}

int pdu_answer(const struct pdu_rules *rules, struct ber_bytes pdu, struct ber_writer *w)
{
    struct request request = {0};
    if (!parse(pdu, &request))
        return -EBADMSG;
    if (rules->refused) {
        write_response(rules, &request, NO_AUTHORIZATION, 0, NULL, 0, w);
        return 0;
    }
    switch (request.type) {
    case BER_GET:
    case BER_NEXT:
        if (rules->failing)
            break;
        if (rules->max_varbinds && request.n > rules->max_varbinds) {
            write_response(rules, &request, TOO_BIG, 0, NULL, 0, w);
            return 0;
        }
        return answer_get(rules, &request, w);
    case BER_BULK:
        if (rules->no_bulk || rules->version == 1)
            return -ENOMSG;
        if (rules->failing)
            break;
        return answer_bulk(rules, &request, w);
    case BER_SET:
        ++*rules->writes;
        write_response(rules, &request, rules->version == 1 ? NO_SUCH_NAME : NO_ACCESS, 1, NULL, 0, w);
        return 0;
    default: return -ENOMSG; /* a byte from the wire, not an enumeration */
    }
    write_response(rules, &request, GEN_ERR, 1, NULL, 0, w);
    return 0;
}
