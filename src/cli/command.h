/* One command of the gosset program: a row in commands.def and a file named after it. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "gosset/base.h"

#include <getopt.h>

/* What every command gets: its own arguments (argv[0] is the command's name) and the streams. */
struct command {
    const char *name;
    const char *usage; /* what stands behind "gosset NAME" */
    const char *job;   /* one line */
    const char *help;  /* options and examples, may be empty */
    int (*run)(const struct command *command, int argc, char **argv);
};

/* Exit statuses, the same for every command. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Prints usage, job and help to stdout and returns EXIT_DONE. */
int command_help(const struct command *command);
/* Says what is wrong with the call on stderr, points at --help, and returns EXIT_USAGE. */
int command_usage(const struct command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints an error (as JSON when asked for --json) on stderr and returns its code's exit status. */
int command_fail(const gos_error *err, bool as_json);
/* Reads a whole file ("-" is standard input), at most bytes_max, into the arena. */
bool command_read_file(const char *path, size_t bytes_max, gos_arena *arena, gos_str *out,
                       gos_error *err);

#endif
