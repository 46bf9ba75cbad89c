/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "part.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct base_row {
    const char *name;
    bool numbered; /* always has a number */
    unsigned digits;
};

static const struct base_row bases[PB_COUNT] = {
    [PB_TOTAL] = {"total", false, 0},   [PB_INLET] = {"inlet", true, 1},
    [PB_OUTLET] = {"outlet", true, 2},  [PB_BRANCH] = {"branch", true, 2},
    [PB_INPUT] = {"input", false, 0},   [PB_OUTPUT] = {"output", false, 0},
    [PB_BYPASS] = {"bypass", false, 0}, [PB_BATTERY] = {"battery", false, 0},
    [PB_SOURCE] = {"source", true, 1},  [PB_SENSOR] = {"sensor", true, 2},
    [PB_LOOP] = {"loop", true, 1},      [PB_AIR] = {"air", false, 0},
    [PB_FAN] = {"fan", true, 1},        [PB_COMPRESSOR] = {"compressor", true, 1},
    [PB_SYSTEM] = {"system", false, 0},
};

static const char *const phases[PH_COUNT] = {
    [PH_NONE] = "", [PH_L1] = "l1",     [PH_L2] = "l2",     [PH_L3] = "l3",
    [PH_N] = "n",   [PH_L1L2] = "l1l2", [PH_L2L3] = "l2l3", [PH_L3L1] = "l3l1",
};

static bool is_id_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool id_valid(const char *id)
{
    size_t n = strlen(id);
    if (n == 0 || n > ID_MAX || !is_id_letter(id[0]) || !is_id_letter(id[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_id_letter(id[i]) && id[i] != '-')
            return false;
    return true;
}

bool id_reserved(const char *id)
{
    return !strcmp(id, "site") || !strcmp(id, "kpi") || !strncmp(id, "unit-", 5);
}

bool part_base_numbered(enum part_base base)
{
    return bases[base].numbered;
}

const char *part_base_name(enum part_base base)
{
    return bases[base].name;
}

int part_base_parse(const char *name)
{
    for (int i = 0; i < PB_COUNT; i++)
        if (!strcmp(bases[i].name, name))
            return i;
    return -EINVAL;
}

const char *phase_name(enum phase phase)
{
    return phases[phase];
}

int phase_parse(const char *name)
{
    for (int i = PH_L1; i < PH_COUNT; i++)
        if (!strcmp(phases[i], name))
            return i;
    return -EINVAL;
}

/* A number of at least `digits` digits, written without needless zeros. Moves *p behind it. */
static int read_number(const char **p, unsigned digits, unsigned *ret)
{
    const char *q = *p;
    uint64_t n = 0;
    unsigned length = 0;
    for (; *q >= '0' && *q <= '9' && length < 10; q++, length++)
        n = n * 10 + (unsigned)(*q - '0');
    /* an index of the agent's own choosing may be as large as SMI lets it */
    if (!n || n > UINT32_MAX || length < digits || (length > digits && **p == '0'))
        return -EINVAL;
    *p = q;
    *ret = (unsigned)n;
    return 0;
}

static int read_base(const char **p, struct part *part)
{
    for (int i = 0; i < PB_COUNT; i++) {
        size_t n = strlen(bases[i].name);
        if (strncmp(*p, bases[i].name, n) != 0 || ((*p)[n] && (*p)[n] != '-'))
            continue;
        part->base = (enum part_base)i;
        *p += n;
        if (!bases[i].numbered)
            return 0;
        if (*(*p)++ != '-')
            return -EINVAL;
        return read_number(p, bases[i].digits, &part->number);
    }
    return -EINVAL;
}

int part_parse(const char *text, struct part *ret)
{
    struct part part = {.unit = 1};
    const char *p = text;
    if (strlen(text) >= PART_MAX)
        return -EINVAL;
    if (!strncmp(p, "unit-", 5)) {
        p += 5;
        if (read_number(&p, 1, &part.unit) < 0 || part.unit < 2 || *p++ != '-')
            return -EINVAL;
    }
    if (read_base(&p, &part) < 0)
        return -EINVAL;
    if (*p == '-') {
        int phase = phase_parse(p + 1);
        if (phase < 0)
            return -EINVAL;
        part.phase = (enum phase)phase;
    } else if (*p) {
        return -EINVAL;
    }
    *ret = part;
    return 0;
}

int part_format(const struct part *part, char ret[PART_MAX])
{
    const struct base_row *base = &bases[part->base];
    char unit[20] = "", number[16] = "";
    if (part->unit > 1)
        snprintf(unit, sizeof unit, "unit-%u-", part->unit);
    if (base->numbered) {
        if (!part->number)
            return -EINVAL;
        snprintf(number, sizeof number, "-%0*u", (int)base->digits, part->number);
    }
    const char *phase = phases[part->phase];
    snprintf(ret, PART_MAX, "%s%s%s%s%s", unit, base->name, number, *phase ? "-" : "", phase);
    return 0;
}
