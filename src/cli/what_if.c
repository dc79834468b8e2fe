/* Who would get something else by a changed document: decides both for a sample of contexts. */
#include "cli/what_if.h"

#include "base/json.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "gosset/compare.h"

#include <inttypes.h>
#include <stdio.h>

#define CONTEXTS_BYTES_MAX ((size_t)4 << 30)

struct comparing {
    struct definitions *before;
    struct definitions *after;
    gos_compare *compare;
    int64_t now_ms;
};

static bool compare_one(struct comparing *comparing, gos_str context, uint64_t number,
                        gos_error *err)
{
    if (definitions_bind(comparing->before, context, comparing->now_ms, err) &&
        definitions_bind(comparing->after, context, comparing->now_ms, err) &&
        gos_compare_add(comparing->compare, comparing->before->context, comparing->after->context,
                        err))
        return true;
    char prefix[32];
    snprintf(prefix, sizeof prefix, "/%" PRIu64, number);
    return gos_fail_below(err, prefix);
}

static bool compare_lines(struct comparing *comparing, gos_str text, gos_error *err)
{
    uint64_t number = 0;
    while (text.len) {
        gos_str line = str_trim(str_cut(&text, '\n'));
        if (line.len && !compare_one(comparing, line, number, err))
            return false;
        number++;
    }
    return true;
}

static bool compare_list(struct comparing *comparing, gos_str text, gos_arena *arena,
                         gos_error *err)
{
    const struct json *list;
    if (!json_read(text, arena, &list, err))
        return false;
    for (uint32_t i = 0; i < list->count; i++) {
        gos_arena_mark mark = gos_arena_mark_take(arena);
        struct text one;
        struct json_writer json;
        text_init(&one, arena);
        json_writer_init(&json, &one);
        json_value(&json, &list->items[i]);
        if (!text_ok(&one, err) || !compare_one(comparing, text_str(&one), i, err))
            return false;
        gos_arena_mark_return(arena, mark);
    }
    return true;
}

static void text_or_null(struct json_writer *json, const char *name, gos_str text)
{
    json_name(json, name);
    if (text.len)
        json_text(json, text);
    else
        json_null(json);
}

static void transition_write(struct json_writer *json, const gos_comparison *result,
                             const gos_transition *transition)
{
    json_open_object(json);
    json_name(json, transition->is_experiment ? "experiment" : "flag");
    json_text(json, transition->key);
    text_or_null(json, "from", transition->from);
    text_or_null(json, "to", transition->to);
    json_name(json, "from_value");
    json_raw(json, transition->from_value.len ? transition->from_value : GOS_LIT("null"));
    json_name(json, "to_value");
    json_raw(json, transition->to_value.len ? transition->to_value : GOS_LIT("null"));
    json_name(json, "count");
    json_int(json, (int64_t)transition->count);
    text_or_null(json, "example", transition->example);
    json_name(json, "segments");
    json_open_object(json);
    for (uint32_t i = 0; i < result->segment_count; i++) {
        if (transition->segment_counts[i] == 0)
            continue;
        json_name_str(json, result->segment_names[i]);
        json_int(json, (int64_t)transition->segment_counts[i]);
    }
    json_close_object(json);
    json_close_object(json);
}

static bool print_json(const gos_comparison *result, gos_arena *arena, gos_error *err)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "contexts");
    json_int(&json, (int64_t)result->context_count);
    json_name(&json, "changed");
    json_int(&json, (int64_t)result->changed_count);
    json_name(&json, "segments");
    json_open_object(&json);
    for (uint32_t i = 0; i < result->segment_count; i++) {
        json_name_str(&json, result->segment_names[i]);
        json_int(&json, (int64_t)result->segment_totals[i]);
    }
    json_close_object(&json);
    json_name(&json, "transitions");
    json_open_array(&json);
    for (uint32_t i = 0; i < result->transition_count; i++)
        transition_write(&json, result, &result->transitions[i]);
    json_close_array(&json);
    json_name(&json, "is_cut");
    json_bool(&json, result->is_cut);
    json_close_object(&json);
    if (!text_ok(&text, err))
        return false;
    printf("%.*s\n", GOS_ARG(text_str(&text)));
    return true;
}

static void segments_cell(struct table *table, const gos_comparison *result,
                          const gos_transition *transition)
{
    struct text text;
    text_init(&text, table->arena);
    for (uint32_t i = 0; i < result->segment_count; i++) {
        if (transition->segment_counts[i])
            text_print(&text, "%s%.*s %" PRIu64 " of %" PRIu64, text.len ? ", " : "",
                       GOS_ARG(result->segment_names[i]), transition->segment_counts[i],
                       result->segment_totals[i]);
    }
    table_cell(table, text_str(&text), COLOR_DIM);
}

static void print_table(const gos_comparison *result, gos_arena *arena)
{
    static const char *const titles[] = {"what", "from", "to", "contexts", "such as", "segments"};
    struct table table;
    printf("%" PRIu64 " of %" PRIu64 " contexts would get something else\n", result->changed_count,
           result->context_count);
    if (result->transition_count == 0)
        return;
    table_init(&table, arena);
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++)
        table_column(&table, titles[i], i == 3 ? ALIGN_RIGHT : ALIGN_LEFT);
    for (uint32_t i = 0; i < result->transition_count; i++) {
        const gos_transition *transition = &result->transitions[i];
        table_row(&table);
        table_cell(&table, transition->key, COLOR_NONE);
        table_cell(&table, transition->from.len ? transition->from : GOS_LIT("-"), COLOR_NONE);
        table_cell(&table, transition->to.len ? transition->to : GOS_LIT("-"), COLOR_NONE);
        table_cellf(&table, COLOR_NONE, "%" PRIu64, transition->count);
        table_cell(&table, transition->example, COLOR_NONE);
        segments_cell(&table, result, transition);
    }
    table_print(&table, stdout);
}

bool what_if_run(const struct what_if *what_if, struct definitions *after, gos_error *err)
{
    struct definitions before;
    gos_str contexts;
    struct comparing comparing = {&before, after, NULL, what_if->now_ms};
    bool done =
        definitions_open(what_if->against, &before, err) &&
        command_read_file(what_if->contexts, CONTEXTS_BYTES_MAX, before.arena, &contexts, err) &&
        gos_compare_open(before.rules, after->rules, after->arena, &comparing.compare, err);
    if (done)
        done = str_starts_with(str_trim(contexts), GOS_LIT("["))
                   ? compare_list(&comparing, contexts, before.arena, err)
                   : compare_lines(&comparing, contexts, err);
    if (done) {
        gos_comparison result = gos_compare_result(comparing.compare);
        if (what_if->as_json)
            done = print_json(&result, after->arena, err);
        else
            print_table(&result, after->arena);
    }
    definitions_close(&before);
    return done;
}
