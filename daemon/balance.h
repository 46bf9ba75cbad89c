/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which meters make a room's energy balance, and as what: each flow once along grid, UPS, PDU and outlet.
 *
 * Shape: balance_plan says of each meter whether it is used and how; balance_add puts its energy where it belongs.
 *        IT: where a device has outlets and a total, the outlets count only when every IT device of the room has them
 *        (the lowest category present wins). A meter is behind a UPS when its feed is the UPS's; IT also when either
 *        names no feed. Of two that measure the same (same-as) one counts: what covers clearly more of the window,
 *        else the better class.
 * Units: as the quantity says; volume of gas becomes energy, cooling bought becomes electricity, by factors.h.
 * Owner: texts are borrowed.
 */
#pragma once
#include "daemon/kpi.h"
#include "daemon/record.h"

struct balance_meter {
    const char *device, *part, *feed; /* feed NULL or "": none */
    const char *same_as;              /* the device that measures the same; NULL */
    enum role role;
    enum phase phase;
    int category;
    enum quantity quantity;        /* of the account, or of the power's account */
    double share;                  /* 0..1 */
    double accuracy;               /* limit of error in %; NAN */
    double step;                   /* of its counter; 0: unknown */
    const char *class_, *ct_class; /* where accuracy follows from them by the load; NULL */
    double rated;                  /* W; NAN, 0: unknown */
    bool assumed;                  /* a constant: all of it is estimated */
    double covered;                /* 0..1 of the window, where it is known before */
    bool left;                     /* no longer in service when the window ends */
    bool unread;                   /* nothing is known of it in the window: its 0 is no 0 */
    /* planned */
    const char *instead; /* the device that counts for it; NULL */
    bool used, direct, on_ups, removed, heat;
    enum role as;
    double weight;
};

/* ret_ups: 80 bytes, the UPS whose input is not metered, or "". */
void balance_plan(struct balance_meter *meters, size_t n, char *ret_ups);
/* Is the meter fed by this one of a UPS? */
bool balance_behind(const struct balance_meter *meter, const struct balance_meter *ups);
void balance_add(struct kpi_energies *to, const struct balance_meter *meter, double value, double estimated);
/* "grid meter-1; it pdu-a1, pdu-a2" of the used meters. */
void balance_inputs(const struct balance_meter *meters, size_t n, char *text, size_t size);
/* What a used meter stands on that nobody measured. */
void balance_assumed(const struct balance_meter *meters, size_t n, struct kpi_window *window);
