/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the broker says for us when we are gone without a farewell; the same is said as farewell. */
#pragma once
#include "mqtt_topic.h"

#include <stdint.h>

#define MQTT_WILL_MAX 256

struct mqtt_will {
    char topic[MQTT_TOPIC_MAX];
    uint8_t payload[MQTT_WILL_MAX];
    size_t size;
    int qos;
    bool retained;
};
