/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "truth_file.h"

#include <math.h>
#include <string.h>

struct record {
    const char *owner, *part, *quantity;
    double power, energy, value;
};

static void number(FILE *file, const char *key, double value)
{
    if (isfinite(value))
        fprintf(file, ", \"%s\": %.15g", key, value);
    else
        fprintf(file, ", \"%s\": null", key);
}

static void line(FILE *file, double time, const struct record *r)
{
    fprintf(file, "{\"t\": %.15g, \"point\": \"%s/%s/%s\"", time, r->owner, r->part, r->quantity);
    number(file, "power_w", r->power);
    number(file, "energy_wh", r->energy);
    if (isfinite(r->value))
        number(file, "value", r->value);
    fputs("}\n", file);
}

static double find(const struct truth *list, size_t n, const char *part, const char *quantity)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i].quantity, quantity) && !strcmp(list[i].part, part))
            return list[i].value;
    return NAN;
}

static void write_unit(FILE *file, const struct site *site, const struct unit *unit)
{
    struct truth list[TRUTH_MAX];
    size_t n = site_truth(site, unit, list);
    double now = model_now(site->model);
    for (size_t i = 0; i < n; i++) {
        struct record r = {unit->scene->name, list[i].part, list[i].quantity, NAN, NAN, NAN};
        if (!strcmp(r.quantity, "active_power")) {
            r.power = list[i].value;
            r.energy = find(list, n, r.part, "energy");
        } else if (!strcmp(r.quantity, "heat_power")) {
            r.power = list[i].value;
            r.energy = find(list, n, r.part, "heat_energy");
        } else if (!strncmp(r.quantity, "temperature", 11) || !strcmp(r.quantity, "humidity") ||
                   !strcmp(r.quantity, "flow") || !strcmp(r.quantity, "volume")) {
            r.value = list[i].value;
        } else {
            continue;
        }
        line(file, now, &r);
    }
}

static void write_room(FILE *file, const struct site *site, const struct room *room)
{
    static const char *const kpis[] = {"it-power",    "it-energy",   "total-energy", "heat-power",
                                       "heat-energy", "power-ratio", "pue"};
    struct truth list[TRUTH_MAX];
    size_t n = model_room_truth(room, list);
    for (size_t i = 0; i < n; i++) {
        const char *id = list[i].part;
        if (i && !strcmp(list[i - 1].part, id))
            continue;
        struct record r = {room->name, "model", id, find(list, n, id, "active_power"), find(list, n, id, "energy"),
                           NAN};
        for (size_t k = 0; k < sizeof kpis / sizeof kpis[0]; k++)
            if (!strcmp(kpis[k], id))
                r.part = "kpi";
        if (!strcmp(list[i].quantity, "ratio") || !strcmp(list[i].quantity, "temperature"))
            r.value = list[i].value;
        line(file, model_now(site->model), &r);
    }
}

void truth_file_write(FILE *file, const struct site *site)
{
    for (size_t i = 0; i < site->n; i++)
        write_unit(file, site, &site->unit[i]);
    for (size_t i = 0; i < model_rooms(site->model); i++)
        write_room(file, site, model_room_at(site->model, i));
    fflush(file);
}

void truth_file_end(FILE *file, const struct site *site)
{
    fprintf(file, "{\"writes\": %lu}\n", site_writes(site));
    fflush(file);
}
