/* Import and export of an environment's definitions. */
#include "api/lists.h"
#include "api/transfer.h"

#include "model/records.h"

#include <inttypes.h>

void api_export(struct http_request *request, struct http_response *response)
{
    gos_error err;
    gos_str document;
    int64_t at, sequence;
    lists_allow(request);
    if (!http_query_int(request, "at", 0, INT64_MAX, CATALOG_NOW, &at, &err) ||
        !catalog_document(api_of(request)->catalog, api_environment(request), at, request->arena,
                          &document, &sequence, &err)) {
        http_fail(request, response, &err);
        return;
    }
    http_add(request, response, "ETag",
             gos_arena_print(request->arena, "\"%" PRId64 "\"", sequence));
    api_reply_json(request, response, 200, document);
}

static const char *const actions[] = {"created", "updated", "unchanged"};

static struct catalog_change change_of(const struct transfer_item *item, gos_str action)
{
    bool found = item->action != TRANSFER_CREATED;
    return (struct catalog_change){
        .operation = item->is_override ? CATALOG_PUT_OVERRIDE : CATALOG_PUT,
        .definition = &item->definition,
        .override = item->override,
        .expected_version = found ? item->definition.version - 1 : CATALOG_VERSION_NEW,
        .action = action,
        .pointer = item->pointer,
    };
}

bool transfer_changes(const struct transfer *transfer, struct catalog_change **out,
                      size_t *out_count, gos_error *err)
{
    *out = gos_arena_array(transfer->arena, transfer->count + 1, sizeof **out, err);
    *out_count = 0;
    for (size_t i = 0; *out && i < transfer->count; i++) {
        if (transfer->items[i].action != TRANSFER_UNCHANGED)
            (*out)[(*out_count)++] = change_of(&transfer->items[i], transfer->action);
    }
    return *out != NULL;
}

static void report_counts(struct json_writer *json, const struct transfer *transfer)
{
    for (int action = TRANSFER_CREATED; action <= TRANSFER_UNCHANGED; action++) {
        int64_t count = 0;
        for (size_t i = 0; i < transfer->count; i++)
            count += (int)transfer->items[i].action == action;
        json_name(json, actions[action]);
        json_int(json, count);
    }
}

static void report_fields(struct json_writer *json, const struct transfer_item *item)
{
    const struct record *record = records_of_kind(item->definition.kind);
    json_name(json, "fields");
    json_open_array(json);
    for (size_t i = 0; i < record->field_count; i++) {
        const char *name = record->fields[i].name;
        if (transfer_differs(name, item->before, item->definition.tree))
            json_text(json, gos_str_from(name));
    }
    json_close_array(json);
}

static void report_definition(struct json_writer *json, const struct transfer_item *item,
                              bool dry_run)
{
    json_name(json, "kind");
    json_text(json, gos_str_from(kind_word(item->definition.kind)));
    json_name(json, "name");
    json_text(json, item->definition.name);
    if (item->before)
        report_fields(json, item);
    if (!dry_run)
        return;
    json_name(json, "before");
    json_value(json, item->before);
    json_name(json, "after");
    json_raw(json, item->definition.body);
}

static void report_override(struct json_writer *json, const struct override *override)
{
    json_name(json, "kind");
    json_text(json, GOS_LIT("override"));
    json_name(json, "name");
    json_text(json, override->flag_key);
    json_name(json, "user_id");
    json_text(json, override->user_id);
}

static void report_item(struct json_writer *json, const struct transfer_item *item, bool dry_run)
{
    json_open_object(json);
    if (item->is_override)
        report_override(json, &item->override);
    else
        report_definition(json, item, dry_run);
    json_name(json, "action");
    json_text(json, gos_str_from(actions[item->action]));
    json_close_object(json);
}

static void report(struct http_request *request, struct http_response *response,
                   const struct transfer *transfer, bool dry_run, int64_t sequence)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    json_name(&answer.json, "dry_run");
    json_bool(&answer.json, dry_run);
    json_name(&answer.json, "version");
    json_int(&answer.json, sequence);
    if (transfer->from_version > 0)
        json_put_int(&answer.json, "from_version", transfer->from_version);
    report_counts(&answer.json, transfer);
    json_name(&answer.json, "changes");
    json_open_array(&answer.json);
    for (size_t i = 0; i < transfer->count; i++) {
        if (transfer->items[i].action != TRANSFER_UNCHANGED)
            report_item(&answer.json, &transfer->items[i], dry_run);
    }
    json_close_array(&answer.json);
    if (transfer->only_here.len > 0) {
        json_name(&answer.json, "only_here");
        json_raw(&answer.json, transfer->only_here);
    }
    gos_str warnings = api_caller(request)->warnings;
    json_name(&answer.json, "warnings");
    json_raw(&answer.json, warnings.len > 0 ? warnings : GOS_LIT("[]"));
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

static bool read_dry_run(const struct http_request *request, bool *out, gos_error *err)
{
    gos_str text = http_query(request, "dry_run");
    *out = gos_str_equal(text, GOS_LIT("true")) || gos_str_equal(text, GOS_LIT("1"));
    if (*out || !text.data || gos_str_equal(text, GOS_LIT("false")) ||
        gos_str_equal(text, GOS_LIT("0")))
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/dry_run", "dry_run must be true or false");
}

void transfer_answer(struct http_request *request, struct http_response *response,
                     struct transfer *transfer, bool dry_run)
{
    gos_error err;
    struct catalog_change *changes;
    size_t count;
    int64_t sequence = 0;
    if (transfer_changes(transfer, &changes, &count, &err) &&
        change_apply(request, changes, count, dry_run, &sequence, &err))
        report(request, response, transfer, dry_run, sequence);
    else
        change_fail(request, response, &err);
}

static bool document_read(struct http_request *request, gos_arena *arena, const struct json **out,
                          bool *out_dry_run, gos_error *err)
{
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the import");
    if (!read_dry_run(request, out_dry_run, err) || !json_read(request->body, arena, out, err))
        return false;
    return (*out)->type == JSON_OBJECT ||
           gos_fail(err, GOS_BAD_INPUT, "", "the body is %s; an object is needed",
                    json_type_name((*out)->type));
}

/* A document is far larger than what one request may take, so it has memory of its own. */
void api_import(struct http_request *request, struct http_response *response)
{
    gos_error err;
    bool dry_run = false;
    const struct json *document = NULL;
    struct transfer transfer = {.arena = gos_arena_open(TRANSFER_BYTES_MAX),
                                .action = GOS_LIT("import")};
    if (document_read(request, transfer.arena, &document, &dry_run, &err) &&
        transfer_read(request, document, &transfer, &err))
        transfer_answer(request, response, &transfer, dry_run);
    else
        http_fail(request, response, &err);
    gos_arena_close(transfer.arena);
}
