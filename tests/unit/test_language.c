/* SPDX-License-Identifier: GPL-3.0-or-later */
/* language, report_value: messages, numbers and dates of each language's file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/report_value.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct language *load(const char *name)
{
    struct diag *diag = diag_new();
    struct language *l = NULL;
    if (language_load(name, diag, &l))
        fail_msg("%s: %s", name, diag_first(diag) ? diag_first(diag) : "no file");
    diag_free(diag);
    return l;
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *language;
        double value;
        int digits;
        const char *text;
    } rows[] = {
        {"en", 1234.5, 1, "1,234.5"},
        {"en", 999.994, 2, "999.99"},
        {"en", -1234567, 0, "\u22121,234,567"},
        {"en", -0.001, 2, "0.00"},
        {"en", NAN, 2, "–"},
        {"nl", 1234.5, 1, "1.234,5"},
        {"nl", 0.25, 2, "0,25"},
        {"fr", 1234.5, 1, "1\u202f234,5"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct language *l = load(rows[i].language);
        assert_string_equal(language_number(l, rows[i].value, rows[i].digits), rows[i].text);
        language_free(l);
    }
}

static void test_dates(void **state)
{
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    static const char *const rows[][2] = {{"en", "2 March 2026"}, {"nl", "2 maart 2026"}, {"fr", "2 mars 2026"}};
    for (size_t i = 0; i < 3; i++) {
        struct language *l = load(rows[i][0]);
        assert_string_equal(language_date(l, 1772409600, 0), rows[i][1]);
        language_free(l);
    }
}

static void test_messages(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"en", "no reading yet from pdu-1", "no reading yet from pdu-1"},
        {"nl", "no reading yet from pdu-1", "nog geen meting van pdu-1"},
        {"nl", "leuven: no meter of IT energy", "leuven: geen meter van IT-energie"},
        {"nl", "never translated", "never translated"},
        {"fr", "no reading yet from pdu-1", "pas encore de relevé de pdu-1"},
        /* the message that says most itself, and numbers in the language's own writing */
        {"nl", "Either feed could have failed at any quarter of an hour: no breaker of 8 would have passed its limit",
         "Elke voeding had op elk kwartier kunnen uitvallen: geen van 8 automaten had de grens overschreden"},
        {"nl", "RTI 53 %: the cooling warms its air by 6.0 K, the equipment by 11.3 K",
         "RTI 53 %: de koeling ziet haar lucht 6,0 K opwarmen, de apparatuur 11,3 K"},
        {"nl", "d5 13.0 kW, d2 12.1 kW", "d5 13,0 kW, d2 12,1 kW"},
        {"nl", "pdu-d2b 11.3, 6.2 and 7.8 A (34 % uneven)", "pdu-d2b 11,3, 6,2 en 7,8 A (34 % onevenwicht)"},
        {"nl", "10.0.0.1 v4.2.0 and d1.5", "10.0.0.1 v4.2.0 and d1.5"},
        {"en", "d5 13.0 kW", "d5 13.0 kW"},
        {"fr", "Move about 2.6 A from L1 to L2 of pdu-d2b; 1.4 A from L1 to L2 of pdu-d3a",
         "Déplacez environ 2,6 A de L1 à L2 de pdu-d2b ; 1,4 A de L1 à L2 de pdu-d3a"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct language *l = load(rows[i][0]);
        assert_string_equal(language_say(l, rows[i][1]), rows[i][2]);
        language_free(l);
    }
}

static void test_values(void **state)
{
    (void)state;
    static const struct {
        double value, u;
        const char *unit, *text;
    } rows[] = {
        {1.4649, 0.0135, "", "1.46 ± 0.01"},
        {1.4649, 0.0041, "", "1.465 ± 0.004"},
        {12345678, 54321, "Wh", "12,346 ± 54\u00a0kWh"},
        {512, NAN, "Wh", "0.51\u00a0kWh"},
        {0.9876, NAN, "share", "98.8\u00a0%"},
        {23.456, NAN, "degC", "23.5\u00a0°C"},
        {NAN, 1, "Wh", "–"},
    };
    struct language *l = load("en");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(report_value_u(l, rows[i].value, rows[i].unit, rows[i].u), rows[i].text);
    language_free(l);
}

static void test_unknown(void **state)
{
    (void)state;
    struct diag *diag = diag_new();
    struct language *l = NULL;
    assert_int_equal(language_load("xx", diag, &l), -ENOENT);
    assert_int_equal(language_load("../profiles/README", diag, &l), -ENOENT);
    diag_free(diag);
}

static char *keep_file(const char *directory, const char *text)
{
    char path[300];
    snprintf(path, sizeof path, "%s/languages/zz.yaml", directory);
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return strdup(path);
}

static void test_wrong_file(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"decimal: ','\n", "group"},
        {"decimal: ','\ngroup: '.'\ndate: d\nmonths: [a]\n", "twelve"},
        {"decimal: ','\ngroup: '.'\ndate: d\nmonths: [a,b,c,d,e,f,g,h,i,j,k,l]\nmessages: {plain: '*'}\n", "as many"},
    };
    char directory[] = "/tmp/language-XXXXXX", sub[64];
    const char *old = getenv("WATTWACHT_DATA");
    char *before = old ? strdup(old) : NULL;
    assert_non_null(mkdtemp(directory));
    snprintf(sub, sizeof sub, "mkdir %s/languages", directory);
    assert_int_equal(system(sub), 0);
    setenv("WATTWACHT_DATA", directory, 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct diag *diag = diag_new();
        struct language *l = NULL;
        char *path = keep_file(directory, rows[i][0]);
        assert_int_equal(language_load("zz", diag, &l), -EINVAL);
        assert_non_null(strstr(diag_first(diag), rows[i][1]));
        diag_free(diag);
        remove(path);
        free(path);
    }
    snprintf(sub, sizeof sub, "rm -r %s", directory);
    assert_int_equal(system(sub), 0);
    if (before)
        setenv("WATTWACHT_DATA", before, 1);
    else
        unsetenv("WATTWACHT_DATA");
    free(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers), cmocka_unit_test(test_dates),   cmocka_unit_test(test_messages),
        cmocka_unit_test(test_values),  cmocka_unit_test(test_unknown), cmocka_unit_test(test_wrong_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
