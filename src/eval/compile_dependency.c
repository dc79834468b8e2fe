/*
 * Dependencies between flags. Each flag gets the list of all flags it depends on, each after its
 * own dependencies, so that deciding needs no recursion; a cycle is an error.
 */
#include "eval/compile_flag.h"

#include "base/limits.h"

/* One flag on the way from the flag whose list is being made. */
struct visit {
    uint32_t flag;
    uint32_t next; /* of its dependencies */
};

struct closing {
    struct compiler *compiler;
    struct span *direct;      /* requirements by flag; `position` still names the flag */
    struct requirement *list; /* of all flags */
    uint32_t *stamps;         /* the flag whose list it was put into last, plus 1 */
    uint32_t *positions;      /* in that list */
    bool *is_open;            /* on the way */
    uint32_t list_count;
    uint32_t list_capacity;
};

static bool list_add(struct closing *closing, struct requirement requirement)
{
    if (closing->list_count == closing->list_capacity) {
        uint32_t capacity = closing->list_capacity ? closing->list_capacity * 2 : 256;
        struct requirement *grown =
            gos_arena_array(closing->compiler->build.scratch, capacity, sizeof *grown, NULL);
        if (!grown)
            return false;
        if (closing->list_count)
            memcpy(grown, closing->list, closing->list_count * sizeof *grown);
        closing->list = grown;
        closing->list_capacity = capacity;
    }
    closing->list[closing->list_count++] = requirement;
    return true;
}

static void variant_add(struct compiler *compiler, const struct flag_reading *flag,
                        const struct json *name, struct requirement *requirement)
{
    struct build *build = &compiler->build;
    if (name->type != JSON_STRING) {
        compiler_error(compiler, "a variant is named by a text");
        return;
    }
    bool is_known = flag_variant(flag, name->text) || !json_find(flag->json, GOS_LIT("variants"));
    if (!is_known)
        compiler_warn(compiler, "the flag has no variant \"%.*s\"", GOS_ARG(name->text));
    build_add_strings(build, build_text(build, name->text));
    requirement->variants.count++;
}

static void variants_read(struct compiler *compiler, const struct json *entry, uint32_t target,
                          struct requirement *requirement)
{
    struct flag_reading flag = {0};
    const struct json *one = json_find(entry, GOS_LIT("variant"));
    const struct json *list = member_find(compiler, entry, "variants", JSON_ARRAY);
    requirement->variants.first = build_strings_count(&compiler->build);
    if (!one && !list)
        return;
    flag.json = &compiler->flags->items[target];
    const struct json *type = json_find(flag.json, GOS_LIT("type"));
    flag.type =
        type && gos_str_equal(type->text, GOS_LIT("Boolean")) ? GOS_FLAG_BOOLEAN : GOS_FLAG_JSON;
    if (one)
        variant_add(compiler, &flag, one, requirement);
    for (uint32_t i = 0; list && i < list->count; i++)
        variant_add(compiler, &flag, &list->items[i], requirement);
}

/* "other-flag", or {"flag": "other-flag", "variant": "blue"}, or with "variants": []. */
static void entry_read(struct closing *closing, const struct json *entry)
{
    static const char *const members[] = {"flag", "key", "variant", "variants", NULL};
    struct compiler *compiler = closing->compiler;
    gos_str key = {"", 0};
    if (entry->type == JSON_STRING) {
        key = entry->text;
    } else if (entry->type == JSON_OBJECT) {
        members_known(compiler, entry, "a dependency", members);
        key = member_text(compiler, entry, json_find(entry, GOS_LIT("flag")) ? "flag" : "key");
    }
    if (key.len == 0) {
        compiler_error(compiler, "a dependency is a flag's key, or an object with \"flag\" and "
                                 "\"variant\"");
        return;
    }
    uint32_t target = compiler_resolve(compiler, &compiler->flag_keys, key, "flag");
    if (target == NONE)
        return;
    struct requirement requirement = {.position = target};
    if (entry->type == JSON_OBJECT)
        variants_read(compiler, entry, target, &requirement);
    compiler->build.failed = compiler->build.failed || !list_add(closing, requirement);
}

static void flag_read(struct closing *closing, uint32_t index)
{
    struct compiler *compiler = closing->compiler;
    const struct json *json = &compiler->flags->items[index];
    const struct json *list = member_find(compiler, json, "dependencies", JSON_ARRAY);
    closing->direct[index].first = closing->list_count;
    size_t outer = at_enter(compiler, GOS_LIT("dependencies"));
    if (list && list->count > DEPENDENCIES_MAX)
        compiler_error(compiler, "a flag may have at most %d dependencies", DEPENDENCIES_MAX);
    for (uint32_t i = 0; list && i < list->count && list->count <= DEPENDENCIES_MAX; i++) {
        size_t mark = at_enter_index(compiler, i);
        entry_read(closing, &list->items[i]);
        at_leave(compiler, mark);
    }
    closing->direct[index].count = closing->list_count - closing->direct[index].first;
    at_leave(compiler, outer);
}

