/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The built-in alert rules: one row a rule, with the id under which the journal's catalog explains it.
 *
 * Shape: a rule of the site's own (alerts: NAME) is RULE_THRESHOLD with its name.
 * Source: systemd/wattwacht.catalog has one entry a message id; tests compare the two.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum rule {
    RULE_DEVICE_SILENT,
    RULE_GATEWAY_SILENT,
    RULE_DEVICE_REPLACED,
    RULE_DEVICE_FAULT,
    RULE_CLOCK,
    RULE_IMPLAUSIBLE,
    RULE_CONTRADICTION,
    RULE_BREAKER_LOAD,
    RULE_FEED_REDUNDANCY,
    RULE_INLET_RECOMMENDED,
    RULE_INLET_ALLOWABLE,
    RULE_UPS_ON_BATTERY,
    RULE_KPI_LIMIT,
    RULE_DISK,
    RULE_BROKER,
    RULE_THRESHOLD,
    RULE_COUNT
};

struct rule_row {
    const char *name;
    const char *message_id; /* 128 bits in hexadecimal */
    int priority;           /* syslog */
    int64_t hold_us;        /* so long before it is raised */
    double limit;           /* default of its limit, in the unit of the rule; 0: none */
    const char *help;       /* one line */
};

const struct rule_row *rule_row(enum rule rule);
enum rule rule_parse(const char *name); /* RULE_COUNT where there is none */
