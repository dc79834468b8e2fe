/* Ids may be taken, or stand for something that has another id here: they are translated first. */
#include "api/transfer.h"

#include "base/hash.h"
#include "base/limits.h"
#include "base/secret.h"
#include "model/records.h"

#include <stdio.h>

struct translation {
    gos_str from;
    gos_str to;
};

struct reading {
    struct http_request *request;
    const struct json *document;
    struct transfer *out;
    struct translation *translations;
    size_t translation_count;
    gos_error *err;
};

static const char *const passed_over[] = {"$schema", "environment", "version"};

static bool is_known(gos_str name)
{
    enum kind kind;
    if (gos_str_equal(name, GOS_LIT("overrides")))
        return true;
    for (size_t i = 0; i < sizeof passed_over / sizeof passed_over[0]; i++) {
        if (gos_str_equal(name, gos_str_from(passed_over[i])))
            return true;
    }
    return kind_find(name, &kind) && gos_str_equal(name, gos_str_from(kind_plural(kind)));
}

static bool check_lists(const struct json *document, size_t *out_count, gos_error *err)
{
    *out_count = 0;
    for (size_t i = 0; i < document->count; i++) {
        char pointer[GOS_POINTER_BYTES] = "";
        json_pointer_add(pointer, document->names[i]);
        if (!is_known(document->names[i]))
            return gos_fail(err, GOS_BAD_INPUT, pointer,
                            "a definitions document has the lists flags, experiments, segments, "
                            "metrics, layers, holdouts and overrides");
        if (document->items[i].type == JSON_ARRAY)
            *out_count += document->items[i].count;
        else if (document->items[i].type == JSON_OBJECT || document->items[i].type == JSON_NULL)
            return gos_fail(err, GOS_BAD_INPUT, pointer, "a list is needed");
    }
    if (*out_count <= TRANSFER_ITEMS_MAX)
        return true;
    return gos_fail(err, GOS_TOO_LARGE, "", "%zu definitions are more than the %d of one import",
                    *out_count, TRANSFER_ITEMS_MAX);
}

/* What the environment has under the item's id, else under its name. */
static bool stored_find(struct reading *reading, enum kind kind, const struct json *item,
                        struct definition *out, bool *out_found)
{
    struct catalog *catalog = api_of(reading->request)->catalog;
    gos_str environment = api_environment(reading->request);
    gos_str id = json_find_text(item, "id");
    gos_str name = json_find_text(item, kind_name_field(kind));
    struct uuid uuid;
    *out_found = false;
    if (uuid_read(id, &uuid) && !catalog_find(catalog, environment, kind, id, reading->out->arena,
                                              out, out_found, reading->err))
        return false;
    return *out_found || name.len == 0 ||
           catalog_find(catalog, environment, kind, name, reading->out->arena, out, out_found,
                        reading->err);
}

static bool id_for(struct reading *reading, const struct json *item, bool found,
                   const struct definition *stored, struct uuid *out)
{
    bool taken = true;
    if (found) {
        *out = stored->id;
        return true;
    }
    if (uuid_read(json_find_text(item, "id"), out) &&
        !catalog_has_id(api_of(reading->request)->catalog, *out, &taken, reading->err))
        return false;
    if (taken)
        *out = secret_uuid(reading->request->now_ms);
    return true;
}

static bool translation_add(struct reading *reading, gos_str from, const struct uuid *to)
{
    char text[UUID_TEXT_BYTES];
    uuid_write(to, text);
    if (from.len == 0 || str_equal_nocase(from, gos_str_from(text)))
        return true;
    gos_str kept = gos_arena_text(reading->out->arena, gos_str_from(text), reading->err);
    reading->translations[reading->translation_count++] = (struct translation){from, kept};
    return kept.data != NULL;
}

static gos_str translate(const struct reading *reading, gos_str text)
{
    for (size_t i = 0; text.len == UUID_TEXT_BYTES - 1 && i < reading->translation_count; i++) {
        if (str_equal_nocase(text, reading->translations[i].from))
            return reading->translations[i].to;
    }
    return text;
}

struct visit {
    struct json *value;
    uint32_t next;
};

/* In place: the tree is this request's own. */
static void translate_tree(const struct reading *reading, struct json *root)
{
    struct visit stack[JSON_DEPTH_MAX + 1];
    size_t depth = 1;
    stack[0] = (struct visit){root, 0};
    while (depth > 0) {
        struct visit *visit = &stack[depth - 1];
        if (visit->next >= visit->value->count) {
            depth--;
            continue;
        }
        struct json *child = &visit->value->items[visit->next++];
        if (child->type == JSON_STRING)
            child->text = translate(reading, child->text);
        else if ((child->type == JSON_ARRAY || child->type == JSON_OBJECT) &&
                 depth <= JSON_DEPTH_MAX)
            stack[depth++] = (struct visit){child, 0};
    }
}

