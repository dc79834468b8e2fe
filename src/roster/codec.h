/*
 * How assignments and facts are kept as bytes. Texts that are read point into `data`. The formats
 * begin with a byte that says which they are, so that later ones can live beside them.
 */
#ifndef ROSTER_CODEC_H
#define ROSTER_CODEC_H

#include "base/text.h"
#include "model/facts.h"
#include "roster/bytes.h"

/* What the key does not say: environment, experiment and unit stand there. */
void codec_put_assignment(struct text *out, const struct assignment *assignment);
/* Fills what codec_put_assignment wrote and leaves the rest; false when the bytes are damaged. */
bool codec_read_assignment(gos_str data, struct assignment *out);

/* An entry of the spool: where it stands in the stream of bytes, when it entered, and its facts. */
struct codec_entry {
    uint64_t bytes_before; /* of all entries ever spooled */
    int64_t entered_ms;
    uint64_t fact_count; /* the first one's sequence is the key */
    struct bytes facts;  /* reading: those not read yet */
    uint8_t single_kind; /* reading, of format 1: its only fact's kind */
};

/* What an entry begins with; as many codec_put_fact follow as fact_count says. */
void codec_put_entry(struct text *out, const struct codec_entry *entry);
void codec_put_fact(struct text *out, const struct fact *fact);
bool codec_read_entry(gos_str data, struct codec_entry *out);
/* The next fact, without its sequence; false when there is none or the bytes are damaged. */
bool codec_read_fact(struct codec_entry *entry, struct fact *out);

#endif
