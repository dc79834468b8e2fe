/* Segments: conditions, lists of ids, and that no segment contains itself. */
#include "eval/condition.h"

#include "eval/doubt.h"
#include "eval/operand.h"
#include "eval/test.h"

/* Ids of users that always, or never, belong to the segment. */
static void read_ids(struct compiler *compiler, const struct json *segment, const char *name)
{
    const struct json *ids = member_find(compiler, segment, name, JSON_ARRAY);
    struct test test = {.slot = SLOT_USER};
    if (!ids || ids->count == 0)
        return;
    size_t mark = at_enter(compiler, gos_str_from(name));
    if (operand_read_ids(compiler, ids, &test))
        plan_test(compiler, test, "in", count_text(compiler, ids->count, "ids"));
    at_leave(compiler, mark);
}

static bool is_filled(const struct json *value)
{
    return value && value->type != JSON_NULL && value->count > 0;
}

static uint32_t compile_program(struct compiler *compiler, const struct json *segment)
{
    const struct json *conditions = json_find(segment, GOS_LIT("conditions"));
    bool has_include = is_filled(json_find(segment, GOS_LIT("include")));
    bool has_exclude = is_filled(json_find(segment, GOS_LIT("exclude")));
    plan_begin(compiler);
    plan_open(compiler, PLAN_ALL);
    if (has_exclude) {
        plan_open(compiler, PLAN_NOT);
        read_ids(compiler, segment, "exclude");
        plan_close(compiler);
    }
    if (has_include) {
        plan_open(compiler, PLAN_ANY);
        read_ids(compiler, segment, "include");
    }
    if (conditions && (is_filled(conditions) || !has_include)) {
        size_t mark = at_enter(compiler, GOS_LIT("conditions"));
        condition_read(compiler, conditions);
        if (!is_filled(conditions) &&
            (conditions->type == JSON_OBJECT || conditions->type == JSON_ARRAY))
            compiler_warn(compiler, "the segment has no conditions: everybody is in it");
        at_leave(compiler, mark);
    }
    if (has_include)
        plan_close(compiler);
    plan_close(compiler);
    return plan_emit(compiler);
}

/* Looks through the segments that a segment's tests name, without recursion. */
struct visit {
    uint32_t segment;
    uint32_t test;
};

struct walk {
    struct compiler *compiler;
    uint32_t *test_ends; /* of each segment; it begins where the one before ends */
    uint8_t *states;     /* 0: not seen, 1: on the stack, 2: done */
    uint32_t *heights;   /* segments below, once done */
    struct visit *stack;
};

static void report_cycle(struct walk *walk, uint32_t depth, uint32_t segment)
{
    struct compiler *compiler = walk->compiler;
    uint32_t from = walk->stack[depth - 1].segment;
    size_t outer = at_enter(compiler, GOS_LIT("segments"));
    size_t inner = at_enter_index(compiler, from);
    gos_str name = build_text_get(&compiler->build, build_segments(&compiler->build)[segment].name);
    compiler_error_at(compiler, "conditions",
                      "the segment contains itself: \"%.*s\" leads back to it",
                      (int)(name.len < 100 ? name.len : 100), name.data);
    at_leave(compiler, inner);
    at_leave(compiler, outer);
}

static void walk_leave(struct walk *walk, uint32_t depth)
{
    uint32_t done = walk->stack[depth - 1].segment;
    walk->states[done] = 2;
    if (depth > 1) {
        uint32_t above = walk->stack[depth - 2].segment;
        if (walk->heights[above] < walk->heights[done] + 1)
            walk->heights[above] = walk->heights[done] + 1;
    }
}

static void walk_from(struct walk *walk, uint32_t start)
{
    struct build *build = &walk->compiler->build;
    uint32_t depth = 1;
    walk->stack[0] = (struct visit){start, start ? walk->test_ends[start - 1] : 0};
    walk->states[start] = 1;
    while (depth > 0) {
        struct visit *visit = &walk->stack[depth - 1];
        if (visit->test == walk->test_ends[visit->segment]) {
            walk_leave(walk, depth--);
            continue;
        }
        const struct test *test = &build_tests(build)[visit->test++];
        if (test->kind != TEST_SEGMENT)
            continue;
        uint32_t next = test->first;
        if (walk->states[next] == 1) {
            report_cycle(walk, depth, next);
        } else if (walk->states[next] == 2) {
            uint32_t height = walk->heights[next] + 1;
            if (walk->heights[visit->segment] < height)
                walk->heights[visit->segment] = height;
        } else {
            walk->states[next] = 1;
            walk->stack[depth++] = (struct visit){next, next ? walk->test_ends[next - 1] : 0};
        }
    }
}

static void check_cycles(struct compiler *compiler, uint32_t *test_ends, uint32_t count)
{
    gos_arena *scratch = compiler->build.scratch;
    struct walk walk = {.compiler = compiler, .test_ends = test_ends};
    walk.states = gos_arena_array(scratch, count, sizeof *walk.states, NULL);
    walk.heights = gos_arena_array(scratch, count, sizeof *walk.heights, NULL);
    walk.stack = gos_arena_array(scratch, count + 1, sizeof *walk.stack, NULL);
    if (!walk.states || !walk.heights || !walk.stack) {
        compiler->build.failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (walk.states[i] == 0)
            walk_from(&walk, i);
        if (walk.heights[i] + 1 <= SEGMENT_DEPTH_MAX)
            continue;
        size_t outer = at_enter(compiler, GOS_LIT("segments"));
        size_t inner = at_enter_index(compiler, i);
        compiler_error_at(compiler, "conditions", "segments stand more than %d deep in each other",
                          SEGMENT_DEPTH_MAX);
        at_leave(compiler, inner);
        at_leave(compiler, outer);
    }
}

void compile_segments(struct compiler *compiler)
{
    struct build *build = &compiler->build;
    uint32_t count = compiler->segments->count;
    uint32_t *test_ends = gos_arena_array(build->scratch, count + 1, sizeof *test_ends, NULL);
    compiler->segment_used =
        gos_arena_array(build->scratch, count + 1, sizeof *compiler->segment_used, NULL);
    compiler->segment_truths =
        gos_arena_array(build->scratch, count + 1, sizeof *compiler->segment_truths, NULL);
    if (!test_ends || !compiler->segment_used || !compiler->segment_truths) {
        build->failed = true;
        return;
    }
    size_t outer = at_enter(compiler, GOS_LIT("segments"));
    for (uint32_t i = 0; i < count; i++) {
        const struct json *json = &compiler->segments->items[i];
        size_t mark = at_enter_index(compiler, i);
        struct segment segment = {.name = build_text(build, member_text(compiler, json, "name")),
                                  .program = compile_program(compiler, json),
                                  .is_active = member_bool(compiler, json, "is_active", true)};
        build_add_segments(build, segment);
        compiler->segment_truths[i] = segment.is_active ? compiler->plan_truth : TRUTH_NEVER;
        if (compiler->plan_truth == TRUTH_NEVER)
            compiler_warn_at(compiler, "conditions",
                             "nobody can be in the segment: its conditions can never hold");
        test_ends[i] = build_tests_count(build);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
    if (!build->failed)
        check_cycles(compiler, test_ends, count);
}
