/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fault.h"

#include "drivers/decimal.h"

#include <errno.h>
#include <string.h>

static const struct {
    const char *name;
    double amount;    /* when none is given */
    const char *unit; /* which may stand behind it */
    double factor;
} kinds[FAULTS] = {
    [FAULT_SILENCE] = {"silence", 0, "", 1},
    [FAULT_LOSS] = {"loss", 0.3, "%", 0.01},
    [FAULT_LATE] = {"late", 3, "s", 1},
    [FAULT_CUT] = {"cut", 0.5, "", 1},
    [FAULT_WRONG_ID] = {"wrong-id", 0, "", 1},
    [FAULT_EXCEPTION] = {"exception", 4, "", 1},
    [FAULT_WRONG_TYPE] = {"wrong-type", 0, "", 1},
    [FAULT_ENDLESS] = {"endless-walk", 0, "", 1},
    [FAULT_SCALE] = {"scale", 10, "", 1},
    [FAULT_RESET] = {"reset", 0, "", 1},
    [FAULT_REPLACED] = {"replaced", 0, "", 1},
    [FAULT_ENGINE] = {"engine-change", 0, "", 1},
    [FAULT_BOOTS] = {"boots-back", 0, "", 1},
    [FAULT_FEED] = {"feed-fail", 0, "", 1},
    [FAULT_HOT_AISLE] = {"hot-aisle", 0, "", 1},
};

const char *fault_names(void)
{
    return "silence loss late cut wrong-id exception wrong-type endless-walk scale reset replaced engine-change "
           "boots-back feed-fail hot-aisle";
}

bool fault_of_room(enum fault_kind kind)
{
    return kind == FAULT_FEED || kind == FAULT_HOT_AISLE;
}

static int parse_amount(const char *text, enum fault_kind kind, double *ret)
{
    struct decimal number;
    const char *end;
    if (decimal_parse(text, &number, &end) < 0)
        return -EINVAL;
    double value = decimal_value(number);
    if (*kinds[kind].unit && !strcmp(end, kinds[kind].unit))
        value *= kinds[kind].factor;
    else if (kind == FAULT_LATE && !strcmp(end, "ms"))
        value /= 1000;
    else if (*end)
        return -EINVAL;
    *ret = value;
    return 0;
}

int fault_parse(const char *text, struct fault *ret)
{
    size_t n = strcspn(text, "=");
    for (int kind = 0; kind < FAULTS; kind++) {
        if (strlen(kinds[kind].name) != n || strncmp(kinds[kind].name, text, n))
            continue;
        double amount = kinds[kind].amount;
        if (text[n] && parse_amount(text + n + 1, (enum fault_kind)kind, &amount) < 0)
            return -EINVAL;
        *ret = (struct fault){(enum fault_kind)kind, amount};
        return 0;
    }
    return -EINVAL;
}
