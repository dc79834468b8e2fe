/*
 * A slow, plain second implementation of docs/evaluation.md over the JSON itself, and a generator
 * of documents and contexts. Whatever bytes drive the generator, engine and oracle must agree.
 */
#ifndef TESTS_EVAL_ORACLE_H
#define TESTS_EVAL_ORACLE_H

#include "base/json.h"
#include "gosset/eval.h"

/* Choices taken from bytes, then zeros. */
struct choices {
    const uint8_t *bytes;
    size_t len;
    size_t at;
};

/* Texts in the arena. Documents use all operators but "matches", and always compile. */
gos_str oracle_document(struct choices *choices, gos_arena *arena);
gos_str oracle_context(struct choices *choices, gos_arena *arena);

/* The JSON text of what the flag serves, at ORACLE_NOW, to a context with a user id. */
#define ORACLE_NOW INT64_C(1780272000000)
gos_str oracle_flag(const struct json *document, const struct json *flag,
                    const struct json *context, gos_arena *arena);
/* Whether a decision was made by a rule that the compiler called one that never decides. */
bool oracle_is_belied(const gos_report *report, const gos_decision *decision);
/* The variant of an experiment, empty for none. */
gos_str oracle_experiment(const struct json *document, const struct json *experiment,
                          const struct json *context);

#endif
