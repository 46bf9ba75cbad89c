/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The meters of a ledger, each as it counted at the time, and any window of any scope over them.
 *
 * Shape: opened once for many windows. A site with a grid meter of its own (in no room) is one balance; else it is the
 *        sum of its rooms. A group is always the sum of its rooms.
 * Units: seconds since 1970; results as kpi.h.
 * Errors: -errno of the ledger.
 * Owner: what it tells lives until it is closed; ledger and configuration stay the caller's.
 */
#pragma once
#include "daemon/balance.h"
#include "daemon/config.h"
#include "daemon/pairing.h"

struct figures_site;

struct figures_meter {
    struct balance_meter meter; /* as planned: used, and as what */
    struct paired_meter paired; /* with what flowed */
    const char *room;           /* "": none */
    size_t balance;             /* of a sum: which of its balances uses it */
};

int figures_site_open(struct ledger *ledger, const struct config *config, int64_t now_s, struct figures_site **ret);
void figures_site_close(struct figures_site *site);
/* scope: a room's id, a group's, or "site"; -ENOENT. *ret_scope: what kpi.h has to know beside the energies. */
int figures_site_window(struct figures_site *site, const char *scope, int64_t from_s, int64_t to_s,
                        struct kpi_window *ret, struct kpi_scope *ret_scope);
/* Is the site one balance, with a grid meter of its own? Else its window is the sum of its rooms'. */
bool figures_site_single(const struct figures_site *site);
/* The meters of the last window: how many. */
size_t figures_site_meters(const struct figures_site *site, const struct figures_meter **ret);
