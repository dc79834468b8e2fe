/*
 * Exposures are grouped by what can have changed their variant since: changes of the experiment, of
 * layers and of holdouts. All rulesets of a group decide alike, so that one of them, mostly the
 * current one, stands for all. Of many groups only those with the most exposures are looked at.
 */
#include "jobs/recount.h"

#include "base/limits.h"
#include "gosset/eval.h"

enum { GROUPS_MAX = PAGE_ITEMS_MAX + 1, GROUP_NONE = -1, CONTEXT_BYTES_MAX = 1 << 20 };
/* Programs that decide themselves hear of a change within this time. */
#define HEARS_WITHIN_MS INT64_C(600000)

struct group {
    int64_t sequence; /* of one of its rulesets */
    uint32_t count;   /* exposures */
    bool is_done;
};

struct work {
    const struct analysis_sources *sources;
    const struct analysis_request *request;
    const struct ledger_question *ask;
    const struct history *history;
    gos_arena *arena;
    struct ledger_exposure *items;
    int32_t *group_of;       /* by item */
    const int64_t *decisive; /* newest first */
    uint32_t decisive_count;
    struct group *groups; /* by the number of decisive changes that came later */
    gos_context *context;
    uint32_t *pairs; /* recorded by given */
    struct recount *out;
};

static int32_t group_of(const struct work *work, int64_t sequence)
{
    uint32_t later = 0;
    while (later < work->decisive_count && work->decisive[later] > sequence)
        later++;
    /* Behind the last change that is known there may be others. */
    return later == PAGE_ITEMS_MAX ? GROUP_NONE : (int32_t)later;
}

/* The group of the ruleset that the exposure names, else of the one in force then. */
static int32_t exposure_group(struct work *work, const struct ledger_exposure *item)
{
    const struct history *history = work->history;
    int32_t note = HISTORY_NONE;
    if (item->is_by_choice)
        return GROUP_NONE;
    if (item->ruleset.len > 0) {
        note = history_named(history, item->ruleset, INT64_MAX);
        work->out->foreign += note == HISTORY_NONE;
    }
    if (note == HISTORY_NONE)
        note = history_at(history, item->at);
    if (note == HISTORY_NONE)
        return GROUP_NONE;
    int32_t group = group_of(work, history->notes[note].sequence);
    if (group == GROUP_NONE)
        return GROUP_NONE;
    /* Who does not say by what it decided may not have heard of a change yet. */
    int32_t before = history_at(history, item->at - HEARS_WITHIN_MS);
    bool is_settled =
        before != HISTORY_NONE && group_of(work, history->notes[before].sequence) == group;
    if (item->ruleset.len == 0 && !is_settled && before != HISTORY_NONE)
        return GROUP_NONE;
    work->groups[group].sequence = history->notes[note].sequence;
    work->groups[group].count++;
    return group;
}

static bool prepare(struct work *work, gos_error *err)
{
    const struct json *layer = json_find(work->request->experiment->tree, GOS_LIT("layer"));
    bool in_layer = layer && layer->type == JSON_STRING && layer->text.len > 0;
    int64_t *decisive;
    if (!catalog_list_decisive(work->sources->catalog, work->request->environment,
                               work->request->experiment->id, in_layer, PAGE_ITEMS_MAX, work->arena,
                               &decisive, &work->decisive_count, err) ||
        !ledger_list_exposures(work->sources->ledger, work->ask, LEDGER_SAMPLE, RECOUNT_EXPOSURES,
                               work->arena, &work->items, &work->out->listed, err))
        return false;
    work->decisive = decisive;
    work->groups = gos_arena_array(work->arena, GROUPS_MAX, sizeof *work->groups, err);
    work->group_of =
        gos_arena_array(work->arena, work->out->listed + 1, sizeof *work->group_of, err);
    if (!work->groups || !work->group_of)
        return false;
    for (uint32_t i = 0; i < work->out->listed; i++)
        work->group_of[i] = exposure_group(work, &work->items[i]);
    return true;
}

/* Bound as the program had it; an attribute that is the unit is put in place. */
static bool bind(struct work *work, const struct publisher_pin *pin, uint32_t experiment,
                 const struct ledger_exposure *item)
{
    gos_experiment_info info = gos_ruleset_experiment(pin->rules, experiment);
    gos_str attributes = item->attributes;
    gos_subject subject = {.now_ms = item->at,
                           .match_pattern = pin->match_pattern,
                           .match_pattern_user = pin->match_pattern_user};
    struct text text;
    struct json_writer json;
    if (gos_str_equal(info.unit, GOS_LIT("user_id"))) {
        subject.user_id = item->unit;
    } else if (gos_str_equal(info.unit, GOS_LIT("device_id"))) {
        subject.device_id = item->unit;
    } else if (attributes.len == 0) {
        text_init(&text, work->arena);
        json_writer_init(&json, &text);
        json_open_object(&json);
        json_name_str(&json, info.unit);
        json_text(&json, item->unit);
        json_close_object(&json);
        attributes = text_str(&text);
    }
    return gos_context_bind(work->context, pin->rules, &subject, attributes, NULL) &&
           gos_str_equal(gos_eval_unit(pin->rules, experiment, work->context), item->unit);
}

