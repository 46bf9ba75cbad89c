/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_publish.h"

int mqtt_publish(struct mqtt_link *link, const struct mqtt_word *word, struct mqtt_receipt *receipt)
{
    MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
    *receipt = (struct mqtt_receipt){0};
    MQTTAsync library = mqtt_link_awaits(link, receipt, &response);
    return mqtt_link_outcome(
        MQTTAsync_send(library, word->topic, (int)word->size, word->payload, word->qos, word->retained, &response));
}
