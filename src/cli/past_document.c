/* Definitions as they were: what the phases of an experiment say of a past time. */
#include "cli/past.h"

#include "base/time.h"

static int64_t time_of(const struct json *object, const char *name)
{
    int64_t at = TIME_NONE;
    return time_read(json_find_text(object, name), &at) ? at : TIME_NONE;
}

static bool was_running(const struct json *experiment, int64_t at)
{
    int64_t start = time_of(experiment, "start_date"), end = time_of(experiment, "end_date");
    return start != TIME_NONE && start <= at && (end == TIME_NONE || at < end);
}

/* The newest phase that had begun, or NULL. */
static const struct json *phase_at(const struct json *experiment, int64_t at)
{
    const struct json *phases = json_find(experiment, GOS_LIT("phases")), *found = NULL;
    for (uint32_t i = 0; phases && i < phases->count; i++) {
        if (time_of(&phases->items[i], "start") <= at)
            found = &phases->items[i];
    }
    return found;
}

static bool is_later(gos_str name)
{
    static const char *const names[] = {"status", "shipped_variant", "conclusion", "phases"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (gos_str_equal(name, gos_str_from(names[i])))
            return true;
    }
    return false;
}

static void experiment_write(const struct json *experiment, int64_t at, struct json_writer *json)
{
    const struct json *phase = phase_at(experiment, at);
    json_open_object(json);
    json_name(json, "status");
    json_text(json, GOS_LIT("Running"));
    for (uint32_t i = 0; i < experiment->count; i++) {
        const struct json *then = json_find(phase, experiment->names[i]);
        if (is_later(experiment->names[i]))
            continue;
        json_name_str(json, experiment->names[i]);
        json_value(json, then ? then : &experiment->items[i]);
    }
    if (phase && !json_find(experiment, GOS_LIT("coverage"))) {
        json_name(json, "coverage");
        json_value(json, json_find(phase, GOS_LIT("coverage")));
    }
    json_close_object(json);
}

static void experiments_write(const struct json *list, int64_t at, struct json_writer *json)
{
    json_open_array(json);
    for (uint32_t i = 0; list && i < list->count; i++) {
        if (was_running(&list->items[i], at))
            experiment_write(&list->items[i], at, json);
    }
    json_close_array(json);
}

bool past_document(const struct json *document, int64_t at, gos_arena *arena, gos_str *out,
                   gos_error *err)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    json_name(&json, "segments");
    json_value(&json, json_find(document, GOS_LIT("segments")));
    json_name(&json, "layers");
    json_value(&json, json_find(document, GOS_LIT("layers")));
    json_name(&json, "experiments");
    experiments_write(json_find(document, GOS_LIT("experiments")), at, &json);
    json_close_object(&json);
    *out = text_str(&text);
    return text_ok(&text, err);
}
