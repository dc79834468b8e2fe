/* Input -> canonical body -> checks -> definition. */
#include "model/definition.h"

#include "base/time.h"
#include "model/check.h"
#include "model/experiment.h"
#include "model/lifecycle.h"
#include "model/records.h"
#include "model/rewrite.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

struct given {
    const struct definition_input *input;
    gos_arena *arena;
};

static gos_str text_json(gos_arena *arena, gos_str value)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_text(&writer, value);
    return text_ok(&text, NULL) ? text_str(&text) : (gos_str){0};
}

static gos_str tree_json(gos_arena *arena, const struct json *value)
{
    struct json_writer writer;
    struct text text;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    return text_ok(&text, NULL) ? text_str(&text) : (gos_str){0};
}

static gos_str time_json(gos_arena *arena, int64_t ms)
{
    char text[TIME_TEXT_BYTES];
    time_write(ms, text);
    return gos_arena_print(arena, "\"%s\"", text);
}

static gos_str given_id(const struct given *given)
{
    char text[UUID_TEXT_BYTES];
    uuid_write(given->input->stored ? &given->input->stored->id : &given->input->id, text);
    return gos_arena_print(given->arena, "\"%s\"", text);
}

static gos_str given_environment(const struct given *given)
{
    return text_json(given->arena, given->input->environment);
}

/* A status in the input is a wish: experiment_settle grants it or not. */
static gos_str given_status(const struct given *given)
{
    const struct definition *stored = given->input->stored;
    const struct json *wish = json_find(given->input->json, GOS_LIT("status"));
    if (wish && wish->type == JSON_STRING)
        return text_json(given->arena, wish->text);
    return stored ? text_json(given->arena, stored->status) : GOS_LIT("\"Draft\"");
}

static gos_str given_phases(const struct given *given)
{
    const struct definition *stored = given->input->stored;
    const struct json *phases = stored ? json_find(stored->tree, GOS_LIT("phases")) : NULL;
    return phases ? tree_json(given->arena, phases) : GOS_LIT("[]");
}

static gos_str given_version(const struct given *given)
{
    const struct definition *stored = given->input->stored;
    return gos_arena_print(given->arena, "%" PRId64, stored ? stored->version + 1 : 1);
}

static gos_str given_created_by(const struct given *given)
{
    const struct definition *stored = given->input->stored;
    const struct json *by = stored ? json_find(stored->tree, GOS_LIT("created_by")) : NULL;
    return by ? tree_json(given->arena, by) : text_json(given->arena, given->input->actor);
}

static gos_str given_created_at(const struct given *given)
{
    const struct definition *stored = given->input->stored;
    return time_json(given->arena, stored ? stored->created_at : given->input->now_ms);
}

static gos_str given_updated_at(const struct given *given)
{
    return time_json(given->arena, given->input->now_ms);
}

static gos_str given_value(void *context, const struct field *field)
{
    static const struct {
        const char *name;
        gos_str (*make)(const struct given *given);
    } makers[] = {
        {"created_at", given_created_at},   {"created_by", given_created_by},
        {"environment", given_environment}, {"id", given_id},
        {"phases", given_phases},           {"status", given_status},
        {"updated_at", given_updated_at},   {"version", given_version},
    };
    for (size_t i = 0; i < sizeof makers / sizeof makers[0]; i++) {
        if (strcmp(makers[i].name, field->name) == 0)
            return makers[i].make(context);
    }
    assert(0 && "every given field has a maker");
    return (gos_str){0};
}

static bool check_version(const struct definition_input *input, gos_error *err)
{
    int64_t version;
    const struct json *value = json_find(input->json, GOS_LIT("version"));
    if (!input->stored || input->import || !value || !json_is_integer(value, &version) ||
        version == input->stored->version)
        return true;
    return gos_fail(err, GOS_CONFLICT, "/version",
                    "version %" PRId64 " is out of date; the stored one is %" PRId64
                    ": read it again and repeat the change",
                    version, input->stored->version);
}

static bool check_status_word(const struct definition_input *input, gos_error *err)
{
    enum lifecycle_state state;
    const struct json *status = json_find(input->json, GOS_LIT("status"));
    if (input->kind != KIND_EXPERIMENT || !status || status->type == JSON_NULL ||
        (status->type == JSON_STRING && lifecycle_state_find(status->text, &state)))
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/status", "\"status\" must be one of %s", LIFECYCLE_WORDS);
}

