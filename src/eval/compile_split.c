/* Splits: weights, through all phases, to ranges of slots. */
#include "eval/compile_experiment.h"

#include "base/limits.h"
#include "base/text.h"
#include "eval/share.h"
#include "eval/slot_map.h"

#include <stdlib.h>

enum { OWNERS_MAX = 256 };

/* Variants of all phases by name, so that the order in the document moves nobody. */
struct owners {
    gos_str names[OWNERS_MAX];
    uint32_t count;
};

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const gos_str *)a, *(const gos_str *)b);
}

static uint32_t owner_find(const struct owners *owners, gos_str name)
{
    uint32_t i = 0;
    while (i < owners->count && !gos_str_equal(owners->names[i], name))
        i++;
    return i < owners->count ? i : NONE;
}

static void owners_add(struct owners *owners, const struct json *allocation)
{
    for (uint32_t i = 0; allocation && i < allocation->count; i++) {
        if (owner_find(owners, allocation->names[i]) == NONE && owners->count < OWNERS_MAX)
            owners->names[owners->count++] = allocation->names[i];
    }
}

/* In the order of the document, for a foreign hash. */
static void owners_add_variants(struct owners *owners, const struct json *experiment)
{
    const struct json *variants = json_find(experiment, GOS_LIT("variants"));
    for (uint32_t i = 0; i < variants->count; i++)
        owners->names[owners->count++] = json_find(&variants->items[i], GOS_LIT("name"))->text;
}

/* The shares of an allocation, by owner; false, with nothing reported, when they make no whole. */
static bool weights_read(const struct owners *owners, const struct json *allocation,
                         int64_t *weights)
{
    int64_t total = 0;
    memset(weights, 0, owners->count * sizeof *weights);
    for (uint32_t i = 0; i < allocation->count; i++) {
        int64_t share;
        uint32_t owner = owner_find(owners, allocation->names[i]);
        if (owner == NONE || allocation->items[i].type != JSON_NUMBER ||
            !share_read(allocation->items[i].text, &share))
            return false;
        weights[owner] = share;
        total += share;
    }
    return total == SHARE_WHOLE;
}

static const struct json *phase_allocation(const struct json *phases, uint32_t index)
{
    const struct json *found =
        phases ? json_find(&phases->items[index], GOS_LIT("traffic_allocation")) : NULL;
    return found && found->type == JSON_OBJECT ? found : NULL;
}

static void check_allocation(struct compiler *compiler, const struct json *json,
                             const struct json *allocation)
{
    int64_t total = 0;
    const struct json *variants = json_find(json, GOS_LIT("variants"));
    size_t outer = at_enter(compiler, GOS_LIT("traffic_allocation"));
    uint32_t errors_before = compiler->report.error_count;
    for (uint32_t i = 0; i < allocation->count; i++) {
        int64_t share = 0;
        size_t mark = at_enter(compiler, allocation->names[i]);
        if (compile_variant_find(json, allocation->names[i]) == NONE)
            compiler_error(compiler, "traffic is given to \"%.*s\", which is not a variant",
                           GOS_ARG(allocation->names[i]));
        else if (allocation->items[i].type != JSON_NUMBER ||
                 !share_read(allocation->items[i].text, &share) || share > SHARE_WHOLE)
            compiler_error(compiler, "a share must be 0 to 100 with at most %d decimals",
                           SHARE_DECIMALS_MAX);
        total += share;
        at_leave(compiler, mark);
    }
    for (uint32_t i = 0; variants && i < variants->count; i++) {
        const struct json *name = json_find(&variants->items[i], GOS_LIT("name"));
        if (name && name->type == JSON_STRING && !json_find(allocation, name->text))
            compiler_error(compiler, "the variant \"%.*s\" has no share; give it one, or 0",
                           GOS_ARG(name->text));
    }
    if (total != SHARE_WHOLE && compiler->report.error_count == errors_before)
        compiler_error(compiler, "the shares sum to %.12g; they must sum to 100",
                       (double)total / (double)SHARE_SCALE);
    at_leave(compiler, outer);
}

