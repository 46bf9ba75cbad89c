/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "figures.h"

#include "daemon/calendar.h"
#include "daemon/figures_site.h"
#include "daemon/scope.h"

#include <stdlib.h>
#include <string.h>

#define DAY_S 86400

int figures_window(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
                   int64_t now_s, struct kpi_window *ret)
{
    struct figures_site *site;
    struct kpi_scope kpi_scope;
    int r = figures_site_open(ledger, config, now_s, &site);
    if (r)
        return r;
    r = figures_site_window(site, scope, from_s, to_s, ret, &kpi_scope);
    figures_site_close(site);
    return r;
}

int figures_of(struct ledger *ledger, const struct config *config, const char *scope, int64_t from_s, int64_t to_s,
               int64_t now_s, enum kpi_span span, struct kpi_result *results, size_t *ret_n)
{
    struct figures_site *site;
    struct kpi_scope kpi_scope;
    struct kpi_window w;
    int r = figures_site_open(ledger, config, now_s, &site);
    if (r)
        return r;
    r = figures_site_window(site, scope, from_s, to_s, &w, &kpi_scope);
    if (!r)
        *ret_n = kpi_of_window(&kpi_scope, &w, span, results);
    figures_site_close(site);
    return r;
}

/* All of one scope, ids that come twice side by side: ipue of the day, ipue of the month, pue, the rest. */
static int scope_figures(struct figures_site *site, int64_t now, const char *scope, struct kpi_result *results,
                         size_t *ret_n)
{
    struct kpi_window w;
    struct kpi_scope s;
    struct kpi_result day[KPI_RESULTS];
    size_t n = 0;
    int64_t from, to;
    int r = figures_site_window(site, scope, (now - DAY_S) / QUARTER_S * QUARTER_S, now, &w, &s);
    if (r)
        return r;
    size_t n_day = kpi_of_window(&s, &w, KPI_DAY, day);
    results[n++] = day[0];
    calendar_month_to_date(now, &from, &to);
    r = figures_site_window(site, scope, from, to, &w, &s);
    if (!r)
        n += kpi_of_window(&s, &w, KPI_MONTH, results + n);
    calendar_twelve_months(now, &from, &to);
    if (!r)
        r = figures_site_window(site, scope, from, to, &w, &s);
    if (!r)
        n += kpi_of_window(&s, &w, KPI_TWELVE_MONTHS, results + n);
    memcpy(results + n, day + 1, (n_day - 1) * sizeof *day);
    *ret_n = n + n_day - 1;
    return r;
}

static int all_figures(struct figures_site *site, const struct config *config, int64_t now_s, struct kpi_result **ret,
                       size_t *ret_n)
{
    size_t n = 0, scopes = scope_count(config);
    struct kpi_result *results = calloc(scopes * (KPI_RESULTS + 2), sizeof *results);
    int r = 0;
    if (!results)
        abort();
    for (size_t i = 0; i < scopes && !r; i++) {
        size_t more = 0;
        r = scope_figures(site, now_s, scope_at(config, i).id, results + n, &more);
        n += more;
    }
    if (r) {
        free(results);
        return r;
    }
    *ret = results;
    *ret_n = n;
    return 0;
}

int figures_run(struct ledger *ledger, const struct config *config, int64_t now_s, struct kpi_result **ret,
                size_t *ret_n)
{
    struct figures_site *site;
    int r = ledger_hold(ledger); /* thousands of small reads */
    if (r)
        return r;
    r = figures_site_open(ledger, config, now_s, &site);
    if (!r) {
        r = all_figures(site, config, now_s, ret, ret_n);
        figures_site_close(site);
    }
    ledger_release(ledger);
    return r;
}
