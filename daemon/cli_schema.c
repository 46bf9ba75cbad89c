/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli_schema.h"

#include "daemon/config_raw.h"
#include "drivers/unit.h"

#include <string.h>

#define ID_PATTERN "^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$"
/* a number as decimal_parse takes it, with a unit behind */
#define VALUE_PATTERN "^-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]+)? ?[A-Za-z%/0-9]+$"

static json_t *text_schema(const struct field *field)
{
    (void)field;
    /* YAML reads 2026 as a number where a text is meant */
    return json_pack("{s:[s,s]}", "type", "string", "number");
}

static json_t *id_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s,s:s}", "type", "string", "pattern", ID_PATTERN);
}

static json_t *bool_schema(const struct field *field)
{
    (void)field;
    /* yes and no are booleans in YAML 1.1, words in 1.2 */
    return json_pack("{s:[b,b,s,s]}", "enum", 1, 0, "yes", "no");
}

static json_t *count_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s,s:i}", "type", "integer", "minimum", 0);
}

static json_t *integer_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s}", "type", "integer");
}

static json_t *number_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s}", "type", "number");
}

static json_t *value_schema(const struct field *field)
{
    return json_pack("{s:s,s:s,s:[s]}", "type", "string", "pattern", VALUE_PATTERN, "examples",
                     dimension_example(field->dimension));
}

static json_t *duration_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:[{s:s,s:s},{s:i}]}", "anyOf", "type", "string", "pattern",
                     "^(0|[0-9]+([.][0-9]+)? ?(ms|s|m|h|d))$", "const", 0);
}

static json_t *size_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s,s:s}", "type", "string", "pattern", "^[0-9]+([.][0-9]+)? ?[kMG]?B$");
}

static json_t *choice_schema(const struct field *field)
{
    json_t *names = json_array();
    for (const char *const *name = field->arg; name && *name; name++) {
        json_array_append_new(names, json_string(*name));
        if ((*name)[0] >= '0' && (*name)[0] <= '9' && !(*name)[1]) /* written without quotes */
            json_array_append_new(names, json_integer((*name)[0] - '0'));
    }
    return json_pack("{s:o}", "enum", names);
}

static json_t *priority_schema(const struct field *field)
{
    json_t *names = json_array();
    int n = 0;
    for (const char *const *name = field->arg; *name; name++, n++) {
        json_array_append_new(names, json_string(*name));
        json_array_append_new(names, json_integer(n));
    }
    return json_pack("{s:o}", "enum", names);
}

static json_t *texts_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:[{s:s},{s:s,s:{s:s}}]}", "anyOf", "type", "string", "type", "array", "items", "type",
                     "string");
}

static json_t *secret_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:[{s:s},{s:s,s:{s:{s:s}},s:[s],s:b}]}", "anyOf", "type", "string", "type", "object",
                     "properties", "credential", "type", "string", "required", "credential", "additionalProperties", 0);
}

static json_t *bands_schema(const struct field *field)
{
    (void)field;
    return json_pack("{s:s,s:{s:[s,s]}}", "type", "object", "additionalProperties", "type", "string", "number");
}

static json_t *any_schema(const struct field *field)
{
    (void)field;
    return json_object();
}

static json_t *sub_schema(const struct field *field)
{
    return schema_of(field->arg, NULL);
}

static json_t *map_schema(const struct field *field)
{
    return json_pack("{s:s,s:o}", "type", "object", "additionalProperties", schema_of(field->arg, NULL));
}

static json_t *list_schema(const struct field *field)
{
    return json_pack("{s:s,s:o}", "type", "array", "items", schema_of(field->arg, NULL));
}

static json_t *one_or_list_schema(const struct field *field)
{
    return json_pack("{s:[o,{s:s,s:o}]}", "anyOf", schema_of(field->arg, NULL), "type", "array", "items",
                     schema_of(field->arg, NULL));
}

static const struct {
    field_read *read;
    json_t *(*schema)(const struct field *field);
} readers[] = {
    {field_text, text_schema},         {field_id, id_schema},
    {field_bool, bool_schema},         {field_count, count_schema},
    {field_integer, integer_schema},   {field_number, number_schema},
    {field_decimal, number_schema},    {field_value, value_schema},
    {field_duration, duration_schema}, {field_size, size_schema},
    {field_choice, choice_schema},     {config_priority, priority_schema},
    {field_texts, texts_schema},       {field_sub, sub_schema},
    {field_map_of, map_schema},        {field_list_of, list_schema},
    {field_oid, text_schema},          {field_node, any_schema},
    {config_secret, secret_schema},    {config_one_or_list, one_or_list_schema},
    {config_timezone, text_schema},    {config_class, text_schema},
    {config_date, text_schema},        {config_point, text_schema},
    {config_bands, bands_schema},
};

static json_t *schema_of_field(const struct field *field)
{
    json_t *schema = NULL;
    for (size_t i = 0; !schema && i < sizeof readers / sizeof readers[0]; i++)
        if (readers[i].read == field->read)
            schema = readers[i].schema(field);
    if (!schema)
        schema = json_object();
    if (field->help)
        json_object_set_new(schema, "description", json_string(field->help));
    if (field->initial && *field->initial != '{' && *field->initial != '[')
        json_object_set_new(schema, "default", json_string(field->initial));
    return schema;
}

json_t *schema_of(const struct field *table, const char *title)
{
    json_t *properties = json_object(), *required = json_array();
    for (; table->name; table++) {
        json_object_set_new(properties, table->name, schema_of_field(table));
        if (table->required)
            json_array_append_new(required, json_string(table->name));
    }
    json_t *schema = json_pack("{s:s,s:o,s:o,s:b}", "type", "object", "properties", properties, "required", required,
                               "additionalProperties", 0);
    if (title) {
        json_object_set_new(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"));
        json_object_set_new(schema, "title", json_string(title));
    }
    return schema;
}