/* The requirements of a flag, with positions in the list that is being made. */
static struct span requirements_store(struct closing *closing, uint32_t flag)
{
    struct build *build = &closing->compiler->build;
    struct span direct = closing->direct[flag];
    struct span span = {build_requirements_count(build), direct.count};
    for (uint32_t i = 0; i < direct.count; i++) {
        struct requirement requirement = closing->list[direct.first + i];
        requirement.position = closing->positions[requirement.position];
        build_add_requirements(build, requirement);
    }
    return span;
}

/* Puts a flag behind all that it depends on; false: the list is full or comes back to itself. */
static bool closure_walk(struct closing *closing, uint32_t root, uint32_t *out_count)
{
    struct compiler *compiler = closing->compiler;
    struct visit stack[DEPENDENCIES_MAX + 1];
    uint32_t depth = 1;
    stack[0] = (struct visit){root, 0};
    closing->is_open[root] = true;
    while (depth > 0) {
        struct visit *visit = &stack[depth - 1];
        struct span direct = closing->direct[visit->flag];
        if (visit->next == direct.count) {
            closing->is_open[visit->flag] = false;
            if (visit->flag != root) {
                if (*out_count == DEPENDENCIES_MAX)
                    return compiler_error(compiler, "the flag depends on more than %d others",
                                          DEPENDENCIES_MAX);
                struct dependency dependency = {visit->flag,
                                                requirements_store(closing, visit->flag)};
                build_add_closures(&compiler->build, dependency);
                closing->positions[visit->flag] = (*out_count)++;
            }
            depth--;
            continue;
        }
        uint32_t next = closing->list[direct.first + visit->next++].position;
        if (closing->is_open[next])
            return compiler_error(
                compiler, "the flag depends on itself through \"%.*s\"",
                GOS_ARG(json_find(&compiler->flags->items[visit->flag], GOS_LIT("key"))->text));
        if (closing->stamps[next] == root + 1)
            continue;
        if (depth > DEPENDENCIES_MAX)
            return compiler_error(compiler, "the flag depends on more than %d others",
                                  DEPENDENCIES_MAX);
        closing->stamps[next] = root + 1;
        closing->is_open[next] = true;
        stack[depth++] = (struct visit){next, 0};
    }
    return true;
}

static void flag_close(struct closing *closing, uint32_t index)
{
    struct compiler *compiler = closing->compiler;
    struct build *build = &compiler->build;
    uint32_t count = 0, first = build_closures_count(build);
    if (closing->direct[index].count == 0)
        return;
    size_t mark = at_enter(compiler, GOS_LIT("dependencies"));
    if (!closure_walk(closing, index, &count))
        memset(closing->is_open, 0, compiler->flags->count * sizeof *closing->is_open);
    at_leave(compiler, mark);
    struct span requires = requirements_store(closing, index);
    if (build->failed)
        return;
    build_flags(build)[index].closure = (struct span){first, count};
    build_flags(build)[index].requires = requires;
}

void compile_dependencies(struct compiler *compiler)
{
    gos_arena *scratch = compiler->build.scratch;
    uint32_t count = compiler->flags->count;
    struct closing closing = {.compiler = compiler};
    closing.direct = gos_arena_array(scratch, count + 1, sizeof *closing.direct, NULL);
    closing.stamps = gos_arena_array(scratch, count + 1, sizeof *closing.stamps, NULL);
    closing.positions = gos_arena_array(scratch, count + 1, sizeof *closing.positions, NULL);
    closing.is_open = gos_arena_array(scratch, count + 1, sizeof *closing.is_open, NULL);
    if (!closing.direct || !closing.stamps || !closing.positions || !closing.is_open) {
        compiler->build.failed = true;
        return;
    }
    size_t outer = at_enter(compiler, GOS_LIT("flags"));
    for (int pass = 0; pass < 2 && !compiler->build.failed; pass++) {
        for (uint32_t i = 0; i < count && !compiler->build.failed; i++) {
            size_t mark = at_enter_index(compiler, i);
            if (pass == 0)
                flag_read(&closing, i);
            else
                flag_close(&closing, i);
            at_leave(compiler, mark);
        }
    }
    at_leave(compiler, outer);
}
