/* What the catalog keeps of the use of flags. */
#ifndef CATALOG_USAGE_H
#define CATALOG_USAGE_H

#include "gosset/base.h"

/* How often a variant of a flag was served, or a key asked for that no flag has. */
struct flag_usage {
    gos_str environment;
    gos_str key;
    gos_str variant; /* empty: there was no such flag */
    bool is_unknown;
    int64_t first_at;
    int64_t last_at;
    int64_t count;
};

/* Why nobody may need a flag any more; bits. */
enum {
    STALE_NOT_EVALUATED = 1,        /* not since a moment, nor made since then */
    STALE_ONE_VALUE = 2,            /* all got the same since then, and it is older */
    STALE_EXPERIMENT_COMPLETED = 4, /* an experiment that it names is over */
    STALE_EXPIRED = 8,              /* metadata.expires is past */
    STALE_ANY = 15,
};

/* What counts as stale, and which flags a list is to show. */
struct stale_query {
    int64_t since;
    int64_t now_ms;
    uint32_t reasons; /* with any of these; 0: all flags */
    bool is_none;     /* instead: with no reason at all */
};

/* Of a flag in a list. */
struct flag_use {
    int64_t last_at; /* TIME_NONE: never */
    uint32_t stale;
};

#endif
