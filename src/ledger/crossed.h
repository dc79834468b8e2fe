/* People of one experiment by the variant that they met in another one. */
#ifndef LEDGER_CROSSED_H
#define LEDGER_CROSSED_H

#include "ledger/tally.h"

/* After tally_read_exposures; see ledger_question.crossed_count. */
bool tally_cross(struct tally *tally, gos_error *err);

#endif
