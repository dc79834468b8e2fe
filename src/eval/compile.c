/* The compiler: reads the document, lets each kind be compiled, joins the block. */
#include "eval/compiler.h"

#include "base/hash.h"

enum { BLOCK_BYTES_MAX_SHIFT = 30 };
/* 8 GiB, and what a machine of 32 bits can address at most. */
#define COMPILE_BYTES_MAX ((size_t)1 << 30 << (sizeof(size_t) > 4 ? 3 : 1))

static const struct json *list_find(struct compiler *compiler, const struct json *document,
                                    const char *name)
{
    static const struct json empty = {.type = JSON_ARRAY};
    const struct json *list = member_find(compiler, document, name, JSON_ARRAY);
    return list ? list : &empty;
}

/* Puts the text under which an item is known into its table; false when it is taken. */
static void name_put(struct compiler *compiler, struct table *table, const struct json *item,
                     const char *member, uint32_t index)
{
    const struct json *value = json_find(item, gos_str_from(member));
    if (!value || value->type != JSON_STRING || value->text.len == 0)
        return;
    uint32_t other = compiler_find(compiler, table, value->text);
    if (other == index)
        return;
    if (other != NONE) {
        compiler_error_at(compiler, member, "\"%.*s\" is taken by an earlier one",
                          (int)(value->text.len < 100 ? value->text.len : 100), value->text.data);
        return;
    }
    struct text_ref ref = build_text(&compiler->build, value->text);
    table_put(&compiler->build, table, (uint64_t)ref.at << 32, index);
}

