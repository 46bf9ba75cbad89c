/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/bind.h"
#include "daemon/scope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Nominal voltage between line and neutral in Europe: EN 60038. */
#define NOMINAL_V 230.0

static bool has_part(const struct shape *shape, const char *part)
{
    for (size_t i = 0; i < shape->n; i++)
        if (!strcmp(shape->point[i].part, part))
            return true;
    return false;
}

const char *bind_main_part(const struct shape *shape, enum role role)
{
    static const char *const any[] = {"total", "output", "inlet-1", "loop-1", "input", "system", NULL};
    static const char *const in[] = {"input", "total", "inlet-1", NULL};
    static const char *const out[] = {"output", "total", NULL};
    static const char *const heat[] = {"loop-1", "total", "air", NULL};
    const char *const *order = any;
    if (role == ROLE_UPS_IN)
        order = in;
    else if (role == ROLE_UPS_OUT)
        order = out;
    else if (role == ROLE_HEAT_OUT)
        order = heat;
    for (; *order; order++)
        if (has_part(shape, *order))
            return *order;
    return NULL;
}

static const struct part_config *part_config(const struct device_config *device, const char *part)
{
    for (size_t i = 0; i < device->n_parts; i++)
        if (!strcmp(device->part[i].part, part))
            return &device->part[i];
    return NULL;
}

/* A UPS named by its output has its input as the other end of the same chain: its losses are the difference. */
static enum role role_of(const struct device_config *device, const struct shape *shape, const char *part)
{
    const struct part_config *own = part_config(device, part);
    const char *main_part = bind_main_part(shape, device->role);
    if (own && own->role != ROLE_NONE)
        return own->role;
    if (device->role == ROLE_NONE || !main_part)
        return ROLE_NONE;
    if (!strcmp(part, main_part))
        return device->role;
    if (device->role == ROLE_UPS_OUT && !strcmp(part, "input"))
        return ROLE_UPS_IN;
    return ROLE_NONE;
}

/* Where IT energy is measured decides the category: ISO/IEC 30134-2, as contract B says. */
static int category_of(const struct shape *shape, enum role role, const char *part)
{
    struct part parsed;
    if (role == ROLE_UPS_OUT)
        return 1;
    if (role != ROLE_IT || part_parse(part, &parsed) < 0)
        return 0;
    if (parsed.base == PB_OUTLET)
        return 3;
    const char *kind = shape->identity.kind ? shape->identity.kind : "";
    return strcmp(kind, "ups") ? 2 : 1;
}

static double breaker_of(const struct device_config *device, const char *part)
{
    struct part parsed;
    const struct part_config *own = part_config(device, part);
    if (own && !isnan(own->breaker))
        return own->breaker;
    if (part_parse(part, &parsed) < 0)
        return NAN;
    /* the device's breaker stands before it: it bounds the total and its phases, not an outlet */
    bool whole = parsed.base == PB_TOTAL || parsed.base == PB_INLET || parsed.base == PB_INPUT;
    return whole ? device->breaker : NAN;
}

/* What the device tells as rating of the same part and quantity, unless the site knows better. */
static double rating_of(const struct device_config *device, const struct shape *shape, size_t i)
{
    const struct point_shape *p = &shape->point[i];
    if (p->quantity == Q_CURRENT && !isnan(breaker_of(device, p->part)))
        return breaker_of(device, p->part);
    return p->rating;
}

static unsigned phases_of(const struct shape *shape, const char *part)
{
    unsigned n = 0;
    char name[PART_MAX + 4];
    for (int phase = PH_L1; phase <= PH_L3; phase++) {
        snprintf(name, sizeof name, "%s-%s", part, phase_name((enum phase)phase));
        n += has_part(shape, name);
    }
    return n ? n : 1;
}

