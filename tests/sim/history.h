/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A past for a demonstration: the model of a scene run quickly from long ago to an end.
 *
 * Shape: `each` sees the site after every step and reads what it wants with site_truth (PART/QUANTITY of truth.h) and
 *        model_room_truth; an agent's counter then shows unit->energy more than the truth's energy. A simulation of
 *        the same file with `since:` the beginning used here continues those counters.
 * Units: Unix seconds. A month of both rooms in steps of 300 s takes a tenth of a second, the reading apart.
 * Errors: -EINVAL with the reasons in diag; what `each` returns below 0 ends the run and is returned.
 */
#pragma once
#include "site.h"

typedef int history_each(void *context, double time, struct site *site);

int history_run(const char *file, const char *text, double begin, double end, double step, struct diag *diag,
                history_each *each, void *context);
