/* Experiments: variants, split with its phases, targeting, coverage, forced variants. */
#include "eval/compile_experiment.h"

#include "base/limits.h"
#include "base/text.h"
#include "eval/condition.h"
#include "eval/decide.h"
#include "eval/doubt.h"
#include "eval/id_list.h"
#include "eval/point.h"
#include "eval/share.h"

static const char *const statuses[] = {"Draft", "Running", "Paused", "Completed", "Archived"};

static uint8_t read_status(struct compiler *compiler, const struct json *json)
{
    gos_str word = member_text(compiler, json, "status");
    if (word.len == 0)
        return GOS_STATUS_DRAFT;
    for (uint8_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (gos_str_equal(word, gos_str_from(statuses[i])))
            return i;
    }
    compiler_error_at(compiler, "status",
                      "the status is \"%.*s\"; it must be Draft, Running, Paused, Completed or "
                      "Archived",
                      (int)(word.len < 40 ? word.len : 40), word.data);
    return GOS_STATUS_DRAFT;
}

gos_str compile_json_text(struct compiler *compiler, const struct json *value)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, compiler->build.scratch);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    if (!text_ok(&text, NULL))
        compiler->build.failed = true;
    return compiler->build.failed ? (gos_str){"null", 4} : text_str(&text);
}

uint64_t compile_seed(struct compiler *compiler, gos_str salt, const char *purpose)
{
    gos_str text = gos_arena_print(compiler->build.scratch, "%.*s:%s", GOS_ARG(salt), purpose);
    if (!text.data)
        compiler->build.failed = true;
    return text.data ? point_seed(text) : 0;
}

uint8_t compile_hash(struct compiler *compiler, const struct json *json)
{
    gos_str name = member_text(compiler, json, "hash");
    uint32_t hash = name.len ? point_hash_find(name) : 0;
    if (hash == NONE)
        compiler_error_at(compiler, "hash", "there is no hash \"%.*s\"; see docs/evaluation.md",
                          (int)(name.len < 40 ? name.len : 40), name.data);
    return hash == NONE ? 0 : (uint8_t)hash;
}

uint64_t compile_seed_by(struct compiler *compiler, uint8_t hash, gos_str salt, const char *purpose)
{
    return hash ? point_salt_seed(build_text(&compiler->build, salt))
                : compile_seed(compiler, salt, purpose);
}

uint32_t compile_unit(struct compiler *compiler, const struct json *json, uint32_t otherwise)
{
    gos_str unit = member_text(compiler, json, "unit");
    if (unit.len == 0)
        return otherwise;
    size_t mark = at_enter(compiler, GOS_LIT("unit"));
    uint32_t slot = attribute_slot(compiler, unit, 0);
    at_leave(compiler, mark);
    return slot;
}

static struct span read_variants(struct compiler *compiler, const struct json *json)
{
    struct build *build = &compiler->build;
    const struct json *list = member_find(compiler, json, "variants", JSON_ARRAY);
    struct span span = {build_variants_count(build), 0};
    if (!list || list->count < 2 || list->count > VARIANTS_MAX) {
        compiler_error_at(compiler, "variants", "an experiment has %u variants; it needs 2 to %d",
                          list ? list->count : 0, VARIANTS_MAX);
        return span;
    }
    size_t outer = at_enter(compiler, GOS_LIT("variants"));
    for (uint32_t i = 0; i < list->count; i++) {
        const struct json *item = &list->items[i];
        size_t mark = at_enter_index(compiler, i);
        gos_str name = member_text(compiler, item, "name");
        const struct json *configuration = json_find(item, GOS_LIT("configuration"));
        if (name.len == 0)
            compiler_error_at(compiler, "name", "a variant needs a name");
        else if (compile_variant_find(json, name) != i)
            compiler_error_at(compiler, "name", "there are two variants \"%.*s\"", GOS_ARG(name));
        struct variant variant = {build_text(build, name),
                                  build_text(build, configuration
                                                        ? compile_json_text(compiler, configuration)
                                                        : GOS_LIT("{}"))};
        build_add_variants(build, variant);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
    span.count = list->count;
    return span;
}

uint32_t compile_variant_find(const struct json *experiment, gos_str name)
{
    const struct json *list = json_find(experiment, GOS_LIT("variants"));
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct json *found = json_find(&list->items[i], GOS_LIT("name"));
        if (found && found->type == JSON_STRING && gos_str_equal(found->text, name))
            return i;
    }
    return NONE;
}

static uint32_t read_segments(struct compiler *compiler, const struct json *rules, const char *name)
{
    const struct json *list = json_find(rules, gos_str_from(name));
    if (!list || list->type == JSON_NULL || (list->type == JSON_ARRAY && list->count == 0))
        return NONE;
    plan_begin(compiler);
    plan_open(compiler, PLAN_ALL);
    condition_read_segments(compiler, rules, name);
    plan_close(compiler);
    return plan_emit(compiler);
}

