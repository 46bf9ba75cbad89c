/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "modbus_plan.h"
#include "mqtt_plan.h"
#include "profile.h"
#include "profile_types.h"
#include "snmp_plan.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOLERANCE     1e-6 /* relative: single precision has seven digits */
#define REGISTERS_MAX 125

struct vector {
    const char *source, *under;
    const struct yaml_node *image, *expect, *labels, *params, *identity;
};

#define VECTOR(key, reader, member, words)                                                    \
    {                                                                                         \
        .name = key, .read = reader, .offset = offsetof(struct vector, member), .help = words \
    }

static const struct field vector_keys[] = {
    {.name = "source",
     .read = field_text,
     .offset = offsetof(struct vector, source),
     .required = true,
     .help = "the document and section, or the recording, that the numbers are from"},
    VECTOR("under", field_text, under, "put before the objects that begin with a dot"),
    VECTOR("image", field_node, image, "objects or registers and their raw values"),
    VECTOR("params", field_node, params, "what the site says"),
    VECTOR("expect", field_node, expect, "points and their values in the base unit; none, sentinel, implausible"),
    VECTOR("labels", field_node, labels, "parts and their labels"),
    VECTOR("identity", field_node, identity, "vendor, model, serial, firmware"),
    {0},
};

struct run {
    struct arena *arena;
    struct diag *diag;
    const struct profile *profile;
    const struct yaml_node *node;
    struct vector vector;
    struct device_setup *setup;
    const struct shape *shape;
    struct answer *answer;
};

__attribute__((format(printf, 3, 4))) static void fail(struct run *run, const struct yaml_node *at, const char *format,
                                                       ...)
{
    char words[300];
    va_list args;
    va_start(args, format);
    vsnprintf(words, sizeof words, format, args);
    va_end(args);
    diag_error(run->diag, at->at, at->key, "vector: %s", words);
}

static struct snmp_value snmp_value_of(struct run *run, const struct yaml_node *node)
{
    struct snmp_value value = {.kind = SV_BYTES, .bytes = (const uint8_t *)node->text};
    uint32_t arcs[OID_MAX];
    char *end;
    if (node->quoted || !*node->text) {
        value.n = strlen(node->text);
    } else if (!strcmp(node->text, "null")) {
        value.kind = SV_NONE;
    } else if (strchr(node->text, '.') && oid_parse(node->text, arcs, &value.n) == 0 && value.n > 3) {
        value.kind = SV_OID;
        value.bytes = arena_memdup(run->arena, arcs, value.n * sizeof arcs[0]);
    } else if (value.i = strtoll(node->text, &end, 10), end != node->text && !*end) {
        value.kind = SV_INT;
    } else {
        value.n = strlen(node->text);
    }
    return value;
}

static bool fill_snmp(struct run *run, struct snmp_image *image)
{
    for (size_t i = 0; i < run->vector.image->n; i++) {
        const struct yaml_node *node = run->vector.image->item[i];
        uint32_t arcs[OID_MAX];
        size_t n;
        const char *name = node->key;
        if (*name == '.')
            name = arena_printf(run->arena, "%s%s", run->vector.under ? run->vector.under : "", name);
        if (node->kind != YAML_SCALAR || oid_parse(name, arcs, &n) < 0) {
            fail(run, node, "'%s' is not an object and its value", node->key);
            return false;
        }
        snmp_image_put(image, (struct oid){n, arcs}, snmp_value_of(run, node));
    }
    return true;
}

/* holding:40: [0x4366, 0x3333], or a text in as many registers as it takes. */
static bool fill_registers(struct run *run, const struct yaml_node *node, struct modbus_image *image)
{
    static const char *const spaces[] = {"holding", "input", "coil", "discrete"};
    const char *colon = strchr(node->key, ':');
    struct modbus_block block = {.space = (enum modbus_space)run->profile->registers.space};
    double number;
    uint16_t registers[REGISTERS_MAX] = {0};
    for (int s = 0; colon && s < 4; s++)
        if (strlen(spaces[s]) == (size_t)(colon - node->key) && !strncmp(spaces[s], node->key, strlen(spaces[s])))
            block.space = (enum modbus_space)s;
    if (!word_number(colon ? colon + 1 : node->key, &number) || !(number >= 0 && number <= 65535))
        return false;
    block.address = (uint16_t)number;
    size_t n = node->kind == YAML_LIST ? node->n : node->quoted ? (strlen(node->text) + 1) / 2 : 1;
    if (n > REGISTERS_MAX || node->kind == YAML_MAP)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->item[i] : node;
        if (item->kind != YAML_SCALAR)
            return false;
        if (node->kind != YAML_LIST && node->quoted)
            registers[i] = (uint16_t)((uint8_t)node->text[2 * i] << 8 | (uint8_t)node->text[2 * i + 1]);
        else if (word_number(item->text, &number) && number >= -32768 && number <= 65535)
            registers[i] = (uint16_t)(int32_t)number;
        else
            return false;
    }
    block.count = (uint16_t)n;
    modbus_image_put(image, block, registers);
    return true;
}

