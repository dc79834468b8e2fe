/* Errors of the compiler speak of places in the document; people wrote one definition. */
#include "model/document.h"

#include "base/text.h"

#include <stdio.h>

#define CHECK_BYTES_MAX ((size_t)4 << 30)

bool document_find(const struct json *document, gos_str pointer, struct document_place *out)
{
    gos_str rest = pointer;
    int64_t index;
    if (!str_starts_with(pointer, GOS_LIT("/")))
        return false;
    str_cut(&rest, '/');
    gos_str plural = str_cut(&rest, '/');
    gos_str number = str_cut(&rest, '/');
    const struct json *list = json_find(document, plural);
    if (!kind_find(plural, &out->kind) || !list || list->type != JSON_ARRAY ||
        !str_read_int(number, &index) || index < 0 || index >= (int64_t)list->count)
        return false;
    const struct json *name =
        json_find(&list->items[index], gos_str_from(kind_name_field(out->kind)));
    out->index = (size_t)index;
    out->name = name && name->type == JSON_STRING ? name->text : GOS_LIT("");
    size_t used = 2 + plural.len + number.len;
    out->rest = (gos_str){pointer.data + used, pointer.len - used};
    return true;
}

static const struct document_item *item_find(const struct document_item *items, size_t count,
                                             const struct document_place *place)
{
    for (size_t i = 0; i < count; i++) {
        if (items[i].definition->kind == place->kind &&
            gos_str_equal(items[i].definition->name, place->name))
            return &items[i];
    }
    return NULL;
}

/* The first error inside a changed definition, else the first error of all. */
static const gos_finding *finding_choose(const gos_report *report, const struct json *tree,
                                         const struct document_item *items, size_t count,
                                         struct document_place *out_place,
                                         const struct document_item **out_item)
{
    const gos_finding *first = NULL;
    *out_item = NULL;
    for (uint32_t i = 0; i < report->count; i++) {
        const gos_finding *finding = &report->findings[i];
        if (!finding->is_error)
            continue;
        first = first ? first : finding;
        if (document_find(tree, finding->pointer, out_place))
            *out_item = item_find(items, count, out_place);
        if (*out_item)
            return finding;
    }
    return first;
}

/* Says it to whoever wrote the changed definitions. */
static bool report_below(const gos_report *report, const struct json *tree,
                         const struct document_item *items, size_t count, gos_error *err)
{
    struct document_place place;
    const struct document_item *item;
    const gos_finding *finding = finding_choose(report, tree, items, count, &place, &item);
    if (!finding)
        return false;
    if (item) {
        gos_fail(err, finding->code, place.rest.data, "%.*s", GOS_ARG(finding->message));
        return gos_fail_below(err, item->pointer);
    }
    if (!document_find(tree, finding->pointer, &place))
        return gos_fail(err, finding->code, "", "%.*s", GOS_ARG(finding->message));
    return gos_fail(err, finding->code, "", "%s \"%.*s\" would break at %.*s: %.*s",
                    kind_word(place.kind), (int)(place.name.len < 60 ? place.name.len : 60),
                    place.name.data, GOS_ARG(place.rest), GOS_ARG(finding->message));
}

bool document_write_warnings(const struct document_checked *checked, gos_str document,
                             const struct document_item *changed, size_t changed_count,
                             gos_arena *arena, struct json_writer *json, gos_error *err)
{
    const struct json *tree;
    if (checked->report.count == 0)
        return true;
    if (!json_read(document, arena, &tree, err))
        return false;
    for (uint32_t i = 0; i < checked->report.count; i++) {
        const gos_finding *finding = &checked->report.findings[i];
        struct document_place place;
        const struct document_item *item = document_find(tree, finding->pointer, &place)
                                               ? item_find(changed, changed_count, &place)
                                               : NULL;
        if (!item)
            continue;
        json_open_object(json);
        json_name(json, "pointer");
        json_text(json, gos_arena_print(arena, "%s%.*s", item->pointer, GOS_ARG(place.rest)));
        json_name(json, "message");
        json_text(json, finding->message);
        json_close_object(json);
    }
    return true;
}

bool document_check(gos_str document, const gos_compile_options *options,
                    const struct document_item *changed, size_t changed_count,
                    struct document_checked *out, gos_error *err)
{
    const struct json *tree;
    struct document_checked checked = {.arena = gos_arena_open(CHECK_BYTES_MAX)};
    if (!checked.arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to check the definitions");
    bool done =
        gos_ruleset_compile(document, options, checked.arena, &checked.rules, &checked.report, err);
    if (!done && checked.report.error_count > 0 && json_read(document, checked.arena, &tree, NULL))
        report_below(&checked.report, tree, changed, changed_count, err);
    if (done && out)
        *out = checked;
    else
        gos_arena_close(checked.arena);
    return done;
}
