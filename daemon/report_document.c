/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_document.h"

#include "daemon/report_advice.h"
#include "daemon/report_benchmarks.h"
#include "daemon/report_capacity.h"
#include "daemon/report_climate.h"
#include "daemon/report_energy.h"
#include "daemon/report_eu.h"
#include "daemon/report_heat.h"
#include "daemon/report_kpis.h"
#include "daemon/report_members.h"
#include "daemon/report_meters.h"
#include "daemon/report_money.h"
#include "daemon/report_peaks.h"
#include "daemon/report_series.h"
#include "daemon/report_targets.h"

#include <string.h>

/* clang-format off */
const struct report_section report_sections[] = {
    {"energy", report_energy},
    {"members", report_members},
    {"kpis", report_kpis},
    {"series", report_series},
    {"money", report_money},
    {"peaks", report_peaks},
    {"heat", report_heat},
    {"capacity", report_capacity},
    {"climate", report_climate}, {"advice", report_advice},
    {"targets", report_targets},
    {"benchmarks", report_benchmarks},
    {"meters", report_meters},
    {"eu", report_eu},
    {NULL, NULL},
};
/* clang-format on */

static json_t *period_of(const struct report_source *s)
{
    json_t *period = json_object();
    json_object_set_new(period, "from", report_time(s->from_s));
    json_object_set_new(period, "to", report_time(s->to_s));
    json_object_set_new(period, "timezone", report_text(s->config->timezone));
    json_object_set_new(period, "closed", json_boolean(s->closed));
    return period;
}

static json_t *failed(int r)
{
    json_t *json = json_object();
    json_object_set_new(json, "reason", report_text(strerror(-r)));
    return json;
}

json_t *report_head(const struct report_source *s)
{
    json_t *document = json_object();
    json_object_set_new(document, "schema", json_integer(1));
    json_object_set_new(document, "site", report_text(s->config->site));
    json_object_set_new(document, "scope", report_text(s->scope));
    json_object_set_new(document, "title", report_text(s->of.title));
    json_object_set_new(document, "created", report_time(s->now_s));
    json_object_set_new(document, "period", period_of(s));
    return document;
}

static json_t *write_sections(const struct report_source *s)
{
    json_t *document = report_head(s);
    for (const struct report_section *section = report_sections; section->key; section++) {
        json_t *part = NULL;
        int r = section->build(s, &part);
        json_object_set_new(document, section->key, r ? failed(r) : part);
        if (r)
            report_missing(s, section->key, "%s", strerror(-r));
    }
    json_object_set(document, "assumed", s->assumed);
    json_object_set(document, "missing", s->missing);
    return document;
}

int report_build(const struct report_request *request, json_t **ret)
{
    struct report_gathered *gathered;
    int r = report_gather(request, &gathered);
    if (r)
        return r;
    *ret = write_sections(report_gathered_source(gathered));
    report_gathered_free(gathered);
    return 0;
}
