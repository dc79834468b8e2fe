/* Slices of an experiment's units by an attribute that came with their exposure. */
#ifndef LEDGER_SLICES_H
#define LEDGER_SLICES_H

#include "ledger/tally.h"

/* The place of a person's variant among the sliced ones; VARIANT_NONE outside of all slices. */
uint8_t slice_variant(const struct tally *tally, uint8_t variant, gos_str attributes);
/* See ledger_list_slices; within the reader's transaction. */
bool slices_count(struct tally *tally, gos_str by, gos_arena *arena, struct ledger_slice **out,
                  uint32_t *out_count, gos_error *err);

#endif