/* All names of a list, before anything refers to them. */
static void names_collect(struct compiler *compiler, struct table *table, const struct json *list,
                          const char *list_name, const char *member, const char *other_member)
{
    size_t outer = at_enter(compiler, gos_str_from(list_name));
    for (uint32_t i = 0; i < list->count; i++) {
        const struct json *item = &list->items[i];
        size_t mark = at_enter_index(compiler, i);
        if (item->type != JSON_OBJECT)
            compiler_error(compiler, "this is %s; it must be an object",
                           json_type_name(item->type));
        else if (member_text(compiler, item, member).len == 0)
            compiler_error_at(compiler, member, "\"%s\" is missing", member);
        name_put(compiler, table, item, member, i);
        if (other_member)
            name_put(compiler, table, item, other_member, i);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static void lists_find(struct compiler *compiler, const struct json *document)
{
    compiler->segments = list_find(compiler, document, "segments");
    compiler->layers = list_find(compiler, document, "layers");
    compiler->holdouts = list_find(compiler, document, "holdouts");
    compiler->experiments = list_find(compiler, document, "experiments");
    compiler->flags = list_find(compiler, document, "flags");
    compiler->overrides = list_find(compiler, document, "overrides");
    names_collect(compiler, &compiler->segment_names, compiler->segments, "segments", "name", "id");
    names_collect(compiler, &compiler->layer_names, compiler->layers, "layers", "name", "id");
    names_collect(compiler, &compiler->experiment_names, compiler->experiments, "experiments",
                  "name", "id");
    names_collect(compiler, &compiler->flag_keys, compiler->flags, "flags", "key", "id");
}

static void fixed_slots(struct compiler *compiler)
{
    static const char *const names[] = {"user_id", "device_id"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        attribute_slot(compiler, gos_str_from(names[i]), 0);
    struct attribute targeting_key = {.path =
                                          build_text(&compiler->build, GOS_LIT("targetingKey"))};
    build_add_attributes(&compiler->build, targeting_key);
}

static gos_str text_at(struct build *build, struct text_ref ref)
{
    return build_text_get(build, ref);
}

/* The tables by which names are found when deciding. */
static void tables_store(struct compiler *compiler)
{
    struct build *build = &compiler->build;
    struct table names = {0}, flags = {0}, experiments = {0};
    for (uint32_t i = 0; !build->failed && i < build_attributes_count(build); i++)
        table_put(build, &names, hash_xxh3(text_at(build, build_attributes(build)[i].path), 0), i);
    for (uint32_t i = 0; !build->failed && i < build_flags_count(build); i++)
        table_put(build, &flags, hash_xxh3(text_at(build, build_flags(build)[i].key), 0), i);
    for (uint32_t i = 0; !build->failed && i < build_experiments_count(build); i++) {
        const struct experiment *experiment = &build_experiments(build)[i];
        struct text_ref id = experiment->id, name = experiment->name;
        table_put(build, &experiments, hash_xxh3(text_at(build, id), 0), i);
        if (name.at != id.at)
            table_put(build, &experiments, hash_xxh3(text_at(build, name), 0), i);
    }
    table_store(build, &names, SECTION_names);
    table_store(build, &flags, SECTION_flag_table);
    table_store(build, &experiments, SECTION_experiment_table);
    table_store(build, &compiler->symbols, SECTION_symbol_table);
    table_store(build, &compiler->override_users, SECTION_override_table);
}

/* Legal, but probably not meant. */
static void warn_unused(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("segments"));
    for (uint32_t i = 0; !compiler->build.failed && i < compiler->segments->count; i++) {
        size_t mark = at_enter_index(compiler, i);
        if (!compiler->segment_used[i])
            compiler_warn(compiler, "no flag, experiment or segment uses this segment");
        else if (!build_segments(&compiler->build)[i].is_active)
            compiler_warn_at(compiler, "is_active", "the segment is used, but nobody is in it");
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static bool report_fail(const gos_report *report, gos_error *err)
{
    for (uint32_t i = 0; i < report->count; i++) {
        const gos_finding *finding = &report->findings[i];
        if (finding->is_error)
            return gos_fail(err, finding->code, finding->pointer.data, "%.*s",
                            GOS_ARG(finding->message));
    }
    return gos_fail(err, GOS_TOO_LARGE, "", "there is no room to list the errors");
}

static bool compile_parts(struct compiler *compiler, const struct json *document, gos_error *err)
{
    if (document->type != JSON_OBJECT) {
        compiler_error(compiler, "the document is %s; it must be an object",
                       json_type_name(document->type));
        return report_fail(&compiler->report, err);
    }
    fixed_slots(compiler);
    lists_find(compiler, document);
    /* What lacks a name or is no object would only bring errors of the second order. */
    if (compiler->report.error_count == 0) {
        static void (*const steps[])(struct compiler *) = {
            compile_segments,     compile_layers,    compile_experiments, compile_flags,
            compile_dependencies, compile_overrides, compile_sources,     warn_unused};
        for (size_t i = 0; i < sizeof steps / sizeof steps[0] && !compiler->build.failed; i++)
            steps[i](compiler);
    }
    tables_store(compiler);
    if (compiler->build.failed) {
        /* What was found without memory may be wrong. */
        compiler->report = (gos_report){.findings = compiler->findings, .is_cut = true};
        return gos_fail(err, GOS_OUT_OF_MEMORY, "",
                        "the definitions need more memory than there is");
    }
    return compiler->report.error_count == 0 || report_fail(&compiler->report, err);
}

static bool compile(struct compiler *compiler, gos_str text, const gos_ruleset **out,
                    gos_error *err)
{
    const struct json *document;
    size_t bytes_max = compiler->options->block_bytes_max;
    if (!json_read(text, compiler->build.scratch, &document, err)) {
        compiler_error(compiler, "%s", err->message);
        if (compiler->report.count) {
            compiler->findings[0].code = err->code;
            compiler->findings[0].pointer =
                gos_arena_text(compiler->arena, gos_str_from(err->pointer), NULL);
        }
        return false;
    }
    return compile_parts(compiler, document, err) &&
           build_finish(&compiler->build,
                        bytes_max ? bytes_max : (size_t)1 << BLOCK_BYTES_MAX_SHIFT, compiler->arena,
                        out, err);
}

bool gos_ruleset_compile(gos_str document, const gos_compile_options *options, gos_arena *arena,
                         const gos_ruleset **out_ruleset, gos_report *out_report, gos_error *err)
{
    static const gos_compile_options usual = {0};
    gos_error unread;
    struct compiler compiler = {.options = options ? options : &usual, .arena = arena};
    *out_report = (gos_report){0};
    gos_arena *scratch = gos_arena_open(COMPILE_BYTES_MAX);
    if (!scratch)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "there is no memory to compile with");
    compiler.findings = gos_arena_array(arena, FINDINGS_MAX, sizeof *compiler.findings, err);
    compiler.report.findings = compiler.findings;
    build_init(&compiler.build, scratch);
    bool done = compiler.findings && compile(&compiler, document, out_ruleset, err ? err : &unread);
    *out_report = compiler.report;
    gos_arena_close(scratch);
    return done;
}