/* The most that can flow through a part: what bounds the step of its counter. */
static double rated_power(const struct device_config *device, const struct shape *shape, const char *part)
{
    double amperes = breaker_of(device, part);
    for (size_t i = 0; i < shape->n; i++) {
        const struct point_shape *p = &shape->point[i];
        if (p->quantity == Q_ACTIVE_POWER && !strcmp(p->part, part) && !isnan(p->rating))
            return p->rating;
    }
    return isnan(amperes) ? NAN : amperes * NOMINAL_V * phases_of(shape, part);
}

/* A strip with one phase calls it L1, whichever of the building's it hangs on: the site knows. */
static bool one_phase(const struct shape *shape, const char *part)
{
    char other[PART_MAX + 4];
    size_t n = strlen(part);
    snprintf(other, sizeof other, "%.*sl2", (int)(n > 2 ? n - 2 : 0), part);
    return !has_part(shape, other);
}

static enum phase phase_of(const struct device_config *device, const struct part_config *own, const struct shape *shape,
                           const struct part *parsed, const char *part)
{
    if (own && own->phase)
        return own->phase;
    if (parsed->phase && !(device->phase && parsed->phase == PH_L1 && one_phase(shape, part)))
        return parsed->phase;
    return device->phase;
}

static void name_point(struct live_point *point, const struct live_device *device, const struct config *config,
                       const struct shape *shape, size_t i)
{
    const struct device_config *dc = device->config;
    const struct point_shape *p = &shape->point[i];
    const struct part_config *own = part_config(dc, p->part);
    struct part parsed = {0};
    part_parse(p->part, &parsed);
    point->quantity = p->quantity;
    point->label = own && own->label ? own->label : shape->label[i] ? shape->label[i] : "";
    point->room = dc->room == NO_INDEX ? "" : config->room[dc->room].id;
    point->rack = dc->rack == NO_INDEX ? "" : config->rack[dc->rack].id;
    point->feed = own && own->feed ? own->feed : dc->feed ? dc->feed : "";
    point->phase = phase_of(dc, own, shape, &parsed, p->part);
    point->role = role_of(dc, shape, p->part);
    point->category = (int8_t)category_of(shape, point->role, p->part);
    point->share = dc->share;
    point->accuracy = own && !isnan(own->accuracy) ? own->accuracy : dc->class_pct;
    point->rating = rating_of(dc, shape, i);
    point->states = p->states;
    point->refresh_s = p->refresh;
    point->gone = false;
}

static void record_point(const struct binder *binder, const struct live_device *device, const struct live_point *point,
                         const struct shape *shape, size_t i)
{
    const struct device_config *dc = device->config;
    struct record record = {
        .number = point->number,
        .device = dc->id,
        .part = point->part,
        .quantity = point->quantity,
        .room = point->room,
        .serial = shape->identity.serial,
        .role = point->role,
        .category = point->category,
        .feed = *point->feed ? point->feed : NULL,
        .phase = point->phase,
        .share = point->share,
        .accuracy = point->accuracy,
        .rated_w = rated_power(dc, shape, point->part),
        .modulus = shape->point[i].modulus,
        .step = shape->point[i].step,
        .period_s = (double)dc->setup->every_us / 1e6,
        .from_ms = dc->from_ms,
        .to_ms = dc->to_ms,
    };
    binder->record(binder->context, &record);
}

static struct live_point *point_of(const struct binder *binder, const char *name)
{
    struct live_point *point = live_find(binder->live, name);
    if (point)
        return point;
    point = live_add(binder->live, name);
    point->number = binder->number(binder->context, name);
    point->value = NAN;
    point->quality = QL_SILENT;
    point->rating = NAN;
    point->label = point->room = point->rack = point->feed = "";
    return point;
}

/* Points are numbered by name, so the account of a part without a counter gets its number here. */
static void reserve_account(const struct binder *binder, const struct live_point *point)
{
    static const struct {
        enum quantity power, energy;
    } pairs[] = {{Q_ACTIVE_POWER, Q_ENERGY},
                 {Q_HEAT_POWER, Q_HEAT_ENERGY},
                 {Q_COOLING_POWER, Q_COOLING_ENERGY},
                 {Q_FLOW, Q_VOLUME},
                 {Q_K_HEAT_POWER, Q_K_HEAT_ENERGY}};
    char name[POINT_NAME_MAX];
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        if (pairs[i].power != point->quantity)
            continue;
        const char *slash = strrchr(point->name, '/');
        snprintf(name, sizeof name, "%.*s/%s", (int)(slash - point->name), point->name,
                 quantity_row(pairs[i].energy)->name);
        binder->number(binder->context, name);
    }
}

