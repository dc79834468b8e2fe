/* Gathers the writes of evaluations and waits for them without blocking a loop. */
#include "api/record.h"

#include "roster/roster.h"

struct wait {
    struct writer_submission submission;
    struct http_request *request;
    record_again *again;
};

bool record_open(struct record *record, size_t capacity, gos_arena *arena, gos_error *err)
{
    *record = (struct record){.capacity = capacity};
    record->items = gos_arena_array(arena, capacity, sizeof *record->items, err);
    return record->items != NULL;
}

/* Experiments that are not sticky decide anew each time; what stands already needs no write. */
static bool is_known(struct decider *decider, const struct assignment *assignment)
{
    const struct assignment *found = NULL;
    return roster_find_assignment(decider->api->roster, decider->environment,
                                  &assignment->experiment_id, assignment->user_id, decider->arena,
                                  &found, NULL) &&
           found;
}

static bool own(gos_str *text, gos_arena *arena, gos_error *err)
{
    *text = gos_arena_text(arena, *text, err);
    return text->data != NULL;
}

bool record_add(struct record *record, struct decider *decider, const gos_decision *decision,
                int64_t now_ms, gos_error *err)
{
    struct assignment assignment;
    gos_str ruleset = decision->ruleset;
    if (!decider_assignment(decider, decision, now_ms, &assignment) ||
        (!assignment.sticky && is_known(decider, &assignment)))
        return true;
    for (size_t i = 0; i < record->count; i++) {
        const struct assignment *other = &record->items[i].assignment;
        if (uuid_equal(&other->experiment_id, &assignment.experiment_id) &&
            gos_str_equal(other->user_id, assignment.user_id))
            return true; /* two flags of one experiment */
    }
    if (record->count == record->capacity)
        return true;
    if (!own(&assignment.user_id, decider->arena, err) ||
        !own(&assignment.variant, decider->arena, err) ||
        !own(&assignment.device_id, decider->arena, err) || !own(&ruleset, decider->arena, err))
        return false;
    record->items[record->count++] = (struct roster_item){
        .kind = ROSTER_ASSIGNMENT, .assignment = assignment, .ruleset = ruleset};
    return true;
}

static bool is_overtaken(const struct writer_submission *submission)
{
    for (size_t i = 0; i < submission->item_count; i++) {
        const struct roster_item *item = &submission->items[i];
        if (!gos_str_equal(item->stored.variant, item->assignment.variant))
            return true;
    }
    return false;
}

static void on_durable(struct writer_submission *submission, const gos_error *err)
{
    struct wait *wait = submission->user;
    struct http_request *request = wait->request;
    struct telemetry *telemetry = api_of(request)->telemetry;
    uint64_t created = 0;
    for (size_t i = 0; i < submission->item_count && !err; i++)
        created += submission->items[i].outcome == ROSTER_CREATED;
    telemetry_count(telemetry, COUNT_assignments_created, created);
    telemetry_count(telemetry, COUNT_exposures, created);
    if (!err && is_overtaken(submission))
        wait->again(request, http_response_of(request));
    http_answer(request);
}

void record_submit(struct record *record, struct http_request *request, record_again *again)
{
    if (record->count == 0)
        return;
    struct wait *wait = gos_arena_take(request->arena, sizeof *wait, NULL);
    if (!wait)
        return;
    *wait = (struct wait){.request = request, .again = again};
    wait->submission = (struct writer_submission){
        .items = record->items, .item_count = record->count, .done = on_durable, .user = wait};
    http_hold(request);
    if (!writer_submit(api_of(request)->writer, &wait->submission, NULL))
        http_answer(request);
}
