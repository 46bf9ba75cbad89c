/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rules over live values: after each poll, each KPI round and each second they say what is bad and what is good.
 *
 * Shape: built-in rules of rule.h, and the site's thresholds by GLOB over points. Limits of built-in rules are those of
 *        alerts: {RULE: {above}} where the site gives them.
 * Threads: the loop's.
 */
#pragma once
#include "daemon/alert.h"
#include "daemon/kpi.h"
#include "daemon/live.h"

struct watch;

struct watch *watch_new(struct live *live, struct alerts *alerts);
void watch_free(struct watch *watch);
/* The configuration or the points changed. */
void watch_config(struct watch *watch, const struct config *config);
void watch_polled(struct watch *watch, struct live_device *device, struct moment now);
void watch_failed(struct watch *watch, const struct live_device *device, struct moment now);
void watch_replaced(struct watch *watch, const struct live_device *device, const char *before, const char *after,
                    struct moment now);
void watch_kpis(struct watch *watch, const struct kpi_result *results, size_t n, struct moment now);
/* Once a second: what no poll of one device alone can tell. */
void watch_tick(struct watch *watch, struct moment now);
/* The clock, a disk, a broker: words, or NULL when it is well again. */
void watch_trouble(struct watch *watch, enum rule rule, uint64_t subject, const char *part, const char *words,
                   struct moment now);
