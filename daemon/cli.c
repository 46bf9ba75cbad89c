/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/cli.h"

#include "daemon/wire_text.h"
#include "drivers/field.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_fail(const struct cli *cli, enum cli_exit code, const char *where, const char *format, ...)
{
    char what[1000];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    fflush(stdout);
    fprintf(stderr, "wattwacht%s%s: %s%s%s\n", *cli->command ? " " : "", cli->command, where, *where ? ": " : "", what);
    if (cli->options.json) {
        fputs("{\"error\": {\"where\": ", stdout);
        wire_put_string(stdout, where);
        fputs(", \"what\": ", stdout);
        wire_put_string(stdout, what);
        fputs("}}\n", stdout);
    }
    return code;
}

const char *cli_credentials(const struct cli *cli)
{
    static const char running[] = "/run/credentials/wattwachtd.service"; /* systemd.exec(5) */
    if (!getenv("CREDENTIALS_DIRECTORY") && !cli->options.config.n && access(running, X_OK) == 0)
        setenv("CREDENTIALS_DIRECTORY", running, 1); /* their modes are systemd's business */
    return getenv("CREDENTIALS_DIRECTORY");
}

int cli_fail_diag(const struct cli *cli, const struct diag *diag)
{
    const char *line = diag_first(diag) ? diag_first(diag) : diag_line(diag, 0);
    const char *space = line ? strstr(line, ": ") : NULL;
    char where[300] = "";
    if (!cli->options.json) {
        diag_print(diag, stderr);
        return CLI_NO;
    }
    for (size_t i = 0; diag_line(diag, i); i++)
        if (diag_line(diag, i) != line) /* that one comes with the error */
            fprintf(stderr, "%s\n", diag_line(diag, i));
    if (space)
        snprintf(where, sizeof where, "%.*s", (int)(space - line), line);
    return cli_fail(cli, CLI_NO, where, "%s", space ? space + 2 : line ? line : "the configuration cannot be read");
}

static void print_usage(const struct command *table, FILE *out)
{
    fputs("wattwacht COMMAND [WORD...] [OPTION...]\nAsks the daemon wattwachtd, and devices themselves.\n\n", out);
    for (; table->name; table++) {
        char left[80];
        if (!table->summary)
            continue;
        snprintf(left, sizeof left, "%s %s", table->name, table->operands);
        fprintf(out, "  %-36s %s\n", left, table->summary);
    }
    fputs("\nwattwacht COMMAND --help tells the options of a command.\n", out);
}

static void print_help(const struct command *command, FILE *out)
{
    fprintf(out, "wattwacht %s%s%s [OPTION...]\n%s\n\n", command->name, *command->operands ? " " : "",
            command->operands, command->summary);
    if (command->options)
        options_print(command->options, out);
}

/* How many words of argv name the command: 0, 1 or 2. */
static int matches(const struct command *command, int argc, char **argv)
{
    size_t n = strcspn(command->name, " ");
    if (strlen(argv[1]) != n || strncmp(argv[1], command->name, n) != 0)
        return 0;
    if (!command->name[n])
        return 1;
    return argc > 2 && !strcmp(argv[2], command->name + n + 1) ? 2 : 0;
}

/* --json may stand anywhere, also before the option that is wrong. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--json"))
            return true;
    return false;
}

/* The commands of two words that begin with this one, like meter. out NULL: are there any? */
static bool print_group(const struct command *table, const char *word, FILE *out)
{
    bool any = false;
    for (; table->name; table++) {
        char left[80];
        size_t n = strcspn(table->name, " ");
        if (!table->summary || !table->name[n] || strlen(word) != n || strncmp(word, table->name, n) != 0)
            continue;
        snprintf(left, sizeof left, "wattwacht %s %s", table->name, table->operands);
        if (out)
            fprintf(out, "%-46s %s\n", left, table->summary);
        any = true;
    }
    return any;
}

static void print_version(void)
{
    printf("wattwacht %s\n", WATTWACHT_VERSION);
}

static int unknown(const struct command *table, int argc, char **argv)
{
    struct cli cli = {.command = "", .options.json = wants_json(argc, argv)};
    const char *names[64];
    char firsts[64][32];
    size_t n = 0;
    for (; table[n].name && n < 64; n++) {
        snprintf(firsts[n], sizeof firsts[n], "%.*s", (int)strcspn(table[n].name, " "), table[n].name);
        names[n] = firsts[n];
        if (!strcmp(firsts[n], argv[1])) /* meter alone */
            return cli_fail(&cli, CLI_USAGE, argv[1], "expected another word: wattwacht %s%s%s", table[n].name,
                            *table[n].operands ? " " : "", table[n].operands);
    }
    const char *nearest = field_nearest(argv[1], names, n);
    if (nearest)
        return cli_fail(&cli, CLI_USAGE, argv[1], "no such command, did you mean %s?", nearest);
    return cli_fail(&cli, CLI_USAGE, argv[1], "no such command, wattwacht --help tells them");
}

static int run(const struct command *command, int argc, char **argv)
{
    static const struct option_row none[] = {CLI_END};
    struct cli cli = {.command = command->name, .options.json = false};
    char words[200] = "";
    bool json = wants_json(argc, argv);
    int r = options_parse(command->options ? command->options : none, argc, argv, &cli.options, &cli.n, words);
    cli.word = argv;
    if (r == OPTIONS_HELP) {
        print_help(command, stdout);
        return CLI_DONE;
    }
    if (r == OPTIONS_VERSION) {
        print_version();
        return CLI_DONE;
    }
    if (r < 0) {
        cli.options.json = json;
        return cli_fail(&cli, CLI_USAGE, "", "%s", words);
    }
    if (cli.n < command->least || cli.n > command->most)
        return cli_fail(&cli, CLI_USAGE, "", "expected wattwacht %s%s%s", command->name, *command->operands ? " " : "",
                        command->operands);
    return command->run(&cli);
}

int cli_run(const struct command *table, int argc, char **argv)
{
    if (argc < 2) {
        print_usage(table, stderr);
        return CLI_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_usage(table, stdout);
        return fflush(stdout) ? CLI_NO : CLI_DONE;
    }
    if (!strcmp(argv[1], "--version")) {
        print_version();
        return fflush(stdout) ? CLI_NO : CLI_DONE;
    }
    for (const struct command *command = table; command->name; command++) {
        int n = matches(command, argc, argv);
        if (!n)
            continue;
        int r = command->raw ? command->raw(argc - n, argv + n) : run(command, argc - n, argv + n);
        return fflush(stdout) != 0 && r == CLI_DONE ? CLI_NO : r; /* a full disk behind > must not look like success */
    }
    if (argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h")) && print_group(table, argv[1], stdout))
        return CLI_DONE;
    if (argc > 2 && !strcmp(argv[2], "--version") && print_group(table, argv[1], NULL)) {
        print_version();
        return CLI_DONE;
    }
    return unknown(table, argc, argv);
}
