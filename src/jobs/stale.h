/* Programs that decide by a ruleset which was replaced long before, found by their exposures. */
#ifndef JOBS_STALE_H
#define JOBS_STALE_H

#include "jobs/analysis.h"
#include "jobs/history.h"

enum { STALE_EXPOSURES = 5000 };

struct stale {
    uint32_t known; /* of the newest exposures: they name a ruleset of this environment */
    uint32_t stale; /* of these: decided long after it was replaced */
    /* The ruleset that most of them name: its hash, change, and when the next one replaced it. */
    gos_str hash;
    int64_t sequence, replaced_ms;
    uint32_t count;
    int64_t last_ms; /* of its exposures */
    /* What the programs that name it have in common; an empty name: nothing. */
    gos_str name, value;
    uint32_t value_count; /* of its exposures */
};

bool stale_find(const struct analysis_sources *sources, const struct ledger_question *ask,
                const struct history *history, gos_arena *arena, struct stale *out, gos_error *err);

#endif
