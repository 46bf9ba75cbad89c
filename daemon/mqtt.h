/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The MQTT exit: a broker is told what live.h holds, by the views that its configuration names.
 *
 * Shape: start, then told as sink.h says, with the struct mqtt as self. One of it for each broker.
 * Errors: an absent, slow or hanging broker is no error: mqtt_sink.trouble has words as long as it lasts.
 * Owner: the configuration is copied.
 * Threads: the loop's thread. Only mqtt_stop waits, for at most MQTT_STOP_MS a session.
 */
#pragma once
#include "mqtt_session.h"

struct mqtt;

extern const struct sink mqtt_sink;

/* -EINVAL for a server or prefix that cannot be one. store: NULL: what an outage keeps from the broker is lost. */
int mqtt_start(sd_event *loop, const struct mqtt_config *config, const struct live *live,
               const struct mqtt_store *store, const char *version, struct mqtt **ret);
/* An answer of the store; true: it was for a view of this broker, which took what it wants of the rows. */
bool mqtt_history(struct mqtt *mqtt, const char *name, struct mqtt_rows *rows);
/* After live.h follows the new configuration. The connection stays unless what it rests on has changed. */
int mqtt_reload(struct mqtt *mqtt, const struct mqtt_config *config);
/* Says offline, disconnects and frees. */
void mqtt_stop(struct mqtt *mqtt);
/* behind: of any view. */
void mqtt_history_stats(struct mqtt *mqtt, struct mqtt_relay_stats *ret);
void mqtt_stats(struct mqtt *mqtt, struct mqtt_wire_stats *ret); /* sums over its sessions */
