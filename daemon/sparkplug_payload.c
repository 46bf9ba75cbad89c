/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_payload.h"
#include "drivers/arena.h"
#include "wire_text.h"

#include <sparkplug_b.pb-c.h>
#include <stdlib.h>
#include <string.h>

/* One metric as the library wants it: its parts stand beside it, so that one array holds all. */
struct laid_out {
    SparkplugB__Metric metric;
    SparkplugB__PropertySet set;
    char *key[SPARKPLUG_PROPERTIES + 1];
    SparkplugB__PropertyValue value[SPARKPLUG_PROPERTIES + 1], *value_at[SPARKPLUG_PROPERTIES + 1];
};

struct sparkplug_payload {
    size_t n, room; /* metrics */
    struct sparkplug_metric *metric;
    struct laid_out *out;
    SparkplugB__Metric **out_at;
    uint8_t *bytes;
    size_t size;
    struct arena *texts; /* those that had to be mended; NULL: none */
};

static void *need(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

struct sparkplug_payload *sparkplug_payload_new(void)
{
    return need(calloc(1, sizeof(struct sparkplug_payload)));
}

void sparkplug_payload_free(struct sparkplug_payload *payload)
{
    if (!payload)
        return;
    arena_free(payload->texts);
    free(payload->metric);
    free(payload->out);
    free(payload->out_at);
    free(payload->bytes);
    free(payload);
}

void sparkplug_payload_begin(struct sparkplug_payload *payload)
{
    payload->n = 0;
    arena_free(payload->texts);
    payload->texts = NULL;
}

void sparkplug_payload_add(struct sparkplug_payload *payload, const struct sparkplug_metric *metric)
{
    if (payload->n == payload->room) {
        payload->room = payload->room ? 2 * payload->room : 64;
        payload->metric = need(reallocarray(payload->metric, payload->room, sizeof *payload->metric));
        payload->out = need(reallocarray(payload->out, payload->room, sizeof *payload->out));
        payload->out_at = need(reallocarray(payload->out_at, payload->room, sizeof(SparkplugB__Metric *)));
    }
    payload->metric[payload->n++] = *metric;
}

size_t sparkplug_payload_count(const struct sparkplug_payload *payload)
{
    return payload->n;
}

/* Protobuf strings are UTF-8 and decoders refuse others; a device's label may be anything. */
static char *valid(struct sparkplug_payload *payload, const char *text)
{
    const char *p = text;
    size_t n;
    while (*p && (n = wire_text_sequence(p)) > 0)
        p += n;
    if (!*p)
        return (char *)text;
    if (!payload->texts)
        payload->texts = arena_new();
    char *mended = arena_strdup(payload->texts, text);
    for (char *q = mended + (p - text); *q; q += n ? n : 1) {
        n = wire_text_sequence(q);
        if (n == 0)
            *q = '?';
    }
    return mended;
}

static void lay_property(struct sparkplug_payload *payload, struct laid_out *out, size_t i,
                         const struct sparkplug_property *property)
{
    SparkplugB__PropertyValue *value = &out->value[i];
    sparkplug_b__property_value__init(value);
    out->key[i] = (char *)property->key;
    out->value_at[i] = value;
    value->has_type = true;
    value->type = property->text ? SPARKPLUG_STRING : SPARKPLUG_DOUBLE;
    if (property->text) {
        value->value_case = SPARKPLUG_B__PROPERTY_VALUE__VALUE_STRING_VALUE;
        value->string_value = valid(payload, property->text);
    } else {
        value->value_case = SPARKPLUG_B__PROPERTY_VALUE__VALUE_DOUBLE_VALUE;
        value->double_value = property->number;
    }
}

static void lay_quality(struct laid_out *out, size_t i, enum sparkplug_quality quality)
{
    SparkplugB__PropertyValue *value = &out->value[i];
    sparkplug_b__property_value__init(value);
    out->key[i] = (char *)"Quality";
    out->value_at[i] = value;
    value->has_type = true;
    value->type = 3; /* Int32: payloads-propertyset-quality-value-type */
    value->value_case = SPARKPLUG_B__PROPERTY_VALUE__VALUE_INT_VALUE;
    value->int_value = (uint32_t)quality;
}

static void lay_properties(struct sparkplug_payload *payload, struct laid_out *out, const struct sparkplug_metric *from)
{
    size_t n = 0;
    for (; n < from->n_properties; n++)
        lay_property(payload, out, n, &from->property[n]);
    if (from->quality != SPARKPLUG_UNSAID)
        lay_quality(out, n++, from->quality);
    if (n == 0)
        return;
    sparkplug_b__property_set__init(&out->set);
    out->set.n_keys = out->set.n_values = n;
    out->set.keys = out->key;
    out->set.values = out->value_at;
    out->metric.properties = &out->set;
}

static void lay_value(struct sparkplug_payload *payload, SparkplugB__Metric *metric,
                      const struct sparkplug_metric *from)
{
    switch (from->type) {
    case SPARKPLUG_INT64:
        metric->value_case = SPARKPLUG_B__METRIC__VALUE_LONG_VALUE;
        metric->long_value = (uint64_t)from->whole; /* two's complement */
        break;
    case SPARKPLUG_DOUBLE:
        metric->value_case = SPARKPLUG_B__METRIC__VALUE_DOUBLE_VALUE;
        metric->double_value = from->real;
        break;
    case SPARKPLUG_BOOLEAN:
        metric->value_case = SPARKPLUG_B__METRIC__VALUE_BOOLEAN_VALUE;
        metric->boolean_value = from->on;
        break;
    case SPARKPLUG_STRING:
        metric->value_case = SPARKPLUG_B__METRIC__VALUE_STRING_VALUE;
        metric->string_value = valid(payload, from->text ? from->text : "");
        break;
    }
}

static void lay_out(struct sparkplug_payload *payload, struct laid_out *out, const struct sparkplug_metric *from)
{
    SparkplugB__Metric *metric = &out->metric;
    sparkplug_b__metric__init(metric);
    metric->name = (char *)from->name;
    metric->has_alias = from->alias > 0;
    metric->alias = from->alias;
    metric->has_timestamp = true;
    metric->timestamp = (uint64_t)from->ts_ms;
    metric->has_datatype = !from->untyped;
    metric->datatype = from->type;
    metric->has_is_historical = metric->is_historical = from->historical;
    metric->has_is_null = metric->is_null = from->null;
    if (!from->null)
        lay_value(payload, metric, from);
    lay_properties(payload, out, from);
}

const uint8_t *sparkplug_payload_pack(struct sparkplug_payload *payload, int64_t ts_ms, unsigned seq, size_t *ret_size)
{
    SparkplugB__Payload out = SPARKPLUG_B__PAYLOAD__INIT;
    for (size_t i = 0; i < payload->n; i++) {
        lay_out(payload, &payload->out[i], &payload->metric[i]);
        payload->out_at[i] = &payload->out[i].metric;
    }
    out.has_timestamp = out.has_seq = true;
    out.timestamp = (uint64_t)ts_ms;
    out.seq = seq;
    out.n_metrics = payload->n;
    out.metrics = payload->out_at;
    size_t size = sparkplug_b__payload__get_packed_size(&out);
    if (size > payload->size) {
        payload->bytes = need(realloc(payload->bytes, size));
        payload->size = size;
    }
    *ret_size = sparkplug_b__payload__pack(&out, payload->bytes);
    return payload->bytes;
}

size_t sparkplug_payload_death(uint8_t bytes[SPARKPLUG_DEATH_MAX], unsigned bd_seq, int64_t ts_ms)
{
    SparkplugB__Payload out = SPARKPLUG_B__PAYLOAD__INIT;
    SparkplugB__Metric metric = SPARKPLUG_B__METRIC__INIT, *at = &metric;
    metric.name = (char *)SPARKPLUG_BDSEQ;
    metric.has_timestamp = metric.has_datatype = true;
    metric.timestamp = (uint64_t)ts_ms;
    metric.datatype = SPARKPLUG_INT64;
    metric.value_case = SPARKPLUG_B__METRIC__VALUE_LONG_VALUE;
    metric.long_value = bd_seq;
    out.has_timestamp = true;
    out.timestamp = (uint64_t)ts_ms;
    out.n_metrics = 1;
    out.metrics = &at;
    return sparkplug_b__payload__pack(&out, bytes); /* at most 45 bytes: two times, a name, three small numbers */
}
