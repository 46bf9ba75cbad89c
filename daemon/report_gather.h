/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all sections of a report stand on, gathered once: the window, its figures and its meters.
 *
 * Errors: -errno of the ledger; -ENOENT for a scope that is no room, no group and not "site".
 * Owner: report_gathered_free.
 */
#pragma once
#include "daemon/report.h"

struct report_request {
    const struct config *config;
    struct ledger *ledger; /* NULL: none */
    const char *no_ledger; /* why */
    const char *state;     /* NULL: none */
    const char *scope;
    int64_t from_s, to_s, now_s;
};

struct report_gathered;

int report_gather(const struct report_request *request, struct report_gathered **ret);
void report_gathered_free(struct report_gathered *gathered);
const struct report_source *report_gathered_source(const struct report_gathered *gathered);
