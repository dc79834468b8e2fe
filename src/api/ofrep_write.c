/*
 * Evaluations as OFREP writes them. Always "variant" and "metadata": the Python provider fails
 * without the one, the Java provider without the other. Metadata holds texts, booleans and whole
 * numbers of 32 bits only: anything else fails a whole bulk answer in the Kotlin provider.
 */
#include "api/ofrep_write.h"

#include <inttypes.h>
#include <stdio.h>

static void text_member(struct json_writer *json, const char *name, gos_str value)
{
    json_name(json, name);
    json_text(json, value);
}

static bool is_small_integer(const struct json *value)
{
    int64_t whole;
    return json_is_integer(value, &whole) && whole >= INT32_MIN && whole <= INT32_MAX;
}

/* What the owner of the flag has given, as far as every client can read it. */
static void own_metadata_write(gos_str metadata, gos_arena *arena, struct json_writer *json)
{
    const struct json *given;
    if (metadata.len == 0 || !json_read(metadata, arena, &given, NULL) ||
        given->type != JSON_OBJECT)
        return;
    for (uint32_t i = 0; i < given->count; i++) {
        const struct json *value = &given->items[i];
        static const char *const ours[] = {"contextId", "experiment", "flagSetId", "version",
                                           "assignmentReason"};
        bool is_ours = false;
        for (size_t j = 0; j < sizeof ours / sizeof ours[0]; j++)
            is_ours = is_ours || gos_str_equal(given->names[i], gos_str_from(ours[j]));
        if (is_ours || value->type == JSON_NULL || value->type == JSON_ARRAY ||
            value->type == JSON_OBJECT)
            continue;
        json_name_str(json, given->names[i]);
        if (value->type == JSON_NUMBER && !is_small_integer(value))
            json_text(json, value->text);
        else
            json_value(json, value);
    }
}

static void metadata_write(const struct ofrep_scene *scene, const gos_flag_info *flag,
                           const gos_decision *decision, struct json_writer *json)
{
    char version[24];
    json_name(json, "metadata");
    json_open_object(json);
    own_metadata_write(flag->metadata, scene->decider->arena, json);
    text_member(json, "flagSetId", scene->decider->environment);
    if (scene->context_id.len > 0)
        text_member(json, "contextId", scene->context_id);
    int len = snprintf(version, sizeof version, "%" PRId64, flag->version);
    text_member(json, "version", (gos_str){version, (size_t)len});
    if (scene->shows_internals && decision->experiment >= 0) {
        gos_experiment_info experiment =
            gos_ruleset_experiment(scene->decider->pin.rules, (uint32_t)decision->experiment);
        text_member(json, "experiment", experiment.name);
        text_member(json, "assignmentReason",
                    gos_str_from(gos_assignment_name(decision->assignment)));
    }
    json_close_object(json);
}

void ofrep_write_error(gos_str key, gos_code code, gos_str details, struct json_writer *json)
{
    json_open_object(json);
    if (key.len > 0)
        text_member(json, "key", key);
    text_member(json, "errorCode", gos_str_from(gos_code_ofrep(code)));
    text_member(json, "errorDetails", details);
    json_name(json, "metadata");
    json_open_object(json);
    json_close_object(json);
    json_close_object(json);
}

gos_str ofrep_details(const gos_decision *decision)
{
    switch (decision->code) {
    case GOS_TARGETING_KEY_MISSING:
        return GOS_LIT("the flag splits its users, and the context has no targetingKey");
    case GOS_FLAG_NOT_FOUND:
        return GOS_LIT("there is no such flag");
    case GOS_UNAVAILABLE:
        return GOS_LIT("earlier assignments cannot be read now");
    default:
        return gos_str_from(gos_code_name(decision->code));
    }
}

void ofrep_write_decision(const struct ofrep_scene *scene, const gos_flag_info *flag,
                          const gos_decision *decision, struct json_writer *json)
{
    if (decision->code != GOS_OK) {
        ofrep_write_error(flag->key, decision->code, ofrep_details(decision), json);
        return;
    }
    json_open_object(json);
    text_member(json, "key", flag->key);
    text_member(json, "reason", gos_str_from(gos_reason_name(decision->reason)));
    text_member(json, "variant", decision->variant);
    if (decision->value.len > 0) {
        json_name(json, "value");
        json_raw(json, decision->value);
    }
    metadata_write(scene, flag, decision, json);
    json_close_object(json);
}
