/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fluvius' quarter-hours (Mijn Fluvius, "kwartiertotalen"): a row a register and quarter, in Belgian local time.
 *
 * Shape: what is taken from the grid (registers "Afname ...") is added up over the registers of a quarter, or what is
 * fed in ("Injectie ..."). A quarter without any volume ("Geen verbruik" in all registers) is left out, not nought. The
 * hour that comes twice in autumn is told apart by the order of each register's rows. Units: Wh; seconds since 1970.
 * Errors: -EINVAL with file:line:column in diag; then nothing was put.
 * Source: head of the export as of 2024: Van (datum);Van (tijdstip);Tot (datum);Tot (tijdstip);EAN-code;Meter;
 *         Metertype;Register;Volume;Eenheid;Validatiestatus;Omschrijving; summer time by Directive 2000/84/EC.
 */
#pragma once
#include "drivers/diag.h"

#include <stdint.h>

typedef void meter_fluvius_put(void *context, int64_t quarter_s, double wh);

struct meter_fluvius_counts {
    size_t quarters, estimated, empty; /* estimated: "Geschat"; empty: left out */
};

/* Does the text begin with Fluvius' head? */
bool meter_fluvius_head(const char *text);
/* text is cut up. Quarters are put in the order of time. */
int meter_fluvius_parse(const char *file, char *text, bool fed_in, struct diag *diag, meter_fluvius_put *put,
                        void *context, struct meter_fluvius_counts *ret);
/* Belgian local time as seconds since 1970; later: the second of the hour that comes twice. */
int64_t meter_fluvius_time(int year, int month, int day, int hour, int minute, bool later);
