/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The energies of one window, by what they count as, with what is doubtful of them; and the result of a KPI.
 *
 * Units: base units; coverage and estimated 0..1; uncertainty expanded (k = 2), in the unit of the value; NAN: unknown.
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
