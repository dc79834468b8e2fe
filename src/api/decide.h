/* One request's use of the ruleset: pins it, binds the context, remembers earlier assignments. */
#ifndef API_DECIDE_H
#define API_DECIDE_H

#include "api/api.h"
#include "gosset/eval.h"
#include "jobs/publisher.h"
#include "model/facts.h"

/* Contexts that wait for their next use. */
struct context_pool;

bool context_pool_open(struct context_pool **out, gos_error *err);
void context_pool_close(struct context_pool *pool);

struct decider {
    struct api *api;
    gos_arena *arena;
    gos_str environment;
    struct publisher_pin pin;
    struct publisher_past *past; /* in place of what is current, or NULL */
    gos_context *context;
    gos_subject subject;
    /* The assignment that the last decision found in the roster, or NULL. */
    const struct assignment *earlier;
    bool earlier_is_own; /* of the unit itself, not of an identity linked to it */
    gos_error earlier_error;
};

/* Pins the environment's current ruleset. Everything lives in the request's arena. */
bool decider_open(struct http_request *request, struct decider *out, gos_error *err);
/* Unpins and gives the context back. Harmless after a failed open. */
void decider_close(struct decider *decider);

/* Goes back to the ruleset after a past change of the catalog; before binding. */
bool decider_go_back(struct decider *decider, int64_t sequence, gos_error *err);

/*
 * Binds a subject and its attributes (a JSON object, or empty), which must outlive the decisions.
 */
bool decider_bind(struct decider *decider, gos_str user_id, gos_str device_id, gos_str attributes,
                  int64_t now_ms, gos_error *err);

/* Keeps the bound context among those of recent users; see sample.h. */
void decider_remember(const struct decider *decider, gos_str attributes);

gos_decision decider_flag_at(struct decider *decider, uint32_t flag);
gos_decision decider_experiment_at(struct decider *decider, uint32_t experiment);

/*
 * What a decision by an experiment leaves behind: an assignment to be made, and its exposure.
 * False when there is nothing to write: no variant, no randomised or inherited choice, or known.
 */
bool decider_assignment(const struct decider *decider, const gos_decision *decision, int64_t now_ms,
                        struct assignment *out);

#endif