static gos_str status_of(enum kind kind, const struct json *tree)
{
    const struct json *status = json_find(tree, GOS_LIT("status"));
    const struct json *enabled = json_find(tree, GOS_LIT("enabled"));
    const struct json *active = json_find(tree, GOS_LIT("is_active"));
    if (kind == KIND_EXPERIMENT && status)
        return status->text;
    if (kind == KIND_FLAG && enabled)
        return enabled->boolean ? GOS_LIT("enabled") : GOS_LIT("disabled");
    if (kind == KIND_SEGMENT && active)
        return active->boolean ? GOS_LIT("active") : GOS_LIT("inactive");
    return GOS_LIT("");
}

static gos_str text_at(const struct json *tree, const char *name)
{
    const struct json *value = json_find(tree, gos_str_from(name));
    return value && value->type == JSON_STRING ? value->text : GOS_LIT("");
}

static bool definition_fill(enum kind kind, gos_str body, const struct json *tree,
                            struct definition *out, gos_error *err)
{
    const struct json *version = json_find(tree, GOS_LIT("version"));
    *out = (struct definition){
        .kind = kind,
        .environment = text_at(tree, "environment"),
        .name = text_at(tree, kind_name_field(kind)),
        .status = status_of(kind, tree),
        .type = text_at(tree, "type"),
        .body = body,
        .tree = tree,
    };
    if (version && json_is_integer(version, &out->version) &&
        uuid_read(text_at(tree, "id"), &out->id) &&
        time_read(text_at(tree, "created_at"), &out->created_at) &&
        time_read(text_at(tree, "updated_at"), &out->updated_at))
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "", "the stored body is not that of %s", kind_phrase(kind));
}

bool definition_open(enum kind kind, gos_str body, gos_arena *arena, struct definition *out,
                     gos_error *err)
{
    const struct json *tree;
    return json_read(body, arena, &tree, err) && definition_fill(kind, body, tree, out, err);
}

/* The key is the salt unless one is given, so a renamed flag keeps its old key as its salt: nobody
 * of its rollout moves. */
static bool keep_salt(const struct definition *stored, gos_arena *arena, gos_str *body,
                      const struct json **tree, gos_error *err)
{
    if (!stored || gos_str_equal(stored->name, text_at(*tree, "key")) ||
        json_find(*tree, GOS_LIT("salt")))
        return true;
    struct rewrite_member salt = {"salt", text_json(arena, stored->name)};
    return rewrite_members(KIND_FLAG, &salt, 1, arena, body, tree, err);
}

/* A Boolean flag is off when nobody says what it serves then. */
static bool flag_settle(const struct definition *stored, gos_arena *arena, gos_str *body,
                        const struct json **tree, gos_error *err)
{
    static const struct rewrite_member off = {"default_value", {"false", 5}};
    bool has_default =
        json_find(*tree, GOS_LIT("default_value")) || json_find(*tree, GOS_LIT("default_variant"));
    if (!keep_salt(stored, arena, body, tree, err))
        return false;
    return has_default || !gos_str_equal(text_at(*tree, "type"), GOS_LIT("Boolean")) ||
           rewrite_members(KIND_FLAG, &off, 1, arena, body, tree, err);
}

static bool body_read(const struct definition_input *input, gos_arena *arena, gos_str *out_body,
                      const struct json **out_tree, gos_error *err)
{
    struct given given = {input, arena};
    struct record_reading reading = {
        .record = records_of_kind(input->kind),
        .input = input->json,
        .stored = input->merge && input->stored ? input->stored->tree : NULL,
        .given = given_value,
        .given_context = &given,
        .before = input->stored ? input->stored->tree : NULL,
        .import = input->import,
        .taking = input->import && !input->stored,
    };
    struct text text;
    text_init(&text, arena);
    if (!record_read(&reading, &text, err))
        return false;
    *out_body = text_str(&text);
    return json_read(*out_body, arena, out_tree, err);
}

static bool body_settle(const struct definition_input *input, gos_arena *arena, gos_str *body,
                        const struct json **tree, gos_error *err)
{
    if (input->kind == KIND_FLAG)
        return flag_settle(input->stored, arena, body, tree, err);
    if (input->kind != KIND_EXPERIMENT)
        return true;
    struct experiment_change change = {
        .before = input->stored ? input->stored->tree : NULL,
        .body = *body,
        .after = *tree,
        .import = input->import,
        .decision = input->decision,
        .now_ms = input->now_ms,
    };
    if (!experiment_settle(&change, arena, err))
        return false;
    *body = change.body;
    *tree = change.after;
    return true;
}

