/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which counter and which power make one account. One row a kind of flow.
 *
 * Units: `per_unit` thousandths a base unit of the counter; ceiling: what can flow at most where no rating is known.
 * Source: ceilings are the plausible bounds of quantity.c.
 */
#pragma once
#include "daemon/account.h"
#include "drivers/quantity.h"

#include <stddef.h>

struct flow_kind {
    enum quantity counter, power; /* Q_NONE: none */
    enum quantity account;        /* what the account is called */
    double per_unit, ceiling;
    bool export; /* takes the negative power, and exists only where it is counted */
};

extern const struct flow_kind flow_kinds[];
extern const size_t n_flow_kinds;
