/* What a list of definitions is asked for, and its pages. */
#ifndef CATALOG_LISTING_H
#define CATALOG_LISTING_H

#include "catalog/advice.h"
#include "catalog/usage.h"
#include "model/definition.h"

enum catalog_sort { CATALOG_BY_NAME, CATALOG_BY_CREATED, CATALOG_BY_UPDATED, CATALOG_BY_STATUS };

/* Empty texts do not filter. */
struct catalog_query {
    gos_str environment;
    enum kind kind;
    gos_str name;  /* exactly */
    gos_str names; /* a JSON list of texts: one of these names or ids */
    gos_str text;  /* somewhere in the name or the description, letter case aside */
    gos_str status;
    gos_str type;
    gos_str tag;
    gos_str owner;
    gos_str segment;          /* refers to this segment, by its name or id */
    gos_str metric;           /* refers to this metric */
    gos_str flag;             /* refers to this flag */
    gos_str layer, advice;    /* of experiments: sits in it; one of these kinds, see advice.h */
    struct stale_query stale; /* of flags */
    enum catalog_sort sort;
    bool descending;
    bool elsewhere; /* also those that stand in other environments only, each name once */
    gos_str cursor; /* `next` of the page before */
    uint32_t limit; /* 1 to PAGE_ITEMS_MAX */
};

struct catalog_page {
    struct definition *items;      /* without trees */
    struct catalog_advice *advice; /* of each item; NULL unless experiments are listed */
    struct flag_use *use;          /* the same of flags */
    uint32_t count;
    int64_t total;
    gos_str next; /* empty: the last page */
};

#endif
