/*
 * Simulated visitors of a shop, through the real HTTP interface: they are assigned, look at pages,
 * buy, and complain, with effects that are known (traffic_effects). Deterministic but for timing.
 */
#ifndef CLI_TRAFFIC_H
#define CLI_TRAFFIC_H

#include "gosset/base.h"

struct traffic;

enum { TRAFFIC_EXPERIMENTS = 8, TRAFFIC_VARIANTS_MAX = 3 };

struct traffic_options {
    gos_str url;
    gos_str key;      /* of scope server */
    gos_str document; /* traffic_document */
    uint32_t visitors_per_second;
    uint64_t seed;
    uint64_t first_visitor; /* the number of the first one */
};

struct traffic_totals {
    uint64_t visitors;
    uint64_t assignments;
    uint64_t events;
    uint64_t evaluations;
    uint64_t failures;
    char last_failure[GOS_MESSAGE_BYTES];
};

/* Starts a thread of visitors. Errors: UNAVAILABLE, OUT_OF_MEMORY. */
bool traffic_start(const struct traffic_options *options, struct traffic **out, gos_error *err);
void traffic_totals(struct traffic *traffic, struct traffic_totals *out);
/* Waits for the visitors under way. NULL is harmless. */
void traffic_stop(struct traffic *traffic);

/* The true effects, as a table of experiments, for the person who watches. */
struct traffic_effect {
    const char *experiment_id;
    const char *name;
    const char *variants[TRAFFIC_VARIANTS_MAX]; /* the control first */
    double purchase_factor[TRAFFIC_VARIANTS_MAX];
    double lost_before_counted; /* share of treatment visitors lost before they are assigned */
    double past_share;          /* of visitors of the past who come to where it is */
    double live_share;          /* the same of those who come now; 0: it is over */
};
const struct traffic_effect *traffic_effects(size_t *out_count);
/* The place of a variant in the table; false when it has none. */
bool traffic_variant(const struct traffic_effect *effect, gos_str name, uint8_t *out);

/* The document that the visitors expect to be imported. Its dates stand before `now_ms`. */
bool traffic_document(int64_t now_ms, gos_arena *arena, gos_str *out, gos_error *err);

#endif
