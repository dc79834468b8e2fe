/* ExperimentAssignment as JSON, and what a batch of requests must keep. */
#ifndef API_ASSIGNMENT_WRITE_H
#define API_ASSIGNMENT_WRITE_H

#include "api/api.h"
#include "model/facts.h"

/* The data model's object; what is not known is null. */
void assignment_write_json(const struct assignment *assignment, struct json_writer *json);
/*
 * No two items of {"assignments": [...]} ask for the same unit of the same experiment.
 * Errors  BAD_INPUT at the later of the two
 */
bool assignments_are_distinct(struct http_request *request, const struct json *body,
                              gos_error *err);

#endif
