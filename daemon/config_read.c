/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drivers/decimal.h"
#include "drivers/unit.h"
#include "daemon/config_raw.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SECRET_MAX 1024

static int complain(struct field_reader *reader, const struct yaml_node *node, const char *what)
{
    diag_error(reader->diag, node->at, node->key, "%s", what);
    return -EINVAL;
}

/* One map, or a list of maps: into field_items by table .arg. */
int config_one_or_list(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    if (node->kind == YAML_LIST)
        return field_list_of(reader, field, node, into);
    struct yaml_node *one[] = {(struct yaml_node *)node};
    struct yaml_node list = {
        .kind = YAML_LIST, .at = node->at, .key = node->key, .key_at = node->key_at, .n = 1, .item = one};
    return field_list_of(reader, field, &list, into);
}

static int read_secret_file(struct field_reader *reader, const struct yaml_node *name, const char *path, bool any_mode,
                            const char **ret)
{
    char text[SECRET_MAX + 1];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        diag_error(reader->diag, name->at, name->key, "credential '%s': %s: %s", name->text, path, strerror(errno));
        return -EINVAL;
    }
    bool open_to_others = fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || (!any_mode && (st.st_mode & 077));
    ssize_t n = read(fd, text, sizeof text);
    close(fd);
    if (open_to_others) {
        diag_error(reader->diag, name->at, name->key,
                   "credential '%s': %s must be a file that only its owner can read (chmod 600)", name->text, path);
        return -EINVAL;
    }
    while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
        n--;
    if (n <= 0 || n > SECRET_MAX || memchr(text, '\0', (size_t)n)) {
        diag_error(reader->diag, name->at, name->key, "credential '%s': %s is empty, longer than 1 kB or not text",
                   name->text, path);
        return -EINVAL;
    }
    *ret = arena_strndup(reader->arena, text, (size_t)n);
    explicit_bzero(text, sizeof text);
    return 0;
}

/* {credential: NAME}; a plain text only where the key has a plain default (a v1/v2c community). */
int config_secret(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    const struct config_context *context = reader->context;
    const struct yaml_node *name = yaml_get(node, "credential");
    if (node->kind == YAML_SCALAR && field->initial)
        return field_text(reader, field, node, into);
    if (!name || node->n != 1 || name->kind != YAML_SCALAR)
        return complain(reader, node,
                        field->initial ? "expected a text or {credential: NAME}"
                                       : "secrets are not written here: expected {credential: NAME}");
    if (!*name->text || strchr(name->text, '/') || name->text[0] == '.')
        return complain(reader, name, "a credential is named like a file, without '/'");
    if (context->credentials == config_no_secrets) {
        *(const char **)into = config_no_secrets;
        return 0;
    }
    const char *path = arena_printf(reader->arena, "%s/%s", context->credentials, name->text);
    return read_secret_file(reader, name, path, context->systemd, into);
}

int config_timezone(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    int r = field_text(reader, field, node, into);
    if (r < 0)
        return r;
    if (!strcmp(node->text, "UTC"))
        return 0;
    const char *path = arena_printf(reader->arena, "/usr/share/zoneinfo/%s", node->text);
    struct stat st;
    if (strstr(node->text, "..") || *node->text == '/' || stat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
        diag_error(reader->diag, node->at, node->key,
                   "'%s' is no time zone known here, expected one like Europe/Brussels", node->text);
        return -EINVAL;
    }
    return 0;
}

int config_class(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    /* limits of error at full load: IEC 62053-21 and -22, MID classes A B C (kpi of EN 50470) */
    static const char *const classes[] = {"0.1", "0.2", "0.2S", "0.5", "0.5S", "1", "2", "3", "5", "A", "B", "C", NULL};
    double percent;
    (void)field;
    if (node->kind == YAML_SCALAR)
        for (size_t i = 0; classes[i]; i++)
            if (!strcmp(classes[i], node->text) || !unit_parse_value(node->text, D_PERCENT, &percent)) {
                *(const char **)into = arena_strdup(reader->arena, node->text);
                return 0;
            }
    return complain(reader, node, "expected a class like 0.5S, 1 or B, or a limit of error like 1%");
}

int config_date(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    struct tm tm = {0};
    (void)field;
    const char *end = node->kind == YAML_SCALAR ? strptime(node->text, "%Y-%m-%d", &tm) : NULL;
    if (!end || *end || strlen(node->text) != 10)
        return complain(reader, node, "expected a date like 2026-03-01");
    int day = tm.tm_mday;
    time_t at = timegm(&tm);
    if (tm.tm_mday != day) /* 30 February became a day of March */
        return complain(reader, node, "no such day, expected a date like 2026-03-01");
    *(int64_t *)into = (int64_t)at * 1000;
    return 0;
}

int config_priority(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    const char *const *names = field->arg;
    int n = 0;
    while (names[n])
        n++;
    if (node->kind == YAML_SCALAR && *node->text >= '0' && *node->text < '0' + n && !node->text[1]) {
        *(int *)into = *node->text - '0';
        return 0;
    }
    return field_choice(reader, field, node, into);
}

/* {QUANTITY: VALUE with its unit}: into const double *, an array by quantity, NAN where nothing is said. */
int config_bands(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    int result = 0;
    (void)field;
    if (node->kind != YAML_MAP)
        return complain(reader, node, "expected quantities with a value each, like {active_power: 5W}");
    double *band = arena_alloc(reader->arena, Q_COUNT * sizeof *band);
    for (size_t i = 0; i < Q_COUNT; i++)
        band[i] = NAN;
    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *item = node->item[i];
        enum quantity q = quantity_parse(item->key);
        enum dimension dimension = dimension_of(q) == D_TEMPERATURE ? D_TEMPERATURE_DIFF : dimension_of(q);
        struct decimal number;
        const char *end;
        bool pure = dimension == D_ONE || dimension == D_STATE;
        if (q == Q_NONE)
            result = complain(reader, item, "no such quantity");
        else if (item->kind == YAML_SCALAR && pure && decimal_parse(item->text, &number, &end) == 0 && !*end)
            band[q] = decimal_value(number);
        else if (item->kind != YAML_SCALAR || unit_parse_value(item->text, dimension, &band[q]) < 0)
            result = complain(reader, item, "expected a value with the quantity's unit, like 5W or 0.2K");
        if (band[q] < 0)
            result = complain(reader, item, "a band is not negative");
    }
    *(const double **)into = band;
    return result;
}

static bool read_minutes(const char *text, unsigned *ret)
{
    unsigned hour, minute;
    int end = 0;
    if (sscanf(text, "%2u:%2u%n", &hour, &minute, &end) != 2 || end != 5 || minute > 59 || hour * 60 + minute > 1440)
        return false;
    *ret = hour * 60 + minute;
    return true;
}

/* "22:00-07:00" into two unsigned: minutes of the day. */
int config_night(struct field_reader *reader, const struct field *field, const struct yaml_node *node, void *into)
{
    unsigned *minutes = into, from, to;
    char first[6] = "", second[6] = "";
    (void)field;
    if (node->kind == YAML_SCALAR && strlen(node->text) == 11 && node->text[5] == '-') {
        memcpy(first, node->text, 5);
        memcpy(second, node->text + 6, 5);
    }
    if (!read_minutes(first, &from) || !read_minutes(second, &to))
        return complain(reader, node, "expected night hours like 22:00-07:00");
    minutes[0] = from;
    minutes[1] = to;
    return 0;
}
