/* The one way by which handlers change the catalog. */
#include "api/change.h"

#include "api/lists.h"
#include "api/propose.h"
#include "base/uuid.h"
#include "jobs/publisher.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#define WARNINGS_BYTES_MAX ((size_t)4 << 30)

/* What the check of one write sees: the definitions that it puts. */
struct checking {
    gos_compile_options options;
    const struct document_item *items;
    size_t count;
    struct document_checked checked; /* what will be published, compiled once */
    struct http_request *request;
};

/* What is dubious in what was changed, for the answer. */
static bool warnings_keep(const struct checking *checking, gos_str document, gos_error *err)
{
    struct caller *caller = checking->request->identity;
    struct text text;
    struct json_writer json;
    gos_arena *arena = gos_arena_open(WARNINGS_BYTES_MAX);
    if (checking->checked.report.count == 0 || !arena) {
        gos_arena_close(arena);
        return true;
    }
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    bool done = document_write_warnings(&checking->checked, document, checking->items,
                                        checking->count, arena, &json, err);
    json_close_array(&json);
    if (done && text_ok(&text, err))
        caller->warnings = gos_arena_text(checking->request->arena, text_str(&text), NULL);
    gos_arena_close(arena);
    return done;
}

static bool check_document(void *context, gos_str document, gos_error *err)
{
    struct checking *checking = context;
    return document_check(document, &checking->options, checking->items, checking->count,
                          &checking->checked, err) &&
           warnings_keep(checking, document, err);
}

static struct document_item *items_of(gos_arena *arena, const struct catalog_change *changes,
                                      size_t count, size_t *out_count, gos_error *err)
{
    struct document_item *items = gos_arena_array(arena, count ? count : 1, sizeof *items, err);
    *out_count = 0;
    for (size_t i = 0; items && i < count; i++) {
        if (changes[i].operation == CATALOG_PUT)
            items[(*out_count)++] =
                (struct document_item){changes[i].definition, changes[i].pointer};
    }
    return items;
}

/* Checked, in one transaction, and published before the answer leaves. */
static bool write_all(struct http_request *request, struct catalog_write *write,
                      const struct catalog_change *changes, size_t count, int64_t *out_sequence,
                      gos_error *err)
{
    struct api *api = api_of(request);
    struct checking checking = {.options = publisher_compile_options(api->publisher),
                                .request = request};
    checking.items = items_of(request->arena, changes, count, &checking.count, err);
    if (!checking.items)
        return false;
    write->environment = api_environment(request);
    write->now_ms = request->now_ms;
    write->check = check_document;
    write->check_context = &checking;
    int64_t sequence;
    bool done = catalog_apply(api->catalog, write, changes, count, &sequence, err);
    if (done && out_sequence)
        *out_sequence = sequence;
    if (done && !write->dry_run)
        done = publisher_publish_checked(api->publisher, write->environment, &checking.checked,
                                         sequence, err);
    gos_arena_close(checking.checked.arena);
    return done;
}

bool change_apply(struct http_request *request, const struct catalog_change *changes, size_t count,
                  bool dry_run, int64_t *out_sequence, gos_error *err)
{
    struct catalog_write write = {.actor = api_actor(request)};
    bool waits = false;
    if (!dry_run && count > 0 && !propose_waits(request, &waits, &write.actor, err))
        return false;
    write.dry_run = dry_run || waits;
    return write_all(request, &write, changes, count, out_sequence, err) &&
           (!waits || propose_put(request, changes, count, err));
}

bool change_apply_approved(struct http_request *request, gos_str actor,
                           const struct catalog_change *changes, size_t count,
                           const struct proposal_end *ends, gos_error *err)
{
    struct catalog_write write = {.actor = actor, .ends = ends};
    return write_all(request, &write, changes, count, NULL, err);
}

