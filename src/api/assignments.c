/*
 * POST /api/v1/assignments, one or a batch: the variant of each unit, durable before it is told.
 * What the roster holds already needs no write; what is new is written in one group.
 */
#include "api/assignment_write.h"
#include "api/decide.h"
#include "api/facts_read.h"
#include "api/held.h"
#include "base/limits.h"

#include <stdio.h>

/* What one item of the batch came to. */
struct outcome {
    struct assignment_request request;
    struct assignment assignment; /* as answered; its variant is empty when there is none */
    gos_str reason;
    gos_str experiment_id;
    gos_str ruleset; /* hash of what decided */
    bool is_known;   /* it stood in the roster */
    int32_t item;    /* index of its write, -1: none */
};

struct batch {
    struct outcome *outcomes;
    uint32_t count;
    bool is_single;
    struct roster_item *items;
    size_t item_count;
};

static void outcome_write(const struct outcome *outcome, struct json_writer *json)
{
    if (outcome->assignment.variant.len > 0) {
        assignment_write_json(&outcome->assignment, json);
        return;
    }
    json_open_object(json);
    json_name(json, "experiment_id");
    json_text(json, outcome->experiment_id);
    json_name(json, "user_id");
    json_text(json, outcome->assignment.user_id);
    json_name(json, "variant");
    json_null(json);
    json_name(json, "assignment_reason");
    json_text(json, outcome->reason);
    json_close_object(json);
}

static void batch_answer(struct http_request *request, struct http_response *response,
                         struct roster_item *items, size_t count, void *user)
{
    struct batch *batch = user;
    struct telemetry *telemetry = api_of(request)->telemetry;
    struct api_answer answer;
    uint64_t created = 0;
    for (uint32_t i = 0; i < batch->count; i++) {
        struct outcome *outcome = &batch->outcomes[i];
        if (outcome->item < 0)
            continue;
        outcome->assignment = items[outcome->item].stored;
        created += items[outcome->item].outcome == ROSTER_CREATED;
    }
    (void)count;
    telemetry_count(telemetry, COUNT_assignments_created, created);
    telemetry_count(telemetry, COUNT_assignments_repeated, batch->count - created);
    telemetry_count(telemetry, COUNT_exposures, created);
    api_write_begin(request, &answer);
    if (batch->is_single) {
        outcome_write(&batch->outcomes[0], &answer.json);
        api_write_end(request, response, &answer, created > 0 ? 201 : 200);
        return;
    }
    json_open_object(&answer.json);
    json_name(&answer.json, "assignments");
    json_open_array(&answer.json);
    for (uint32_t i = 0; i < batch->count; i++)
        outcome_write(&batch->outcomes[i], &answer.json);
    json_close_array(&answer.json);
    json_close_object(&answer.json);
    api_write_end(request, response, &answer, 200);
}

/* A variant that is not written down: forced for QA, or the shipped winner. */
static void outcome_keep(struct outcome *outcome, const struct decider *decider,
                         const gos_decision *decision, int64_t now_ms)
{
    gos_experiment_info info =
        gos_ruleset_experiment(decider->pin.rules, (uint32_t)decision->experiment);
    outcome->assignment.environment = decider->environment;
    outcome->assignment.variant = gos_ruleset_variant(
        decider->pin.rules, (uint32_t)decision->experiment, (uint32_t)decision->experiment_variant);
    outcome->assignment.assignment_reason = outcome->reason;
    outcome->assignment.assigned_at = now_ms;
    outcome->assignment.sticky = info.sticky;
    outcome->assignment.device_id = gos_context_device(decider->context);
    uuid_read(info.id, &outcome->assignment.experiment_id);
}

/* Texts of the ruleset and the context must outlive the pin: they are copied. */
static bool outcome_own(struct outcome *outcome, gos_arena *arena, gos_error *err)
{
    struct assignment *a = &outcome->assignment;
    gos_str *const texts[] = {&a->user_id,      &a->variant,      &a->assignment_reason,
                              &a->device_id,    &outcome->reason, &outcome->experiment_id,
                              &outcome->ruleset};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        *texts[i] = gos_arena_text(arena, *texts[i], err);
        if (!texts[i]->data)
            return false;
    }
    return true;
}

static bool attributes_text(const struct json *attributes, gos_arena *arena, gos_str *out,
                            gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    if (attributes)
        json_value(&writer, attributes);
    *out = text_str(&text);
    return text_ok(&text, err);
}

static bool outcome_experiment(struct outcome *outcome, struct decider *decider,
                               const char *pointer, int32_t *out, gos_error *err)
{
    *out = gos_ruleset_find_experiment(decider->pin.rules, outcome->request.experiment_id);
    if (*out >= 0)
        return true;
    char at[GOS_POINTER_BYTES];
    snprintf(at, sizeof at, "%s/experiment_id", pointer);
    return gos_fail(err, GOS_NOT_FOUND, at, "there is no experiment \"%.*s\" in %.*s",
                    GOS_ARG(outcome->request.experiment_id), GOS_ARG(decider->environment));
}

