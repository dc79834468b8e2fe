/* What a server would refuse of a document that compiles: its fields, keys, references to metrics.
 */
#include "cli/check_import.h"

#include "base/json.h"
#include "model/definition.h"

#include <stdio.h>

enum { WARNINGS_MAX = 1000 };

struct reading {
    struct definitions *definitions;
    const struct json *document;
    gos_finding *findings; /* those of the compiler, then these */
    uint32_t count;
    uint32_t limit;
    bool is_cut;
};

static bool warn(struct reading *reading, const char *pointer, const gos_error *why, gos_error *err)
{
    gos_arena *arena = reading->definitions->arena;
    char full[GOS_POINTER_BYTES];
    if (reading->count == reading->limit) {
        reading->is_cut = true;
        return true;
    }
    snprintf(full, sizeof full, "%s%s", pointer, why->pointer);
    gos_finding *finding = &reading->findings[reading->count++];
    *finding = (gos_finding){
        .code = why->code,
        .message = gos_arena_print(arena, "a server would refuse this: %s", why->message),
        .pointer = gos_arena_text(arena, gos_str_from(full), err)};
    return finding->pointer.data != NULL;
}

static bool has_metric(const struct json *document, gos_str name)
{
    const struct json *metrics = json_find(document, GOS_LIT("metrics"));
    for (size_t i = 0; metrics && i < metrics->count; i++) {
        if (gos_str_equal(json_find_text(&metrics->items[i], "name"), name) ||
            gos_str_equal(json_find_text(&metrics->items[i], "id"), name))
            return true;
    }
    return false;
}

/* Other references are the compiler's business. */
static bool metrics_check(struct reading *reading, const struct definition *definition,
                          const char *pointer, gos_error *err)
{
    const struct reference *references;
    uint32_t count;
    if (!definition_references(definition, reading->definitions->arena, &references, &count, err))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        gos_error why;
        char at[GOS_POINTER_BYTES];
        if (references[i].kind != KIND_METRIC ||
            has_metric(reading->document, references[i].target))
            continue;
        snprintf(at, sizeof at, "%.*s", GOS_ARG(references[i].pointer));
        gos_fail(&why, GOS_BAD_INPUT, at, "there is no metric \"%.*s\"",
                 GOS_ARG(references[i].target));
        if (!warn(reading, pointer, &why, err))
            return false;
    }
    return true;
}

static bool item_check(struct reading *reading, enum kind kind, const struct json *item,
                       const char *pointer, gos_error *err)
{
    struct definition definition;
    struct definition_input input = {.kind = kind,
                                     .json = item,
                                     .import = true,
                                     .environment = GOS_LIT("production"),
                                     .actor = GOS_LIT("check"),
                                     .now_ms = definitions_now()};
    gos_error why;
    if (definition_read(&input, reading->definitions->arena, &definition, &why))
        return metrics_check(reading, &definition, pointer, err);
    if (why.code != GOS_OUT_OF_MEMORY)
        return warn(reading, pointer, &why, err);
    *err = why;
    return false;
}

static bool kinds_check(struct reading *reading, gos_error *err)
{
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        const char *name = kind_plural((enum kind)kind);
        const struct json *list = json_find(reading->document, gos_str_from(name));
        for (size_t i = 0; list && list->type == JSON_ARRAY && i < list->count; i++) {
            char pointer[GOS_POINTER_BYTES];
            snprintf(pointer, sizeof pointer, "/%s/%zu", name, i);
            if (!item_check(reading, (enum kind)kind, &list->items[i], pointer, err))
                return false;
        }
    }
    return true;
}

bool check_import(struct definitions *definitions, gos_error *err)
{
    gos_report *report = &definitions->report;
    struct reading reading = {.definitions = definitions,
                              .count = report->count,
                              .limit = report->count + WARNINGS_MAX,
                              .is_cut = report->is_cut};
    reading.findings =
        gos_arena_array(definitions->arena, reading.limit, sizeof *reading.findings, err);
    if (!reading.findings ||
        !json_read(definitions->document, definitions->arena, &reading.document, err))
        return false;
    if (report->count > 0)
        memcpy(reading.findings, report->findings, report->count * sizeof *reading.findings);
    if (!kinds_check(&reading, err))
        return false;
    report->findings = reading.findings;
    report->count = reading.count;
    report->is_cut = reading.is_cut;
    return true;
}
