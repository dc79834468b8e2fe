/* One simulated visitor: who it is, what it was assigned, what it does. A pure function of a seed.
 */
#ifndef CLI_VISITOR_H
#define CLI_VISITOR_H

#include "gosset/base.h"

enum { VISITOR_EXPERIMENTS = 4 };

struct visitor {
    uint64_t chance; /* state of its random numbers */
    char user_id[24];
    char device_id[24];
    const char *country;
    const char *device;
    const char *plan;
    bool in_treatment[VISITOR_EXPERIMENTS];
    bool is_assigned[VISITOR_EXPERIMENTS];
    bool is_lost[VISITOR_EXPERIMENTS]; /* leaves before it can be counted */
};

void visitor_make(uint64_t seed, uint64_t number, struct visitor *out);
/* The body of POST /api/v1/assignments for all experiments of all visitors that are not lost. */
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

#endif