/* Decides one item; fills its write when there is one. */
static bool outcome_decide(struct outcome *outcome, struct decider *decider, const char *pointer,
                           int64_t now_ms, struct batch *batch, gos_error *err)
{
    const struct assignment_request *request = &outcome->request;
    gos_str attributes;
    int32_t experiment;
    if (!outcome_experiment(outcome, decider, pointer, &experiment, err) ||
        !attributes_text(request->attributes, decider->arena, &attributes, err) ||
        !decider_bind(decider, request->user_id, request->device_id, attributes, now_ms, err))
        return false;
    decider_remember(decider, attributes);
    gos_decision decision = decider_experiment_at(decider, (uint32_t)experiment);
    telemetry_count(decider->api->telemetry, COUNT_decisions, 1);
    if (decision.code == GOS_UNAVAILABLE && decider->earlier_error.code != GOS_OK) {
        *err = decider->earlier_error;
        return false;
    }
    outcome->item = -1;
    outcome->reason = gos_str_from(gos_assignment_name(decision.assignment));
    outcome->ruleset = decision.ruleset;
    outcome->experiment_id = gos_ruleset_experiment(decider->pin.rules, (uint32_t)experiment).id;
    outcome->assignment.user_id = request->user_id.len > 0 ? request->user_id : request->device_id;
    if (decision.assignment == GOS_ASSIGNMENT_STICKY && decider->earlier) {
        outcome->assignment = *decider->earlier;
        return true;
    }
    struct roster_item *item = &batch->items[batch->item_count];
    if (decider_assignment(decider, &decision, now_ms, &outcome->assignment)) {
        outcome->assignment.has_session = request->has_session;
        outcome->assignment.session_id = request->session_id;
        outcome->item = (int32_t)batch->item_count++;
    } else if (decision.experiment_variant >= 0) {
        outcome_keep(outcome, decider, &decision, now_ms);
    }
    if (!outcome_own(outcome, decider->arena, err))
        return false;
    *item = (struct roster_item){.kind = ROSTER_ASSIGNMENT,
                                 .assignment = outcome->assignment,
                                 .attributes = attributes,
                                 .ruleset = outcome->ruleset};
    return true;
}

static bool batch_read(struct http_request *request, const struct json *body, struct batch *batch,
                       gos_error *err)
{
    const struct json *list = json_find(body, GOS_LIT("assignments"));
    batch->is_single = list == NULL;
    if (list && (list->type != JSON_ARRAY || body->count != 1))
        return gos_fail(err, GOS_BAD_INPUT, "/assignments",
                        "a batch is {\"assignments\": [...]} and nothing else");
    batch->count = list ? list->count : 1;
    if (batch->count > BATCH_ITEMS_MAX)
        return gos_fail(err, GOS_TOO_LARGE, "/assignments", "%u assignments; at most %d",
                        (unsigned)batch->count, BATCH_ITEMS_MAX);
    batch->outcomes =
        gos_arena_array(request->arena, batch->count + 1u, sizeof *batch->outcomes, err);
    batch->items = gos_arena_array(request->arena, batch->count + 1u, sizeof *batch->items, err);
    if (!batch->outcomes || !batch->items)
        return false;
    for (uint32_t i = 0; i < batch->count; i++) {
        char pointer[40] = "";
        if (list)
            snprintf(pointer, sizeof pointer, "/assignments/%u", (unsigned)i);
        if (!assignment_request_read(list ? &list->items[i] : body, pointer,
                                     &batch->outcomes[i].request, err))
            return false;
    }
    return true;
}

static bool batch_decide(struct http_request *request, struct batch *batch, gos_error *err)
{
    struct decider decider;
    bool done = decider_open(request, &decider, err);
    for (uint32_t i = 0; done && i < batch->count; i++) {
        char pointer[40] = "";
        if (!batch->is_single)
            snprintf(pointer, sizeof pointer, "/assignments/%u", (unsigned)i);
        done = outcome_decide(&batch->outcomes[i], &decider, pointer, request->now_ms, batch, err);
    }
    decider_close(&decider);
    return done;
}

void api_assignments_post(struct http_request *request, struct http_response *response)
{
    gos_error err;
    const struct json *body;
    struct batch *batch = gos_arena_take(request->arena, sizeof *batch, &err);
    if (!batch) {
        http_fail(request, response, &err);
        return;
    }
    if (!api_read_body(request, response, false, &body))
        return;
    if (!batch_read(request, body, batch, &err) || !assignments_are_distinct(request, body, &err) ||
        !batch_decide(request, batch, &err)) {
        http_fail(request, response, &err);
        return;
    }
    if (batch->item_count == 0)
        batch_answer(request, response, NULL, 0, batch);
    else
        held_submit(request, response, batch->items, batch->item_count, "", batch_answer, batch);
}
