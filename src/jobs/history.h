/* Which rulesets were in force when. */
#ifndef JOBS_HISTORY_H
#define JOBS_HISTORY_H

#include "catalog/catalog.h"

enum { HISTORY_NOTES_MAX = 5000, HISTORY_NONE = -1 };

/* The newest first; the caller's arena. */
struct history {
    const struct ruleset_note *notes;
    uint32_t count; /* at most HISTORY_NOTES_MAX */
};

/* Those published until a moment. */
bool history_read(struct catalog *catalog, gos_str environment, int64_t until_ms, gos_arena *arena,
                  struct history *out, gos_error *err);
/* The one in force at a moment, or HISTORY_NONE: there was none, or it is too long ago. */
int32_t history_at(const struct history *history, int64_t at_ms);
/* The newest of this hash that is not from after a moment, or HISTORY_NONE. */
int32_t history_named(const struct history *history, gos_str hash, int64_t at_ms);

#endif