static long find_point(const struct run *run, const char *name)
{
    char part[80], quantity[40] = "", aspect[40] = "";
    if (strlen(name) >= sizeof part || sscanf(name, "%47[^/]/%39[^/]/%39s", part, quantity, aspect) < 2)
        return -1;
    for (size_t i = 0; i < run->shape->n; i++) {
        const struct point_shape *point = &run->shape->point[i];
        if (!strcmp(point->part, part) && !strcmp(quantity_row(point->quantity)->name, quantity) &&
            !strcmp(aspect_name(point->aspect), aspect))
            return (long)i;
    }
    return -1;
}

static void check_value(struct run *run, const struct yaml_node *node, long at)
{
    const struct point_shape *point = &run->shape->point[at];
    const struct sample *sample = &run->answer->sample[at];
    double expected;
    if (!strcmp(node->text, "sentinel") || !strcmp(node->text, "implausible") || !strcmp(node->text, "silent")) {
        if (strcmp(quality_name(sample->quality), node->text) != 0)
            fail(run, node, "%s is %s (%.10g), expected %s", node->key, quality_name(sample->quality), sample->value,
                 node->text);
        return;
    }
    bool found = word_number(node->text, &expected);
    for (size_t i = 0; !found && point->states && point->states[i]; i += 2)
        if (!strcmp(point->states[i + 1], node->text)) {
            found = true;
            word_number(point->states[i], &expected);
            if (!(fabs(expected - sample->value) > 0))
                break;
            found = false; /* several numbers may have one name */
        }
    if (!found)
        fail(run, node, "%s is %.10g, not '%s'", node->key, sample->value, node->text);
    else if (sample->quality != QL_GOOD || !(fabs(sample->value - expected) <= fabs(expected) * TOLERANCE + 1e-12))
        fail(run, node, "%s is %.10g (%s), expected %.10g", node->key, sample->value, quality_name(sample->quality),
             expected);
}

static void check_label(struct run *run, const struct yaml_node *node)
{
    const char *label = NULL;
    for (size_t i = 0; i < run->shape->n && !label; i++)
        if (!strcmp(run->shape->point[i].part, node->key))
            label = run->shape->label[i];
    if (strcmp(label ? label : "", node->text) != 0)
        fail(run, node, "the label of %s is '%s', expected '%s'", node->key, label ? label : "", node->text);
}

static void check_identity(struct run *run, const struct yaml_node *node)
{
    const struct identity *identity = &run->shape->identity;
    const char *is = !strcmp(node->key, "vendor")   ? identity->vendor
                     : !strcmp(node->key, "model")  ? identity->model
                     : !strcmp(node->key, "serial") ? identity->serial
                                                    : identity->firmware;
    if (strcmp(is ? is : "", node->text) != 0)
        fail(run, node, "%s is '%s', expected '%s'", node->key, is ? is : "", node->text);
}

static void check(struct run *run)
{
    for (size_t i = 0; run->vector.expect && i < run->vector.expect->n; i++) {
        const struct yaml_node *node = run->vector.expect->item[i];
        long at = node->kind == YAML_SCALAR ? find_point(run, node->key) : -1;
        bool none = node->kind == YAML_SCALAR && !strcmp(node->text, "none");
        if (at < 0 && !none)
            fail(run, node, "there is no point %s", node->key);
        else if (at >= 0 && none)
            fail(run, node, "there is a point %s, expected none", node->key);
        else if (at >= 0)
            check_value(run, node, at);
    }
    for (size_t i = 0; run->vector.labels && i < run->vector.labels->n; i++)
        check_label(run, run->vector.labels->item[i]);
    for (size_t i = 0; run->vector.identity && i < run->vector.identity->n; i++)
        check_identity(run, run->vector.identity->item[i]);
}

static void run_snmp(struct run *run)
{
    struct snmp_image *image = snmp_image_new();
    struct snmp_plan *plan = NULL;
    if (fill_snmp(run, image) && snmp_plan_new(run->profile, run->setup, image, "vector", &plan) < 0)
        fail(run, run->node, "the image holds no point of the profile");
    if (plan) {
        struct snmp_value *values = arena_alloc(run->arena, plan->n * sizeof *values);
        for (size_t i = 0; i < plan->n; i++) {
            const struct snmp_value *value = snmp_image_get(image, plan->ask[i]);
            if (value)
                values[i] = *value;
        }
        run->shape = plan->device[0].shape;
        run->answer = answer_new(0, ANSWER_VALUES, run->shape->n);
        snmp_plan_decode(plan, values, &run->answer);
        check(run);
        answer_free(run->answer);
    }
    snmp_plan_free(plan);
    snmp_image_free(image);
}

/* What the vector does not list is refused, as a device does that does not have it. */
static void refuse(struct modbus_image *image, const struct modbus_block *blocks, size_t n)
{
    uint16_t registers[REGISTERS_MAX];
    for (size_t i = 0; i < n; i++)
        if (blocks[i].count > REGISTERS_MAX || !modbus_image_get(image, blocks[i], registers))
            modbus_image_put(image, blocks[i], NULL);
}

