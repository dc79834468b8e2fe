/*
 * A condition while it is read: groups and tests in the order of reading. plan_emit turns them into
 * a program of tests that say where to go on, so that evaluating needs neither stack nor recursion.
 */
#ifndef EVAL_PLAN_H
#define EVAL_PLAN_H

#include "eval/compiler.h"

enum plan_kind { PLAN_ALL, PLAN_ANY, PLAN_NOT, PLAN_TEST };

struct plan_node {
    uint8_t kind;
    uint32_t parent; /* node, or NONE */
    uint32_t end;    /* the node behind its last one */
    uint32_t test;   /* its first test */
    uint32_t test_end;
    uint32_t yes;
    uint32_t no;
};

/* Begins a new condition; what is added up to plan_emit belongs to it. */
void plan_begin(struct compiler *compiler);
/* A group; an empty `all` is true, an empty `any` false. PLAN_NOT holds exactly one node. */
void plan_open(struct compiler *compiler, enum plan_kind kind);
void plan_close(struct compiler *compiler);
/* A test with what explanations say about it; its pointer is the compiler's. */
void plan_test(struct compiler *compiler, struct test test, const char *operator_name,
               gos_str operand);
/* A test whether the context is in a segment. */
void plan_segment(struct compiler *compiler, gos_str name);

/*
 * The first test of the program, or NONE when the condition is always true. Leaves in
 * compiler->plan_truth what is certain of it; see doubt.h.
 */
uint32_t plan_emit(struct compiler *compiler);

#endif