static uint32_t variant_of(const struct work *work, gos_str name)
{
    uint32_t v = 0;
    while (v < work->ask->variant_count && !gos_str_equal(work->ask->variants[v], name))
        v++;
    return v;
}

/* Whether the server gave the unit its variant by what it knew, and not by the split. */
static bool is_inherited(const struct work *work, const struct ledger_exposure *item)
{
    const struct assignment *found = NULL;
    return work->sources->roster &&
           roster_find_assignment(work->sources->roster, work->request->environment,
                                  &work->request->experiment->id, item->unit, work->arena, &found,
                                  NULL) &&
           found && !gos_str_equal(found->assignment_reason, GOS_LIT("split"));
}

static void compare(struct work *work, const struct ledger_exposure *item, gos_decision decision)
{
    struct recount *out = work->out;
    uint32_t variants = work->ask->variant_count;
    uint32_t recorded = variant_of(work, item->variant);
    bool is_none = decision.assignment == GOS_ASSIGNMENT_COVERAGE ||
                   decision.assignment == GOS_ASSIGNMENT_LAYER ||
                   decision.assignment == GOS_ASSIGNMENT_HOLDOUT;
    uint32_t given = is_none ? variants : variant_of(work, decision.variant);
    if ((!is_none && decision.assignment != GOS_ASSIGNMENT_SPLIT) || recorded == variants ||
        (!is_none && given == variants) || (given != recorded && is_inherited(work, item)))
        return;
    out->checked++;
    if (is_none) {
        out->outside++;
        return;
    }
    out->differing += given != recorded;
    if (item->is_crossover)
        return;
    out->recorded[recorded]++;
    out->given[given]++;
    work->pairs[recorded * variants + given]++;
}

static void check_group(struct work *work, int32_t group, const struct publisher_pin *pin)
{
    char id[UUID_TEXT_BYTES];
    uuid_write(&work->request->experiment->id, id);
    int32_t experiment = gos_ruleset_find_experiment(pin->rules, gos_str_from(id));
    for (uint32_t i = 0; experiment >= 0 && i < work->out->listed; i++) {
        gos_arena_mark mark = gos_arena_mark_take(work->arena);
        if (work->group_of[i] == group && bind(work, pin, (uint32_t)experiment, &work->items[i]))
            compare(work, &work->items[i],
                    gos_eval_experiment_at(pin->rules, (uint32_t)experiment, work->context));
        gos_arena_mark_return(work->arena, mark);
    }
    work->groups[group].is_done = true;
}

static bool check_current(struct work *work, gos_error *err)
{
    struct publisher_pin pin;
    if (!publisher_pin(work->sources->publisher, work->request->environment, &pin, err))
        return false;
    int32_t group = group_of(work, pin.sequence);
    if (group != GROUP_NONE && work->groups[group].count > 0)
        check_group(work, group, &pin);
    publisher_unpin(work->sources->publisher, &pin);
    return true;
}

static int32_t largest_group(const struct work *work)
{
    int32_t largest = GROUP_NONE;
    uint32_t count = 0;
    for (int32_t i = 0; i < GROUPS_MAX; i++) {
        if (!work->groups[i].is_done && work->groups[i].count > count) {
            count = work->groups[i].count;
            largest = i;
        }
    }
    return largest;
}

/* A ruleset of the past may not compile any more; then its exposures stay unchecked. */
static void check_past(struct work *work)
{
    struct publisher *publisher = work->sources->publisher;
    for (uint32_t i = 1; i < RECOUNT_RULESETS; i++) {
        struct publisher_past *past;
        struct publisher_pin pin;
        int32_t group = largest_group(work);
        if (group == GROUP_NONE)
            return;
        work->groups[group].is_done = true;
        if (!publisher_past_open(publisher, work->request->environment,
                                 work->groups[group].sequence, &past, &pin, NULL))
            continue;
        check_group(work, group, &pin);
        publisher_past_close(publisher, past);
    }
}

static void find_pair(struct work *work)
{
    uint32_t variants = work->ask->variant_count;
    for (uint32_t i = 0; i < variants * variants; i++) {
        if (i / variants != i % variants && work->pairs[i] > work->out->pair_count) {
            work->out->pair_recorded = i / variants;
            work->out->pair_given = i % variants;
            work->out->pair_count = work->pairs[i];
        }
    }
}

bool recount_make(const struct analysis_sources *sources, const struct analysis_request *request,
                  const struct ledger_question *ask, const struct history *history,
                  gos_arena *arena, struct recount *out, gos_error *err)
{
    struct work work = {.sources = sources,
                        .request = request,
                        .ask = ask,
                        .history = history,
                        .arena = arena,
                        .out = out};
    uint32_t variants = ask->variant_count;
    *out = (struct recount){0};
    out->recorded = gos_arena_array(arena, variants + 1, sizeof *out->recorded, err);
    out->given = gos_arena_array(arena, variants + 1, sizeof *out->given, err);
    work.pairs = gos_arena_array(arena, (size_t)variants * variants + 1, sizeof *work.pairs, err);
    if (!out->recorded || !out->given || !work.pairs || !prepare(&work, err))
        return false;
    work.context = gos_context_open(CONTEXT_BYTES_MAX);
    if (!work.context)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a context");
    bool done = check_current(&work, err);
    if (done)
        check_past(&work);
    find_pair(&work);
    gos_context_close(work.context);
    return done;
}
