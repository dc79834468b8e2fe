/* From changes to a proposal and back. */
#include "api/propose.h"

#include "base/secret.h"
#include "base/time.h"

static const char *const operations[] = {
    [CATALOG_PUT] = "put",
    [CATALOG_DELETE] = "delete",
    [CATALOG_PUT_OVERRIDE] = "put_override",
    [CATALOG_DELETE_OVERRIDE] = "delete_override",
};

bool propose_bypass(struct http_request *request, gos_str reason, gos_str *out_actor,
                    gos_error *err)
{
    const struct caller *caller = api_caller(request);
    if (caller->role != ROLE_NONE && caller->role != ROLE_ADMIN)
        return gos_fail(err, GOS_FORBIDDEN, "", "only the role admin may go past approval");
    if (reason.len == 0 || reason.len > REASON_BYTES_MAX || !str_is_utf8(reason))
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "going past approval needs a reason of 1 to %d bytes", REASON_BYTES_MAX);
    *out_actor = gos_arena_print(request->arena, "%s (without approval: %.*s)", caller->name,
                                 GOS_ARG(reason));
    return out_actor->data != NULL ||
           gos_fail(err, GOS_TOO_LARGE, "", "the request does not fit into its memory");
}

bool propose_waits(struct http_request *request, bool *out_waits, gos_str *out_actor,
                   gos_error *err)
{
    gos_str reason = http_header(request, "X-Gosset-Bypass");
    *out_actor = api_actor(request);
    if (!catalog_requires_approval(api_of(request)->catalog, api_environment(request), out_waits,
                                   err))
        return false;
    if (!*out_waits || !reason.data)
        return true;
    *out_waits = false;
    return propose_bypass(request, str_trim(reason), out_actor, err);
}

static bool before_write(struct http_request *request, struct json_writer *json,
                         const struct catalog_change *change, gos_arena *arena, gos_error *err)
{
    struct definition before;
    char id[UUID_TEXT_BYTES];
    bool found = false;
    uuid_write(&change->definition->id, id);
    if (!catalog_find(api_of(request)->catalog, api_environment(request), change->definition->kind,
                      gos_str_from(id), arena, &before, &found, err))
        return false;
    json_name(json, "base_version");
    if (found)
        json_int(json, before.version);
    else
        json_null(json);
    json_name(json, "before");
    if (found)
        json_raw(json, before.body);
    else
        json_null(json);
    return true;
}

static bool definition_write(struct http_request *request, struct json_writer *json,
                             const struct catalog_change *change, gos_arena *arena, gos_error *err)
{
    const struct definition *definition = change->definition;
    char id[UUID_TEXT_BYTES];
    uuid_write(&definition->id, id);
    api_write_text(json, "kind", gos_str_from(kind_word(definition->kind)));
    api_write_text(json, "id", gos_str_from(id));
    api_write_text(json, "name", definition->name);
    if (!before_write(request, json, change, arena, err))
        return false;
    json_name(json, "after");
    if (change->operation == CATALOG_PUT)
        json_raw(json, definition->body);
    else
        json_null(json);
    return true;
}

static void override_write(struct json_writer *json, const struct override *override)
{
    api_write_text(json, "kind", GOS_LIT("override"));
    api_write_text(json, "name", override->flag_key);
    api_write_text(json, "user_id", override->user_id);
    json_name(json, "after");
    if (override->value.len > 0)
        json_raw(json, override->value);
    else
        json_null(json);
}

static bool change_write(struct http_request *request, struct json_writer *json,
                         const struct catalog_change *change, gos_arena *arena, gos_error *err)
{
    bool is_definition = change->operation == CATALOG_PUT || change->operation == CATALOG_DELETE;
    json_open_object(json);
    api_write_text(json, "operation", gos_str_from(operations[change->operation]));
    api_write_text(json, "action", change->action);
    if (is_definition && !definition_write(request, json, change, arena, err))
        return false;
    if (!is_definition)
        override_write(json, &change->override);
    json_close_object(json);
    return true;
}

static gos_str summary_make(gos_arena *arena, const struct catalog_change *changes, size_t count)
{
    const struct catalog_change *first = changes;
    if (count != 1)
        return gos_arena_print(arena, "%zu changes", count);
    if (first->operation == CATALOG_PUT || first->operation == CATALOG_DELETE)
        return gos_arena_print(arena, "%.*s %s %.*s", GOS_ARG(first->action),
                               kind_word(first->definition->kind),
                               GOS_ARG(first->definition->name));
    return gos_arena_print(arena, "%.*s override of flag %.*s", GOS_ARG(first->action),
                           GOS_ARG(first->override.flag_key));
}

