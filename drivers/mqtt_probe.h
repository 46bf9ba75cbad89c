/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a broker cannot be reached: the library's one code for all of it says too little to act on.
 *
 * Errors: -errno with words; -ECANCELED when the descriptor stop became readable.
 * Threads: both wait (the resolver for as long as resolv.conf says), so never in the loop's thread.
 */
#pragma once
#include <stddef.h>
#include <stdint.h>

int mqtt_probe_name(const char *host, char *words, size_t size);
/* One TCP connection, closed at once. */
int mqtt_probe_reach(const char *host, uint16_t port, int timeout_ms, int stop, char *words, size_t size);
