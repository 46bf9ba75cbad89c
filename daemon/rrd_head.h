/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an RRD file says of itself, read and checked before librrd touches it.
 *
 * Errors: -errno with words; -ENOENT; -EBADMSG damaged; -EMEDIUMTYPE a sound RRD that is not of our making.
 * Source: rrd_format.h of librrd 1.7.2. librrd itself divides by a step of 0 and follows a row pointer past the end.
 */
#pragma once
#include "daemon/rrd_plan.h"

struct rrd_head {
    struct rrd_plan plan;
    int64_t last_s; /* of the last update */
    bool sparse;    /* has holes: librrd dies of SIGBUS on a full disk */
};

int rrd_head_read(const char *path, struct rrd_head *ret, char words[160]);
