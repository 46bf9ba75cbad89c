/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_csv.h"

#include "daemon/report_value.h"
#include "daemon/wire_text.h"

#include <math.h>
#include <string.h>

struct csv {
    FILE *out;
    char separator, decimal;
};

void report_csv_cell(FILE *out, const char *text, char separator)
{
    bool quote = strpbrk(text, "\"\r\n") || strchr(text, separator);
    if (!quote) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

char report_csv_separator(struct language *language, char *ret_decimal)
{
    bool comma = strchr(language_number(language, 0.5, 1), ',') != NULL;
    *ret_decimal = comma ? ',' : '.';
    return comma ? ';' : ',';
}

/* Spreadsheets that want semicolons also want the mark to take UTF-8 for what it is. */
static void begin(struct csv *csv, struct language *language)
{
    csv->separator = report_csv_separator(language, &csv->decimal);
    if (csv->separator == ';')
        fputs("\xef\xbb\xbf", csv->out);
}

static void cell(const struct csv *csv, const char *text)
{
    fputc(csv->separator, csv->out);
    report_csv_cell(csv->out, text, csv->separator);
}

static void number(const struct csv *csv, double value)
{
    char text[WIRE_NUMBER_MAX];
    *text = '\0';
    if (isfinite(value))
        wire_number(text, sizeof text, value);
    char *point = strchr(text, '.');
    if (point)
        *point = csv->decimal;
    cell(csv, text);
}

/* "total_wh" is in Wh; a member without such an ending has the unit of its row, or none. */
static const char *unit_of(const char *key, const json_t *row)
{
    static const char *const endings[][2] = {
        {"_wh", "Wh"}, {"_w", "W"}, {"_m3", "m3"},           {"_kg", "kg"},           {"_eur", "EUR"},
        {"_kw", "kW"}, {"_a", "A"}, {"temperature", "degC"}, {"_eur_mwh", "EUR/MWh"}, {"_years", "years"}};
    size_t n = strlen(key);
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        size_t m = strlen(endings[i][0]);
        if (n >= m && !strcmp(key + n - m, endings[i][0]))
            return endings[i][1];
    }
    return !strcmp(key, "value") ? report_string(row, "unit") : "";
}

static void line(const struct csv *csv, const char *section, const char *name, const char *key, const json_t *value,
                 const json_t *row)
{
    report_csv_cell(csv->out, section, csv->separator);
    cell(csv, name);
    cell(csv, key);
    if (json_is_number(value) || json_is_null(value))
        number(csv, json_is_number(value) ? json_number_value(value) : (double)NAN);
    else
        cell(csv, json_is_boolean(value) ? (json_is_true(value) ? "1" : "0") : json_string_value(value));
    cell(csv, unit_of(key, row));
    bool figure = !strcmp(section, "kpis");
    number(csv, figure ? report_double(row, "category") : (double)NAN);
    number(csv, figure ? report_double(row, "coverage") : (double)NAN);
    number(csv, figure ? report_double(row, "estimated") : (double)NAN);
    number(csv, figure ? report_double(row, "uncertainty_k2") : (double)NAN);
    cell(csv, figure ? report_string(row, "reason") : "");
    fputs("\r\n", csv->out);
}

/* The member that names a row of a list. */
static const char *name_of(const json_t *row, char *number_text, size_t size, size_t i)
{
    static const char *const keys[] = {"id", "field", "device", "room", "key", "from", "at", "what", "name"};
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++)
        if (*report_string(row, keys[k]))
            return report_string(row, keys[k]);
    snprintf(number_text, size, "%zu", i + 1);
    return number_text;
}

static void object(const struct csv *csv, const char *section, const char *name, const json_t *row)
{
    const char *key;
    json_t *value;
    bool figure = !strcmp(section, "kpis");
    json_object_foreach((json_t *)row, key, value) if (!json_is_object(value) && !json_is_array(value) &&
                                                       (!figure || !strcmp(key, "value")))
        line(csv, section, name, key, value, row);
}

static void walk(const struct csv *csv, const char *path, const json_t *value)
{
    const char *key;
    json_t *member;
    char text[100];
    if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            const json_t *row = json_array_get(value, i);
            if (json_is_object(row))
                object(csv, path, name_of(row, text, sizeof text, i), row);
        }
        return;
    }
    object(csv, path, "", value);
    json_object_foreach((json_t *)value, key, member) if (json_is_object(member) || json_is_array(member))
    {
        snprintf(text, sizeof text, "%s.%s", path, key);
        walk(csv, text, member);
    }
}

void report_csv(FILE *out, const json_t *document, struct language *language)
{
    static const char *const head[] = {"row",      "member",    "value",          "unit",  "category",
                                       "coverage", "estimated", "uncertainty_k2", "reason"};
    struct csv csv = {.out = out};
    const char *key;
    json_t *value;
    begin(&csv, language);
    fputs("section", out);
    for (size_t i = 0; i < sizeof head / sizeof head[0]; i++)
        cell(&csv, head[i]);
    fputs("\r\n", out);
    json_object_foreach((json_t *)document, key, value)
    {
        if (json_is_object(value) || json_is_array(value))
            walk(&csv, key, value);
        else
            line(&csv, "report", "", key, value, NULL);
    }
}

void report_csv_eu(FILE *out, const json_t *document, struct language *language)
{
    static const char *const columns[] = {"annex", "symbol", "field", "title", "value", "unit", "status", "note"};
    const json_t *fields = json_object_get(json_object_get(document, "eu"), "fields");
    size_t n = sizeof columns / sizeof columns[0];
    struct csv csv = {.out = out};
    begin(&csv, language);
    for (size_t c = 0; c < n; c++)
        fprintf(out, "%s%s", c ? (char[]){csv.separator, 0} : "", columns[c]);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *row = json_array_get(fields, i);
        fputs("\r\n", out);
        report_csv_cell(out, report_string(row, "annex"), csv.separator);
        for (size_t c = 1; c < n; c++)
            if (json_is_number(json_object_get(row, columns[c])))
                number(&csv, report_double(row, columns[c]));
            else
                cell(&csv, !strcmp(columns[c], "unit") || !strcmp(columns[c], "field")
                               ? report_string(row, columns[c])
                               : language_say(language, report_string(row, columns[c])));
    }
    fputs("\r\n", out);
}
