/* Reading what several methods read: two arms by their moments, margins. */
#ifndef CLI_CALC_ARMS_H
#define CLI_CALC_ARMS_H

#include "cli/calc.h"
#include "gosset/stats_methods.h"

/* Moments from n_c, mean_c, var_c (or _t); without variables where n is not known. */
gos_moments calc_read_moments(struct calc *calc, char arm);
/* margin, margin_type, direction, alpha. */
gos_margin calc_read_margin(struct calc *calc);
/* The test of a margin, with its status put; false when there is none. */
bool calc_test_margin(struct calc *calc, const gos_moments *c, const gos_moments *t,
                      const gos_margin *margin, gos_margin_test *out);

#endif
