/* Asking a bound context the tests of a program. */
#ifndef EVAL_TEST_H
#define EVAL_TEST_H

#include "eval/bound.h"

enum test_kind {
#define KIND(name, cost) TEST_##name,
#include "eval/test_kinds.def"
#undef KIND
};

struct trace;

/* Whether the program that begins at this test is true. `trace` may be NULL. */
bool program_run(const gos_ruleset *rules, uint32_t program, const gos_context *context,
                 struct trace *trace);

#endif
