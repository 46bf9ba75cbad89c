/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "given_meters.h"

#include "daemon/balance.h"
#include "daemon/balance_doubt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct kpi_window given_window;

size_t given_figures(const struct given *given, bool complete, enum kpi_span span, double covered,
                     struct kpi_result *results)
{
    struct balance_meter meters[GIVEN_METERS];
    double wh[GIVEN_METERS], missing[GIVEN_METERS];
    given_window = (struct kpi_window){.from_s = 0, .to_s = 86400, .covered = covered};
    struct kpi_scope scope = {.id = "room", .complete = complete, .electricity = 0.16749, .gas = 0.182};
    size_t n = 0;
    for (; n < GIVEN_METERS && given[n].device; n++)
        meters[n] = (struct balance_meter){.device = given[n].device,
                                           .part = "total",
                                           .feed = given[n].feed,
                                           .same_as = given[n].same_as,
                                           .role = given[n].role,
                                           .category = given[n].category,
                                           .quantity = given[n].quantity,
                                           .share = 1,
                                           .covered = given[n].covered,
                                           .accuracy = given[n].accuracy};
    balance_plan(meters, n, given_window.ups_unmetered);
    balance_overlap(meters, n, &given_window);
    for (size_t i = 0; i < n; i++) {
        wh[i] = given[i].wh;
        missing[i] = given[i].missing;
        balance_add(&given_window.paired, &meters[i], given[i].wh, 0);
        balance_add(&given_window.whole, &meters[i], given[i].wh, 0);
    }
    balance_doubt(meters, wh, missing, n, &given_window);
    balance_inputs(meters, n, given_window.inputs, sizeof given_window.inputs);
    balance_assumed(meters, n, &given_window);
    return kpi_of_window(&scope, &given_window, span, results);
}

const struct kpi_result *given_result(const struct kpi_result *all, size_t n, enum quantity id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].id == id)
            return &all[i];
    fail_msg("%s is missing", quantity_row(id)->name);
    return NULL;
}
