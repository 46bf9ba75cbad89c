/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/climate.h"

static const struct envelope envelopes[ASHRAE_COUNT] = {
    [ASHRAE_A1] = {18, 27, 15, 32}, [ASHRAE_A2] = {18, 27, 10, 35}, [ASHRAE_A3] = {18, 27, 5, 40},
    [ASHRAE_A4] = {18, 27, 5, 45},  [ASHRAE_H1] = {18, 22, 5, 25},
};

const struct envelope *envelope_of(enum ashrae class_)
{
    return &envelopes[class_];
}
