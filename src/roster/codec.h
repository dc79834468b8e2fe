/*
 * How assignments and facts are kept as bytes. Texts that are read point into `data`. The formats
 * begin with a byte that says which they are, so that later ones can live beside them.
 */
#ifndef ROSTER_CODEC_H
#define ROSTER_CODEC_H

#include "base/text.h"
#include "model/facts.h"

/* What the key does not say: environment, experiment and unit stand there. */
void codec_put_assignment(struct text *out, const struct assignment *assignment);
/* Fills what codec_put_assignment wrote and leaves the rest; false when the bytes are damaged. */
bool codec_read_assignment(gos_str data, struct assignment *out);

/* An entry of the spool: where it stands in the stream of bytes, when it entered, and the fact. */
struct codec_entry {
    uint64_t bytes_before; /* of all entries ever spooled */
    int64_t entered_ms;
    struct fact fact; /* its sequence is the key */
};

void codec_put_entry(struct text *out, const struct codec_entry *entry);
bool codec_read_entry(gos_str data, struct codec_entry *out);

#endif
