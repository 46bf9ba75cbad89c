/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place where something is published.
 *
 * Shape: the word lives for the call, the receipt until sent (drivers/mqtt_link.h). Errors: -EAGAIN: not taken, later;
 * -ENOTCONN. Tests: tests/wire/test_mqtt.c.
 */
#pragma once
#include "drivers/mqtt_link.h"

int mqtt_publish(struct mqtt_link *link, const struct mqtt_word *word, struct mqtt_receipt *receipt);