static const char *pointer_of(struct reading *reading, const char *list, size_t index)
{
    return gos_arena_print(reading->out->arena, "/%s/%zu", list, index).data;
}

bool transfer_differs(const char *field, const struct json *before, const struct json *after)
{
    const struct json *left = json_find(before, gos_str_from(field));
    const struct json *right = json_find(after, gos_str_from(field));
    if (strcmp(field, "version") == 0 || strcmp(field, "updated_at") == 0)
        return false;
    return left && right ? !json_equal(left, right) : left != right;
}

static bool is_same(enum kind kind, const struct json *before, const struct json *after)
{
    const struct record *record = records_of_kind(kind);
    for (size_t i = 0; i < record->field_count; i++) {
        if (transfer_differs(record->fields[i].name, before, after))
            return false;
    }
    return true;
}

/* A remembered lookup: made before ids are translated, used after. */
struct match {
    bool found;
    struct definition stored;
    struct uuid id;
};

static bool definition_item(struct reading *reading, enum kind kind, const struct json *json,
                            const struct match *match, const char *pointer)
{
    struct transfer_item *item = &reading->out->items[reading->out->count++];
    struct definition_input input = {.kind = kind,
                                     .json = json,
                                     .stored = match->found ? &match->stored : NULL,
                                     .import = true,
                                     .id = match->id,
                                     .environment = api_environment(reading->request),
                                     .actor = api_actor(reading->request),
                                     .now_ms = reading->request->now_ms};
    item->pointer = pointer;
    item->before = match->found ? match->stored.tree : NULL;
    if (!definition_read(&input, reading->out->arena, &item->definition, reading->err))
        return gos_fail_below(reading->err, pointer);
    item->action = !match->found                                              ? TRANSFER_CREATED
                   : is_same(kind, match->stored.tree, item->definition.tree) ? TRANSFER_UNCHANGED
                                                                              : TRANSFER_UPDATED;
    return true;
}

static bool match_all(struct reading *reading, enum kind kind, const struct json *list,
                      struct match *matches)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct json *item = &list->items[i];
        if (item->type != JSON_OBJECT) {
            gos_fail(reading->err, GOS_BAD_INPUT, "", "%s must be an object", kind_phrase(kind));
            return gos_fail_below(reading->err, pointer_of(reading, kind_plural(kind), i));
        }
        if (!stored_find(reading, kind, item, &matches[i].stored, &matches[i].found) ||
            !id_for(reading, item, matches[i].found, &matches[i].stored, &matches[i].id) ||
            !translation_add(reading, json_find_text(item, "id"), &matches[i].id))
            return false;
    }
    return true;
}

static bool read_kind(struct reading *reading, enum kind kind, const struct json *list,
                      const struct match *matches)
{
    for (size_t i = 0; i < list->count; i++) {
        translate_tree(reading, &list->items[i]);
        if (!definition_item(reading, kind, &list->items[i], &matches[i],
                             pointer_of(reading, kind_plural(kind), i)))
            return false;
    }
    return true;
}

static bool override_read(const struct json *json, gos_arena *arena, struct override *out,
                          gos_error *err)
{
    struct json_writer writer;
    struct text text;
    const struct json *value = json_find(json, GOS_LIT("value"));
    out->flag_key = json_find_text(json, "flag");
    if (out->flag_key.len == 0)
        out->flag_key = json_find_text(json, "flag_key");
    out->user_id = json_find_text(json, "user_id");
    if (out->flag_key.len == 0)
        return gos_fail(err, GOS_BAD_INPUT, "/flag", "\"flag\" is missing");
    if (out->user_id.len == 0 || out->user_id.len > UNIT_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/user_id", "\"user_id\" must have 1 to %d bytes",
                        UNIT_BYTES_MAX);
    if (!value)
        return gos_fail(err, GOS_BAD_INPUT, "/value", "\"value\" is missing");
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_value(&writer, value);
    out->value = text_str(&text);
    return text_ok(&text, err);
}

/* The flags of the document by their keys, for its overrides: open addressing. */
struct flag_places {
    uint32_t *items; /* index and one; 0: empty */
    size_t mask;
};

