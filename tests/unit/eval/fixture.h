/* A compiled document and a context bound to it, for one test. */
#ifndef TESTS_EVAL_FIXTURE_H
#define TESTS_EVAL_FIXTURE_H

#include "gosset/eval.h"

#include "test.h"

struct fixture {
    gos_arena *arena;
    const gos_ruleset *rules;
    gos_report report;
    gos_error err;
    gos_context *context;
    gos_subject subject;
};

/* 2026-06-01T00:00:00Z: now, unless a test says otherwise. */
#define FIXTURE_NOW INT64_C(1780272000000)

/* Compiles a document in which ' stands for ", and fails the test when it does not compile. */
struct fixture fixture_compile(const char *document);
/* The same for a document that must not compile: the report is there, the ruleset is not. */
struct fixture fixture_refuse(const char *document);
void fixture_close(struct fixture *fixture);
/* Binds attributes, in which ' stands for ", and decides. */
gos_decision fixture_flag(struct fixture *fixture, const char *key, const char *attributes);
gos_decision fixture_experiment(struct fixture *fixture, const char *name, const char *attributes);
/* The text with " for '. */
gos_str fixture_json(struct fixture *fixture, const char *text);
/* The message of the finding at this pointer; empty: none. */
gos_str fixture_finding(const struct fixture *fixture, const char *pointer);
/* Stands in for regular expressions: "a.*b" is a, then anything, then b. */
bool fixture_check_pattern(void *user, gos_str pattern, gos_error *err);
bool fixture_match_pattern(void *user, uint32_t pattern, gos_str text);

#endif
