/* Server-sent events: the bytes of a stream become notices of changes. */
#ifndef CLIENT_NOTICE_H
#define CLIENT_NOTICE_H

#include "gosset/base.h"

enum { NOTICE_LINE_BYTES = 2048 };

/* Starts zeroed, anew for each stream. */
struct notice_reader {
    char line[NOTICE_LINE_BYTES];
    size_t len;
    bool is_too_long; /* the rest of this line is passed over */
};

/* The hash that a notice names; empty when it names none. */
typedef void notice_heard(void *user, gos_str hash);

void notice_read(struct notice_reader *reader, gos_str bytes, notice_heard *heard, void *user);

#endif
