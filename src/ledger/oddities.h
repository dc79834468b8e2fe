/* What is odd about the facts themselves, for the doctor: see ledger_oddities. */
#ifndef LEDGER_ODDITIES_H
#define LEDGER_ODDITIES_H

#include "ledger/tally.h"

/* Within the reader's transaction; exposures are not read yet. */
bool oddities_find(struct tally *tally, int64_t now_ms, gos_arena *arena,
                   struct ledger_oddities *out, gos_error *err);
/* One attribute's value whose units have no event in one variant, while they do in others. */
bool oddities_find_silent(struct tally *tally, uint32_t event, gos_arena *arena,
                          struct ledger_oddities *out, gos_error *err);

#endif
