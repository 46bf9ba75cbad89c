/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a report is made from, and what a section of it is.
 *
 * Shape: a report is one JSON document (contract H); each section builds the member of its key out of the source and
 *        knows nothing of the others. Texts are English: renderers translate them by their message tables, so a text
 *        with changing parts is made from one format with %s.
 *        What cannot be told is null beside a "reason", and goes to report_missing.
 * Units: base units of quantity.h; seconds since 1970; NAN becomes null.
 * Errors: a section returns -errno only when nothing can be said at all; then the document has its reason instead.
 * Threads: one thread; TZ is the site's (calendar.h).
 */
#pragma once
#include "daemon/config.h"
#include "daemon/figures_site.h"
#include "daemon/heat_period.h"
#include "daemon/ledger.h"
#include "daemon/quarter_profile.h"
#include "daemon/plant.h"
#include "daemon/scope.h"

#include <jansson.h>

struct report_source {
    const struct config *config;
    struct ledger *ledger;          /* to be read only; an empty one where there is none */
    struct figures_site *figures;   /* for other windows: figures_site_window */
    const char *state;              /* STATE, with rrd/ and devices/; NULL: none */
    const struct plant *plant;      /* the points of its devices */
    struct report_looks *looks;     /* report_looks.h */
    const char *scope;              /* a room's id, a group's, or "site" */
    const struct room_config *room; /* NULL: the site or a group */
    struct scope of;                /* the same */
    int64_t from_s, to_s;           /* the period as asked */
    int64_t now_s;
    bool closed;                     /* the period is over */
    const struct kpi_window *window; /* of the period */
    const struct kpi_scope *kpi_scope;
    const struct kpi_result *figure; /* of the period: n_figures */
    size_t n_figures;
    const struct figures_meter *meter; /* the meters that the period's window used: n_meters */
    size_t n_meters;
    const struct heat_period *heat;        /* of each room of the configuration; zeroed outside the scope */
    const struct quarter_profile *profile; /* what entered by quarter; n 0 where it cannot be told */
    json_t *missing, *assumed;             /* for report_missing, report_assume */
};

typedef int report_build_section(const struct report_source *source, json_t **ret);

struct report_section {
    const char *key; /* of the document */
    report_build_section *build;
};

json_t *report_number(double value);   /* NAN: null */
json_t *report_time(int64_t s);        /* RFC 3339 in UTC; 0: null */
json_t *report_text(const char *text); /* NULL and "": null; bytes that are no UTF-8 become '?' */
/* {"what": what, "why": ...} in the document's "missing"; the same pair once. */
void report_missing(const struct report_source *source, const char *what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* {"key", "value", "unit", "source"} in the document's "assumed"; each key once. */
void report_assume(const struct report_source *source, const char *key, double value, const char *unit,
                   const char *where);
/* The figure of an id, or NULL. */
const struct kpi_result *report_figure(const struct report_source *source, enum quantity id);
/* What was entered for the EU's report: the room's, or the site's; a site's one room is the site. NULL: nothing. */
const struct eu_config *report_entered(const struct report_source *source);
/* Is room (an index of the configuration, or NO_INDEX) within the report's scope? */
bool report_covers(const struct report_source *source, size_t room);
/* Are its figures the sum of rooms, each with a balance of its own? */
bool report_summed(const struct report_source *source);
