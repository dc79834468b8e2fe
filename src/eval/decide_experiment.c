/* Which variant of an experiment a context gets, in the order of docs/evaluation.md. */
#include "eval/decide.h"

#include "eval/point.h"
#include "eval/test.h"

uint64_t override_hash(enum override_kind kind, uint32_t owner, uint64_t user_hash)
{
    return (user_hash ^ ((uint64_t)owner << 1 | kind)) * UINT64_C(0x9E3779B97F4A7C15);
}

uint32_t override_find(const gos_ruleset *rules, enum override_kind kind, uint32_t owner,
                       const gos_context *context)
{
    uint64_t hash = override_hash(kind, owner, context->user_hash);
    uint32_t count = ruleset_override_table_count(rules);
    const struct table_entry *entries = ruleset_override_table(rules);
    for (uint32_t place = table_start(hash, count); entries[place].index != NONE;
         place = (place + 1) & (count - 1)) {
        if (entries[place].tag != table_tag(hash))
            continue;
        const struct override_entry *found = &ruleset_overrides(rules)[entries[place].index];
        if (found->kind == kind && found->owner == owner &&
            gos_str_equal(ruleset_text(rules, found->user), context->user))
            return found->target;
    }
    return NONE;
}

/* What is being decided. */
struct subject {
    const gos_ruleset *rules;
    const struct experiment *experiment;
    const gos_context *context;
    struct trace *trace;
    gos_str unit;
};

static bool none(gos_decision *out, gos_assignment assignment)
{
    out->assignment = assignment;
    return true;
}

static bool serve(const struct subject *subject, gos_decision *out, uint32_t variant,
                  gos_assignment assignment)
{
    const struct variant *chosen =
        &ruleset_variants(subject->rules)[subject->experiment->variants.first + variant];
    out->assignment = assignment;
    out->experiment_variant = (int32_t)variant;
    out->variant = ruleset_text(subject->rules, chosen->name);
    out->value = ruleset_text(subject->rules, chosen->configuration);
    return true;
}

/* Not running, outside its dates, or shipped: the same for everybody. */
static bool decide_state(const struct subject *subject, gos_decision *out)
{
    const struct experiment *experiment = subject->experiment;
    int64_t now_ms = subject->context->subject.now_ms;
    if (experiment->status == GOS_STATUS_COMPLETED && experiment->shipped != NONE)
        return serve(subject, out, experiment->shipped, GOS_ASSIGNMENT_SHIPPED);
    if (experiment->status != GOS_STATUS_RUNNING && experiment->status != GOS_STATUS_PAUSED)
        return none(out, GOS_ASSIGNMENT_NOT_RUNNING);
    if (now_ms < experiment->starts_ms || now_ms >= experiment->ends_ms)
        return none(out, GOS_ASSIGNMENT_OUTSIDE_DATES);
    return false;
}

static bool decide_forced(const struct subject *subject, gos_decision *out)
{
    if (!subject->experiment->has_forced)
        return false;
    uint32_t experiment = (uint32_t)(subject->experiment - ruleset_experiments(subject->rules));
    uint32_t variant =
        override_find(subject->rules, OVERRIDE_EXPERIMENT, experiment, subject->context);
    return variant != NONE && serve(subject, out, variant, GOS_ASSIGNMENT_OVERRIDE);
}

static bool decide_holdout(const struct subject *subject, gos_decision *out)
{
    struct span holdouts = subject->experiment->holdouts;
    for (uint32_t i = 0; i < holdouts.count; i++) {
        uint32_t index = ruleset_indices(subject->rules)[holdouts.first + i];
        const struct holdout *holdout = &ruleset_holdouts(subject->rules)[index];
        gos_str unit = context_unit(subject->context, holdout->unit);
        uint64_t point = point_of(holdout->seed, unit);
        bool is_held = unit.len && point < holdout->threshold;
        if (subject->trace)
            trace_point(subject->trace, "holdout", 0, unit, holdout->seed, point,
                        holdout->threshold, is_held);
        if (is_held)
            return none(out, GOS_ASSIGNMENT_HOLDOUT);
    }
    return false;
}

static uint32_t variant_find(const struct subject *subject, gos_str name)
{
    struct span variants = subject->experiment->variants;
    for (uint32_t i = 0; i < variants.count; i++) {
        const struct variant *variant = &ruleset_variants(subject->rules)[variants.first + i];
        if (gos_str_equal(ruleset_text(subject->rules, variant->name), name))
            return i;
    }
    return NONE;
}

