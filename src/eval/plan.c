/* From groups and tests to a program of tests that say where to go on. */
#include "eval/plan.h"

#include "eval/doubt.h"
#include "eval/merge.h"
#include "eval/test.h"

enum { NODE_CAPACITY_FIRST = 256 };

static uint32_t node_add(struct compiler *compiler, enum plan_kind kind)
{
    struct build *build = &compiler->build;
    if (compiler->node_count == compiler->node_capacity) {
        uint32_t capacity =
            compiler->node_capacity ? compiler->node_capacity * 2 : NODE_CAPACITY_FIRST;
        struct plan_node *grown = gos_arena_array(build->scratch, capacity, sizeof *grown, NULL);
        if (!grown) {
            build->failed = true;
            return NONE;
        }
        if (compiler->node_count)
            memcpy(grown, compiler->nodes, compiler->node_count * sizeof *grown);
        compiler->nodes = grown;
        compiler->node_capacity = capacity;
    }
    uint32_t index = compiler->node_count++;
    compiler->nodes[index] = (struct plan_node){
        .kind = (uint8_t)kind, .parent = compiler->node_open, .test = build_tests_count(build)};
    return index;
}

void plan_begin(struct compiler *compiler)
{
    compiler->node_count = 0;
    compiler->node_open = NONE;
}

void plan_open(struct compiler *compiler, enum plan_kind kind)
{
    uint32_t index = node_add(compiler, kind);
    if (!compiler->build.failed)
        compiler->node_open = index;
}

static void node_end(struct compiler *compiler, uint32_t index)
{
    compiler->nodes[index].end = compiler->node_count;
    compiler->nodes[index].test_end = build_tests_count(&compiler->build);
}

void plan_test(struct compiler *compiler, struct test test, const char *operator_name,
               gos_str operand)
{
    struct build *build = &compiler->build;
    uint32_t index = node_add(compiler, PLAN_TEST);
    struct test_source source = {build_text(build, gos_str_from(compiler->pointer)),
                                 build_text(build, gos_str_from(operator_name)),
                                 build_text(build, operand)};
    build_add_tests(build, test);
    build_add_sources(build, source);
    if (!build->failed)
        node_end(compiler, index);
}

void plan_close(struct compiler *compiler)
{
    if (compiler->build.failed)
        return;
    uint32_t open = compiler->node_open;
    if (compiler->nodes[open].test == build_tests_count(&compiler->build)) {
        bool is_true = compiler->nodes[open].kind == PLAN_ALL;
        plan_test(compiler, (struct test){.kind = TEST_ALWAYS, .slot = NONE, .number = is_true},
                  is_true ? "always" : "never", GOS_LIT("null"));
    }
    if (compiler->build.failed)
        return;
    node_end(compiler, open);
    compiler->node_open = compiler->nodes[open].parent;
}

void plan_segment(struct compiler *compiler, gos_str name)
{
    uint32_t index = compiler_resolve(compiler, &compiler->segment_names, name, "segment");
    if (index == NONE || compiler->build.failed)
        return;
    compiler->segment_used[index] = true;
    plan_test(compiler, (struct test){.kind = TEST_SEGMENT, .slot = NONE, .first = index},
              "segment", name);
}

/* Where a node goes on: behind it when that decides nothing for its group, else where that goes. */
static void node_route(struct plan_node *nodes, uint32_t index)
{
    struct plan_node *node = &nodes[index];
    if (node->parent == NONE) {
        node->yes = EXIT_TRUE;
        node->no = EXIT_FALSE;
        return;
    }
    const struct plan_node *parent = &nodes[node->parent];
    bool is_last = node->end == parent->end;
    node->yes = parent->kind == PLAN_ALL && !is_last ? node->test_end : parent->yes;
    node->no = parent->kind == PLAN_ANY && !is_last ? node->test_end : parent->no;
    if (parent->kind == PLAN_NOT) {
        node->yes = parent->no;
        node->no = parent->yes;
    }
}

uint32_t plan_emit(struct compiler *compiler)
{
    struct build *build = &compiler->build;
    compiler->plan_truth = TRUTH_MAYBE;
    if (build->failed || compiler->node_count == 0)
        return NONE;
    compiler->plan_truth = (uint8_t)doubt_plan(compiler);
    if (build->failed)
        return NONE;
    struct test *tests = build_tests(build);
    for (uint32_t i = 0; i < compiler->node_count; i++) {
        struct plan_node *node = &compiler->nodes[i];
        node_route(compiler->nodes, i);
        if (node->kind == PLAN_TEST) {
            tests[node->test].yes = node->yes;
            tests[node->test].no = node->no;
        }
    }
    merge_tests(build, compiler->nodes[0].test);
    if (build->failed)
        return NONE;
    const struct test *first = &build_tests(build)[compiler->nodes[0].test];
    bool is_open = build_tests_count(build) - compiler->nodes[0].test == 1 &&
                   first->kind == TEST_ALWAYS && first->number && first->yes == EXIT_TRUE;
    return is_open ? NONE : compiler->nodes[0].test;
}