static struct span ranges_store(struct compiler *compiler, const struct slot_map *map,
                                const uint32_t *variants)
{
    struct build *build = &compiler->build;
    struct span span = {build_ranges_count(build), map->count};
    build->failed = build->failed || map->failed;
    for (uint32_t i = 0; i < map->count && !build->failed; i++) {
        struct range range = {(uint32_t)(map->ranges[i].end - 1), variants[map->ranges[i].owner]};
        build_add_ranges(build, range);
    }
    return span;
}

struct span compile_ranges(struct compiler *compiler, const gos_str *names, const int64_t *weights,
                           uint32_t count, bool is_foreign)
{
    struct owners owners = {.count = count};
    int64_t ordered[OWNERS_MAX];
    uint64_t slots[OWNERS_MAX];
    uint32_t variants[OWNERS_MAX];
    struct slot_map map;
    memcpy(owners.names, names, count * sizeof *names);
    if (!is_foreign)
        qsort(owners.names, count, sizeof *owners.names, compare_names);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t owner = owner_find(&owners, names[i]);
        ordered[owner] = weights[i];
        variants[owner] = i;
    }
    slot_map_init(&map, compiler->build.scratch);
    slot_shares(ordered, count, slots);
    slot_map_change(&map, slots, count);
    return ranges_store(compiler, &map, variants);
}

static void split_fill(struct compiler *compiler, const struct json *json,
                       const struct json *phases, const struct json *allocation,
                       struct experiment *experiment)
{
    struct owners owners = {.count = 0};
    int64_t weights[OWNERS_MAX];
    uint64_t slots[OWNERS_MAX];
    uint32_t variants[OWNERS_MAX];
    struct slot_map map;
    if (experiment->hash)
        owners_add_variants(&owners, json);
    for (uint32_t i = 0; phases && i < phases->count; i++)
        owners_add(&owners, phase_allocation(phases, i));
    owners_add(&owners, allocation);
    if (!experiment->hash)
        qsort(owners.names, owners.count, sizeof *owners.names, compare_names);
    for (uint32_t i = 0; i < owners.count; i++)
        variants[i] = compile_variant_find(json, owners.names[i]);
    slot_map_init(&map, compiler->build.scratch);
    for (uint32_t i = 0; phases && i <= phases->count; i++) {
        const struct json *step = i < phases->count ? phase_allocation(phases, i) : allocation;
        if (!step || !weights_read(&owners, step, weights))
            continue;
        slot_shares(weights, owners.count, slots);
        slot_map_change(&map, slots, owners.count);
    }
    if (!phases && weights_read(&owners, allocation, weights)) {
        slot_shares(weights, owners.count, slots);
        slot_map_change(&map, slots, owners.count);
    }
    experiment->ranges = ranges_store(compiler, &map, variants);
}

void compile_split(struct compiler *compiler, const struct json *json,
                   struct experiment *experiment)
{
    int64_t coverage = SHARE_WHOLE;
    uint32_t errors_before = compiler->report.error_count;
    const struct json *allocation = member_find(compiler, json, "traffic_allocation", JSON_OBJECT);
    const struct json *phases = member_find(compiler, json, "phases", JSON_ARRAY);
    member_percentage(compiler, json, "coverage", &coverage);
    experiment->covers_all = coverage == SHARE_WHOLE;
    experiment->coverage = share_threshold(coverage);
    if (!allocation) {
        compiler_error_at(compiler, "traffic_allocation", "\"traffic_allocation\" is missing");
        return;
    }
    if (allocation->count > VARIANTS_MAX || (phases && phases->count > PHASES_MAX)) {
        compiler_error(compiler, "there are more than %d shares or %d phases", VARIANTS_MAX,
                       PHASES_MAX);
        return;
    }
    check_allocation(compiler, json, allocation);
    if (compiler->report.error_count == errors_before && experiment->variants.count)
        split_fill(compiler, json, phases, allocation, experiment);
}
