/* Who would get something else by a changed document. */
#ifndef CLI_WHAT_IF_H
#define CLI_WHAT_IF_H

#include "cli/definitions.h"

struct what_if {
    const char *file;
    const char *against; /* NULL: only check */
    const char *contexts;
    int64_t now_ms;
    bool as_json;
};

/* Compares with the document it is against, and prints. Errors: a file, a context, memory. */
bool what_if_run(const struct what_if *what_if, struct definitions *after, gos_error *err);

#endif
