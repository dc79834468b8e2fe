/*
 * The last computation of a question, held so that the next one reads only what came since. Where
 * that might not give the bytes of a full computation, nothing held is used.
 */
#ifndef LEDGER_MEMO_H
#define LEDGER_MEMO_H

#include "ledger/tally.h"

/* Questions that are asked again as time goes on: about all facts, of all people, not sliced. */
bool memo_holds(const struct ledger_question *question);
/* As columns_compute, from what is held where possible; holds the new state. Under read_lock. */
bool memo_compute(struct columns *columns, const struct ledger_question *question, gos_arena *arena,
                  struct ledger_answer *out, gos_error *err);
/* The memory of what is held. */
size_t memo_bytes_held(const struct columns *columns);
/* Lets go of the one that was not used for longest; false: there is none. */
bool memo_drop_oldest(struct columns *columns);
void memo_close(struct columns *columns);

#endif