/* A variant that the experiment no longer has does not bind anybody. */
static bool decide_earlier(const struct subject *subject, gos_decision *out)
{
    const struct experiment *experiment = subject->experiment;
    const gos_subject *asked = &subject->context->subject;
    bool is_paused = experiment->status == GOS_STATUS_PAUSED;
    gos_str name = {"", 0};
    gos_earlier earlier = GOS_EARLIER_NONE;
    if (asked->find_earlier && (experiment->sticky || is_paused))
        earlier =
            asked->find_earlier(asked->find_earlier_user,
                                ruleset_text(subject->rules, experiment->id), subject->unit, &name);
    if (earlier == GOS_EARLIER_FAILED) {
        out->code = GOS_UNAVAILABLE;
        return none(out, GOS_ASSIGNMENT_FAILED);
    }
    uint32_t variant = earlier == GOS_EARLIER_NONE ? NONE : variant_find(subject, name);
    if (variant != NONE)
        return serve(subject, out, variant,
                     earlier == GOS_EARLIER_UNIT ? GOS_ASSIGNMENT_STICKY : GOS_ASSIGNMENT_IDENTITY);
    return is_paused && none(out, GOS_ASSIGNMENT_PAUSED);
}

static bool decide_targeting(const struct subject *subject, gos_decision *out)
{
    const struct experiment *experiment = subject->experiment;
    const gos_ruleset *rules = subject->rules;
    if (experiment->exclude != NONE &&
        program_run(rules, experiment->exclude, subject->context, subject->trace))
        return none(out, GOS_ASSIGNMENT_EXCLUDED);
    if (!program_run(rules, experiment->include, subject->context, subject->trace) ||
        !program_run(rules, experiment->attributes, subject->context, subject->trace))
        return none(out, GOS_ASSIGNMENT_TARGETING);
    return false;
}

static bool decide_layer(const struct subject *subject, gos_decision *out)
{
    struct span memberships = subject->experiment->memberships;
    for (uint32_t i = 0; i < memberships.count; i++) {
        const struct membership *membership =
            &ruleset_memberships(subject->rules)[memberships.first + i];
        const struct layer *layer = &ruleset_layers(subject->rules)[membership->layer];
        uint64_t point = point_of(layer->seed, subject->unit);
        bool is_in = ranges_find(subject->rules, membership->ranges, point_slot(point)) == 1;
        if (subject->trace)
            trace_slot(subject->trace, "layer", 0, subject->unit, layer->seed, point,
                       is_in ? GOS_LIT("inside") : GOS_LIT("outside"));
        if (!is_in)
            return none(out, GOS_ASSIGNMENT_LAYER);
    }
    return false;
}

static bool decide_coverage(const struct subject *subject, gos_decision *out)
{
    const struct experiment *experiment = subject->experiment;
    if (experiment->covers_all)
        return false;
    uint64_t point = point_of(experiment->coverage_seed, subject->unit);
    bool is_in = point < experiment->coverage;
    if (subject->trace)
        trace_point(subject->trace, "coverage", 0, subject->unit, experiment->coverage_seed, point,
                    experiment->coverage, is_in);
    return !is_in && none(out, GOS_ASSIGNMENT_COVERAGE);
}

static bool decide_split(const struct subject *subject, gos_decision *out)
{
    const struct experiment *experiment = subject->experiment;
    uint64_t point = point_by(subject->rules, (uint8_t)experiment->hash, experiment->split_seed,
                              subject->unit, true);
    uint32_t variant = ranges_find(subject->rules, experiment->ranges, point_slot(point));
    serve(subject, out, variant, GOS_ASSIGNMENT_SPLIT);
    if (subject->trace)
        trace_slot(subject->trace, "split", (uint8_t)experiment->hash, subject->unit,
                   experiment->split_seed, point, out->variant);
    return true;
}

static bool decide_unit(struct subject *subject, gos_decision *out)
{
    subject->unit = context_unit(subject->context, subject->experiment->unit);
    if (subject->unit.len)
        return false;
    if (subject->experiment->unit == SLOT_USER)
        out->code = GOS_TARGETING_KEY_MISSING;
    return none(out, GOS_ASSIGNMENT_NO_UNIT);
}

void experiment_decide(const gos_ruleset *rules, uint32_t experiment, const gos_context *context,
                       struct trace *trace, gos_decision *out)
{
    struct subject subject = {
        rules, &ruleset_experiments(rules)[experiment], context, trace, {"", 0}};
    out->experiment = (int32_t)experiment;
    out->experiment_variant = -1;
    if (trace)
        trace_experiment_begin(trace, experiment);
    bool decided = decide_state(&subject, out) || decide_forced(&subject, out) ||
                   decide_unit(&subject, out) || decide_holdout(&subject, out) ||
                   decide_earlier(&subject, out) || decide_targeting(&subject, out) ||
                   decide_layer(&subject, out) || decide_coverage(&subject, out) ||
                   decide_split(&subject, out);
    assert(decided);
    (void)decided;
    if (trace)
        trace_experiment_end(trace, out);
}
