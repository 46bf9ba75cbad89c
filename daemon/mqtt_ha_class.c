/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "mqtt_ha_class.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MEASURED "measurement"
#define COUNTED  "total_increasing"
#define DEGREES \
    "\xc2\xb0"  \
    "C"
#define CUBIC "m\xc2\xb3"

/* Wh as kWh and seconds as minutes: what people compare with. A difference of temperatures has no class: Home Assistant
 * would move it by 32 on its way to Fahrenheit. Reactive energy has a class in new versions only, and an old one
 * refuses an entity whose class it does not know. A KPI's energy is of a window, so it has no state class: it is no
 * counter. */
/* clang-format off */
static const struct ha_class rows[Q_COUNT] = {
    /*                        name                    device_class        state_class  unit       arithmetic precision hidden */
    [Q_ACTIVE_POWER]       = {"power",                "power",            MEASURED,    "W",        NULL,      1, false},
    [Q_APPARENT_POWER]     = {"apparent power",       "apparent_power",   MEASURED,    "VA",       NULL,      1, false},
    [Q_REACTIVE_POWER]     = {"reactive power",       "reactive_power",   MEASURED,    "var",      NULL,      1, true},
    [Q_POWER_FACTOR]       = {"power factor",         "power_factor",     MEASURED,    NULL,       NULL,      2, false},
    [Q_ENERGY]             = {"energy",               "energy",           COUNTED,     "kWh",      " / 1000", 3, false},
    [Q_ENERGY_EXPORT]      = {"exported energy",      "energy",           COUNTED,     "kWh",      " / 1000", 3, false},
    [Q_APPARENT_ENERGY]    = {"apparent energy",      NULL,               COUNTED,     "kVAh",     " / 1000", 3, true},
    [Q_REACTIVE_ENERGY]    = {"reactive energy",      NULL,               "total",     "kvarh",    " / 1000", 3, true},
    [Q_VOLTAGE]            = {"voltage",              "voltage",          MEASURED,    "V",        NULL,      1, false},
    [Q_CURRENT]            = {"current",              "current",          MEASURED,    "A",        NULL,      2, false},
    [Q_CURRENT_RESIDUAL]   = {"residual current",     "current",          MEASURED,    "A",        NULL,      4, false},
    [Q_FREQUENCY]          = {"frequency",            "frequency",        MEASURED,    "Hz",       NULL,      2, false},
    [Q_LOAD]               = {"load",                 NULL,               MEASURED,    "%",        NULL,      1, false},
    [Q_CHARGE]             = {"charge",               "battery",          MEASURED,    "%",        NULL,      0, false},
    [Q_HUMIDITY]           = {"humidity",             "humidity",         MEASURED,    "%",        NULL,      1, false},
    [Q_TEMPERATURE]        = {"temperature",          "temperature",      MEASURED,    DEGREES,    NULL,      1, false},
    [Q_TEMPERATURE_SUPPLY] = {"supply temperature",   "temperature",      MEASURED,    DEGREES,    NULL,      1, false},
    [Q_TEMPERATURE_RETURN] = {"return temperature",   "temperature",      MEASURED,    DEGREES,    NULL,      1, false},
    [Q_TEMPERATURE_DIFF]   = {"temperature difference", NULL,             MEASURED,    "K",        NULL,      2, false},
    [Q_DEW_POINT]          = {"dew point",            "temperature",      MEASURED,    DEGREES,    NULL,      1, false},
    [Q_PRESSURE]           = {"pressure",             "pressure",         MEASURED,    "Pa",       NULL,      1, false},
    [Q_FLOW]               = {"flow",                 "volume_flow_rate", MEASURED,    CUBIC "/h", NULL,      3, false},
    [Q_AIR_FLOW]           = {"air flow",             "volume_flow_rate", MEASURED,    CUBIC "/h", NULL,      0, false},
    [Q_VOLUME]             = {"volume",               "volume",           COUNTED,     CUBIC,      NULL,      3, false},
    [Q_HEAT_POWER]         = {"heat power",           "power",            MEASURED,    "W",        NULL,      0, false},
    [Q_COOLING_POWER]      = {"cooling power",        "power",            MEASURED,    "W",        NULL,      0, false},
    [Q_HEAT_ENERGY]        = {"heat energy",          "energy",           COUNTED,     "kWh",      " / 1000", 3, false},
    [Q_COOLING_ENERGY]     = {"cooling energy",       "energy",           COUNTED,     "kWh",      " / 1000", 3, false},
    [Q_RUNTIME]            = {"runtime",              "duration",         MEASURED,    "min",      " / 60",   0, false},
    [Q_FAN_SPEED]          = {"fan speed",            NULL,               MEASURED,    "rpm",      NULL,      0, false},
    [Q_THD_VOLTAGE]        = {"voltage distortion",   NULL,               MEASURED,    "%",        NULL,      1, true},
    [Q_THD_CURRENT]        = {"current distortion",   NULL,               MEASURED,    "%",        NULL,      1, true},
    [Q_CREST_FACTOR]       = {"crest factor",         NULL,               MEASURED,    NULL,       NULL,      2, true},
    [Q_EFFICIENCY]         = {"efficiency",           NULL,               MEASURED,    "%",        " * 100",  1, false},
    [Q_ENERGY_PARTIAL]     = {"energy since reset",   "energy",           COUNTED,     "kWh",      " / 1000", 3, true},
    [Q_OPERATING_TIME]     = {"operating time",       "duration",         COUNTED,     "h",        " / 3600", 0, true},
    [Q_K_POWER_RATIO]      = {"power ratio",          NULL,               MEASURED,    NULL,       NULL,      2, false},
    [Q_K_IPUE]             = {"interim PUE",          NULL,               MEASURED,    NULL,       NULL,      2, false},
    [Q_K_PUE]              = {"PUE",                  NULL,               MEASURED,    NULL,       NULL,      2, false},
    [Q_K_PPUE]             = {"partial PUE",          NULL,               MEASURED,    NULL,       NULL,      2, false},
    [Q_K_DCIE]             = {"infrastructure efficiency", NULL,          MEASURED,    "%",        NULL,      1, true},
    [Q_K_REF]              = {"renewable energy factor", NULL,            MEASURED,    NULL,       NULL,      2, true},
    [Q_K_ERF]              = {"energy reuse factor",  NULL,               MEASURED,    NULL,       NULL,      2, false},
    [Q_K_ERE]              = {"energy reuse effectiveness", NULL,         MEASURED,    NULL,       NULL,      2, true},
    [Q_K_CER]              = {"cooling efficiency ratio", NULL,           MEASURED,    NULL,       NULL,      2, false},
    [Q_K_CUE]              = {"carbon usage effectiveness", NULL,         MEASURED,    "kg/kWh",   NULL,      3, true},
    [Q_K_WUE]              = {"water usage effectiveness", NULL,          MEASURED,    CUBIC "/MWh", NULL,    3, true},
    [Q_K_IT_POWER]         = {"IT power",             "power",            MEASURED,    "W",        NULL,      0, false},
    [Q_K_IT_ENERGY]        = {"IT energy of 24 h",    "energy",           NULL,        "kWh",      " / 1000", 1, false},
    [Q_K_TOTAL_ENERGY]     = {"total energy of 24 h", "energy",           NULL,        "kWh",      " / 1000", 1, false},
    [Q_K_HEAT_POWER]       = {"recoverable heat",     "power",            MEASURED,    "W",        NULL,      0, false},
    [Q_K_HEAT_ENERGY]      = {"recoverable heat of 24 h", "energy",       NULL,        "kWh",      " / 1000", 1, false},
    [Q_K_HEAT_TEMPERATURE] = {"temperature of recoverable heat", "temperature", MEASURED, DEGREES, NULL,      1, false},
    [Q_K_HEAT_COP]         = {"heat pump COP",        NULL,               MEASURED,    NULL,       NULL,      2, true},
    [Q_K_HEAT_DELIVERED]   = {"heat delivered",       "power",            MEASURED,    "W",        NULL,      0, true},
};
/* clang-format on */