static bool flags_place(struct reading *reading, struct flag_places *places)
{
    size_t capacity = 16;
    while (capacity < 2 * reading->out->count)
        capacity *= 2;
    places->mask = capacity - 1;
    places->items =
        gos_arena_array(reading->out->arena, capacity, sizeof *places->items, reading->err);
    if (!places->items)
        return false;
    for (size_t i = 0; i < reading->out->count; i++) {
        const struct definition *definition = &reading->out->items[i].definition;
        if (definition->kind != KIND_FLAG)
            continue;
        size_t at = hash_xxh3(definition->name, 0) & places->mask;
        while (places->items[at])
            at = (at + 1) & places->mask;
        places->items[at] = (uint32_t)i + 1;
    }
    return true;
}

/* The flag as it will be; NULL in *out: there is none, which the compiler reports. */
static bool flag_find(struct reading *reading, const struct flag_places *places, gos_str key,
                      const struct json **out)
{
    struct definition stored;
    bool found;
    size_t at = hash_xxh3(key, 0) & places->mask;
    for (; places->items[at]; at = (at + 1) & places->mask) {
        const struct definition *flag = &reading->out->items[places->items[at] - 1].definition;
        if (gos_str_equal(flag->name, key)) {
            *out = flag->tree;
            return true;
        }
    }
    if (!catalog_find(api_of(reading->request)->catalog, api_environment(reading->request),
                      KIND_FLAG, key, reading->out->arena, &stored, &found, reading->err))
        return false;
    *out = found ? stored.tree : NULL;
    return true;
}

static bool override_fits(struct reading *reading, const struct flag_places *places,
                          const struct json *json, const struct override *override)
{
    const struct json *flag;
    return flag_find(reading, places, override->flag_key, &flag) &&
           (!flag ||
            definition_check_override(flag, json_find(json, GOS_LIT("value")), reading->err));
}

static bool override_item(struct reading *reading, const struct flag_places *places,
                          const struct json *json, const char *pointer)
{
    struct transfer_item *item = &reading->out->items[reading->out->count++];
    struct override stored;
    bool found;
    item->is_override = true;
    item->pointer = pointer;
    if (!override_read(json, reading->out->arena, &item->override, reading->err) ||
        !override_fits(reading, places, json, &item->override))
        return gos_fail_below(reading->err, pointer);
    if (!catalog_find_override(api_of(reading->request)->catalog, api_environment(reading->request),
                               item->override.flag_key, item->override.user_id, reading->out->arena,
                               &stored, &found, reading->err))
        return false;
    item->action = !found                                              ? TRANSFER_CREATED
                   : gos_str_equal(stored.value, item->override.value) ? TRANSFER_UNCHANGED
                                                                       : TRANSFER_UPDATED;
    return true;
}

static bool read_overrides(struct reading *reading)
{
    const struct json *list = json_find(reading->document, GOS_LIT("overrides"));
    struct flag_places places;
    if (!list || list->count == 0)
        return true;
    if (!flags_place(reading, &places))
        return false;
    for (size_t i = 0; i < list->count; i++) {
        translate_tree(reading, &list->items[i]);
        if (!override_item(reading, &places, &list->items[i], pointer_of(reading, "overrides", i)))
            return false;
    }
    return true;
}

static bool read_all(struct reading *reading)
{
    struct match *matches[KIND_COUNT] = {NULL};
    const struct json *lists[KIND_COUNT];
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        lists[kind] = json_find(reading->document, gos_str_from(kind_plural((enum kind)kind)));
        if (!lists[kind])
            continue;
        matches[kind] = gos_arena_array(reading->out->arena, lists[kind]->count + 1,
                                        sizeof *matches[kind], reading->err);
        if (!matches[kind] || !match_all(reading, (enum kind)kind, lists[kind], matches[kind]))
            return false;
    }
    for (int kind = 0; kind < KIND_COUNT; kind++) {
        if (lists[kind] && !read_kind(reading, (enum kind)kind, lists[kind], matches[kind]))
            return false;
    }
    return read_overrides(reading);
}

bool transfer_read(struct http_request *request, const struct json *document, struct transfer *out,
                   gos_error *err)
{
    size_t count;
    struct reading reading = {.request = request, .document = document, .out = out, .err = err};
    if (!check_lists(document, &count, err))
        return false;
    out->count = 0;
    out->items = gos_arena_array(out->arena, count + 1, sizeof *out->items, err);
    reading.translations =
        gos_arena_array(out->arena, count + 1, sizeof *reading.translations, err);
    return out->items && reading.translations && read_all(&reading);
}
