/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile from a text, for the tests of plans. */
#pragma once
#include "drivers/profile.h"
#include "drivers/setup.h"

/* Ends the program with what is wrong in the text. */
struct profile_set *fixture_load(const char *name, const char *text);
void fixture_part(struct device_setup *setup, struct part_setup part);
void fixture_param(struct device_setup *setup, const char *name, const char *value);
