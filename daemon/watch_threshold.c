/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/watch_threshold.h"

#include "daemon/people.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Of its window a figure must have seen so much to be held against a limit: a start raises no alarm; assumption. */
#define COVERED 0.5

struct judged {
    enum alert_verdict verdict;
    double limit;
    bool low;
};

static enum alert_verdict above(double value, double limit, double hysteresis)
{
    return value > limit ? VERDICT_BAD : value > limit - hysteresis ? VERDICT_BETWEEN : VERDICT_GOOD;
}

/* False where the limit does not speak of this point, or there is no value. */
static bool judge(const struct alert_config *a, const struct live_point *point, struct judged *ret)
{
    if (!a->point || !quality_has_value(point->quality) || !live_match(point, a->point))
        return false;
    bool low = !isnan(a->below) && (isnan(a->above) || point->value < a->above);
    double hysteresis = isnan(a->hysteresis) ? 0 : a->hysteresis;
    *ret =
        (struct judged){low ? above(a->below - point->value, 0, hysteresis) : above(point->value, a->above, hysteresis),
                        low ? a->below : a->above, low};
    return true;
}

static int say(char *text, size_t size, const struct judged *j, const struct live_point *point)
{
    char value[40], limit[40];
    const char *where = j->verdict != VERDICT_BAD ? "within" : j->low ? "below" : "above";
    return snprintf(text, size, "%s is %s, %s the limit of %s", point->name,
                    people_value(value, sizeof value, point->quantity, point->value), where,
                    people_value(limit, sizeof limit, point->quantity, j->limit));
}

static bool worth(const struct alerts *alerts, const struct judged *j, enum rule rule, uint64_t subject)
{
    return j->verdict == VERDICT_BAD || alerts_known(alerts, alert_key(rule, subject));
}

static struct observation about(const struct live *live, const struct live_point *point, const struct judged *j,
                                enum rule rule, uint64_t subject, const char *text)
{
    return (struct observation){.rule = rule,
                                .subject = subject,
                                .verdict = j->verdict,
                                .room = point->room,
                                .device = point->device == NO_DEVICE ? NULL : live->device[point->device]->config->id,
                                .part = point->part,
                                .point = point->name,
                                .value = point->value,
                                .limit = j->limit,
                                .unit = quantity_row(point->quantity)->unit,
                                .text = text};
}

void watch_threshold_point(struct alerts *alerts, const struct live *live, const struct live_point *point,
                           struct moment now)
{
    char text[240];
    struct judged j;
    for (size_t i = 0; i < live->config->n_alerts; i++) {
        const struct alert_config *a = &live->config->alert[i];
        uint64_t subject = (uint64_t)i << 32 | point->number;
        if (!judge(a, point, &j) || !worth(alerts, &j, RULE_THRESHOLD, subject))
            continue;
        say(text, sizeof text, &j, point);
        struct observation o = about(live, point, &j, RULE_THRESHOLD, subject, text);
        o.name = a->name;
        o.priority = a->priority;
        o.hold_us = a->hold_us;
        alerts_observe(alerts, &o, now);
    }
}

void watch_threshold_kpi(struct alerts *alerts, const struct live *live, const struct live_point *point,
                         const struct kpi_result *result, int priority, int64_t hold_us, struct moment now)
{
    char text[240], part[80];
    const char *id = quantity_row(point->quantity)->name;
    struct judged j;
    bool second = false;
    for (size_t i = 0; i < live->config->n_alerts; i++) {
        const struct alert_config *a = &live->config->alert[i];
        uint64_t subject = (uint64_t)i << 32 | point->number;
        if (!judge(a, point, &j))
            continue;
        if (result->coverage < COVERED) /* NAN: a figure that has no window */
            j.verdict = VERDICT_BETWEEN;
        snprintf(part, sizeof part, "%s%s%s", id, second ? "-" : "", second ? a->name : "");
        second = true;
        if (!worth(alerts, &j, RULE_KPI_LIMIT, subject))
            continue;
        int n = say(text, sizeof text, &j, point);
        if (n > 0 && (size_t)n < sizeof text)
            snprintf(text + n, sizeof text - (size_t)n, " (%s: %s, %.0f %% covered)", a->name,
                     *result->name ? result->name : id, isnan(result->coverage) ? 100 : 100 * result->coverage);
        struct observation o = about(live, point, &j, RULE_KPI_LIMIT, subject, text);
        o.part = part;
        o.priority = a->priority >= 0 ? a->priority : priority;
        o.hold_us = a->hold_us >= 0 ? a->hold_us : hold_us;
        alerts_observe(alerts, &o, now);
    }
}
