/* From a response to bytes. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include "http/state.h"

/* Unpacks the body and runs the handler. On the loop or on a worker. */
void answer_make(struct exchange *exchange);
/* Compresses the body when the client takes that and it is worth it. Repeatable. */
void answer_pack(struct exchange *exchange);
/* Adds what lets pages of other origins read the answer, and answers a preflight. */
void answer_allow_origin(struct exchange *exchange);
/* Writes status line and headers. `is_last`: the connection closes behind it. */
bool answer_head(struct exchange *exchange, bool is_last, struct text *out);
/* Whether a body may stand behind this head. */
bool answer_has_body(const struct exchange *exchange);

#endif
