/* What is known of the use of an environment's flags, read from the catalog for one answer. */
#ifndef API_FLAG_USAGES_H
#define API_FLAG_USAGES_H

#include "api/api.h"
#include "catalog/types.h"

/* Sorted by key. */
struct flag_usages {
    const struct flag_usage *rows;
    uint32_t count;
};

/* Brings the catalog up to date first, unless that was done in the last `age_ms`. */
bool flag_usages_read(struct api *api, gos_str environment, int64_t age_ms, gos_arena *arena,
                      struct flag_usages *out, gos_error *err);

struct flag_history {
    int64_t first_at; /* TIME_NONE, as all: never */
    int64_t last_at;
    uint32_t recent_variants; /* served since `since` */
    gos_str variant;          /* the last of them */
};
struct flag_history flag_usages_of(const struct flag_usages *usages, gos_str key, int64_t since);

#endif
