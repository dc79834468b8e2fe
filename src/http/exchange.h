/* One request: reading it, finding who serves it, and whose turn it is. */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "http/state.h"

/* What a piece of input has led to. */
enum exchange_step {
    EXCHANGE_HEAD,   /* the head goes on */
    EXCHANGE_BODY,   /* the head is complete, the body goes on */
    EXCHANGE_READY,  /* all has come: run it, or answer when it is refused */
    EXCHANGE_BROKEN, /* the answer stands, and what follows in the input is of no use */
};

/* Makes a fresh exchange belong to a connection. */
void exchange_begin(struct exchange *exchange, struct conn *conn);
/* Both cut what they take off `*input`. */
enum exchange_step exchange_read_head(struct exchange *exchange, gos_str *input);
enum exchange_step exchange_read_body(struct exchange *exchange, gos_str *input);
/* Gives up one of the two ownerships; true when it was the last. */
bool exchange_leave(struct exchange *exchange);

#endif
