/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the options of a command line to the setup of a device that is looked at once.
 *
 * Errors: a usage or input error with words, as exit code.
 * Owner: *ret_set and the setup are references of the caller's.
 */
#pragma once
#include "daemon/cli.h"
#include "drivers/inbox.h"
#include "drivers/profile.h"
#include "drivers/setup.h"

/* All profiles known: the installed ones, and those of /etc/wattwacht/conf.d/profiles. Of one with a mistake the
 * mistake is said on stderr; the others serve. */
void probe_profiles(struct profile_set **ret_set);
enum cli_exit probe_exit(enum fault fault);
/* number: comes back in answers. */
int probe_setup(const struct cli_options *options, const char *address, uint32_t number, struct profile_set *set,
                char words[300], struct device_setup **ret);
