/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The profile library: how device families are recognised and read, as data.
 *
 * Shape: conf.d/profiles/NAME.yaml; the language is described in conf.d/profiles/README.md and in profile_fields.c.
 * Errors: every mistake of every file goes to diag with its place; a set with errors is not handed out.
 * Owner: counted references.
 */
#pragma once
#include "diag.h"
#include "oid.h"
#include "quantity.h"

struct profile;
struct profile_set;

/* Reads all *.yaml of the directories in order; the same name twice is an error. Missing directories are skipped. An
 * entry that ends in .yaml is one file. */
int profile_set_load(const char *const *dirs, size_t n, struct diag *diag, struct profile_set **ret);
/* The same, but a profile with a mistake is left out with those that include it, its mistakes are warnings, and the
 * others are handed out: a file that nobody uses stops nobody. only: NULL-ended names; no other files are read but
 * those that these include. NULL: all. */
void profile_set_load_sound(const char *const *dirs, size_t n, const char *const *only, struct diag *diag,
                            struct profile_set **ret);
/* Of all files that are there, also those not read. */
const char *const *profile_names(const struct profile_set *set, size_t *ret_n);
/* The first mistake of the profile of that name, because of which it was left out; NULL: it was not. */
const char *profile_left_out(const struct profile_set *set, const char *name);
size_t profile_count_left_out(const struct profile_set *set);
struct profile_set *profile_set_ref(struct profile_set *set);
void profile_set_unref(struct profile_set *set);
const struct profile *profile_find(const struct profile_set *set, const char *name);
size_t profile_count(const struct profile_set *set);
const struct profile *profile_at(const struct profile_set *set, size_t i);

const char *profile_name(const struct profile *profile);
const char *profile_title(const struct profile *profile);
const char *profile_vendor(const struct profile *profile);     /* "generic": a standard that many follow */
const char *profile_confidence(const struct profile *profile); /* low medium high */
const char *profile_kind(const struct profile *profile);
unsigned profile_version(const struct profile *profile);
uint64_t profile_hash(const struct profile *profile); /* of its text */
bool profile_is_modbus(const struct profile *profile);
/* The device has nothing new sooner, in us; 0: not said. */
int64_t profile_every_us(const struct profile *profile);
bool profile_is_mqtt(const struct profile *profile);
/* Runs the test vectors that the profile's file carries: it is read again, since nothing else needs them; each failure
 * goes to diag. Returns how many ran. */
size_t profile_run_vectors(const struct profile *profile, struct diag *diag);
