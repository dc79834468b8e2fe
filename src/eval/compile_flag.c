/* Flags: their values by type, and what they serve without any rule. */
#include "eval/compile_flag.h"

#include "base/limits.h"
#include "base/text.h"

#include <stdio.h>

static const char *const types[] = {"Boolean", "String", "Number", "JSON"};
static const struct json value_true = {.type = JSON_BOOL, .boolean = true};
static const struct json value_false = {.type = JSON_BOOL, .boolean = false};

/* In place of a default that is missing, so that the rest of the flag is checked too. */
static const struct json standins[] = {{.type = JSON_BOOL},
                                       {.type = JSON_STRING, .text = {"", 0}},
                                       {.type = JSON_NUMBER, .text = {"0", 1}},
                                       {.type = JSON_OBJECT}};

static bool read_type(struct compiler *compiler, const struct json *json, gos_flag_type *out)
{
    gos_str word = member_text(compiler, json, "type");
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (gos_str_equal(word, gos_str_from(types[i]))) {
            *out = (gos_flag_type)i;
            return true;
        }
    }
    return compiler_error_at(compiler, "type",
                             "the type is \"%.*s\"; it must be Boolean, String, Number or JSON",
                             (int)(word.len < 40 ? word.len : 40), word.data);
}

static bool is_fraction(const struct json *value)
{
    return value && value->type == JSON_NUMBER &&
           (str_contains(value->text, GOS_LIT(".")) || str_contains(value->text, GOS_LIT("e")) ||
            str_contains(value->text, GOS_LIT("E")));
}

/* Among the elements or members of a list, or their member "value". */
static bool has_fraction(const struct json *list)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        if (is_fraction(&list->items[i]) ||
            is_fraction(json_find(&list->items[i], GOS_LIT("value"))))
            return true;
    }
    return false;
}

/* One number with a point or exponent anywhere in the flag makes all of them floats. */
static bool flag_has_fractions(const struct json *json)
{
    const struct json *rules = json_find(json, GOS_LIT("rules"));
    if (is_fraction(json_find(json, GOS_LIT("default_value"))) ||
        is_fraction(json_find(json, GOS_LIT("value"))) ||
        has_fraction(json_find(json, GOS_LIT("variants"))) || has_fraction(rules))
        return true;
    for (uint32_t i = 0; rules && i < rules->count; i++) {
        if (has_fraction(json_find(&rules->items[i], GOS_LIT("values"))) ||
            has_fraction(json_find(&rules->items[i], GOS_LIT("split"))))
            return true;
    }
    return false;
}

static const struct json *value_given(const struct json *json, const char *name)
{
    const struct json *value = json_find(json, gos_str_from(name));
    return value && value->type != JSON_NULL ? value : NULL;
}

bool flag_reading_begin(struct compiler *compiler, const struct json *json,
                        struct flag_reading *out)
{
    *out = (struct flag_reading){.json = json, .key = member_text(compiler, json, "key")};
    if (!read_type(compiler, json, &out->type))
        return false;
    gos_str salt = member_text(compiler, json, "salt");
    gos_str variant = member_text(compiler, json, "default_variant");
    out->salt = salt.len ? salt : out->key;
    out->unit = compile_unit(compiler, json, SLOT_USER);
    out->hash = compile_hash(compiler, json);
    out->has_fractions = flag_has_fractions(json);
    out->value = value_given(json, "value");
    out->default_value = value_given(json, "default_value");
    if (!out->default_value && variant.len)
        out->default_value = flag_variant(out, variant);
    if (!out->default_value && out->type == GOS_FLAG_BOOLEAN)
        out->default_value = &value_false;
    if (!out->value && out->type == GOS_FLAG_BOOLEAN)
        out->value = &value_true;
    if (!out->default_value) {
        compiler_error_at(compiler, "default_value", "the flag needs a default value");
        out->default_value = &standins[out->type];
    }
    return true;
}

const struct json *flag_variant(const struct flag_reading *flag, gos_str name)
{
    const struct json *variants = json_find(flag->json, GOS_LIT("variants"));
    if (variants && variants->type == JSON_OBJECT && json_find(variants, name))
        return json_find(variants, name);
    for (uint32_t i = 0; variants && variants->type == JSON_ARRAY && i < variants->count; i++) {
        const struct json *found = json_find(&variants->items[i], GOS_LIT("name"));
        if (found && found->type == JSON_STRING && gos_str_equal(found->text, name))
            return json_find(&variants->items[i], GOS_LIT("value"));
    }
    if (flag->type == GOS_FLAG_BOOLEAN && gos_str_equal(name, GOS_LIT("on")))
        return &value_true;
    if (flag->type == GOS_FLAG_BOOLEAN && gos_str_equal(name, GOS_LIT("off")))
        return &value_false;
    return NULL;
}

