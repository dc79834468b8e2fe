/* Evaluations as OFREP 0.3 writes them, in the form that every known client accepts. */
#ifndef API_OFREP_WRITE_H
#define API_OFREP_WRITE_H

#include "api/decide.h"

/* What all evaluations of one request have in common. */
struct ofrep_scene {
    struct decider *decider;
    gos_str context_id;   /* the targeting key, or empty */
    bool shows_internals; /* to keys that may see more than a client */
};

/*
 * One evaluation as a JSON object: {"key","reason","variant","value","metadata"}, or
 * {"key","errorCode","errorDetails","metadata"} when the decision is an error.
 */
void ofrep_write_decision(const struct ofrep_scene *scene, const gos_flag_info *flag,
                          const gos_decision *decision, struct json_writer *json);
/* An error as a JSON object; `key` may be empty. */
void ofrep_write_error(gos_str key, gos_code code, gos_str details, struct json_writer *json);
/* The sentence for a decision that is an error. */
gos_str ofrep_details(const gos_decision *decision);

#endif
