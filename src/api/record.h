/* What evaluations of flags leave behind: assignments and exposures of their experiments. */
#ifndef API_RECORD_H
#define API_RECORD_H

#include "api/decide.h"
#include "jobs/writer.h"

/* The writes of one request, gathered while it decides. */
struct record {
    struct roster_item *items;
    size_t count;
    size_t capacity;
};

/* Room for as many decisions as there are flags. */
bool record_open(struct record *record, size_t capacity, gos_arena *arena, gos_error *err);
/* Adds what the decision leaves behind, if anything; its texts are copied into the arena. */
bool record_add(struct record *record, struct decider *decider, const gos_decision *decision,
                int64_t now_ms, gos_error *err);

/* Decides once more and fills the response, without writing. */
typedef void record_again(struct http_request *request, struct http_response *response);

/*
 * Answers the request with its response when the writes are durable, at once when there are none.
 * A unit that has got another variant meanwhile is decided again by `again`. When the store refuses
 * the writes, the decision is answered all the same, and what is not recorded is not analysed.
 */
void record_submit(struct record *record, struct http_request *request, record_again *again);

#endif
