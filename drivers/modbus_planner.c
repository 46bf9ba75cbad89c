/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_blocks.h"
#include "modbus_cell.h"
#include "modbus_decode.h"
#include "modbus_walk.h"
#include "point_list.h"
#include "profile_head.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static struct modbus_state *state_of(const struct modbus_plan *plan)
{
    return (struct modbus_state *)(uintptr_t)plan->decode; /* the plan's own, written only through the plan */
}

static int read_offset(struct modbus_state *state)
{
    const struct modbus_access *access = &state->profile->registers;
    struct cells cells = {.arena = state->arena, .profile = state->profile, .setup = state->setup};
    if (access->offset.kind != REF_PARAM)
        return 0;
    struct cell cell = cell_get(&cells, &access->offset);
    if (isnan(cell.number) || fabs(cell.number * access->offset_times) > 65535)
        return -EINVAL;
    state->offset = (int32_t)lround(cell.number * access->offset_times);
    return 0;
}

int modbus_plan_new(const struct profile *profile, const struct device_setup *setup, const char *why,
                    struct modbus_plan **ret)
{
    struct arena *arena = arena_new();
    struct modbus_plan *plan = ARENA_NEW(arena, struct modbus_plan);
    struct modbus_state *state = ARENA_NEW(arena, struct modbus_state);
    unsigned most = profile->registers.max_registers, site = setup->modbus.max_registers;
    plan->arena = state->arena = arena;
    plan->decode = state;
    plan->max_registers = site && site < most ? site : most;
    plan->pause_us = profile->registers.pause_us;
    state->profile = profile;
    state->setup = setup;
    state->why = why ? arena_strdup(arena, why) : NULL;
    state->spans.arena = arena;
    if (!profile->modbus || read_offset(state) < 0) {
        arena_free(arena);
        return -EINVAL;
    }
    *ret = plan;
    return 0;
}

void modbus_plan_free(struct modbus_plan *plan)
{
    if (!plan)
        return;
    shape_unref(plan->shape);
    arena_free(plan->arena);
}

struct work {
    struct modbus_state *state;
    struct modbus_place place;
    struct span_set once; /* registers that are read before polling */
};

static void want_ref(struct work *work, const struct ref *ref)
{
    struct modbus_block block;
    if (ref->kind == REF_REGISTER && modbus_locate(&work->place, &ref->reg, &block) &&
        !modbus_image_settled(work->place.image, block))
        spans_want(&work->once, block);
}

static void want_selects(struct work *work, const struct field_items *selects)
{
    for (size_t i = 0; i < selects->n; i++)
        want_ref(work, &((const struct select *)selects->item)[i].from);
}

static void want_point(struct work *work, const struct point_def *p)
{
    const struct select *selects[] = {&p->chain, &p->part, &p->phase, &p->unit};
    for (size_t i = 0; i < sizeof selects / sizeof selects[0]; i++)
        want_ref(work, &selects[i]->from);
    want_selects(work, &p->number);
    for (size_t i = 0; i < p->when.n; i++)
        want_ref(work, &p->when.item[i].from);
    for (size_t i = 0; i < p->scale.n; i++)
        if (!p->scale.item[i].each)
            want_ref(work, &p->scale.item[i].from);
    for (size_t i = 0; i < p->label.n; i++)
        for (size_t k = 0; k < p->label.item[i].n; k++)
            want_ref(work, &p->label.item[i].piece[k].from);
    if (p->drop_na || p->aspect == A_RATING)
        want_ref(work, &p->from);
}

static void want_profile(struct work *work, const struct profile *profile)
{
    work->place.profile = profile;
    work->place.table = NULL;
    want_selects(work, &profile->identity.vendor);
    want_selects(work, &profile->identity.model);
    want_selects(work, &profile->identity.serial);
    want_selects(work, &profile->identity.firmware);
    for (size_t t = 0; t < profile->n_tables; t++) {
        work->place.table = &profile->table[t];
        for (size_t p = 0; p < profile->table[t].n_points; p++)
            want_point(work, &profile->table[t].point[p]);
    }
}