const struct ha_class *ha_class(enum quantity quantity)
{
    return quantity < Q_COUNT && rows[quantity].name ? &rows[quantity] : NULL;
}

/* "unit-2-outlet-07-l1" -> "unit 2 outlet 7 L1": no leading zeros, phases in capitals. */
static size_t part_words(char *buf, size_t size, const char *part)
{
    struct part at;
    char unit[24] = "", number[16] = "", phase[16] = "";
    if (part_parse(part, &at) < 0)
        return (size_t)snprintf(buf, size, "%s", part);
    if (at.unit > 1)
        snprintf(unit, sizeof unit, "unit %u ", at.unit);
    if (part_base_numbered(at.base))
        snprintf(number, sizeof number, " %u", at.number);
    if (at.phase != PH_NONE) {
        snprintf(phase, sizeof phase, " %s", phase_name(at.phase));
        for (char *p = phase; *p; p++)
            *p = (char)toupper((unsigned char)*p);
    }
    const char *base = at.base == PB_TOTAL ? "" : part_base_name(at.base);
    return (size_t)snprintf(buf, size, "%s%s%s%s", unit, base, number, *base || *unit || !*phase ? phase : phase + 1);
}

/* What the label says already need not be said twice: "Outlet 1" of outlet-01. */
static bool says_more(const char *label, const char *words)
{
    return label && label[0] && strcasecmp(label, words) != 0;
}

void ha_entity_name(char ret[HA_NAME_MAX], const char *part, const char *label, enum quantity quantity)
{
    char words[80];
    const struct ha_class *class = ha_class(quantity);
    size_t n = part_words(words, sizeof words, part);
    while (n > 0 && words[n - 1] == ' ')
        words[--n] = '\0';
    bool more = says_more(label, words);
    snprintf(ret, HA_NAME_MAX, "%s%s%.120s%s%s", words, *words && more ? " " : "", more ? label : "",
             *words || more ? " " : "", class ? class->name : quantity_row(quantity)->name);
    ret[0] = (char)toupper((unsigned char)ret[0]);
}