void change_fail(struct http_request *request, struct http_response *response, const gos_error *err)
{
    const struct proposal *proposal = api_caller(request)->proposal;
    struct api_answer answer;
    char id[UUID_TEXT_BYTES];
    if (!proposal) {
        http_fail(request, response, err);
        return;
    }
    uuid_write(&proposal->id, id);
    http_add(request, response, "Location",
             gos_arena_print(request->arena, "/api/v1/proposals/%s", id));
    api_write_begin(request, &answer);
    proposal_write(&answer.json, proposal);
    api_write_end(request, response, &answer, 202);
}

static bool version_read(gos_str text, int64_t *out)
{
    if (str_starts_with(text, GOS_LIT("W/")))
        text = (gos_str){text.data + 2, text.len - 2};
    if (text.len < 3 || text.data[0] != '"' || text.data[text.len - 1] != '"')
        return false;
    return str_read_int((gos_str){text.data + 1, text.len - 2}, out) && *out > 0;
}

bool change_expected(const struct http_request *request, const struct json *body, int64_t *out,
                     gos_error *err)
{
    gos_str match = str_trim(http_header(request, "If-Match"));
    const struct json *version = json_find(body, GOS_LIT("version"));
    *out = CATALOG_VERSION_ANY;
    if (match.len > 0 && !gos_str_equal(match, GOS_LIT("*"))) {
        if (version_read(match, out))
            return true;
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "If-Match must be a version in quotes such as \"3\", as ETag had it");
    }
    if (!version || version->type == JSON_NULL)
        return true;
    if (json_is_integer(version, out) && *out > 0)
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/version", "\"version\" must be a whole number from 1");
}

bool change_check_version(int64_t expected, const struct definition *stored, gos_error *err)
{
    if (expected == CATALOG_VERSION_ANY || expected == stored->version)
        return true;
    return gos_fail(err, GOS_CONFLICT, "/version",
                    "version %" PRId64 " is out of date; the stored one is %" PRId64
                    ": read it again and repeat the change",
                    expected, stored->version);
}

void change_reply(struct http_request *request, struct http_response *response, int status,
                  const struct definition *definition)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&definition->id, id);
    http_add(request, response, "ETag",
             gos_arena_print(request->arena, "\"%" PRId64 "\"", definition->version));
    gos_str place = definition->kind == KIND_FLAG ? definition->name : gos_str_from(id);
    if (status == 201)
        http_add(request, response, "Location",
                 gos_arena_print(request->arena, "/api/v1/%s/%.*s", kind_plural(definition->kind),
                                 GOS_ARG(place)));
    gos_error err;
    gos_str body;
    if (lists_cut(request, definition, &body, &err))
        api_reply_json(request, response, status, body);
    else
        http_fail(request, response, &err);
}

bool change_check_home(struct http_request *request, gos_str environment, gos_error *err)
{
    if (api_caller(request)->role != ROLE_NONE ||
        gos_str_equal(environment, api_environment(request)) ||
        gos_str_equal(api_environment(request), GOS_LIT("production")))
        return true;
    return gos_fail(err, GOS_FORBIDDEN, "/environment",
                    "a key of %.*s may not reach %.*s; an admin key of production may",
                    GOS_ARG(api_environment(request)),
                    (int)(environment.len < 100 ? environment.len : 100), environment.data);
}

bool change_check_body(struct http_request *request, const struct record *record,
                       const struct json **body, gos_error *err)
{
    struct record_reading reading = {.record = record, .input = *body};
    struct text text;
    text_init(&text, request->arena);
    return record_read(&reading, &text, err) &&
           json_read(text_str(&text), request->arena, body, err);
}

enum kind change_kind(const struct http_request *request)
{
    enum kind kind = KIND_COUNT;
    gos_str rest = gos_str_from(request->route->pattern + strlen("/api/v1/"));
    bool found = kind_find(str_cut(&rest, '/'), &kind);
    assert(found);
    (void)found;
    return kind;
}
