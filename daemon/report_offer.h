/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A heat offer for the operator of a network: quantity, power over the year, temperatures, availability, per room.
 *
 * Shape: [{"room", "title", "basis", "energy_wh", "year_wh", "power_w", "power_most_w", "power_95_w" (there 95 % of the
 *        time), "power_50_w", "temperature", "temperature_low", "temperature_high", "exergy", "grade", "sink_supply",
 *        "sink_return", "cop", "delivered_w", "delivered_year_wh", "electric_year_wh", "availability" (time at half the
 *        mean or more), "coverage", "months": [{"from", "power_w", "most_w", "least_w", "coverage"}], "reason"}].
 *        Hours are known where a loop is metered; of an estimate only the months are.
 * Source: what EnEfG section 17 asks of operators: annual heat, most thermal power, profile over the year,
 *         controllability, mean temperature.
 */
#pragma once
#include "daemon/report.h"

int report_offer(const struct report_source *source, json_t **ret);
