/* Commands that speak to a running server: its address, the key, and the call. */
#ifndef CLI_REMOTE_H
#define CLI_REMOTE_H

#include "base/json.h"
#include "cli/command.h"

enum { REMOTE_BYTES_MAX = 256 * 1024 * 1024 };

/* What every such command understands beside its own options. */
#define REMOTE_HELP                                                                                \
    "  --url URL     the server; default $GOSSET_URL, else http://127.0.0.1:8080\n"                \
    "  --key KEY     an admin key; default $GOSSET_KEY, else $GOSSET_ADMIN_KEY\n"                  \
    "  --json        the server's answer as it is\n"

struct remote {
    const struct command *command;
    gos_str url;
    gos_str key;
    bool as_json;
    gos_arena *arena; /* for the whole command */
};

/*
 * One option of the command line, as `--name VALUE` or `--name=VALUE`; `flag` takes no value.
 * A table of them ends with a NULL name.
 */
struct remote_option {
    const char *name;
    const char **value; /* or */
    bool *flag;
};

/*
 * Reads options and at most `words_max` other arguments. False: *out_exit is the exit status (help
 * was asked for, or the call is wrong). Afterwards remote_close.
 */
bool remote_open(struct remote *remote, const struct command *command, int argc, char **argv,
                 const struct remote_option *options, const char **words, int words_max,
                 int *out_word_count, int *out_exit);
void remote_close(struct remote *remote);

/* Calls the server and reads the answer (NULL when it is empty); reports a failure by itself. */
bool remote_call(struct remote *remote, const char *method, const char *path, gos_str body,
                 gos_str *out_body, const struct json **out_json, int *out_exit);

/*
 * `before`, then `name` as one segment of a path (all but plain characters escaped: names may hold
 * anything), then `behind`. NUL-terminated.
 */
gos_str remote_path(gos_arena *arena, const char *before, const char *name, const char *behind);
/* `path` with "&name=value" behind it, the value escaped; as it is when the value is NULL. */
gos_str remote_filter(gos_arena *arena, gos_str path, const char *name, const char *value);

#endif
