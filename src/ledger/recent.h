/* People by what they did lately, for metrics that no experiment has yet. */
#ifndef LEDGER_RECENT_H
#define LEDGER_RECENT_H

#include "ledger/tally.h"

/* The events that the question's plans read, each once. Under names_lock. */
uint32_t recent_event_numbers(struct tally *tally, uint32_t *out, uint32_t max);
/* See ledger_question.recent_events; in the place of tally_read_exposures. */
bool tally_read_recent(struct tally *tally, gos_error *err);
/* Names a few people with their values. */
bool recent_examples(struct tally *tally, gos_arena *arena, struct ledger_answer *out,
                     gos_error *err);

#endif
