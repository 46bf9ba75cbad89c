/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Templates of the page, and that those of graphs/page are sound. Covers web_template. */
#include "daemon/web_template.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    char directory[40];
    struct templates *templates;
};

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[80];
    snprintf(path, sizeof path, "%s/%s.html", f->directory, name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    snprintf(f->directory, sizeof f->directory, "/tmp/test_template.XXXXXX");
    assert_non_null(mkdtemp(f->directory));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    char command[80];
    snprintf(command, sizeof command, "rm -rf %s", f->directory);
    int r = system(command);
    templates_free(f->templates);
    free(f);
    return r;
}

static const char *dutch(void *context, const char *english)
{
    (void)context;
    return !strcmp(english, "Power") ? "Vermogen & zo" : NULL;
}

static void expect(struct fixture *f, const char *text, const char *json, const char *wanted)
{
    char words[300] = "", *said = NULL;
    size_t n;
    put(f, "page", text);
    templates_free(f->templates);
    f->templates = NULL;
    assert_int_equal(templates_load(f->directory, &f->templates, words), 0);
    json_t *view = json_loads(json, 0, NULL);
    assert_non_null(view);
    FILE *out = open_memstream(&said, &n);
    const struct web_words language = {dutch, NULL};
    assert_int_equal(templates_render(f->templates, "page", view, &language, out), 0);
    fclose(out);
    assert_string_equal(said, wanted);
    free(said);
    json_decref(view);
}

static void test_holes(void **state)
{
    static const struct {
        const char *name, *text, *json, *wanted;
    } rows[] = {
        {"plain", "no holes", "{}", "no holes"},
        {"escaped", "<p title=\"{{a}}\">", "{\"a\": \"<b> & 'c' \\\"d\\\"\"}",
         "<p title=\"&lt;b&gt; &amp; &#39;c&#39; &quot;d&quot;\">"},
        {"absent", "[{{a}}]", "{}", "[]"},
        {"numbers", "{{a}} {{b}}", "{\"a\": 12, \"b\": 1.5}", "12 1.5"},
        {"inward", "{{a.b}}", "{\"a\": {\"b\": \"x\"}}", "x"},
        {"each", "{{#a}}({{.}}){{/a}}", "{\"a\": [\"x\", \"y\"]}", "(x)(y)"},
        {"objects, and outward", "{{#a}}{{n}}{{b}} {{/a}}",
         "{\"b\": \"!\", \"a\": [{\"n\": \"x\"}, {\"n\": \"y\", \"b\": \"?\"}]}", "x! y? "},
        {"once", "{{#a}}yes{{/a}}{{#b}}no{{/b}}{{#c}}no{{/c}}", "{\"a\": true, \"b\": false, \"c\": \"\"}", "yes"},
        {"unless", "{{^a}}none{{/a}}{{^b}}no{{/b}}", "{\"a\": [], \"b\": 1}", "none"},
        {"null ends the search outward", "{{#a}}{{#b}}no{{/b}}{{/a}}", "{\"b\": \"x\", \"a\": [{\"b\": null}]}", ""},
        {"words", "{{_Power}} {{_Heat}}", "{}", "Vermogen &amp; zo Heat"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        print_message("%s\n", rows[i].name);
        expect(*state, rows[i].text, rows[i].json, rows[i].wanted);
    }
}

static void test_partials(void **state)
{
    put(*state, "node", "<li>{{t}}{{#more}}<ul>{{#c}}{{>node}}{{/c}}</ul>{{/more}}</li>");
    expect(*state, "{{#top}}{{>node}}{{/top}}",
           "{\"top\": {\"t\": \"a\", \"more\": true, \"c\": [{\"t\": \"b\", \"more\": false}, {\"t\": \"c\", \"more\": "
           "false}]}}",
           "<li>a<ul><li>b</li><li>c</li></ul></li>");
    /* one of itself without an end has one all the same */
    put(*state, "node", "x{{>node}}");
    char words[300];
    struct fixture *f = *state;
    templates_free(f->templates);
    f->templates = NULL;
    put(f, "page", "{{>node}}");
    assert_int_equal(templates_load(f->directory, &f->templates, words), 0);
    json_t *view = json_object();
    FILE *out = fopen("/dev/null", "w");
    assert_int_equal(templates_render(f->templates, "page", view, NULL, out), 0);
    assert_int_equal(templates_render(f->templates, "none", view, NULL, out), -ENOENT);
    fclose(out);
    json_decref(view);
}

static void test_faults(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"a\n{{#b}}", "page.html:2: not closed: b"},
        {"{{#b}}{{/c}}", "page.html:1: closes what is not open: c"},
        {"{{>none}}", "page.html:1: no such template: none"},
        {"{{}}", "page.html:1: a hole without a name "},
        {"\n\n{{a", "page.html:3: a hole without its end "},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char words[300] = "";
        struct templates *templates = NULL;
        put(f, "page", rows[i].text);
        assert_true(templates_load(f->directory, &templates, words) < 0);
        assert_string_equal(words, rows[i].words);
        assert_null(templates);
    }
}

/* Those of the page load, and every attribute of theirs is quoted. */
static void test_ours(void **state)
{
    char directory[1024], words[300] = "";
    struct templates *templates = NULL;
    (void)state;
    snprintf(directory, sizeof directory, "%s/graphs/page", getenv("WATTWACHT_SOURCE"));
    if (templates_load(directory, &templates, words) < 0)
        fail_msg("%s", words);
    templates_free(templates);
    char command[1200];
    snprintf(command, sizeof command, "grep -nE ' [a-z-]+=\\{\\{|style=| on[a-z]+=|\\{\\{[&{]|<script>' %s/*.html",
             directory);
    assert_int_not_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_holes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_partials, setup, teardown),
        cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
        cmocka_unit_test(test_ours),
    };
    return cmocka_run_group_tests_name("web_template", tests, NULL, NULL);
}
