/* The condition language of docs/targeting.md: from JSON into a plan. */
#ifndef EVAL_CONDITION_H
#define EVAL_CONDITION_H

#include "eval/plan.h"

/* Adds the condition to the plan that is open. NULL, {} and [] ask nothing and add nothing. */
void condition_read(struct compiler *compiler, const struct json *value);

/*
 * Adds "in any of these segments", a list of names or ids, or one of them. An empty list adds
 * nothing; `name` is the member that holds it, of the object at the pointer.
 */
void condition_read_segments(struct compiler *compiler, const struct json *object,
                             const char *name);

/* What explanations show of an operand that is too long: a JSON text such as "50 ids". */
gos_str count_text(struct compiler *compiler, uint32_t count, const char *what);

#endif
