/* Exposures become items for the roster's writer. */
#include "api/exposures.h"

#include "api/facts_read.h"
#include "base/secret.h"
#include "jobs/publisher.h"

#include <stdio.h>

/* The experiment as the ruleset knows it; its variant must be one of its own. */
static bool experiment_find(const gos_ruleset *rules, const struct exposure_request *given,
                            const char *pointer, gos_experiment_info *out, gos_error *err)
{
    char at[GOS_POINTER_BYTES];
    int32_t index = gos_ruleset_find_experiment(rules, given->experiment_id);
    snprintf(at, sizeof at, "%s/experiment_id", pointer);
    if (index < 0)
        return gos_fail(err, GOS_NOT_FOUND, at, "there is no experiment \"%.*s\"",
                        GOS_ARG(given->experiment_id));
    *out = gos_ruleset_experiment(rules, (uint32_t)index);
    for (uint32_t i = 0; i < out->variant_count; i++) {
        if (gos_str_equal(gos_ruleset_variant(rules, (uint32_t)index, i), given->variant))
            return true;
    }
    snprintf(at, sizeof at, "%s/variant", pointer);
    return gos_fail(err, GOS_BAD_INPUT, at, "the experiment \"%.*s\" has no variant \"%.*s\"",
                    GOS_ARG(given->experiment_id), GOS_ARG(given->variant));
}

static void assignment_fill(struct roster_item *item, const struct exposure_request *given,
                            const struct uuid *experiment, bool sticky, gos_str environment)
{
    *item = (struct roster_item){
        .kind = ROSTER_ASSIGNMENT,
        .assignment = {.id = secret_uuid(given->at),
                       .environment = environment,
                       .experiment_id = *experiment,
                       .user_id = given->user_id.len > 0 ? given->user_id : given->device_id,
                       .variant = given->variant,
                       .assignment_reason = given->reason,
                       .assigned_at = given->at,
                       .sticky = sticky,
                       .device_id = given->device_id},
        .attributes = given->attributes,
        .ruleset = given->ruleset};
}

/* The unit has another variant, and met this one: analysis must know of both. */
static void crossover_fill(struct roster_item *item)
{
    struct assignment met = item->assignment;
    *item = (struct roster_item){.kind = ROSTER_EXPOSURE,
                                 .exposure = {.environment = met.environment,
                                              .experiment_id = met.experiment_id,
                                              .unit = met.user_id,
                                              .variant = met.variant,
                                              .reason = met.assignment_reason,
                                              .at = met.assigned_at,
                                              .is_crossover = true,
                                              .attributes = item->attributes,
                                              .ruleset = item->ruleset}};
}

static bool exposure_read(struct http_request *request, const gos_ruleset *rules,
                          const struct json *json, const char *pointer, struct roster_item *out,
                          gos_error *err)
{
    struct fact_origin origin = {api_environment(request), request->now_ms};
    struct exposure_request given;
    gos_experiment_info info;
    struct uuid id;
    const struct assignment *known;
    if (!exposure_request_read(json, &origin, pointer, request->arena, &given, err) ||
        !experiment_find(rules, &given, pointer, &info, err))
        return false;
    if (!uuid_read(info.id, &id))
        return gos_fail(err, GOS_INTERNAL, pointer, "the experiment has no id");
    assignment_fill(out, &given, &id, info.sticky, origin.environment);
    if (!roster_find_assignment(api_of(request)->roster, origin.environment, &id,
                                out->assignment.user_id, request->arena, &known, err))
        return false;
    if (known && !gos_str_equal(known->variant, given.variant))
        crossover_fill(out);
    return true;
}

bool exposures_read(struct http_request *request, const struct batch_list *list,
                    struct roster_item *items, gos_error *err)
{
    struct publisher *publisher = api_of(request)->publisher;
    struct publisher_pin pin;
    bool done = true;
    if (list->count == 0)
        return true;
    if (api_caller(request)->scope < SCOPE_SERVER)
        return gos_fail(err, GOS_FORBIDDEN, "/exposures",
                        "a key of scope %s may not report exposures; it takes server",
                        scope_word(api_caller(request)->scope));
    if (!publisher_pin(publisher, api_environment(request), &pin, err))
        return false;
    for (uint32_t i = 0; done && i < list->count; i++) {
        char pointer[40];
        snprintf(pointer, sizeof pointer, "/exposures/%u", (unsigned)i);
        done = exposure_read(request, pin.rules, &list->items[i], pointer, &items[i], err);
    }
    publisher_unpin(publisher, &pin);
    return done;
}

uint64_t exposures_note(struct http_request *request, const struct roster_item *items, size_t count)
{
    struct telemetry *telemetry = api_of(request)->telemetry;
    uint64_t created = 0, known = 0;
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind == ROSTER_ASSIGNMENT && items[i].outcome == ROSTER_CREATED)
            created++;
        else if (items[i].kind == ROSTER_ASSIGNMENT)
            known++;
    }
    telemetry_count(telemetry, COUNT_assignments_created, created);
    telemetry_count(telemetry, COUNT_exposures, created);
    return known;
}
