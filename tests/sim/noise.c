/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "noise.h"

#include <math.h>

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t noise_hash(uint64_t seed, uint64_t channel, uint64_t step)
{
    return mix(mix(mix(seed + 0x9e3779b97f4a7c15u) ^ channel) + 0x9e3779b97f4a7c15u * (step + 1));
}

uint64_t noise_text(uint64_t seed, const char *text)
{
    uint64_t h = mix(seed);
    for (; *text; text++)
        h = noise_hash(h, (unsigned char)*text, 0);
    return h;
}

static double unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1p-53;
}

double noise_unit(uint64_t seed, uint64_t channel)
{
    return unit(noise_hash(seed, channel, 0));
}

double noise_wave(uint64_t seed, uint64_t channel, double time, double period)
{
    double at = time / period, whole = floor(at);
    double x = at - whole, bend = x * x * (3 - 2 * x); /* no corners at the knots */
    double a = unit(noise_hash(seed, channel, (uint64_t)(int64_t)whole));
    double b = unit(noise_hash(seed, channel, (uint64_t)(int64_t)whole + 1));
    return 2 * (a + (b - a) * bend) - 1;
}
