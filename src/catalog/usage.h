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

#endif
