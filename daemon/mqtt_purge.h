/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A connection to a broker of its own, for a command: what is retained, and clearing it.
 *
 * Shape: open, list, clear, close. No last will and a client id of its own: the daemon's connection is not disturbed.
 * Errors: -errno with words. -ETIMEDOUT: no answer; -EACCES: the broker says no; else the way to it.
 * Threads: one; all calls wait.
 */
#pragma once
#include "daemon/config.h"
#include "drivers/mqtt_link.h"

struct mqtt_purge;

int mqtt_purge_open(const struct mqtt_config *config, struct mqtt_purge **ret, char words[300]);
/* What is retained below the filters, once nothing more has come for a while; freed one by one. */
int mqtt_purge_list(struct mqtt_purge *purge, const char *const *filter, size_t n, struct mqtt_received **ret);
/* Clears, and waits for the broker's acknowledgement of all. */
int mqtt_purge_clear(struct mqtt_purge *purge, const char *const *topic, size_t n);
void mqtt_purge_close(struct mqtt_purge *purge);
