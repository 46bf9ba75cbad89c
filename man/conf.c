/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prints wattwacht.conf(5): the words around come from conf.5.in, every key from the tables that read them. */
#include "daemon/config_raw.h"
#include "daemon/rule.h"
#include "drivers/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void escape(const char *text)
{
    for (; *text; text++) {
        if (*text == '\\' || *text == '-')
            putchar('\\');
        putchar(*text);
    }
}

static const char *type_of(const struct field *f)
{
    static const struct {
        field_read *read;
        const char *name;
    } types[] = {
        {field_text, "text"},      {field_id, "name"},
        {field_bool, "yes or no"}, {field_count, "number"},
        {field_integer, "number"}, {field_number, "number"},
        {field_decimal, "number"}, {field_duration, "duration"},
        {field_size, "size"},      {field_texts, "text, or a list"},
        {config_secret, "secret"}, {config_timezone, "time zone"},
        {config_class, "class"},   {config_date, "date"},
        {config_point, "point"},   {config_bands, "map"},
        {field_node, "map"},
    };
    if (f->read == field_value)
        return dimension_name(f->dimension);
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i].read == f->read)
            return types[i].name;
    return NULL;
}

static void choices(const struct field *f)
{
    if (f->read != field_choice && f->read != config_priority)
        return;
    printf("One of");
    for (const char *const *name = f->arg; *name; name++) {
        printf(" ");
        escape(*name);
    }
    printf(".\n");
}

static void print_table(const struct field *table, const char *path)
{
    for (const struct field *f = table; f->name; f++) {
        char key[200];
        bool named = f->read == field_map_of;
        snprintf(key, sizeof key, "%s%s%s%s", path, *path ? "." : "", f->name, named ? ".NAME" : "");
        bool table_of = f->arg && f->read != field_choice && f->read != config_priority;
        printf(".TP\n.B ");
        escape(key);
        if (type_of(f)) {
            printf(" \\fR(%s", type_of(f));
            if (f->initial) {
                printf("; default ");
                escape(f->initial);
            }
            printf("%s)", f->required ? "; required" : "");
        }
        printf("\n");
        escape(f->help);
        printf(".\n");
        choices(f);
        if (table_of)
            print_table(f->arg, key);
    }
}

static void print_rules(void)
{
    for (int i = 0; i < RULE_COUNT; i++) {
        const struct rule_row *row = rule_row((enum rule)i);
        printf(".TP\n.B ");
        escape(row->name);
        printf("\n");
        escape(row->help);
        if (row->limit > 0)
            printf("; limit %g", row->limit);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    char line[1024];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in) {
        fprintf(stderr, "usage: conf conf.5.in\n");
        return 2;
    }
    while (fgets(line, sizeof line, in)) {
        if (!strcmp(line, "@KEYS@\n"))
            print_table(config_fields, "");
        else if (!strcmp(line, "@RULES@\n"))
            print_rules();
        else
            fputs(line, stdout);
    }
    fclose(in);
    return 0;
}