static bool uses_sunspec(const struct profile *profile)
{
    for (size_t t = 0; t < profile->n_tables; t++)
        if (profile->table[t].models.n)
            return true;
    return false;
}

static bool says_na(const struct point_def *def, double raw)
{
    struct value_op bare = value_op_make(def, DECIMAL_ONE, 1, NULL, DECIMAL_ONE);
    return value_op_sample(&bare, raw).quality == QL_SENTINEL;
}

/* False where the site does not say what is to be added. */
static bool add_to_address(struct cells *cells, const struct ref *plus, struct reg *reg)
{
    if (plus->kind == REF_NONE)
        return true;
    double sum = reg->address + cell_get(cells, plus).number;
    if (!(sum >= 0 && sum <= 65535))
        return false;
    reg->address = (uint16_t)sum;
    return true;
}

static void try_point(struct work *work, struct point_list *list, const struct table_def *table,
                      const struct point_def *def)
{
    static const char *const spaces[] = {"holding", "input", "coil", "discrete"};
    struct modbus_state *state = work->state;
    struct cells cells = {.arena = state->arena,
                          .profile = work->place.profile,
                          .setup = state->setup,
                          .get = modbus_cell,
                          .context = &work->place};
    struct modbus_block block;
    struct reg reg = def->from.reg;
    work->place.table = table;
    if (!add_to_address(&cells, &def->plus, &reg) || !modbus_locate(&work->place, &reg, &block)) {
        point_list_note_missing(list, &cells, def);
        return;
    }
    double raw = NAN;
    if (def->drop_na || def->aspect == A_RATING) {
        raw = cell_get(&cells, &(struct ref){.kind = REF_REGISTER, .reg = reg}).number;
        if (def->drop_na && says_na(def, raw))
            return;
    }
    const char *source = arena_printf(state->arena, "%s:%u", spaces[block.space], block.address);
    struct candidate *c = point_list_resolve(list, &cells, def, source);
    if (!c)
        return;
    c->raw = raw;
    c->integral = def->from.reg.type != RT_F32 && def->from.reg.type != RT_F64;
    state->want = arena_push(state->arena, state->want, &state->n_wants, sizeof *state->want);
    state->want[state->n_wants - 1] = (struct modbus_want){.table = table, .profile = work->place.profile, .reg = reg};
    c->handle = state->n_wants - 1;
}

static const char *who(struct work *work, const struct field_items *selects, struct arena *arena)
{
    struct cells cells = {.arena = work->state->arena,
                          .profile = work->place.profile,
                          .setup = work->state->setup,
                          .get = modbus_cell,
                          .context = &work->place};
    work->place.table = NULL;
    for (size_t i = 0; i < selects->n; i++) {
        const char *word = select_word(&cells, &((const struct select *)selects->item)[i]);
        if (word && strspn(word, " .-") != strlen(word))
            return arena_strdup(arena, word);
    }
    return NULL;
}

/* What registers do not say, function 43 may. */
static void tell(const char **word, struct arena *arena, const char *text)
{
    if (!*word && *text)
        *word = arena_strdup(arena, text);
}

static void identify(struct work *work, struct shape *shape)
{
    const struct profile *profile = work->place.profile = work->state->profile;
    struct identity *identity = &shape->identity;
    identity->kind = profile_kinds[profile->kind];
    identity->vendor = who(work, &profile->identity.vendor, shape->arena);
    identity->model = who(work, &profile->identity.model, shape->arena);
    identity->serial = who(work, &profile->identity.serial, shape->arena);
    identity->firmware = who(work, &profile->identity.firmware, shape->arena);
    if (!identity->vendor && strcmp(profile->vendor, "generic") != 0)
        identity->vendor = arena_strdup(shape->arena, profile->vendor);
    const struct modbus_ident *ident = modbus_image_ident(work->place.image);
    if (ident) {
        const char *model = *ident->text[MI_MODEL]  ? ident->text[MI_MODEL]
                            : *ident->text[MI_NAME] ? ident->text[MI_NAME]
                                                    : ident->text[MI_PRODUCT];
        tell(&identity->vendor, shape->arena, ident->text[MI_VENDOR]);
        tell(&identity->model, shape->arena, model);
        tell(&identity->firmware, shape->arena, ident->text[MI_REVISION]);
    }
}

