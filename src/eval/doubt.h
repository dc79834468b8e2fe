/* What a condition cannot do: hold for anybody, or fail for anybody, whatever the context. */
#ifndef EVAL_DOUBT_H
#define EVAL_DOUBT_H

#include "eval/compiler.h"

enum truth { TRUTH_MAYBE, TRUTH_NEVER, TRUTH_ALWAYS };

/*
 * Of the plan that is open. Sound, not complete: NEVER and ALWAYS are certain. Warns at each test
 * that can never hold, and at each that contradicts another one that must hold with it.
 */
enum truth doubt_plan(struct compiler *compiler);

#endif
