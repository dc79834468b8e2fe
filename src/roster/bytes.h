/* Compact binary values: variable-length numbers and counted texts. */
#ifndef ROSTER_BYTES_H
#define ROSTER_BYTES_H

#include "base/text.h"

void bytes_put_number(struct text *out, uint64_t value);
/* Small magnitudes of either sign are short. */
void bytes_put_signed(struct text *out, int64_t value);
void bytes_put_text(struct text *out, gos_str text);
void bytes_put_raw(struct text *out, const void *data, size_t len);

/* Reading past the end or a malformed value marks the reader failed, and gives zeros. */
struct bytes {
    const uint8_t *at;
    const uint8_t *end;
    bool failed;
};

struct bytes bytes_of(gos_str data);
uint64_t bytes_number(struct bytes *bytes);
int64_t bytes_signed(struct bytes *bytes);
gos_str bytes_text(struct bytes *bytes);
void bytes_raw(struct bytes *bytes, void *out, size_t len);
/* Whether all was read, and nothing failed. */
bool bytes_done(const struct bytes *bytes);

#endif
