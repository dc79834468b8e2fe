/*
 * Layers and holdouts. The room of each experiment in a layer follows from the times at which the
 * experiments began, changed their coverage and ended, so that none moves when another comes or
 * goes.
 */
#include "eval/compile_experiment.h"

#include "base/text.h"
#include "eval/share.h"
#include "eval/slot_map.h"

#include <stdlib.h>

/* From then on the experiment holds this share of the layer; 0 when it ended. */
struct event {
    int64_t at_ms;
    int64_t share;
    gos_str id; /* orders what happens at the same time */
    uint32_t experiment;
};

static gos_str identity_of(const struct json *experiment)
{
    gos_str id = json_find_text(experiment, "id");
    return id.len ? id : json_find_text(experiment, "name");
}

static uint32_t layer_add(struct compiler *compiler, const struct json *json, gos_str name,
                          uint32_t unit)
{
    struct build *build = &compiler->build;
    gos_str salt = json_find_text(json, "salt");
    struct layer layer = {.name = build_text(build, name),
                          .seed = compile_seed(compiler, salt.len ? salt : name, "layer"),
                          .unit = unit};
    return build_add_layers(build, layer);
}

static void layers_read(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("layers"));
    for (uint32_t i = 0; i < compiler->layers->count; i++) {
        const struct json *json = &compiler->layers->items[i];
        size_t mark = at_enter_index(compiler, i);
        layer_add(compiler, json, json_find_text(json, "name"),
                  compile_unit(compiler, json, SLOT_USER));
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

static void holdouts_read(struct compiler *compiler)
{
    struct build *build = &compiler->build;
    size_t outer = at_enter(compiler, GOS_LIT("holdouts"));
    for (uint32_t i = 0; i < compiler->holdouts->count; i++) {
        const struct json *json = &compiler->holdouts->items[i];
        size_t mark = at_enter_index(compiler, i);
        int64_t share = 0;
        gos_str name = member_text(compiler, json, "name"), salt = json_find_text(json, "salt");
        gos_str layer = member_text(compiler, json, "layer");
        if (name.len == 0)
            compiler_error_at(compiler, "name", "a holdout needs a name");
        if (!member_percentage(compiler, json, "percentage", &share))
            compiler_error_at(compiler, "percentage", "a holdout needs a percentage");
        struct holdout holdout = {.name = build_text(build, name),
                                  .seed = compile_seed(compiler, salt.len ? salt : name, "holdout"),
                                  .threshold = share_threshold(share),
                                  .unit = compile_unit(compiler, json, SLOT_USER),
                                  .layer = NONE};
        if (layer.len)
            holdout.layer = compiler_find(compiler, &compiler->layer_names, layer);
        if (layer.len && holdout.layer == NONE)
            compiler_error_at(compiler, "layer", "no experiment and no layer has this name");
        build_add_holdouts(build, holdout);
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

/* The layers that an experiment names: one, or a list. */
static uint32_t layer_names(const struct json *experiment, const struct json **out_items)
{
    const struct json *value = json_find(experiment, GOS_LIT("layer"));
    if (!value || value->type == JSON_NULL)
        return 0;
    *out_items = value->type == JSON_ARRAY ? value->items : value;
    return value->type == JSON_ARRAY ? value->count : 1;
}

static bool experiment_has_layer(struct compiler *compiler, const struct json *experiment,
                                 uint32_t layer)
{
    const struct json *items;
    uint32_t count = layer_names(experiment, &items);
    for (uint32_t i = 0; i < count; i++) {
        if (items[i].type == JSON_STRING &&
            compiler_find(compiler, &compiler->layer_names, items[i].text) == layer)
            return true;
    }
    return false;
}

/* Layers that only experiments name. */
static void layers_imply(struct compiler *compiler)
{
    size_t outer = at_enter(compiler, GOS_LIT("experiments"));
    for (uint32_t i = 0; i < compiler->experiments->count; i++) {
        const struct json *items, *json = &compiler->experiments->items[i];
        uint32_t count = layer_names(json, &items);
        size_t mark = at_enter_index(compiler, i);
        if (count > MEMBERSHIPS_MAX)
            compiler_error_at(compiler, "layer", "an experiment may sit in at most %d layers",
                              MEMBERSHIPS_MAX);
        for (uint32_t j = 0; j < count && count <= MEMBERSHIPS_MAX; j++) {
            if (items[j].type != JSON_STRING || items[j].text.len == 0)
                compiler_error_at(compiler, "layer", "a layer is named by a text");
            else if (compiler_find(compiler, &compiler->layer_names, items[j].text) == NONE) {
                struct text_ref ref = build_text(&compiler->build, items[j].text);
                uint32_t layer = layer_add(compiler, NULL, items[j].text,
                                           compile_unit(compiler, json, SLOT_USER));
                table_put(&compiler->build, &compiler->layer_names, (uint64_t)ref.at << 32, layer);
            }
        }
        at_leave(compiler, mark);
    }
    at_leave(compiler, outer);
}

void compile_layers(struct compiler *compiler)
{
    layers_read(compiler);
    layers_imply(compiler);
    holdouts_read(compiler);
}

static int64_t time_of(struct compiler *compiler, const struct json *json, const char *name,
                       int64_t otherwise)
{
    member_time(compiler, json, name, &otherwise);
    return otherwise;
}

static int64_t share_of(const struct json *json)
{
    int64_t share;
    const struct json *value = json_find(json, GOS_LIT("coverage"));
    bool is_share = value && value->type == JSON_NUMBER && share_read(value->text, &share);
    return is_share && share <= SHARE_WHOLE ? share : SHARE_WHOLE;
}

static int compare_events(const void *a, const void *b)
{
    const struct event *x = a, *y = b;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    if ((x->share == 0) != (y->share == 0))
        return x->share == 0 ? -1 : 1;
    return str_compare(x->id, y->id);
}

/* The times at which an experiment's room changes; returns how many. */
static uint32_t events_of(struct compiler *compiler, uint32_t index, struct event *out)
{
    const struct json *json = &compiler->experiments->items[index];
    const struct json *phases = json_find(json, GOS_LIT("phases"));
    gos_str status = json_find_text(json, "status");
    bool is_over =
        gos_str_equal(status, GOS_LIT("Completed")) || gos_str_equal(status, GOS_LIT("Archived"));
    bool is_draft = status.len == 0 || gos_str_equal(status, GOS_LIT("Draft"));
    int64_t created = time_of(compiler, json, "created_at", INT64_MIN);
    int64_t start = is_draft ? INT64_MAX : time_of(compiler, json, "start_date", created);
    int64_t end = time_of(compiler, json, "end_date", INT64_MIN);
    uint32_t count = 0, phase_count = phases && phases->type == JSON_ARRAY ? phases->count : 0;
    if (is_over && end < start)
        return 0;
    for (uint32_t i = 0; i < phase_count; i++)
        out[count++] = (struct event){time_of(compiler, &phases->items[i], "start", start),
                                      share_of(&phases->items[i]), identity_of(json), index};
    if (phase_count == 0)
        out[count++] = (struct event){start, share_of(json), identity_of(json), index};
    if (is_over)
        out[count++] = (struct event){end, 0, identity_of(json), index};
    return count;
}

static uint32_t events_collect(struct compiler *compiler, uint32_t layer, struct event **out)
{
    uint32_t count = 0, capacity = 0;
    for (uint32_t i = 0; i < compiler->experiments->count; i++) {
        const struct json *phases = json_find(&compiler->experiments->items[i], GOS_LIT("phases"));
        capacity += 2 + (phases && phases->type == JSON_ARRAY ? phases->count : 0);
    }
    struct event *events = gos_arena_array(compiler->build.scratch, capacity, sizeof *events, NULL);
    if (!events) {
        compiler->build.failed = true;
        return 0;
    }
    for (uint32_t i = 0; i < compiler->experiments->count; i++) {
        if (experiment_has_layer(compiler, &compiler->experiments->items[i], layer))
            count += events_of(compiler, i, events + count);
    }
    qsort(events, count, sizeof *events, compare_events);
    *out = events;
    return count;
}

/* The map of a layer, played from its first event to its last; made once. */
static const struct slot_map *layer_map(struct compiler *compiler, uint32_t layer)
{
    struct event *events;
    if (!compiler->layer_maps)
        compiler->layer_maps =
            gos_arena_array(compiler->build.scratch, build_layers_count(&compiler->build),
                            sizeof *compiler->layer_maps, NULL);
    if (!compiler->layer_maps) {
        compiler->build.failed = true;
        return NULL;
    }
    struct slot_map *map = &compiler->layer_maps[layer];
    if (map->count)
        return map;
    uint32_t count = events_collect(compiler, layer, &events);
    slot_map_init(map, compiler->build.scratch);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t slots = (uint64_t)(((share_wide)(uint64_t)events[i].share * SLOT_COUNT) /
                                    (uint64_t)SHARE_WHOLE);
        slot_map_set(map, events[i].experiment, slots);
    }
    compiler->build.failed = compiler->build.failed || map->failed;
    return map;
}

static struct span room_store(struct compiler *compiler, const struct slot_map *map,
                              uint32_t experiment)
{
    struct build *build = &compiler->build;
    struct span span = {build_ranges_count(build), 0};
    for (uint32_t i = 0; i < map->count; i++) {
        bool is_own = map->ranges[i].owner == experiment;
        bool next_is_own = i + 1 < map->count && map->ranges[i + 1].owner == experiment;
        if (i + 1 < map->count && is_own == next_is_own)
            continue;
        struct range range = {(uint32_t)(map->ranges[i].end - 1), is_own};
        build_add_ranges(build, range);
        span.count++;
    }
    return span;
}

static void membership_add(struct compiler *compiler, const struct json *json, gos_str name,
                           struct experiment *experiment)
{
    struct build *build = &compiler->build;
    uint32_t index = build_experiments_count(build);
    uint32_t layer = compiler_find(compiler, &compiler->layer_names, name);
    const struct slot_map *map = layer == NONE ? NULL : layer_map(compiler, layer);
    if (build->failed || !map)
        return;
    if (build_layers(build)[layer].unit != experiment->unit)
        compiler_error_at(compiler, "unit",
                          "the layer \"%.*s\" splits by another unit than this experiment",
                          GOS_ARG(name));
    uint64_t wanted =
        (uint64_t)(((share_wide)(uint64_t)share_of(json) * SLOT_COUNT) / (uint64_t)SHARE_WHOLE);
    uint64_t owned = slot_map_owned(map, index);
    if (owned < wanted && experiment->status <= GOS_STATUS_PAUSED)
        compiler_warn_at(compiler, "layer",
                         "the layer \"%.*s\" has room for %.4g %% only, not for %.4g %%",
                         GOS_ARG(name), 100.0 * (double)owned / (double)SLOT_COUNT,
                         100.0 * (double)wanted / (double)SLOT_COUNT);
    struct membership membership = {layer, room_store(compiler, map, index)};
    build_add_memberships(build, membership);
    experiment->memberships.count++;
    experiment->covers_all = 1;
}

static bool holdout_applies(struct build *build, const struct holdout *holdout,
                            const struct experiment *experiment)
{
    if (holdout->layer == NONE)
        return true;
    for (uint32_t i = 0; i < experiment->memberships.count; i++) {
        if (build_memberships(build)[experiment->memberships.first + i].layer == holdout->layer)
            return true;
    }
    return false;
}

void compile_membership(struct compiler *compiler, const struct json *json,
                        struct experiment *experiment)
{
    struct build *build = &compiler->build;
    const struct json *items;
    uint32_t count = layer_names(json, &items);
    experiment->memberships.first = build_memberships_count(build);
    for (uint32_t i = 0; i < count && count <= MEMBERSHIPS_MAX; i++) {
        if (items[i].type == JSON_STRING && items[i].text.len)
            membership_add(compiler, json, items[i].text, experiment);
    }
    experiment->holdouts = (struct span){build_indices_count(build), 0};
    for (uint32_t i = 0; i < build_holdouts_count(build) && !build->failed; i++) {
        if (!holdout_applies(build, &build_holdouts(build)[i], experiment))
            continue;
        build_add_indices(build, i);
        experiment->holdouts.count++;
    }
}
