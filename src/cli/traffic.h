/*
 * Simulated visitors of a shop, through the real HTTP interface: they are assigned, look at pages,
 * buy, and complain, with effects that are known (traffic_effects). Deterministic but for timing.
 */
#ifndef CLI_TRAFFIC_H
#define CLI_TRAFFIC_H

#include "gosset/base.h"

struct traffic;

struct traffic_options {
    gos_str url;
    gos_str key; /* of scope server */
    uint32_t visitors_per_second;
    uint64_t seed;
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

/* The true effects, as a table of experiment, metric and change, for the person who watches. */
struct traffic_effect {
    const char *experiment_id;
    const char *name;
    double purchase_factor;     /* of the purchase rate, treatment against control */
    double lost_before_counted; /* share of treatment visitors lost before they are assigned */
};
const struct traffic_effect *traffic_effects(size_t *out_count);

/* The document that the visitors expect to be imported. */
gos_str traffic_document(void);

#endif