/* The name of the variant that has this value. */
static gos_str variant_with(const struct flag_reading *flag, const struct json *value,
                            const char *otherwise)
{
    const struct json *variants = json_find(flag->json, GOS_LIT("variants"));
    for (uint32_t i = 0; variants && i < variants->count; i++) {
        bool is_named = variants->type == JSON_OBJECT;
        const struct json *item = &variants->items[i];
        const struct json *name = is_named ? NULL : json_find(item, GOS_LIT("name"));
        const struct json *found = is_named ? item : json_find(item, GOS_LIT("value"));
        if (found && json_equal(found, value) && (is_named || (name && name->text.len)))
            return is_named ? variants->names[i] : name->text;
    }
    if (flag->type == GOS_FLAG_BOOLEAN)
        return value->boolean ? GOS_LIT("on") : GOS_LIT("off");
    return gos_str_from(otherwise);
}

static bool type_check(struct compiler *compiler, const struct flag_reading *flag,
                       const struct json *value)
{
    static const enum json_type wanted[] = {JSON_BOOL, JSON_STRING, JSON_NUMBER};
    if (flag->type == GOS_FLAG_JSON || value->type == wanted[flag->type])
        return true;
    return compiler_error(compiler, "the value is %s; a %s flag needs %s",
                          json_type_name(value->type), types[flag->type],
                          json_type_name(wanted[flag->type]));
}

/* Clients check the spelling: a float always has a point or an exponent, an integer never. */
static gos_str number_text(struct compiler *compiler, const struct flag_reading *flag,
                           const struct json *value)
{
    gos_arena *scratch = compiler->build.scratch;
    char text[32];
    int64_t whole;
    if (!flag->has_fractions) {
        if (json_is_integer(value, &whole) && !is_fraction(value))
            return gos_arena_print(scratch, "%lld", (long long)whole);
        compiler_error(compiler,
                       "%.*s is not a whole number within 2^53 - 1; write the flag's "
                       "numbers with a point if they are not whole",
                       (int)(value->text.len < 60 ? value->text.len : 60), value->text.data);
        return GOS_LIT("0");
    }
    size_t len = double_write(value->number, text);
    bool has_mark = memchr(text, '.', len) || memchr(text, 'e', len);
    return gos_arena_print(scratch, "%.*s%s", (int)len, text, has_mark ? "" : ".0");
}

uint32_t flag_serve(struct compiler *compiler, const struct flag_reading *flag,
                    const struct json *value, gos_str variant, const char *otherwise)
{
    struct build *build = &compiler->build;
    struct served served = {{0, 0}, {0, 0}};
    if (!type_check(compiler, flag, value))
        return build_add_served(build, served);
    gos_str text = flag->type == GOS_FLAG_NUMBER ? number_text(compiler, flag, value)
                                                 : compile_json_text(compiler, value);
    build->failed = build->failed || !text.data;
    served.value = build_text(build, text.data ? text : GOS_LIT("null"));
    served.variant =
        build_text(build, variant.len ? variant : variant_with(flag, value, otherwise));
    return build_add_served(build, served);
}