static bool proposal_make(struct http_request *request, const struct catalog_change *changes,
                          size_t count, gos_arena *arena, struct proposal *out, gos_error *err)
{
    struct json_writer json;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_array(&json);
    for (size_t i = 0; i < count; i++) {
        if (!change_write(request, &json, &changes[i], arena, err))
            return false;
    }
    json_close_array(&json);
    if (!text_ok(&text, err))
        return false;
    if (text.len > PROPOSAL_BYTES_MAX)
        return gos_fail(
            err, GOS_TOO_LARGE, "",
            "a change that waits for approval has at most %d bytes; propose it in parts",
            PROPOSAL_BYTES_MAX);
    *out = (struct proposal){.id = secret_uuid(request->now_ms),
                             .environment = api_environment(request),
                             .author = api_actor(request),
                             .author_id = api_caller(request)->key_id,
                             .created_at = request->now_ms,
                             .summary = summary_make(request->arena, changes, count),
                             .status = GOS_LIT("pending"),
                             .decided_at = TIME_NONE,
                             .changes = text_str(&text)};
    return true;
}

/* So that the answer can show it; the changes themselves are in an arena that goes. */
static bool proposal_keep(struct http_request *request, const struct proposal *proposal,
                          gos_error *err)
{
    struct caller *caller = request->identity;
    struct proposal *kept = gos_arena_take(request->arena, sizeof *kept, err);
    if (!kept)
        return false;
    *kept = *proposal;
    kept->changes = GOS_LIT("");
    caller->proposal = kept;
    return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "the change waits for approval");
}

bool propose_put(struct http_request *request, const struct catalog_change *changes, size_t count,
                 gos_error *err)
{
    struct proposal proposal;
    gos_arena *arena = gos_arena_open(PROPOSAL_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a proposal");
    if (proposal_make(request, changes, count, arena, &proposal, err) &&
        catalog_add_proposal(api_of(request)->catalog, &proposal, err))
        proposal_keep(request, &proposal, err);
    gos_arena_close(arena);
    return false;
}

static bool operation_find(gos_str word, enum catalog_operation *out)
{
    for (int i = CATALOG_PUT; i <= CATALOG_DELETE_OVERRIDE; i++) {
        *out = (enum catalog_operation)i;
        if (gos_str_equal(word, gos_str_from(operations[i])))
            return true;
    }
    return false;
}

static bool definition_take(const struct json *item, gos_arena *arena, struct catalog_change *out,
                            gos_error *err)
{
    enum kind kind;
    int64_t base;
    struct definition *definition = gos_arena_take(arena, sizeof *definition, err);
    const struct json *body =
        json_find(item, out->operation == CATALOG_PUT ? GOS_LIT("after") : GOS_LIT("before"));
    const struct json *version = json_find(item, GOS_LIT("base_version"));
    if (!definition)
        return false;
    if (!body || !kind_find(json_find_text(item, "kind"), &kind))
        return gos_fail(err, GOS_STORE_FAILED, "", "the stored proposal cannot be read");
    out->definition = definition;
    out->expected_version = version && json_is_integer(version, &base) ? base : CATALOG_VERSION_NEW;
    return definition_open(kind, json_print(arena, body), arena, definition, err);
}

static bool change_take(const struct json *item, gos_arena *arena, const struct proposal *proposal,
                        struct catalog_change *out, gos_error *err)
{
    const struct json *after = json_find(item, GOS_LIT("after"));
    *out = (struct catalog_change){.action = json_find_text(item, "action"), .pointer = ""};
    if (!operation_find(json_find_text(item, "operation"), &out->operation))
        return gos_fail(err, GOS_STORE_FAILED, "", "the stored proposal cannot be read");
    if (out->operation == CATALOG_PUT || out->operation == CATALOG_DELETE)
        return definition_take(item, arena, out, err);
    out->override = (struct override){.flag_key = json_find_text(item, "name"),
                                      .user_id = json_find_text(item, "user_id"),
                                      .value = json_print(arena, after),
                                      .created_by = proposal->author,
                                      .created_at = proposal->created_at};
    return true;
}

bool propose_read(const struct proposal *proposal, gos_arena *arena, struct catalog_change **out,
                  size_t *out_count, gos_error *err)
{
    const struct json *list;
    if (!json_read(proposal->changes, arena, &list, err))
        return false;
    *out = gos_arena_array(arena, (size_t)list->count + 1, sizeof **out, err);
    *out_count = list->count;
    for (uint32_t i = 0; *out && i < list->count; i++) {
        if (!change_take(&list->items[i], arena, proposal, &(*out)[i], err))
            return false;
    }
    return *out != NULL;
}

void proposal_write(struct json_writer *json, const struct proposal *proposal)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&proposal->id, id);
    json_open_object(json);
    api_write_text(json, "id", gos_str_from(id));
    api_write_text(json, "environment", proposal->environment);
    api_write_text(json, "status", proposal->status);
    api_write_text(json, "summary", proposal->summary);
    api_write_text(json, "author", proposal->author);
    api_write_time(json, "created_at", proposal->created_at);
    api_write_text(json, "decided_by", proposal->decided_by);
    api_write_time(json, "decided_at", proposal->decided_at);
    api_write_text(json, "reason", proposal->reason);
    if (proposal->changes.len > 0) {
        json_name(json, "changes");
        json_raw(json, proposal->changes);
    }
    json_close_object(json);
}