static void poll_registers(struct run *run, struct modbus_plan *plan, const struct modbus_image *image)
{
    uint16_t registers[REGISTERS_MAX];
    for (size_t i = 0; i < plan->n;) {
        if (modbus_image_get(image, plan->block[i], registers))
            i++;
        else if (!modbus_plan_refused(plan, i))
            break;
    }
    run->shape = plan->shape;
    run->answer = answer_new(0, ANSWER_VALUES, run->shape->n);
    modbus_plan_decode(plan, image, run->answer);
    check(run);
    answer_free(run->answer);
}

static void run_modbus(struct run *run)
{
    struct modbus_image *image = modbus_image_new();
    struct modbus_plan *plan = NULL;
    const struct modbus_block *blocks;
    size_t n = 1;
    int r = 0;
    for (size_t i = 0; i < run->vector.image->n; i++)
        if (!fill_registers(run, run->vector.image->item[i], image))
            fail(run, run->vector.image->item[i], "expected ADDRESS: [REGISTER, ...] or a text in quotes");
    if (modbus_plan_new(run->profile, run->setup, "vector", &plan) < 0)
        fail(run, run->node, "the profile needs params that the vector does not say");
    while (plan && n && r == 0) {
        r = modbus_plan_prepare(plan, image, &blocks, &n);
        refuse(image, blocks, n);
    }
    if (plan && plan->shape)
        poll_registers(run, plan, image);
    modbus_plan_free(plan);
    modbus_image_free(image);
}

/* Topics as the profile writes them, and what was published: a text in quotes, or as it stands. */
static void run_mqtt(struct run *run)
{
    struct mqtt_image *image = mqtt_image_new();
    struct mqtt_plan *plan = NULL;
    char words[200];
    run->setup->mqtt.topic = "base";
    run->setup->every_us = 10000000;
    for (size_t i = 0; i < run->vector.image->n; i++) {
        const struct yaml_node *node = run->vector.image->item[i];
        const char *hole = strstr(node->key, "%topic%"), *topic = node->key;
        if (hole)
            topic = arena_printf(run->arena, "%.*sbase%s", (int)(hole - topic), topic, hole + strlen("%topic%"));
        else
            topic = topic[1] == '/' ? arena_printf(run->arena, "base%s", topic + 1) : "base";
        if (node->kind == YAML_SCALAR)
            mqtt_image_put(image, topic, node->text, strlen(node->text), false, 0);
        else
            fail(run, node, "expected what was published, as a text");
    }
    if (mqtt_plan_new(run->profile, run->setup, image, &plan) < 0)
        fail(run, run->node, "the image holds no point of the profile");
    if (plan) {
        run->shape = plan->shape;
        run->answer = answer_new(0, ANSWER_VALUES, run->shape->n);
        /* at the beginning of time nothing is old */
        mqtt_plan_decode(plan, image, (struct mqtt_moment){0, 0}, run->answer, words);
        check(run);
        answer_free(run->answer);
    }
    mqtt_plan_free(plan);
    mqtt_image_free(image);
}

static void say_params(struct run *run)
{
    const struct yaml_node *params = run->vector.params;
    for (size_t i = 0; params && i < params->n; i++) {
        struct device_setup *setup = run->setup;
        setup->param = arena_push(setup->arena, setup->param, &setup->n_params, sizeof *setup->param);
        setup->param[i] = (struct param){params->item[i]->key, params->item[i]->text};
    }
}

static void run_vector(const struct profile *profile, const struct yaml_node *node, struct diag *diag)
{
    struct run run = {.arena = arena_new(), .diag = diag, .profile = profile, .node = node};
    struct field_reader reader = {.arena = run.arena, .diag = diag};
    if (field_read_map(&reader, vector_keys, node, &run.vector) == 0) {
        run.setup = setup_new();
        say_params(&run);
        if (!run.vector.image || run.vector.image->kind != YAML_MAP || !run.vector.expect)
            fail(&run, node, "expected an image and what it gives");
        else if (profile->mqtt)
            run_mqtt(&run);
        else if (profile->modbus)
            run_modbus(&run);
        else
            run_snmp(&run);
        setup_unref(run.setup);
    }
    arena_free(run.arena);
}

size_t profile_run_vectors(const struct profile *profile, struct diag *diag)
{
    struct arena *arena = arena_new();
    struct yaml_node *root;
    const struct yaml_node *vectors =
        yaml_load_file(arena, profile->at.file, diag, &root) == 0 ? yaml_get(root, "vectors") : NULL;
    size_t n = 0;
    if (vectors && vectors->kind != YAML_LIST)
        diag_error(diag, vectors->at, vectors->key, "expected a list of vectors");
    for (; vectors && vectors->kind == YAML_LIST && n < vectors->n; n++)
        run_vector(profile, vectors->item[n], diag);
    arena_free(arena);
    return n;
}
