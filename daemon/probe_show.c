/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/probe_show.h"

#include "daemon/cli_table.h"
#include "daemon/people.h"
#include "daemon/probe_truth.h"
#include "daemon/plain_json.h"
#include "drivers/profile.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Text that jansson takes: bytes that are not UTF-8 become '?'. */
static json_t *text_json(const char *text)
{
    json_t *value = text && *text ? json_string(text) : NULL;
    if (!value && text && *text) {
        char copy[400];
        snprintf(copy, sizeof copy, "%s", text);
        for (char *p = copy; *p; p++)
            if ((unsigned char)*p >= 0x80)
                *p = '?';
        value = json_string(copy);
    }
    return value ? value : json_null();
}

static json_t *also_json(const char *also)
{
    json_t *list = json_array();
    while (also && *also) {
        size_t n = strcspn(also, " ");
        json_array_append_new(list, json_stringn(also, n));
        also += n + (also[n] == ' ');
    }
    return list;
}

static json_t *point_json(const struct shape *shape, size_t i, struct sample sample)
{
    const struct point_shape *point = &shape->point[i];
    char name[PART_MAX + 24];
    bool has = quality_has_value(sample.quality) && isfinite(sample.value);
    snprintf(name, sizeof name, "%s/%s", point->part, quantity_row(point->quantity)->name);
    return json_pack("{s:s,s:s,s:o,s:s,s:s,s:o,s:s,s:o,s:o,s:o}", "name", name, "part", point->part, "label",
                     text_json(shape->label[i]), "quantity", quantity_row(point->quantity)->name, "unit",
                     quantity_row(point->quantity)->unit, "value", has ? json_real(sample.value) : json_null(),
                     "quality", quality_name(sample.quality), "aspect", text_json(aspect_name(point->aspect)), "source",
                     text_json(point->source), "also", also_json(point->also));
}

json_t *probe_json(const struct probe_result *result)
{
    const struct identity *identity = &result->shape->identity;
    json_t *points = json_array(), *notes = json_array();
    char truth[PROBE_TRUTHS][240];
    size_t n = probe_truth_find(result, truth);
    for (size_t i = 0; i < result->shape->n; i++)
        json_array_append_new(points, point_json(result->shape, i, probe_truth_sample(result, i)));
    for (size_t i = 0; i < result->shape->n_notes; i++)
        json_array_append_new(notes, text_json(result->shape->note[i]));
    for (size_t i = 0; i < n; i++)
        json_array_append_new(notes, text_json(truth[i]));
    return json_pack("{s:s,s:o,s:o,s:o,s:{s:o,s:o,s:o,s:o},s:o,s:o}", "address", result->setup->address.text, "profile",
                     text_json(identity->profile), "why", text_json(identity->why), "kind", text_json(identity->kind),
                     "identity", "vendor", text_json(identity->vendor), "model", text_json(identity->model), "serial",
                     text_json(identity->serial), "firmware", text_json(identity->firmware), "points", points, "notes",
                     notes);
}

void probe_put_json(json_t *value)
{
    plain_json_put(stdout, value, 2);
    json_decref(value);
}

static const char *value_text(char *buffer, size_t size, const struct point_shape *point, struct sample sample)
{
    if (!quality_has_value(sample.quality) || isnan(sample.value))
        return "-";
    if (point->quantity == Q_STATE)
        for (const char *const *state = point->states; state && state[0]; state += 2)
            if (fabs(strtod(state[0], NULL) - sample.value) < 0.5)
                return state[1];
    return people_value(buffer, size, point->quantity, sample.value);
}

static void put_identity(FILE *out, const char *name, const char *value)
{
    char text[400];
    if (!value || !*value)
        return;
    snprintf(text, sizeof text, "%s", value);
    table_tame(text);
    fprintf(out, "%-10s%s\n", name, text);
}

/* What is known of the profile's truth, since a scale is only as good as its source. */
static void print_profile(const struct probe_result *result, FILE *out)
{
    const struct identity *identity = &result->shape->identity;
    const struct profile *profile =
        result->setup->profiles ? profile_find(result->setup->profiles, identity->profile) : NULL;
    fprintf(out, "%-10s%s, version %u", "Profile", identity->profile, identity->version);
    if (profile)
        fprintf(out, ", confidence %s", profile_confidence(profile));
    fprintf(out, ": %s\n\n", identity->why ? identity->why : "named");
}

