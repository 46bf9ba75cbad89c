/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Chance that comes out the same each time: every value is a function of seed, channel and time alone.
 *
 * Shape: a channel is any number; two channels do not resemble each other.
 * Source: mixing constants of splitmix64 (Steele, Lea, Flood 2014).
 */
#pragma once
#include <stdint.h>

uint64_t noise_hash(uint64_t seed, uint64_t channel, uint64_t step);
uint64_t noise_text(uint64_t seed, const char *text); /* a channel by name */
double noise_unit(uint64_t seed, uint64_t channel);   /* 0..1, for ever the same */
/* A smooth wandering line in -1..1 that forgets itself after `period` seconds. */
double noise_wave(uint64_t seed, uint64_t channel, double time, double period);
