/* A definitions document in a file, compiled, for commands that need no server. */
#ifndef CLI_DEFINITIONS_H
#define CLI_DEFINITIONS_H

#include "gosset/eval.h"

struct definitions {
    gos_arena *arena;
    gos_str document;
    gos_context *context;
    const gos_ruleset *rules; /* NULL when it does not compile; then the report says why */
    gos_report report;
    void *patterns;
};

/* Errors: the file cannot be read; and what the compiler says, with the report filled. */
bool definitions_open(const char *path, struct definitions *out, gos_error *err);
void definitions_close(struct definitions *definitions);
/* Binds attributes, decided at `now_ms`. */
bool definitions_bind(struct definitions *definitions, gos_str attributes, int64_t now_ms,
                      gos_error *err);
/* Milliseconds since 1970 by the machine's clock. */
int64_t definitions_now(void);

#endif
