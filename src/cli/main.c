/* gosset: finds the command and runs it. */
#include "cli/command.h"

#include <stdio.h>
#include <string.h>

#define COMMAND(name, text, usage, job)                                                            \
    int command_##name(const struct command *command, int argc, char **argv);
#include "cli/commands.def"
#undef COMMAND

static const struct command commands[] = {
#define COMMAND(name, text, usage, job) {text, usage, job, "", command_##name},
#include "cli/commands.def"
#undef COMMAND
    {NULL, NULL, NULL, NULL, NULL},
};

static int help(void)
{
    printf("gosset %s: A/B tests and feature flags\n\nusage: gosset COMMAND ...\n\n",
           GOSSET_VERSION);
    for (const struct command *c = commands; c->name; c++)
        printf("  %-10s %s\n", c->name, c->job);
    printf("\ngosset COMMAND --help says more. Exit status: 0 done, 1 failed, 2 wrong usage.\n");
    return EXIT_DONE;
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return argc < 2 ? help(), EXIT_USAGE : help();
    if (strcmp(argv[1], "--version") == 0) {
        puts("gosset " GOSSET_VERSION);
        return EXIT_DONE;
    }
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(argv[1], c->name) == 0)
            return c->run(c, argc - 1, argv + 1);
    }
    fprintf(stderr, "gosset: no command \"%s\"; try: gosset --help\n", argv[1]);
    return EXIT_USAGE;
}
