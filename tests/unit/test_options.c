/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options: what is read, what is refused and with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "daemon/options.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct read {
    bool json;
    const char *state, *file;
    struct option_list config;
};

static const struct option_row table[] = {
    {"config", OPTION_LIST, offsetof(struct read, config), "DIR", "read this directory"},
    {"state", OPTION_TEXT, offsetof(struct read, state), "DIR", "keep everything here"},
    {"o", OPTION_TEXT, offsetof(struct read, file), "FILE", "write to a file"},
    {"json", OPTION_FLAG, offsetof(struct read, json), NULL, "as one JSON object"},
    {NULL, OPTION_FLAG, 0, NULL, NULL},
};

static const struct {
    const char *name, *line;
    int r;
    const char *state, *file, *configs, *operands;
    bool json;
    const char *words;
} rows[] = {
    {"nothing", "", 0, NULL, NULL, "", "", false, NULL},
    {"value in the next word", "--state /s", 0, "/s", NULL, "", "", false, NULL},
    {"value behind =", "--state=/s=t", 0, "/s=t", NULL, "", "", false, NULL},
    {"a list", "--config a --config=b", 0, NULL, NULL, "a,b,", "", false, NULL},
    {"operands between", "x --json y -o f z", 0, NULL, "f", "", "x,y,z,", true, NULL},
    {"end of options", "--json -- --state x", 0, NULL, NULL, "", "--state,x,", true, NULL},
    {"negative number", "-5 -.5 -", 0, NULL, NULL, "", "-5,-.5,-,", false, NULL},
    {"help", "x --help --nonsense", OPTIONS_HELP, NULL, NULL, "", NULL, false, NULL},
    {"help in short", "x -h", OPTIONS_HELP, NULL, NULL, "", NULL, false, NULL},
    {"version", "--version", OPTIONS_VERSION, NULL, NULL, "", NULL, false, NULL},
    {"misspelt", "--stat x", -22, NULL, NULL, "", NULL, false, "--stat: no such option, did you mean --state?"},
    {"misspelt help", "--hepl", -22, NULL, NULL, "", NULL, false, "--hepl: no such option, did you mean --help?"},
    {"misspelt with a value", "--stat=secret", -22, NULL, NULL, "", NULL, false,
     "--stat: no such option, did you mean --state?"},
    {"unknown", "--quantum", -22, NULL, NULL, "", NULL, false, "--quantum: no such option"},
    {"unknown letter", "-x", -22, NULL, NULL, "", NULL, false, "-x: no such option"},
    {"one dash", "-state x", -22, NULL, NULL, "", NULL, false, "-state: no such option, did you mean --state?"},
    {"two dashes", "--o x", -22, NULL, NULL, "", NULL, false, "--o: no such option"},
    {"value missing", "--state", -22, NULL, NULL, "", NULL, false, "--state: expected DIR"},
    {"value forgotten", "--state --json", -22, NULL, NULL, "", NULL, false, "--state: expected DIR"},
    {"value empty", "--state=", -22, NULL, NULL, "", NULL, false, "--state: expected DIR"},
    {"flag with a value", "--json=yes", -22, NULL, NULL, "", NULL, false, "--json: takes no value"},
    {"twice", "--state a --state b", -22, "a", NULL, "", NULL, false, "--state: given twice"},
};

static void assert_joined(size_t n, const char *const *words, const char *expected)
{
    char all[200] = "";
    for (size_t i = 0; i < n; i++) {
        strcat(all, words[i]);
        strcat(all, ",");
    }
    assert_string_equal(all, expected);
}

static void assert_text(const char *text, const char *expected)
{
    assert_string_equal(text ? text : "(none)", expected ? expected : "(none)");
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char line[200], words[200] = "", *argv[20] = {(char *)"wattwacht"};
        int argc = 1;
        strcpy(line, rows[i].line);
        for (char *save = NULL, *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save))
            argv[argc++] = w;
        struct read read = {0};
        size_t n = 0;
        print_message("  %s\n", rows[i].name);
        assert_int_equal(options_parse(table, argc, argv, &read, &n, words), rows[i].r);
        assert_text(read.state, rows[i].state);
        assert_text(read.file, rows[i].file);
        assert_joined(read.config.n, read.config.item, rows[i].configs);
        if (rows[i].operands)
            assert_joined(n, (const char *const *)argv, rows[i].operands);
        assert_int_equal(read.json, rows[i].json);
        assert_string_equal(words, rows[i].words ? rows[i].words : "");
    }
}

static void test_too_many(void **state)
{
    (void)state;
    char *argv[70] = {(char *)"wattwacht"};
    for (int i = 1; i < 70; i++)
        argv[i] = (char *)"--config=d";
    struct read read = {0};
    size_t n;
    char words[200];
    assert_int_equal(options_parse(table, 70, argv, &read, &n, words), -22);
    assert_string_equal(words, "--config: given more than 32 times");
}

static void test_help_names_every_row(void **state)
{
    (void)state;
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    options_print(table, out);
    fclose(out);
    assert_non_null(strstr(text, "  --config DIR                 read this directory\n"));
    assert_non_null(strstr(text, "  -o FILE                      write to a file\n"));
    assert_non_null(strstr(text, "  --version "));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_too_many),
                                       cmocka_unit_test(test_help_names_every_row)};
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