bool definition_read(const struct definition_input *input, gos_arena *arena, struct definition *out,
                     gos_error *err)
{
    gos_str body;
    const struct json *tree;
    if (!check_version(input, err) || !check_status_word(input, err) ||
        !body_read(input, arena, &body, &tree, err))
        return false;
    /* Twice for experiments: settling relies on sound variants, and changes dates. */
    if (input->kind == KIND_EXPERIMENT && !check_experiment(tree, err))
        return false;
    return body_settle(input, arena, &body, &tree, err) && check_body(input->kind, tree, err) &&
           definition_fill(input->kind, body, tree, out, err);
}

/* What may come along with a move, beside the version that it is based on. */
static bool is_option(gos_str name, gos_str verb)
{
    static const char *const of_completing[] = {"conclusion", "shipped_variant"};
    if (gos_str_equal(name, GOS_LIT("version")))
        return true;
    for (size_t i = 0; i < sizeof of_completing / sizeof of_completing[0]; i++) {
        if (gos_str_equal(name, gos_str_from(of_completing[i])))
            return gos_str_equal(verb, GOS_LIT("complete"));
    }
    return false;
}

static bool check_options(const struct json *options, gos_str verb, gos_error *err)
{
    if (options && options->type != JSON_OBJECT && options->type != JSON_NULL)
        return gos_fail(err, GOS_BAD_INPUT, "", "the body must be an object or absent");
    for (size_t i = 0; options && i < options->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "";
        json_pointer_add(pointer, options->names[i]);
        if (!is_option(options->names[i], verb))
            return gos_fail(err, GOS_BAD_INPUT, pointer, "\"%.*s\" is not an option of %.*s",
                            GOS_ARG(options->names[i]), GOS_ARG(verb));
    }
    return true;
}

bool definition_move(const struct definition *stored, gos_str verb, const struct json *options,
                     int64_t now_ms, gos_arena *arena, struct definition *out, gos_error *err)
{
    const struct json *phases = json_find(stored->tree, GOS_LIT("phases"));
    enum lifecycle_state from, to;
    if (!check_options(options, verb, err) || !lifecycle_state_find(stored->status, &from) ||
        !lifecycle_move(verb, from, phases && phases->count > 0, &to, err))
        return false;

    gos_str names[4] = {GOS_LIT("status")};
    struct json items[4] = {{.type = JSON_STRING, .text = gos_str_from(lifecycle_state_word(to))}};
    struct json patch = {.type = JSON_OBJECT, .count = 1, .items = items, .names = names};
    for (size_t i = 0; options && i < options->count && patch.count < 4; i++) {
        names[patch.count] = options->names[i];
        items[patch.count++] = options->items[i];
    }
    struct definition_input input = {
        .kind = KIND_EXPERIMENT,
        .json = &patch,
        .stored = stored,
        .merge = true,
        .environment = stored->environment,
        .now_ms = now_ms,
    };
    return definition_read(&input, arena, out, err);
}

bool definition_reweigh(const struct definition *stored, const struct json *allocation,
                        gos_str decision, int64_t now_ms, gos_arena *arena, struct definition *out,
                        gos_error *err)
{
    gos_str name = GOS_LIT("traffic_allocation");
    struct json item = *allocation;
    struct json patch = {.type = JSON_OBJECT, .count = 1, .items = &item, .names = &name};
    struct definition_input input = {
        .kind = KIND_EXPERIMENT,
        .json = &patch,
        .stored = stored,
        .merge = true,
        .decision = decision,
        .environment = stored->environment,
        .now_ms = now_ms,
    };
    return definition_read(&input, arena, out, err);
}

bool definition_check_delete(const struct definition *stored, gos_error *err)
{
    const struct json *phases = json_find(stored->tree, GOS_LIT("phases"));
    if (stored->kind != KIND_EXPERIMENT || !phases || phases->count == 0)
        return true;
    return gos_fail(err, GOS_NOT_ALLOWED_NOW, "",
                    "the experiment was started: its users and results stay; archive it instead");
}
