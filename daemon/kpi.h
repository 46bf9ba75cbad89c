/* SPDX-License-Identifier: GPL-3.0-or-later */
/* KPIs of a room or the site from the energies of one window. Pure: numbers in, numbers with their grounds out.
 *
 * Shape: no number without its ground, and no number but a reason where a ground is missing: a total below IT energy is
 *        a boundary error, never a PUE.
 * Units: base units; coverage and estimated 0..1; uncertainty expanded (k = 2), in the unit of the value.
 * Source: ISO/IEC 30134-2 and its sisters (EN 50600-4), as each formula in kpi.c says.
 */
#pragma once
#include "daemon/role.h"
#include "drivers/part.h"
#include "drivers/quantity.h"

#include <stdint.h>

#define KPI_ASSUMED 4
#define KPI_DOUBTS  6

struct kpi_assumed {
    char key[48];
    double value;
    const char *source; /* constant text */
};

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
    char warnings[400];     /* set apart by "; " */
    char inputs[240];       /* the meters it stands on, by what they count as */
    size_t n_assumed;
    struct kpi_assumed assumed[KPI_ASSUMED];
};

struct kpi_energy {
    double wh, estimated_wh; /* m3 for water */
    double variance;         /* of wh; NAN: an accuracy is not stated */
    unsigned meters;         /* 0: none */
    unsigned unread;         /* of them: of which nothing is known in the window */
    int category;            /* IT: the lowest present */
};

struct kpi_energies {
    struct kpi_energy role[ROLE_COUNT];
    struct kpi_energy direct[ROLE_COUNT]; /* of it, what is not behind a metered UPS */
    struct kpi_energy on_ups;             /* metered on a UPS and not IT */
    struct kpi_energy removed;            /* heat that the cooling carried away */
    struct kpi_energy heat;               /* recoverable heat, as ROOM/kpi/heat-power says */
    double shared;                        /* of a sum of rooms: variance of its total that is IT's own */
};

struct kpi_window {
    int64_t from_s, to_s;
    double covered, heat_covered; /* 0..1 of the window: by all meters together; of the heat */
    struct kpi_energies paired;   /* while all meters of the balance were covered: for ratios */
    struct kpi_energies whole;    /* all that is known of the window: for sums */
    char ups_unmetered[80];       /* a UPS whose input has no meter; "" */
    char reversed[64];            /* a meter that counted backwards; "" */
    char silent[160];             /* meters without any covered time in it; "" */
    char no_it[200];              /* why IT cannot be told, whatever its meters show; "" */
    bool unheard;                 /* of the site: of a room's total nothing was read */
    char no_removed[80];          /* of a sum: the room that lacks what CER needs, and why; "" */
    char no_water[80];            /* the same for WUE */
    char overlap[200];            /* meters that claim one place of the tree, in words; "" */
    enum role overlap_role;       /* what they count as */
    char boundary[200];           /* meters of the total or of IT that cannot all be right, in words; "" */
    size_t n_doubts;
    char doubt[KPI_DOUBTS][240]; /* all that is doubtful between meters */
    char inputs[240];
    size_t n_assumed;
    struct kpi_assumed assumed[KPI_ASSUMED];
};

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