static void make_shape(struct work *work, struct modbus_plan *plan)
{
    struct modbus_state *state = work->state;
    struct point_list list = {.arena = state->arena, .profile = state->profile, .setup = state->setup};
    for (size_t i = 0; i < state->profile->n_included; i++) {
        const struct profile *one = work->place.profile = state->profile->included[i];
        for (size_t t = 0; t < one->n_tables; t++)
            for (size_t p = 0; p < one->table[t].n_points; p++)
                try_point(work, &list, &one->table[t], &one->table[t].point[p]);
        if (uses_sunspec(one) && !state->n_models)
            point_list_note(&list, "no SunSpec map was found");
    }
    point_list_finish(&list, state->why);
    modbus_decode_new(state, &list, &work->place);
    plan->shape = shape_ref(list.device[0].shape);
    for (size_t d = 0; d < list.n_devices; d++)
        shape_unref(list.device[d].shape);
    identify(work, plan->shape);
    plan->shape = shape_finish(plan->shape);
    struct modbus_access access = state->profile->registers;
    state->blocks = spans_gather(&state->spans, &access, plan->max_registers, state->offset);
    plan->n = state->blocks.n;
    plan->block = state->blocks.block;
}

/* Values that were refused as a crowd are asked for one by one. */
static struct block_set gather_once(struct work *work, unsigned max_registers)
{
    struct modbus_access access = work->state->profile->registers;
    size_t *place;
    spans_sort(&work->once, &place);
    if (work->state->rounds > 1) {
        access.hole = 0;
        access.blocks.n = 0;
        max_registers = 0;
    }
    return spans_gather(&work->once, &access, max_registers, work->state->offset);
}

int modbus_plan_prepare(struct modbus_plan *plan, const struct modbus_image *image,
                        const struct modbus_block **ret_blocks, size_t *ret_n)
{
    struct modbus_state *state = state_of(plan);
    struct work work = {.state = state,
                        .once = {.arena = plan->arena},
                        .place = {.profile = state->profile, .image = image, .offset = state->offset}};
    *ret_n = 0;
    if (plan->shape)
        return 0;
    if (uses_sunspec(state->profile)) {
        state->model = arena_alloc(plan->arena, SUNSPEC_MODELS * sizeof *state->model);
        struct modbus_block *next = ARENA_NEW(plan->arena, struct modbus_block);
        if (!modbus_walk(image, &state->profile->registers, state->model, &state->n_models, next)) {
            *ret_blocks = next;
            *ret_n = 1;
            return 0;
        }
    }
    work.place.model = state->model;
    work.place.n_models = state->n_models;
    for (size_t i = 0; i < state->profile->n_included; i++)
        want_profile(&work, state->profile->included[i]);
    if (work.once.n && state->rounds < 8) {
        state->rounds++;
        struct block_set blocks = gather_once(&work, plan->max_registers);
        *ret_blocks = blocks.block;
        *ret_n = blocks.n;
        return 0;
    }
    make_shape(&work, plan);
    return plan->shape->n ? 0 : -ENODATA;
}

bool modbus_plan_refused(struct modbus_plan *plan, size_t i)
{
    struct modbus_state *state = state_of(plan);
    bool left = block_refused(&state->blocks, &state->spans, i);
    plan->n = state->blocks.n;
    plan->block = state->blocks.block;
    return left;
}
