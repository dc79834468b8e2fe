/* An explanation as a tree that people read. */
#ifndef CLI_EXPLAIN_H
#define CLI_EXPLAIN_H

#include "gosset/base.h"

#include <stdio.h>

/* Prints the steps of gos_explain_flag, a line each, indented. */
bool explain_print(gos_str steps, gos_arena *arena, FILE *stream, gos_error *err);

#endif
