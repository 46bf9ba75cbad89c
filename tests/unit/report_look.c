/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report_look.h"

#include "daemon/report_render.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *look_text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value ? value : "";
}

double look_number(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

const json_t *look_in(const json_t *list, const char *key, const char *wanted)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(look_text(json_array_get(list, i), key), wanted))
            return json_array_get(list, i);
    fail_msg("%s is missing", wanted);
    return NULL;
}

const json_t *look_kpi(const json_t *document, const char *id)
{
    return look_in(json_object_get(document, "kpis"), "id", id);
}

void look_holds(const json_t *document, const char *format, const char *language, const char *const *texts)
{
    struct diag *diag = diag_new();
    char *all = NULL;
    size_t n;
    assert_int_equal(report_render(document, report_format_find(format), language, diag, &all, &n), 0);
    assert_int_equal(strlen(all), n);
    for (; *texts; texts++)
        if (!strstr(all, *texts))
            fail_msg("no '%s' in %s", *texts, all);
    free(all);
    diag_free(diag);
}
