/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KPIs of a room or the site from energies and live values. Pure: numbers in, numbers with their grounds out.
 *
 * Units: base units; coverage and estimated 0..1; uncertainty expanded (k = 2), in the unit of the value.
 * Source: ISO/IEC 30134-2:2026 and its sisters (EN 50600-4), as each formula in kpi.c says.
 */
#pragma once
#include "daemon/ledger.h"
#include "drivers/part.h"

enum kpi_scope_kind { KPI_ROOM, KPI_SITE };

struct kpi_result {
    char scope[ID_MAX + 1]; /* room id, or "site" */
    enum quantity id;       /* Q_K_... */
    double value;           /* NAN: none, and reason says why */
    char name[48];          /* "iPUE2", "PUE1", "pPUE_cooling": the standard's construct */
    int64_t from_s, to_s;   /* window */
    int category;           /* 1 2 3; 0: none */
    double coverage;        /* 0..1; NAN */
    double estimated;       /* 0..1; NAN */
    double uncertainty;     /* NAN: unknown */
    char reason[200];       /* in words, when there is no value or a caveat */
    char warnings[200];
};

/* Energies of one room in one window, by what its meters count as. */
struct kpi_energy {
    double wh, estimated_wh;
    double u_wh;          /* standard uncertainty */
    double covered;       /* 0..1 of the window, the worst of its meters */
    unsigned meters;      /* 0: none */
    int category;         /* IT: the lowest present */
};

struct kpi_window {
    int64_t from_s, to_s;
    struct kpi_energy role[ROLE_COUNT];
};

struct kpi_scope {
    const char *id;
    bool complete; /* the operator says that all energy entering is metered */
    const char *missing; /* devices that have no account yet, in words; NULL: none */
};

/* Energy that entered and what of it was IT, or the reason why it cannot be told. 0, or -ENODATA with *ret_reason. */
int kpi_total(const struct kpi_scope *scope, const struct kpi_window *window, struct kpi_energy *ret_total,
              struct kpi_energy *ret_it, const char **ret_reason);
/* ipue pue ppue dcie it-energy total-energy heat-energy cue erf ... of one window: appends to results[], at most
 * Q_COUNT - Q_KPI_FIRST. Returns how many. twelve_months: the window is the twelve closed months. */
size_t kpi_of_window(const struct kpi_scope *scope, const struct kpi_window *window, bool twelve_months,
                     double factor_electricity, struct kpi_result *results);
