#include "fixture.h"

#include "model/records.h"

static const char *const sound[KIND_COUNT] = {
    [KIND_EXPERIMENT] =
        "{\"name\":\"Checkout button\",\"type\":\"AB\","
        "\"variants\":[{\"name\":\"control\"},{\"name\":\"treatment\",\"description\":\"green\","
        "\"configuration\":{\"colour\":\"green\"}}],"
        "\"traffic_allocation\":{\"control\":50,\"treatment\":50},"
        "\"success_metrics\":{\"primary_metric\":\"conversion\","
        "\"secondary_metrics\":[\"revenue\"],\"minimum_sample_size\":1000}}",
    [KIND_FLAG] = "{\"key\":\"new-checkout\",\"name\":\"New checkout\",\"type\":\"Boolean\","
                  "\"default_value\":false,\"enabled\":true,\"rollout_percentage\":25}",
    [KIND_METRIC] = "{\"name\":\"conversion\",\"type\":\"Rate\","
                    "\"calculation\":\"exists(purchase)\",\"unit\":\"users\","
                    "\"aggregation\":\"Average\"}",
    [KIND_SEGMENT] = "{\"name\":\"germans\",\"conditions\":{\"country\":\"DE\"}}",
};

gos_arena *fixture_arena(void)
{
    static gos_arena *arenas[8];
    static size_t next;
    gos_arena **arena = &arenas[next++ % 8];
    if (!*arena)
        *arena = gos_arena_open(64 * 1024 * 1024);
    gos_arena_reset(*arena);
    return *arena;
}

gos_str fixture_with(enum kind kind, const char *field, const char *json)
{
    gos_arena *arena = fixture_arena();
    struct json_writer writer;
    const struct json *tree;
    struct text text;
    assert_true(json_read(gos_str_from(sound[kind]), arena, &tree, NULL));
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    for (size_t i = 0; i < tree->count; i++) {
        if (field && gos_str_equal(tree->names[i], gos_str_from(field)))
            continue;
        json_name_str(&writer, tree->names[i]);
        json_value(&writer, &tree->items[i]);
    }
    if (json) {
        json_name(&writer, field);
        json_raw(&writer, gos_str_from(json));
    }
    json_close_object(&writer);
    assert_true(text_ok(&text, NULL));
    return text_str(&text);
}

static bool fixture_read(struct definition_input *input, gos_str json, struct definition *out,
                         gos_error *err)
{
    gos_arena *arena = fixture_arena();
    gos_str kept = gos_arena_text(arena, json, err);
    input->environment = GOS_LIT("production");
    input->actor = GOS_LIT("key:test");
    return json_read(kept, arena, &input->json, err) && definition_read(input, arena, out, err);
}

bool fixture_new(enum kind kind, gos_str json, struct definition *out, gos_error *err)
{
    struct definition_input input = {.kind = kind, .now_ms = FIXTURE_NOW};
    memset(input.id.bytes, 0x11, sizeof input.id.bytes);
    return fixture_read(&input, json, out, err);
}

bool fixture_import(enum kind kind, gos_str json, struct definition *out, gos_error *err)
{
    struct definition_input input = {.kind = kind, .now_ms = FIXTURE_NOW, .import = true};
    return fixture_read(&input, json, out, err);
}

bool fixture_patch(const struct definition *stored, const char *json, struct definition *out,
                   gos_error *err)
{
    struct definition_input input = {
        .kind = stored->kind, .stored = stored, .merge = true, .now_ms = FIXTURE_NOW + 60000};
    return fixture_read(&input, gos_str_from(json), out, err);
}

bool fixture_put(const struct definition *stored, gos_str json, struct definition *out,
                 gos_error *err)
{
    struct definition_input input = {
        .kind = stored->kind, .stored = stored, .now_ms = FIXTURE_NOW + 60000};
    return fixture_read(&input, json, out, err);
}

bool fixture_move(const struct definition *stored, const char *verb, struct definition *out,
                  gos_error *err)
{
    return definition_move(stored, gos_str_from(verb), NULL, FIXTURE_NOW + 120000, fixture_arena(),
                           out, err);
}

gos_str fixture_at(const struct definition *definition, const char *pointer)
{
    const struct json *value = json_at(definition->tree, gos_str_from(pointer));
    struct json_writer writer;
    struct text text;
    if (!value)
        return GOS_LIT("absent");
    text_init(&text, fixture_arena());
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    return text_str(&text);
}
