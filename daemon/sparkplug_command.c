/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sparkplug_command.h"
#include "sparkplug_payload.h"

#include <errno.h>
#include <jansson.h>
#include <sparkplug_b.pb-c.h>
#include <string.h>

#define HOST_MAX 1024 /* {"online":true,"timestamp":1700000000000} and what a host adds to it */

static bool asks_for_rebirth(const SparkplugB__Metric *metric)
{
    bool boolean = !metric->has_datatype || metric->datatype == SPARKPLUG_BOOLEAN;
    return metric->name && strcmp(metric->name, SPARKPLUG_REBIRTH) == 0 && boolean && !metric->is_null &&
           metric->value_case == SPARKPLUG_B__METRIC__VALUE_BOOLEAN_VALUE && metric->boolean_value;
}

int sparkplug_command_decode(const void *bytes, size_t n, bool *ret_rebirth)
{
    if (n > SPARKPLUG_COMMAND_MAX)
        return -EMSGSIZE;
    SparkplugB__Payload *payload = sparkplug_b__payload__unpack(NULL, n, bytes);
    if (!payload)
        return -EBADMSG;
    bool rebirth = false;
    for (size_t i = 0; i < payload->n_metrics; i++)
        rebirth |= asks_for_rebirth(payload->metrics[i]);
    sparkplug_b__payload__free_unpacked(payload, NULL);
    *ret_rebirth = rebirth;
    return 0;
}

int sparkplug_host_decode(const void *bytes, size_t n, struct sparkplug_host_state *ret)
{
    json_t *json = n <= HOST_MAX ? json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    const json_t *online = json_object_get(json, "online"), *timestamp = json_object_get(json, "timestamp");
    int rc = n > HOST_MAX ? -EMSGSIZE : -EBADMSG;
    if (json_is_boolean(online) && json_is_integer(timestamp) && json_integer_value(timestamp) >= 0) {
        *ret = (struct sparkplug_host_state){json_is_true(online), json_integer_value(timestamp)};
        rc = 0;
    }
    json_decref(json);
    return rc;
}

bool sparkplug_host_newer(const struct sparkplug_host_state *known, const struct sparkplug_host_state *told)
{
    return !known || told->ts_ms >= known->ts_ms;
}
