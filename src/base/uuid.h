/* UUIDs as 16 bytes; text is the 36-character lower-case form. */
#ifndef BASE_UUID_H
#define BASE_UUID_H

#include "gosset/base.h"

enum { UUID_BYTES = 16, UUID_TEXT_BYTES = 37 };

struct uuid {
    uint8_t bytes[UUID_BYTES];
};

/* Any version, upper or lower case, exactly 36 characters. */
bool uuid_read(gos_str text, struct uuid *out);
void uuid_write(const struct uuid *uuid, char out[UUID_TEXT_BYTES]);
/* Version 7 (RFC 9562) from a time and 10 random bytes. */
struct uuid uuid_make(int64_t now_ms, const uint8_t random[10]);
bool uuid_equal(const struct uuid *a, const struct uuid *b);

#endif
