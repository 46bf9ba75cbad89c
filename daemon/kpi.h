/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KPIs of a room or the site from the energies of one window. Pure: numbers in, numbers with their grounds out.
 *
 * Shape: no number without its ground, and no number but a reason where a ground is missing: a total below IT energy is
 *        a boundary error, never a PUE.
 * Units: base units; coverage and estimated 0..1; uncertainty expanded (k = 2), in the unit of the value.
 * Source: ISO/IEC 30134-2 and its sisters (EN 50600-4), as each formula in kpi.c says.
 */
#pragma once
#include "daemon/kpi_window.h"

enum kpi_span { KPI_DAY, KPI_MONTH, KPI_TWELVE_MONTHS };
#define KPI_RESULTS (Q_COUNT - Q_KPI_FIRST)

struct kpi_scope {
    const char *id;
    bool complete;           /* the operator says that all energy entering is metered */
    const char *missing;     /* devices that have no account yet, in words; NULL: none */
    const char *reason;      /* why there can be no total, known from elsewhere; NULL */
    double electricity, gas; /* kg CO2/kWh */
};

/* What the energy that entered is the sum of: at the grid, else its parts. At most ROLE_COUNT; how many. */
struct kpi_term {
    enum role role;
    double sign;
    struct kpi_energy energy;
    double shared; /* variance of it that is IT's own */
};
size_t kpi_terms(const struct kpi_window *window, const struct kpi_energies *energies,
                 struct kpi_term terms[ROLE_COUNT]);
/* The variance of what entered that is IT's own: the same meters are on both sides of a ratio. */
double kpi_shared(const struct kpi_window *window, const struct kpi_energies *energies);
/* What was metered of the energy that entered, complete or not. */
struct kpi_energy kpi_entered(const struct kpi_window *window, const struct kpi_energies *energies);

/* Energy that entered and what of it was IT, or the reason why it cannot be told. 0, or -ENODATA with ret_reason. */
int kpi_total(const struct kpi_scope *scope, const struct kpi_window *window, const struct kpi_energies *energies,
              struct kpi_energy *ret_total, struct kpi_energy *ret_it, char ret_reason[200]);
/* Is a sum of the window known at all: what entered, or of it IT? -ENODATA with ret_reason where nothing was read. */
int kpi_heard(const struct kpi_window *window, const struct kpi_energies *energies, bool it_only, char ret_reason[200]);
int kpi_nothing_read(const struct kpi_window *window, char *ret_reason, size_t size);
int kpi_it(const struct kpi_window *window, const struct kpi_energies *energies, struct kpi_energy *ret_it,
           char ret_reason[200]);
/* Appends to results[], at most KPI_RESULTS, and returns how many: KPI_DAY every id that comes from the ledger but pue,
 * KPI_MONTH ipue, KPI_TWELVE_MONTHS pue. */
size_t kpi_of_window(const struct kpi_scope *scope, const struct kpi_window *window, enum kpi_span span,
                     struct kpi_result *results);