static void print_points(const struct probe_result *result, FILE *out)
{
    static const char *const titles[] = {"PART", "LABEL", "QUANTITY", "", ">VALUE", "QUALITY", "SOURCE", NULL};
    static const char *const quality_words[QL_COUNT] = {"",      "estimated",    "not answered",
                                                        "stale", "not measured", "not plausible"};
    struct table *table = table_new(titles);
    for (size_t i = 0; i < result->shape->n; i++) {
        const struct point_shape *point = &result->shape->point[i];
        struct sample sample = probe_truth_sample(result, i);
        char value[60];
        table_text(table, point->part);
        table_text(table, result->shape->label[i]);
        table_text(table, quantity_row(point->quantity)->name);
        table_text(table, aspect_name(point->aspect));
        table_text(table, value_text(value, sizeof value, point, sample));
        table_text(table, quality_words[sample.quality]);
        table_text(table, point->computed ? "computed" : point->source);
    }
    table_print(table, out);
    table_free(table);
}

void probe_print(const struct probe_result *result, FILE *out)
{
    const struct identity *identity = &result->shape->identity;
    put_identity(out, "Address", result->setup->address.text);
    put_identity(out, "Vendor", identity->vendor);
    put_identity(out, "Model", identity->model);
    put_identity(out, "Serial", identity->serial);
    put_identity(out, "Firmware", identity->firmware);
    put_identity(out, "Kind", identity->kind);
    print_profile(result, out);
    if (result->shape->n)
        print_points(result, out);
    char truth[PROBE_TRUTHS][240];
    size_t n = probe_truth_find(result, truth);
    fputs(result->shape->n_notes + n ? "\n" : "", out);
    for (size_t i = 0; i < result->shape->n_notes; i++)
        put_identity(out, i ? "" : "Note", result->shape->note[i]);
    for (size_t i = 0; i < n; i++)
        put_identity(out, i ? "" : "Check", truth[i]);
}

/* A name from the first label of a host, or of the kind and the last number of an address. */
static void suggest_id(char ret[ID_MAX + 1], const struct probe_result *result)
{
    const char *host = result->setup->address.host, *kind = result->shape->identity.kind;
    const char *last = strrchr(host, host[0] == '/' ? '/' : strchr(host, ':') ? ':' : '.');
    bool number = isdigit((unsigned char)host[0]) || strchr(host, ':') || host[0] == '/';
    if (number)
        snprintf(ret, ID_MAX + 1, "%.16s-%.14s", kind ? kind : "device", last ? last + 1 : host);
    else
        snprintf(ret, ID_MAX + 1, "%.*s", (int)(strcspn(host, ".") < ID_MAX ? strcspn(host, ".") : ID_MAX), host);
    for (char *p = ret; *p; p++) {
        *p = (char)tolower((unsigned char)*p);
        if (!isalnum((unsigned char)*p) && *p != '-')
            *p = '-';
    }
    if (!id_valid(ret) || id_reserved(ret))
        snprintf(ret, ID_MAX + 1, "device-1");
}

void probe_print_snippet(const struct probe_result *result, FILE *out)
{
    const struct device_setup *setup = result->setup;
    static const char *const auths[] = {"none", "md5", "sha", "sha224", "sha256", "sha384", "sha512"};
    static const char *const privs[] = {"none", "des", "aes128", "aes192", "aes256"};
    char id[ID_MAX + 1];
    suggest_id(id, result);
    fprintf(out,
            "\nFor conf.d, with the room it stands in:\n\ndevices:\n  %s:\n    room: ROOM\n    profile: %s\n    "
            "address: \"%s\"\n",
            id, result->shape->identity.profile, setup->address.text);
    if (setup->is_modbus)
        fprintf(out, "    modbus: {unit: %u}\n", setup->modbus.unit);
    else if (setup->snmp.version < 3)
        fprintf(out, "    snmp: {version: %s, community: \"%s\"}\n", setup->snmp.version == 1 ? "1" : "2c",
                setup->snmp.community);
    else
        fprintf(
            out,
            "    snmp: {version: 3, user: \"%s\", auth: %s, auth-key: {credential: NAME}, privacy: %s, privacy-key: "
            "{credential: NAME}}\n",
            setup->snmp.user, auths[setup->snmp.auth], privs[setup->snmp.priv]);
}
