/* SPDX-License-Identifier: GPL-3.0-or-later */
/* uncertainty, meter_class: what a class says of a reading, and what a ratio or sum of readings inherits. */
#include "daemon/meter_class.h"
#include "daemon/uncertainty.h"
#include "near.h"

static void test_uncertainty(void **state)
{
    (void)state;
    near("class 1", uncertainty_of_class(1), 0.00577, 5e-6);
    near("r 0", uncertainty_of_ratio(0.01, 0.01, 0), 0.01414, 5e-6);
    near("r 0.5", uncertainty_of_ratio(0.01, 0.01, 0.5), 0.01, 1e-9);
    near("r 1", uncertainty_of_ratio(0.01, 0.01, 1), 0, 1e-9);
    near("components", uncertainty_of_components(50, 100, 0.01, 0.01), 0.0071, 5e-5);
    near("4 meters", uncertainty_of_sum(0, 0.01, 4), 0.005, 1e-9);
    near("20 meters", uncertainty_of_sum(0, 0.01, 20), 0.00224, 5e-6);
    near("class 1 both, k = 2", 2 * uncertainty_of_ratio(uncertainty_of_class(1), uncertainty_of_class(1), 0), 0.0163,
         5e-5);
    /* two Pt100 of class B at 20 degC, 0.4 K each */
    near("a pair of sensors", uncertainty_of_pair(0.4), 0.33, 5e-3);
    near("of 6 K", uncertainty_of_pair(0.4) / 6, 0.054, 5e-4);
    near("of 11 K", uncertainty_of_pair(0.4) / 11, 0.030, 5e-4);
    static const double meters[][2] = {{3, 7.04}, {6, 5.04}, {10, 4.24}, {20, 3.64}};
    for (size_t i = 0; i < 4; i++)
        near("heat meter", meter_heat_limit("2", meters[i][0], 0.5), meters[i][1], 1e-9);
    near("flow error has a ceiling", meter_heat_limit("2", 3, 1e-3), 5 + 1.5 + 3.5, 1e-9);
    near("class 1", meter_heat_limit("1", 6, 0.5), 1.02 + 1.0 + 2.0, 1e-9);
    near("class 3", meter_heat_limit("3", 6, 0.5), 3.1 + 1.0 + 2.0, 1e-9);
    near("no volume, no difference: the least one", meter_heat_limit("2", NAN, 0.5), 7.04, 1e-9);
    near("a limit stated", meter_heat_limit("4%", NAN, 0.5), 4, 0);
    near("below what it is made for", meter_heat_limit("2", 2, 0.5), NAN, 0);
    near("a float at 1e8 Wh goes in steps of 8", uncertainty_of_step(nextafterf(1e8f, INFINITY) - 1e8f), 8 / sqrt(12),
         1e-9);
    near("a float at 1e6 kWh", nextafterf(1e6f, INFINITY) - 1e6f, 0.0625, 0);
    near("meter and transformer", uncertainty_rss(uncertainty_of_class(1), uncertainty_of_class(0.5)),
         uncertainty_of_class(sqrt(1.25)), 1e-12);
}

/* IEC 62053-22 and -21, EN 50470-3, IEC 61869-2: limits by the part of the rated current. */
static void test_classes(void **state)
{
    (void)state;
    static const struct {
        const char *class_;
        double load, limit;
    } meters[] = {
        {"0.2S", 1, 0.2},    {"0.2S", 0.05, 0.2}, {"0.2S", 0.049, 0.4}, {"0.2S", 0.01, 0.4}, {"0.2S", 0.009, 5},
        {"0.5S", 0.05, 0.5}, {"0.5S", 0.02, 1.0}, {"1", 0.10, 1},       {"1", 0.099, 1.5},   {"1", 0.05, 1.5},
        {"1", 0.04, 5},      {"2", 0.5, 2},       {"2", 0.07, 2.5},     {"A", 0.07, 2.5},    {"B", 0.07, 1.5},
        {"C", 0.03, 1},      {"A", NAN, 2},       {"0.5S", NAN, 0.5},   {"1%", 0.001, 1},    {"3", 0.07, 3.5},
        {NULL, 0.5, NAN},
    };
    static const struct {
        const char *class_;
        double load, limit;
    } transformers[] = {
        {"0.5", 1, 0.5},    {"0.5", 0.20, 0.75},  {"0.5", 0.05, 1.5},  {"0.5", 0.6, 0.625}, {"0.5", 0.04, 5},
        {"0.5S", 1.2, 0.5}, {"0.5S", 0.20, 0.5},  {"0.5S", 0.01, 1.5}, {"1", 1, 1},         {"1", 0.20, 1.5},
        {"1", 0.05, 3},     {"0.2S", 0.05, 0.35}, {"0.2", 0.20, 0.35}, {"0.5", NAN, 0.5},   {NULL, 1, NAN},
    };
    for (size_t i = 0; i < sizeof meters / sizeof meters[0]; i++)
        near(meters[i].class_, meter_class_limit(meters[i].class_, meters[i].load), meters[i].limit, 1e-12);
    for (size_t i = 0; i < sizeof transformers / sizeof transformers[0]; i++)
        near(transformers[i].class_, meter_transformer_limit(transformers[i].class_, transformers[i].load),
             transformers[i].limit, 1e-12);
    near("meter and transformer", meter_limit("0.5S", "0.5", 1), sqrt(0.5), 1e-12);
    near("at a twentieth", meter_limit("0.5S", "0.5", 0.05), hypot(0.5, 1.5), 1e-12);
    near("a transformer without a meter's class", meter_limit(NULL, "0.5", 1), NAN, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_classes), cmocka_unit_test(test_uncertainty)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
