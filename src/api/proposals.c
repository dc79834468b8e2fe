/* Listing, approving, rejecting and withdrawing what waits for approval. */
#include "api/propose.h"
#include "base/limits.h"

static void proposal_reply(struct http_request *request, struct http_response *response,
                           const struct proposal *proposal)
{
    struct api_answer answer;
    api_write_begin(request, &answer);
    proposal_write(&answer.json, proposal);
    api_write_end(request, response, &answer, 200);
}

static bool proposal_get(struct http_request *request, struct proposal *out, gos_error *err)
{
    struct uuid id;
    bool found = false;
    if (uuid_read(http_param(request, "id"), &id) &&
        !catalog_find_proposal(api_of(request)->catalog, api_environment(request), id,
                               request->arena, out, &found, err))
        return false;
    return found || gos_fail(err, GOS_NOT_FOUND, "", "there is no such proposal in %.*s",
                             GOS_ARG(api_environment(request)));
}

void api_proposals_list(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct proposal *items;
    uint32_t count;
    int64_t limit;
    struct api_answer answer;
    if (!http_query_int(request, "limit", 1, PAGE_ITEMS_MAX, PAGE_ITEMS_DEFAULT, &limit, &err) ||
        !catalog_list_proposals(api_of(request)->catalog, api_environment(request),
                                http_query_text(request, "status"), (uint32_t)limit, request->arena,
                                &items, &count, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_list_begin(request, &answer);
    for (uint32_t i = 0; i < count; i++)
        proposal_write(&answer.json, &items[i]);
    api_write_list_end(&answer, GOS_LIT(""), count);
    api_write_end(request, response, &answer, 200);
}

void api_proposals_get(struct http_request *request, struct http_response *response)
{
    gos_error err;
    struct proposal proposal;
    if (proposal_get(request, &proposal, &err))
        proposal_reply(request, response, &proposal);
    else
        http_fail(request, response, &err);
}

static const struct field decision_fields[] = {
    {"reason", FIELD_TEXT, FIELD_FREE, 0, REASON_BYTES_MAX, NULL, NULL, NULL},
    {"bypass", FIELD_BOOL, FIELD_FREE, 0, 0, NULL, "false", NULL},
};
static const struct record decision_record = {"a decision", decision_fields, 2};

static bool is_author(const struct http_request *request, const struct proposal *proposal)
{
    return uuid_equal(&api_caller(request)->key_id, &proposal->author_id) ||
           gos_str_equal(api_actor(request), proposal->author);
}

/* What is said with a decision. */
struct said {
    gos_str reason;
    bool bypass; /* an administrator's own change, without anybody else */
};

typedef bool decide(struct http_request *request, const struct proposal *proposal,
                    const struct said *said, gos_error *err);

static struct proposal_end end_make(struct http_request *request, const struct proposal *proposal,
                                    const char *status, const char *action, gos_str reason)
{
    return (struct proposal_end){.id = proposal->id,
                                 .environment = proposal->environment,
                                 .status = gos_str_from(status),
                                 .action = gos_str_from(action),
                                 .actor = api_actor(request),
                                 .reason = reason,
                                 .now_ms = request->now_ms};
}

/* Reads what is decided about, decides, and answers with how it stands now. */
static void decision_answer(struct http_request *request, struct http_response *response,
                            decide *step)
{
    gos_error err;
    const struct json *body;
    struct proposal proposal;
    if (!api_read_body(request, response, true, &body))
        return;
    if (change_check_body(request, &decision_record, &body, &err) &&
        proposal_get(request, &proposal, &err) &&
        step(request, &proposal,
             &(struct said){json_find_text(body, "reason"),
                            json_find(body, GOS_LIT("bypass"))->boolean},
             &err) &&
        proposal_get(request, &proposal, &err))
        proposal_reply(request, response, &proposal);
    else
        http_fail(request, response, &err);
}

static bool approve(struct http_request *request, const struct proposal *proposal,
                    const struct said *said, gos_error *err)
{
    struct catalog_change *changes;
    size_t count;
    struct proposal_end end = end_make(request, proposal, "approved", "approve", said->reason);
    gos_str actor = gos_arena_print(request->arena, "%.*s, approved by %.*s",
                                    GOS_ARG(proposal->author), GOS_ARG(api_actor(request)));
    if (said->bypass && !propose_bypass(request, str_trim(said->reason), &actor, err))
        return false;
    if (!said->bypass && is_author(request, proposal))
        return gos_fail(err, GOS_FORBIDDEN, "", "nobody approves their own change");
    if (!gos_str_equal(proposal->status, GOS_LIT("pending")))
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "", "this proposal is %.*s already",
                        GOS_ARG(proposal->status));
    gos_arena *arena = gos_arena_open(PROPOSAL_ARENA_BYTES);
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for the changes");
    bool done = propose_read(proposal, arena, &changes, &count, err) &&
                change_apply_approved(request, actor, changes, count, &end, err);
    gos_arena_close(arena);
    return done;
}

static bool reject(struct http_request *request, const struct proposal *proposal,
                   const struct said *said, gos_error *err)
{
    struct proposal_end end = end_make(request, proposal, "rejected", "reject", said->reason);
    return catalog_end_proposal(api_of(request)->catalog, &end, err);
}

static bool withdraw(struct http_request *request, const struct proposal *proposal,
                     const struct said *said, gos_error *err)
{
    struct proposal_end end = end_make(request, proposal, "withdrawn", "withdraw", said->reason);
    if (!is_author(request, proposal))
        return gos_fail(err, GOS_FORBIDDEN, "", "only its author withdraws a change; reject it");
    return catalog_end_proposal(api_of(request)->catalog, &end, err);
}

void api_proposals_approve(struct http_request *request, struct http_response *response)
{
    decision_answer(request, response, approve);
}

void api_proposals_reject(struct http_request *request, struct http_response *response)
{
    decision_answer(request, response, reject);
}

void api_proposals_withdraw(struct http_request *request, struct http_response *response)
{
    decision_answer(request, response, withdraw);
}

static const struct field environment_fields[] = {
    {"requires_approval", FIELD_BOOL, FIELD_REQUIRED, 0, 0, NULL, NULL, NULL},
};
static const struct record environment_record = {"a change of an environment", environment_fields,
                                                 1};

void api_environments_patch(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct api_answer answer;
    gos_str name = http_param(request, "name");
    if (!api_read_body(request, response, false, &body))
        return;
    if (!change_check_body(request, &environment_record, &body, &err) ||
        !change_check_home(request, name, &err) ||
        !catalog_set_approval(api_of(request)->catalog, name, body->items[0].boolean,
                              api_actor(request), request->now_ms, &err)) {
        http_fail(request, response, &err);
        return;
    }
    api_write_begin(request, &answer);
    json_open_object(&answer.json);
    api_write_text(&answer.json, "name", name);
    json_name(&answer.json, "requires_approval");
    json_bool(&answer.json, body->items[0].boolean);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}
