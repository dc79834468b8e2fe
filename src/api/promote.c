/*
 * Definitions of another environment into the caller's own: what they decide travels, what happened
 * to them (state, dates, phases, the shipped variant, overrides of users) stays where it is.
 */
#include "api/promote.h"

#include "api/carry.h"
#include "base/limits.h"

#include <inttypes.h>

static const struct field selected_fields[] = {
    {"kind", FIELD_WORD, FIELD_REQUIRED, 0, 0, "experiment|flag|holdout|layer|metric|segment", NULL,
     NULL},
    {"name", FIELD_LINE, FIELD_REQUIRED, 1, NAME_BYTES_MAX, NULL, NULL, NULL},
    {"version", FIELD_INTEGER, FIELD_FREE, 0, INT32_MAX, NULL, NULL, NULL},
};
static const struct record selected_record = {"a definition to promote", selected_fields, 3};

static const struct field promote_fields[] = {
    {"from", FIELD_KEY, FIELD_REQUIRED, 1, KEY_BYTES_MAX, NULL, NULL, NULL},
    {"at", FIELD_INTEGER, FIELD_FREE, 0, 9e15, NULL, NULL, NULL},
    {"dry_run", FIELD_BOOL, FIELD_FREE, 0, 0, NULL, "false", NULL},
    {"definitions", FIELD_RECORDS, FIELD_FREE, 1, BATCH_ITEMS_MAX, NULL, NULL, &selected_record},
};
static const struct record promote_record = {"a promotion", promote_fields, 4};

static bool is_meant(const struct json *selected, enum kind kind, const struct json *definition)
{
    gos_str name = json_find_text(selected, "name");
    return gos_str_equal(json_find_text(selected, "kind"), gos_str_from(kind_word(kind))) &&
           (gos_str_equal(name, json_find_text(definition, kind_name_field(kind))) ||
            gos_str_equal(name, json_find_text(definition, "id")));
}

/* Without a selection everything is wanted. */
static bool is_wanted(const struct json *selection, enum kind kind, const struct json *definition)
{
    for (uint32_t i = 0; selection && i < selection->count; i++) {
        if (is_meant(&selection->items[i], kind, definition))
            return true;
    }
    return !selection;
}

/* The document that is imported; *out_count says how many definitions it has. */
static bool document_cut(const struct json *source, const struct json *selection, gos_arena *arena,
                         const struct json **out, uint32_t *out_count, gos_error *err)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    *out_count = 0;
    json_open_object(&writer);
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        const struct json *list = json_find(source, gos_str_from(kind_plural((enum kind)kind)));
        json_name(&writer, kind_plural((enum kind)kind));
        json_open_array(&writer);
        for (uint32_t i = 0; list && i < list->count; i++) {
            if (!is_wanted(selection, (enum kind)kind, &list->items[i]))
                continue;
            carry_write(&writer, &list->items[i]);
            ++*out_count;
        }
        json_close_array(&writer);
    }
    json_close_object(&writer);
    return text_ok(&text, err) && json_read(text_str(&text), arena, out, err);
}

static int64_t integer_of(const struct json *object, const char *name, int64_t otherwise)
{
    int64_t number;
    const struct json *value = json_find(object, gos_str_from(name));
    return value && json_is_integer(value, &number) ? number : otherwise;
}

/* The definitions of the other environment, as they are or as they were shown. */
static bool source_read(struct http_request *request, const struct json *body,
                        struct transfer *transfer, const struct json **out, gos_error *err)
{
    gos_str document;
    gos_str from = json_find_text(body, "from");
    int64_t at = integer_of(body, "at", CATALOG_NOW);
    if (!catalog_document(api_of(request)->catalog, from, at, transfer->arena, &document,
                          &transfer->from_version, err))
        return at == CATALOG_NOW ? false : gos_fail_below(err, "/at");
    return json_read(document, transfer->arena, out, err);
}

static bool document_fetch(struct http_request *request, const struct json *body,
                           struct transfer *transfer, const struct json **out, gos_error *err)
{
    gos_arena *arena = transfer->arena;
    const struct json *source;
    const struct json *selection = json_find(body, GOS_LIT("definitions"));
    uint32_t count;
    gos_str from = json_find_text(body, "from");
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory to promote");
    if (gos_str_equal(from, api_environment(request)))
        return gos_fail(err, GOS_BAD_INPUT, "/from",
                        "\"from\" must be another environment than the key's");
    if (!change_check_home(request, from, err) ||
        !source_read(request, body, transfer, &source, err) ||
        !document_cut(source, selection, arena, out, &count, err))
        return false;
    if (!selection || count == selection->count)
        return true;
    return gos_fail(err, GOS_NOT_FOUND, "/definitions",
                    "%u of the %u definitions are there in %.*s", count, selection->count,
                    GOS_ARG(from));
}

/* Nobody has changed what is replaced since the difference was shown. */
static bool versions_check(const struct json *selection, const struct transfer *transfer,
                           gos_error *err)
{
    for (uint32_t i = 0; selection && i < selection->count; i++) {
        int64_t shown = integer_of(&selection->items[i], "version", CATALOG_VERSION_ANY);
        for (size_t k = 0; shown != CATALOG_VERSION_ANY && k < transfer->count; k++) {
            const struct transfer_item *item = &transfer->items[k];
            int64_t stored = integer_of(item->before, "version", 0);
            char pointer[GOS_POINTER_BYTES] = "/definitions";
            if (!is_meant(&selection->items[i], item->definition.kind, item->definition.tree) ||
                stored == shown)
                continue;
            json_pointer_add_index(pointer, i);
            json_pointer_add(pointer, GOS_LIT("version"));
            return gos_fail(err, GOS_CONFLICT, pointer,
                            "%.*s is at version %" PRId64 " here, not at %" PRId64
                            ": look at the difference again",
                            GOS_ARG(item->definition.name), stored, shown);
        }
    }
    return true;
}

bool promote_read(struct http_request *request, const struct json *body, struct transfer *transfer,
                  bool *out_dry_run, gos_error *err)
{
    const struct json *document;
    if (!change_check_body(request, &promote_record, &body, err) ||
        !document_fetch(request, body, transfer, &document, err) ||
        !transfer_read(request, document, transfer, err) ||
        !versions_check(json_find(body, GOS_LIT("definitions")), transfer, err))
        return false;
    *out_dry_run = json_find(body, GOS_LIT("dry_run"))->boolean;
    return !*out_dry_run || json_find(body, GOS_LIT("definitions")) ||
           promote_find_only_here(request, transfer, err);
}

void api_promote(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    bool dry_run;
    struct transfer transfer = {.arena = gos_arena_open(TRANSFER_BYTES_MAX),
                                .action = GOS_LIT("promote")};
    if (!api_read_body(request, response, false, &body)) {
        gos_arena_close(transfer.arena);
        return;
    }
    if (promote_read(request, body, &transfer, &dry_run, &err))
        transfer_answer(request, response, &transfer, dry_run);
    else
        http_fail(request, response, &err);
    gos_arena_close(transfer.arena);
}
