/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/rule.h"

#include <string.h>

/* Limits of load: 80 % of a breaker's rating for continuous load, by practice and derating; kpi: NEC 210.20(A),
 * IEC 60364-4-43 leaves it to the site: alerts: {breaker-load: {above: 90%}}. */
static const struct rule_row rows[RULE_COUNT] = {
    [RULE_DEVICE_SILENT] = {"device-silent", "fb6f2f47ade447f5809564d04f11d344", 4, 0, 0, "a device does not answer"},
    [RULE_GATEWAY_SILENT] = {"gateway-silent", "22d0a3bebbe14a898eb920d48eb6429e", 3, 0, 0,
                             "a Modbus line or gateway does not answer; its units are symptoms"},
    [RULE_DEVICE_REPLACED] = {"device-replaced", "5338ddf6c40843be821fdb8f4588e21d", 4, 0, 0,
                              "a device has another serial number"},
    [RULE_DEVICE_FAULT] = {"device-fault", "7706b052454744f6810225c186c6ef26", 4, 0, 0,
                           "a device answers, but cannot be read: user, password, profile, engine ID"},
    [RULE_CLOCK] = {"clock", "48840062d2a748e4b8666ee441285eea", 4, 0, 0, "the clock is not sane or stepped"},
    [RULE_IMPLAUSIBLE] = {"implausible", "5c4831799e2d48fda873b61092c17d07", 4, 60 * 1000000LL, 0,
                          "a reading is not possible"},
    [RULE_CONTRADICTION] = {"contradiction", "0a7965ad5d6941a09e83958d2c4fba15", 4, 600 * 1000000LL, 0,
                            "a device contradicts itself: most often a wrong scale"},
    [RULE_BREAKER_LOAD] = {"breaker-load", "d16d9c2791834291b3f582944ca2d31d", 4, 60 * 1000000LL, 80,
                           "current above 80 % of the breaker"},
    [RULE_FEED_REDUNDANCY] = {"feed-redundancy", "c7738a0fd2434e21b14b69fd3d0bbacf", 4, 300 * 1000000LL, 80,
                              "A + B of a phase above 80 % of what one breaker carries"},
    [RULE_INLET_RECOMMENDED] = {"inlet-recommended", "9478e32ca188465fa7263753b0073970", 4, 300 * 1000000LL, 0,
                                "inlet outside the recommended range"},
    [RULE_INLET_ALLOWABLE] = {"inlet-allowable", "d1672af4b145420a969ed8b53cb617a3", 3, 60 * 1000000LL, 0,
                              "inlet outside the allowable range"},
    [RULE_UPS_ON_BATTERY] = {"ups-on-battery", "e9b09b3899534711b82737036aa58b1c", 2, 0, 0,
                             "a UPS feeds from its battery"},
    [RULE_KPI_LIMIT] = {"kpi-limit", "2a6015e2186b449a8ae40d78eae4abdd", 4, 0, 0, "a KPI is over its limit"},
    [RULE_DISK] = {"disk", "3ee4d4a8bd3749a696099d018d597476", 3, 0, 0, "the state directory cannot be written"},
    [RULE_BROKER] = {"broker", "660d6de92318456fa4a03fd7b11f6d32", 4, 30 * 1000000LL, 0, "a broker is not reachable"},
    [RULE_THRESHOLD] = {"threshold", "79e7c5b5628840bab1229bca97d394ce", 4, 0, 0, "a threshold of the site"},
};

const struct rule_row *rule_row(enum rule rule)
{
    return &rows[rule];
}

enum rule rule_parse(const char *name)
{
    for (int i = 0; i < RULE_COUNT; i++)
        if (!strcmp(rows[i].name, name))
            return (enum rule)i;
    return RULE_COUNT;
}