static void check_variants(struct compiler *compiler, const struct flag_reading *flag)
{
    const struct json *variants = json_find(flag->json, GOS_LIT("variants"));
    if (!variants || variants->type == JSON_NULL)
        return;
    size_t outer = at_enter(compiler, GOS_LIT("variants"));
    if (variants->type != JSON_OBJECT && variants->type != JSON_ARRAY)
        compiler_error(compiler, "the variants are %s; they must be an object of values by name",
                       json_type_name(variants->type));
    for (uint32_t i = 0; i < variants->count; i++) {
        bool is_named = variants->type == JSON_OBJECT;
        const struct json *item = &variants->items[i];
        size_t mark =
            is_named ? at_enter(compiler, variants->names[i]) : at_enter_index(compiler, i);
        const struct json *name = is_named ? NULL : json_find(item, GOS_LIT("name"));
        const struct json *value = is_named ? item : json_find(item, GOS_LIT("value"));
        if (!value || (!is_named && (!name || name->type != JSON_STRING || !name->text.len)))
            compiler_error(compiler, "a variant in a list needs \"name\" and \"value\"");
        else
            type_check(compiler, flag, value);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static uint32_t serve_default(struct compiler *compiler, const struct flag_reading *flag)
{
    gos_str name = member_text(compiler, flag->json, "default_variant");
    if (name.len && !flag_variant(flag, name))
        compiler_error_at(compiler, "default_variant", "there is no variant \"%.*s\"",
                          (int)(name.len < 100 ? name.len : 100), name.data);
    size_t mark = at_enter(compiler, GOS_LIT("default_value"));
    uint32_t index = flag_serve(compiler, flag, flag->default_value, name, "default");
    at_leave(compiler, mark);
    return index;
}

static void switch_add(struct compiler *compiler, struct flag *flag, int64_t at_ms, bool enabled)
{
    build_add_switches(&compiler->build, (struct flag_switch){.at_ms = at_ms, .enabled = enabled});
    flag->switches.count++;
}

static void compile_schedule(struct compiler *compiler, const struct json *json, struct flag *flag)
{
    static const char *const members[] = {"at", "enabled", NULL};
    const struct json *schedule = member_find(compiler, json, "schedule", JSON_ARRAY);
    int64_t before = INT64_MIN;
    if (!schedule || schedule->count == 0)
        return;
    size_t outer = at_enter(compiler, GOS_LIT("schedule"));
    if (schedule->count > STEPS_MAX)
        compiler_error(compiler, "a schedule has at most %d steps", STEPS_MAX);
    flag->switches.first = build_switches_count(&compiler->build);
    switch_add(compiler, flag, INT64_MIN, flag->enabled);
    for (uint32_t i = 0; i < schedule->count && schedule->count <= STEPS_MAX; i++) {
        const struct json *step = &schedule->items[i];
        int64_t at = INT64_MIN;
        size_t mark = at_enter_index(compiler, i);
        members_known(compiler, step, "a step", members);
        member_time(compiler, step, "at", &at);
        if (at == INT64_MIN || !member_find(compiler, step, "enabled", JSON_BOOL))
            compiler_error(compiler, "a step needs \"at\", a date, and \"enabled\"");
        else if (at <= before)
            compiler_error_at(compiler, "at", "the steps must be in the order of time");
        before = at;
        switch_add(compiler, flag, at, member_bool(compiler, step, "enabled", false));
        at_leave(compiler, mark);
    }
    flag->enabled = FLAG_SCHEDULED;
    at_leave(compiler, outer);
}

static void compile_one(struct compiler *compiler, const struct json *json)
{
    struct build *build = &compiler->build;
    struct flag_reading reading;
    struct flag flag = {.key = build_text(build, member_text(compiler, json, "key")),
                        .constant = NONE};
    struct flag_about about = {0};
    if (flag_reading_begin(compiler, json, &reading)) {
        const struct json *metadata = member_find(compiler, json, "metadata", JSON_OBJECT);
        const struct json *version = member_find(compiler, json, "version", JSON_NUMBER);
        if (version)
            json_is_integer(version, &about.version);
        about.id = build_text(build, member_text(compiler, json, "id"));
        about.metadata =
            build_text(build, metadata ? compile_json_text(compiler, metadata) : GOS_LIT(""));
        flag.type = (uint8_t)reading.type;
        flag.enabled = member_bool(compiler, json, "enabled", false);
        compile_schedule(compiler, json, &flag);
        about.client_visible = member_bool(compiler, json, "client_visible", false);
        check_variants(compiler, &reading);
        flag.default_served = serve_default(compiler, &reading);
        compile_rules(compiler, &reading, &flag);
        flag.default_reason = flag.rules.count ? GOS_REASON_DEFAULT : GOS_REASON_STATIC;
    }
    build_add_flags(build, flag);
    build_add_flag_abouts(build, about);
}

void compile_flags(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("flags"));
    for (uint32_t i = 0; i < compiler->flags->count; i++) {
        size_t mark = at_enter_index(compiler, i);
        compile_one(compiler, &compiler->flags->items[i]);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static void override_read(struct compiler *compiler, const struct json *json)
{
    struct build *build = &compiler->build;
    struct flag_reading reading;
    gos_str key = member_text(compiler, json, "flag_key");
    gos_str user = member_text(compiler, json, "user_id");
    const struct json *value = json_find(json, GOS_LIT("value"));
    uint32_t flag = compiler_find(compiler, &compiler->flag_keys, key);
    if (flag == NONE)
        compiler_error_at(compiler, "flag_key", "there is no flag \"%.*s\"",
                          (int)(key.len < 100 ? key.len : 100), key.data);
    if (user.len == 0)
        compiler_error_at(compiler, "user_id", "an override needs a user");
    if (!value)
        compiler_error_at(compiler, "value", "an override needs a value");
    if (flag == NONE || !user.len || !value || build->failed)
        return;
    size_t mark = at_enter(compiler, GOS_LIT("value"));
    if (flag_reading_begin(compiler, &compiler->flags->items[flag], &reading))
        compile_override(compiler, OVERRIDE_FLAG, flag, user,
                         flag_serve(compiler, &reading, value, (gos_str){"", 0}, "override"));
    build_flags(build)[flag].has_overrides = 1;
    at_leave(compiler, mark);
}

void compile_overrides(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("overrides"));
    for (uint32_t i = 0; i < compiler->overrides->count; i++) {
        size_t mark = at_enter_index(compiler, i);
        override_read(compiler, &compiler->overrides->items[i]);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}
