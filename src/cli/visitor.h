/* One simulated visitor: who it is, what it was assigned, what it does. A pure function of a seed.
 */
#ifndef CLI_VISITOR_H
#define CLI_VISITOR_H

#include "cli/traffic.h"

struct visitor {
    uint64_t chance; /* state of its random numbers */
    char user_id[24];
    char device_id[24];
    const char *country;
    const char *device;
    const char *plan;
    double appetite;                       /* for pages and purchases; 1 on average */
    uint8_t variant[TRAFFIC_EXPERIMENTS];  /* of its experiments, from 0, the control */
    bool is_assigned[TRAFFIC_EXPERIMENTS]; /* now, it comes to where the experiment is */
    bool is_lost[TRAFFIC_EXPERIMENTS];     /* leaves before it can be counted */
    double presence[TRAFFIC_EXPERIMENTS];  /* below the share of a page: it comes there */
};

void visitor_make(uint64_t seed, uint64_t number, struct visitor *out);
/* Between 0 and 1, both left out; the visitor's next. */
double visitor_chance(struct visitor *visitor);
/* The body of POST /api/v1/assignments for all experiments that are assigned and not lost. */
bool visitors_write_assignments(struct visitor *visitors, size_t count, gos_arena *arena,
                                gos_str *out, gos_error *err);
/* Takes the variants from its answer. BAD_INPUT: the answer is not of the documented shape. */
bool visitors_read_assignments(gos_str answer, gos_arena *arena, struct visitor *visitors,
                               size_t count, uint64_t *out_assigned, gos_error *err);
/* The body of POST /api/v1/events: what the visitors do. */
bool visitors_write_events(struct visitor *visitors, size_t count, gos_arena *arena, gos_str *out,
                           uint64_t *out_count, gos_error *err);
/* The body of an OFREP evaluation. */
bool visitor_write_context(const struct visitor *visitor, gos_arena *arena, gos_str *out,
                           gos_error *err);

struct json_writer;

/* {"country", "device", "plan"}. */
void visitor_write_attributes(const struct visitor *visitor, struct json_writer *writer);
/* The exposure of a visitor to what it was assigned, and the events of one visit, as elements of
 * the lists of POST /api/v1/events. `at` is TIME_NONE for now; what happened before the exposure
 * does not depend on it. Returns the number of events. */
void visitor_write_exposure(const struct visitor *visitor, size_t experiment, int64_t at,
                            struct json_writer *writer);
uint64_t visitor_act(struct visitor *visitor, bool is_exposed, int64_t at,
                     struct json_writer *writer);

#endif
