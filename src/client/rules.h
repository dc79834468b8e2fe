/* Rulesets in use: counted, each in memory of its own. */
#ifndef CLIENT_RULES_H
#define CLIENT_RULES_H

#include "gosset/ruleset.h"

struct rules {
    const gos_ruleset *ruleset;
    void *patterns;
    gos_arena *arena;
    uint32_t holders; /* under the client's lock */
};

/* A compiled block, copied. BAD_INPUT: damaged, cut off, or of another version. */
bool rules_load(gos_str block, struct rules **out, gos_error *err);
/* A definitions document. */
bool rules_compile(gos_str document, struct rules **out, gos_error *err);
void rules_close(struct rules *rules);

#endif
