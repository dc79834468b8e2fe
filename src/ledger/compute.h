/* The steps of a computation, for those that hold its state. */
#ifndef LEDGER_COMPUTE_H
#define LEDGER_COMPUTE_H

#include "ledger/tally.h"

enum { ROOM_LEAST = 1024 }; /* more than there is, where more is expected */

/* BAD_INPUT: too many variants or plans. */
bool question_check(const struct ledger_question *question, gos_error *err);
bool tally_open(struct tally *tally, struct columns *columns,
                const struct ledger_question *question, gos_error *err);
void tally_close(struct tally *tally);
/* Begins the readers' transactions at one moment that names and units agree with. */
bool tally_begin(struct tally *tally, gos_error *err);
void tally_end(struct columns *columns);
/* What the computation takes. */
size_t tally_bytes(const struct tally *tally);
/* Lets go of what is held until so many bytes more fit into the limit; false: they do not. */
bool tally_make_room(struct tally *tally, size_t bytes);
/* For how many persons, of those wanted, there is memory at a time. */
uint32_t tally_room(struct tally *tally, uint32_t wanted);
/* All moments for as many persons at a time as memory allows; the facts are read again for the
 * rest. */
bool tally_answer(struct tally *tally, const int64_t *moments, uint32_t moment_count,
                  gos_arena *arena, struct ledger_answer *out, gos_error *err);
/* Closes what cells have outside of the arena. */
void tally_close_cells(struct tally *tally);
/* Cells for slot_room persons. */
bool tally_begin_cells(struct tally *tally, gos_error *err);
/* Reads what happened up to one moment, and answers for it: everybody at once. */
bool tally_answer_moment(struct tally *tally, int64_t moment, gos_arena *arena,
                         struct ledger_answer *out, gos_error *err);
/* Finds the events of the cells anew: they may have been seen since. */
void tally_name_events(struct tally *tally);

#endif
