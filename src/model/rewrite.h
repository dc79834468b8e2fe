/* A canonical body with some of its fields replaced. */
#ifndef MODEL_REWRITE_H
#define MODEL_REWRITE_H

#include "base/json.h"
#include "model/kind.h"

struct rewrite_member {
    const char *name;
    gos_str json;
};

/* *body and *tree become those of the new text; fields keep the order of their table. */
bool rewrite_members(enum kind kind, const struct rewrite_member *members, size_t member_count,
                     gos_arena *arena, gos_str *body, const struct json **tree, gos_error *err);

#endif