static void read_targeting(struct compiler *compiler, const struct json *json,
                           struct experiment *experiment)
{
    static const char *const members[] = {"include_segments", "exclude_segments", "user_attributes",
                                          NULL};
    const struct json *rules = member_find(compiler, json, "targeting_rules", JSON_OBJECT);
    if (!rules)
        return;
    size_t mark = at_enter(compiler, GOS_LIT("targeting_rules"));
    members_known(compiler, rules, "the targeting of an experiment", members);
    bool is_empty = false;
    experiment->exclude = read_segments(compiler, rules, "exclude_segments");
    is_empty = experiment->exclude != NONE && compiler->plan_truth == TRUTH_ALWAYS;
    experiment->include = read_segments(compiler, rules, "include_segments");
    is_empty = is_empty || (experiment->include != NONE && compiler->plan_truth == TRUTH_NEVER);
    size_t inner = at_enter(compiler, GOS_LIT("user_attributes"));
    plan_begin(compiler);
    plan_open(compiler, PLAN_ALL);
    condition_read(compiler, json_find(rules, GOS_LIT("user_attributes")));
    plan_close(compiler);
    experiment->attributes = plan_emit(compiler);
    at_leave(compiler, inner);
    if (is_empty || compiler->plan_truth == TRUTH_NEVER)
        compiler_warn(compiler, "nobody can be in the experiment: its targeting can never hold");
    at_leave(compiler, mark);
}

static void read_forced(struct compiler *compiler, const struct json *json,
                        struct experiment *experiment)
{
    struct build *build = &compiler->build;
    const struct json *forced = member_find(compiler, json, "forced_variants", JSON_OBJECT);
    size_t outer = at_enter(compiler, GOS_LIT("forced_variants"));
    for (uint32_t i = 0; forced && i < forced->count; i++) {
        const struct json *name = &forced->items[i];
        size_t mark = at_enter(compiler, forced->names[i]);
        uint32_t variant =
            name->type == JSON_STRING ? compile_variant_find(json, name->text) : NONE;
        if (variant == NONE)
            compiler_error(compiler, "the variant forced for this user does not exist");
        compile_override(compiler, OVERRIDE_EXPERIMENT, build_experiments_count(build),
                         forced->names[i], variant);
        experiment->has_forced = 1;
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

void compile_override(struct compiler *compiler, enum override_kind kind, uint32_t owner,
                      gos_str user, uint32_t target)
{
    struct build *build = &compiler->build;
    struct override_entry entry = {build_text(build, user), kind, owner, target, 0};
    table_put(build, &compiler->override_users, override_hash(kind, owner, id_list_hash(user)),
              build_add_overrides(build, entry));
}

static void read_shipped(struct compiler *compiler, const struct json *json,
                         struct experiment *experiment)
{
    gos_str name = member_text(compiler, json, "shipped_variant");
    experiment->shipped = name.len ? compile_variant_find(json, name) : NONE;
    if (name.len && experiment->shipped == NONE)
        compiler_error_at(compiler, "shipped_variant", "there is no variant \"%.*s\"",
                          (int)(name.len < 100 ? name.len : 100), name.data);
}

static void read_dates(struct compiler *compiler, const struct json *json,
                       struct experiment *experiment)
{
    member_time(compiler, json, "start_date", &experiment->starts_ms);
    member_time(compiler, json, "end_date", &experiment->ends_ms);
    if (experiment->starts_ms >= experiment->ends_ms)
        compiler_error_at(compiler, "end_date", "the end must be after the start");
}

static void compile_one(struct compiler *compiler, const struct json *json)
{
    struct build *build = &compiler->build;
    gos_str name = member_text(compiler, json, "name"), id = member_text(compiler, json, "id");
    gos_str salt = member_text(compiler, json, "salt");
    struct experiment experiment = {.id = build_text(build, id.len ? id : name),
                                    .name = build_text(build, name),
                                    .status = read_status(compiler, json),
                                    .sticky = member_bool(compiler, json, "sticky", true),
                                    .exclude = NONE,
                                    .include = NONE,
                                    .attributes = NONE,
                                    .starts_ms = INT64_MIN,
                                    .ends_ms = INT64_MAX};
    salt = salt.len ? salt : id.len ? id : name;
    experiment.unit = compile_unit(compiler, json, SLOT_USER);
    experiment.variants = read_variants(compiler, json);
    experiment.hash = compile_hash(compiler, json);
    experiment.split_seed = compile_seed_by(compiler, (uint8_t)experiment.hash, salt, "split");
    experiment.coverage_seed = compile_seed(compiler, salt, "coverage");
    read_dates(compiler, json, &experiment);
    read_targeting(compiler, json, &experiment);
    read_forced(compiler, json, &experiment);
    read_shipped(compiler, json, &experiment);
    compile_split(compiler, json, &experiment);
    compile_membership(compiler, json, &experiment);
    build_add_experiments(build, experiment);
}

void compile_experiments(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("experiments"));
    for (uint32_t i = 0; i < compiler->experiments->count; i++) {
        size_t mark = at_enter_index(compiler, i);
        compile_one(compiler, &compiler->experiments->items[i]);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}