void bind_release(struct live_device *device)
{
    for (size_t i = 0; i < device->n_bound; i++) {
        struct live_point *point = device->bound[i];
        if (!point)
            continue;
        point->gone = true;
        point->label = point->room = point->rack = point->feed = "";
        point->states = NULL;
    }
    free(device->bound);
    free(device->energy);
    device->energy = NULL;
    device->bound = NULL;
    device->n_bound = 0;
}

void bind_device(const struct binder *binder, struct live_device *device, struct shape *shape)
{
    const struct config *config = binder->live->config;
    uint32_t index = live_index(binder->live, device->number);
    bind_release(device);
    device->bound = calloc(shape->n ? shape->n : 1, sizeof(struct live_point *));
    device->n_bound = shape->n;
    if (!device->bound)
        abort();
    shape_ref(shape);
    shape_unref(device->shape);
    device->shape = shape;
    for (size_t i = 0; i < shape->n; i++) {
        const struct point_shape *p = &shape->point[i];
        char name[POINT_NAME_MAX];
        if (p->aspect != A_VALUE)
            continue;
        snprintf(name, sizeof name, "%s/%s/%s", device->config->id, p->part, quantity_row(p->quantity)->name);
        struct live_point *point = point_of(binder, name);
        point->device = index;
        name_point(point, device, config, shape, i);
        reserve_account(binder, point);
        record_point(binder, device, point, shape, i);
        device->bound[i] = point;
    }
}

static void bind_scope(const struct binder *binder, const char *scope, bool room)
{
    for (int q = Q_KPI_FIRST; q < Q_COUNT; q++) {
        char name[POINT_NAME_MAX];
        snprintf(name, sizeof name, "%s/kpi/%s", scope, quantity_row((enum quantity)q)->name);
        struct live_point *point = point_of(binder, name);
        point->device = NO_DEVICE;
        point->scope = scope;
        point->room = room ? scope : "";
        point->quantity = (enum quantity)q;
        point->gone = false;
        struct record record = {.number = point->number,
                                .device = scope,
                                .part = "kpi",
                                .quantity = point->quantity,
                                .room = point->room,
                                .share = 1,
                                .accuracy = NAN,
                                .rated_w = NAN,
                                .period_s = 60,
                                .to_ms = INT64_MAX};
        binder->record(binder->context, &record);
    }
}

void bind_scopes(const struct binder *binder, const struct config *config)
{
    for (size_t i = 0; i < binder->live->n_points; i++) {
        struct live_point *point = binder->live->point[i];
        if (!point->scope)
            continue;
        point->gone = true;
        point->scope = point->room = "";
    }
    for (size_t i = 0; i < scope_count(config); i++) {
        struct scope scope = scope_at(config, i);
        bind_scope(binder, scope.id, scope.room != NO_INDEX);
    }
}

void bind_source(const struct binder *binder, const struct source_config *source)
{
    char name[POINT_NAME_MAX];
    snprintf(
        name, sizeof name, "%s/total/%s", source->id,
        quantity_row(source->role == ROLE_WATER || source->role == ROLE_WATER_POTABLE ? Q_VOLUME : Q_ENERGY)->name);
    struct record record = {.number = binder->number(binder->context, name),
                            .device = source->id,
                            .part = "total",
                            .quantity = strstr(name, "volume") ? Q_VOLUME : Q_ENERGY,
                            .room = source->room == NO_INDEX ? "" : binder->live->config->room[source->room].id,
                            .role = source->role,
                            .share = 1,
                            .accuracy = source->accuracy,
                            .rated_w = NAN,
                            .to_ms = INT64_MAX};
    binder->record(binder->context, &record);
}
