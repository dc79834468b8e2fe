/* Each slice is a comparison of its own; together they are one family. */
#include "jobs/breakdown.h"

#include "base/limits.h"
#include "base/time.h"
#include "gosset/stats_checks.h"
#include "gosset/stats_slices.h"
#include "jobs/periods.h"

#include <math.h>

/* From here on a difference between slices is no chance. */
static const double DIFFERS_P = 0.05;

struct slicing {
    const struct analysis_sources *sources;
    const struct analysis_request *request;
    gos_arena *arena;
    struct analysis_design design;
    const struct metric_plan *plan;
    gos_str by;
    gos_str values[BREAKDOWN_SLICES_MAX];
    uint32_t value_count;
    uint64_t left_out;
    struct periods phases; /* of BREAKDOWN_PHASE */
    struct ledger_question ask;
    struct ledger_answer answer;
    gos_estimate *estimates; /* treatment by treatment, value by value */
    gos_slice *slices;
    gos_slice_group *groups;
};

static bool find_values(struct slicing *slicing, gos_error *err)
{
    struct ledger_slice *found;
    uint32_t count, most = VARIANTS_MAX / slicing->design.variant_count;
    if (!ledger_list_slices(slicing->sources->ledger, &slicing->ask, slicing->by, slicing->arena,
                            &found, &count, err))
        return false;
    most = most < BREAKDOWN_SLICES_MAX ? most : BREAKDOWN_SLICES_MAX;
    bool is_known = false;
    for (uint32_t i = 0; i < count; i++) {
        is_known = is_known || found[i].value.len > 0;
        if (i < most)
            slicing->values[slicing->value_count++] = found[i].value;
        else
            slicing->left_out += found[i].units;
    }
    return is_known || gos_fail(err, GOS_NOT_FOUND, "/by", "no exposure has the attribute \"%.*s\"",
                                GOS_ARG(slicing->by));
}

/* The variants once for each value. */
static bool ask_sliced(struct slicing *slicing, gos_error *err)
{
    uint32_t each = slicing->design.variant_count, all = each * slicing->value_count;
    struct ledger_question ask = slicing->ask;
    gos_str *variants = gos_arena_array(slicing->arena, all + 1, sizeof *variants, err);
    if (!variants)
        return false;
    for (uint32_t i = 0; i < all; i++)
        variants[i] = slicing->design.variants[i % each];
    ask.variants = variants;
    ask.variant_count = all;
    ask.plans = slicing->plan;
    ask.plan_count = 1;
    ask.slice_by = slicing->by;
    ask.slice_values = slicing->values;
    ask.slice_count = slicing->value_count;
    return ledger_compute(slicing->sources->ledger, &ask, slicing->arena, &slicing->answer, err);
}

static uint64_t units_of(const struct ledger_answer *answer, uint32_t variants)
{
    uint64_t units = 0;
    for (uint32_t v = 0; v < variants; v++)
        units += answer->units[v];
    return units;
}

static bool read_phases(struct slicing *slicing, gos_error *err)
{
    const struct json *tree = slicing->request->experiment->tree;
    if (json_find(tree, GOS_LIT("bandit")))
        return gos_fail(err, GOS_BAD_INPUT, "/by", "the phases of a bandit are weighed together");
    if (!periods_read_phases(tree, &slicing->ask, &slicing->design, slicing->arena,
                             &slicing->phases, err))
        return false;
    return slicing->phases.count > 1 ||
           gos_fail(err, GOS_NOT_FOUND, "/by", "the design did not change: there is one phase");
}

/* The answers of the newest phases, as one of slices. */
static bool join_phases(struct slicing *slicing, gos_error *err)
{
    uint32_t each = slicing->design.variant_count, most = VARIANTS_MAX / each;
    const struct periods *phases = &slicing->phases;
    most = most < BREAKDOWN_SLICES_MAX ? most : BREAKDOWN_SLICES_MAX;
    uint32_t first = phases->count > most ? phases->count - most : 0;
    struct ledger_answer *all = &slicing->answer;
    all->units = gos_arena_array(slicing->arena, (size_t)most * each, sizeof *all->units, err);
    all->cells = gos_arena_array(slicing->arena, (size_t)most * each, sizeof *all->cells, err);
    if (!all->units || !all->cells)
        return false;
    for (uint32_t i = 0; i < first; i++)
        slicing->left_out += units_of(&phases->answers[i], each);
    for (uint32_t i = first; i < phases->count; i++) {
        uint32_t place = slicing->value_count++;
        slicing->values[place] = gos_arena_print(slicing->arena, "%u", i + 1);
        memcpy(all->units + (size_t)place * each, phases->answers[i].units,
               each * sizeof *all->units);
        memcpy(all->cells + (size_t)place * each, phases->answers[i].cells,
               each * sizeof *all->cells);
    }
    slicing->phases.items += first;
    return true;
}

static bool ask_phases(struct slicing *slicing, gos_error *err)
{
    struct ledger_question ask = slicing->ask;
    ask.plans = slicing->plan;
    ask.plan_count = 1;
    return read_phases(slicing, err) &&
           periods_compute(slicing->sources->ledger, &ask, &slicing->phases, slicing->arena, err) &&
           join_phases(slicing, err);
}

static const struct ledger_cell *cell_at(const struct slicing *slicing, uint32_t value, uint32_t v)
{
    return &slicing->answer.cells[value * slicing->design.variant_count + v];
}

static bool compare_slice(struct slicing *slicing, uint32_t value, uint32_t v, uint32_t index,
                          gos_error *err)
{
    gos_stats_options options = gos_stats_options_default(scorecard_kind(slicing->plan->kind));
    options.mode = GOS_MODE_FIXED;
    options.adjust = GOS_ADJUST_LIN;
    gos_estimate *estimate = &slicing->estimates[index];
    if (!gos_stats_compare(&cell_at(slicing, value, slicing->design.control)->moments,
                           &cell_at(slicing, value, v)->moments, &options, estimate, err))
        return false;
    bool tells = isfinite(estimate->fixed.diff) && estimate->fixed.se > 0;
    slicing->slices[index] = (gos_slice){.diff = tells ? estimate->fixed.diff : (double)NAN,
                                         .se = estimate->fixed.se,
                                         .p_value = tells ? estimate->fixed.p_value : 1};
    return true;
}

static bool compare_all(struct slicing *slicing, gos_error *err)
{
    uint32_t count = slicing->value_count, variants = slicing->design.variant_count, group = 0;
    size_t all = (size_t)count * variants + 1;
    slicing->estimates = gos_arena_array(slicing->arena, all, sizeof *slicing->estimates, err);
    slicing->slices = gos_arena_array(slicing->arena, all, sizeof *slicing->slices, err);
    slicing->groups = gos_arena_array(slicing->arena, variants + 1u, sizeof *slicing->groups, err);
    if (!slicing->estimates || !slicing->slices || !slicing->groups)
        return false;
    for (uint32_t v = 0; v < variants; v++) {
        if (v == slicing->design.control)
            continue;
        for (uint32_t i = 0; i < count; i++) {
            if (!compare_slice(slicing, i, v, group * count + i, err))
                return false;
        }
        slicing->groups[group] = (gos_slice_group){.first = (size_t)group * count, .count = count};
        group++;
    }
    return gos_slices_examine(slicing->slices, (size_t)group * count, slicing->groups, group,
                              slicing->arena, err);
}

static void write_from(const struct period *phase, struct json_writer *json)
{
    char text[TIME_TEXT_BYTES];
    json_name(json, "from");
    if (phase->start_ms == TIME_NONE || phase->start_ms == INT64_MIN + 1)
        json_null(json);
    else
        json_text(json, (gos_str){text, time_write(phase->start_ms, text)});
}

static void write_slice(const struct slicing *slicing, uint32_t value, uint32_t v, uint32_t index,
                        struct json_writer *json)
{
    const gos_estimate *estimate = &slicing->estimates[index];
    const gos_inference *fixed = &estimate->fixed;
    const gos_slice *slice = &slicing->slices[index];
    uint32_t each = slicing->design.variant_count;
    bool bounded = fixed->lift_kind == GOS_LIFT_BOUNDED;
    char status[GOS_STATUS_TEXT_BYTES];
    json_open_object(json);
    json_name(json, "value");
    json_text(json, slicing->values[value]);
    if (slicing->phases.count > 0)
        write_from(&slicing->phases.items[value], json);
    json_put_double(json, "units", (double)slicing->answer.units[value * each + v]);
    json_put_double(json, "control_units",
                    (double)slicing->answer.units[value * each + slicing->design.control]);
    json_put_double(json, "mean", estimate->treatment.mean);
    json_put_double(json, "control_mean", estimate->control.mean);
    json_put_double(json, "diff", fixed->diff);
    json_put_interval(json, "diff_ci", fixed->diff_low, fixed->diff_high);
    json_put_double(json, "lift", 100 * fixed->lift);
    json_put_interval(json, "lift_ci", bounded ? 100 * fixed->lift_low : (double)NAN,
                      bounded ? 100 * fixed->lift_high : (double)NAN);
    json_put_double(json, "p_value", fixed->p_value);
    json_put_double(json, "adjusted_p", slice->adjusted_p);
    json_put_double(json, "gap_p", slice->gap_p);
    json_put_double(json, "gap_q", slice->gap_q);
    json_name(json, "differs");
    json_bool(json, slice->gap_q < DIFFERS_P);
    json_name(json, "status");
    json_text(json, gos_str_from(gos_status_text(estimate->status, status)));
    json_close_object(json);
}

/* How a slice should have been split: as its phase was, else as all are. */
static const double *weights_of(const struct slicing *slicing, uint32_t value, double *room)
{
    const struct analysis_design *design = &slicing->design;
    if (slicing->phases.count == 0)
        return design->weights;
    for (uint32_t v = 0; v < design->variant_count; v++)
        room[v] = period_share(&slicing->phases.items[value], design->variants[v]);
    return room;
}

/* Whether each slice was split as configured: p of the counts of its units. */
static bool write_ratios(const struct slicing *slicing, struct json_writer *json, gos_error *err)
{
    uint32_t each = slicing->design.variant_count;
    double room[VARIANTS_MAX];
    json_name(json, "sample_ratio");
    json_open_array(json);
    for (uint32_t i = 0; i < slicing->value_count; i++) {
        gos_srm srm;
        if (!gos_srm_check(&slicing->answer.units[(size_t)i * each], weights_of(slicing, i, room),
                           each, &srm, err))
            return false;
        json_open_object(json);
        json_name(json, "value");
        json_text(json, slicing->values[i]);
        json_put_double(json, "units", (double)srm.units);
        json_put_double(json, "p_value", srm.p_value);
        json_name(json, "alarm");
        json_bool(json, srm.alarm);
        json_close_object(json);
    }
    json_close_array(json);
    return true;
}

static bool write_all(const struct slicing *slicing, struct json_writer *json, gos_error *err)
{
    uint32_t group = 0;
    json_open_object(json);
    json_name(json, "metric");
    json_text(json, slicing->plan->name);
    json_name(json, "by");
    json_text(json, slicing->by);
    json_put_double(json, "left_out", (double)slicing->left_out);
    if (!write_ratios(slicing, json, err))
        return false;
    json_name(json, "variants");
    json_open_array(json);
    for (uint32_t v = 0; v < slicing->design.variant_count; v++) {
        if (v == slicing->design.control)
            continue;
        json_open_object(json);
        json_name(json, "variant");
        json_text(json, slicing->design.variants[v]);
        json_put_double(json, "heterogeneity_p", slicing->groups[group].heterogeneity.p_value);
        json_name(json, "differs");
        json_bool(json, slicing->groups[group].heterogeneity_q < DIFFERS_P);
        json_name(json, "slices");
        json_open_array(json);
        for (uint32_t i = 0; i < slicing->value_count; i++)
            write_slice(slicing, i, v, group * slicing->value_count + i, json);
        json_close_array(json);
        json_close_object(json);
        group++;
    }
    json_close_array(json);
    json_close_object(json);
    return true;
}

static void write_attribute(gos_str name, uint64_t units, struct json_writer *json)
{
    json_open_object(json);
    json_name(json, "name");
    json_text(json, name);
    json_put_double(json, "units", (double)units);
    json_close_object(json);
}

/* The phases, when there is something to tell apart. */
static bool write_phases(struct slicing *slicing, struct json_writer *json, gos_error *err)
{
    gos_error none;
    struct ledger_answer answer;
    if (!read_phases(slicing, &none))
        return true;
    if (!ledger_compute(slicing->sources->ledger, &slicing->ask, slicing->arena, &answer, err))
        return false;
    write_attribute(BREAKDOWN_PHASE, units_of(&answer, slicing->design.variant_count), json);
    return true;
}

static bool write_attributes(struct slicing *slicing, struct json_writer *json, gos_error *err)
{
    struct ledger_slice *found;
    uint32_t count;
    if (!ledger_list_slices(slicing->sources->ledger, &slicing->ask, GOS_LIT(""), slicing->arena,
                            &found, &count, err))
        return false;
    json_open_object(json);
    json_name(json, "attributes");
    json_open_array(json);
    if (!write_phases(slicing, json, err))
        return false;
    for (uint32_t i = 0; i < count; i++)
        write_attribute(found[i].value, found[i].units, json);
    json_close_array(json);
    json_close_object(json);
    return true;
}

bool slices_write(const struct analysis_sources *sources, const struct analysis_request *request,
                  gos_str metric, gos_str by, gos_arena *arena, struct json_writer *json,
                  gos_error *err)
{
    struct slicing *slicing = gos_arena_take(arena, sizeof *slicing, err);
    if (!slicing)
        return false;
    *slicing = (struct slicing){.sources = sources, .request = request, .arena = arena, .by = by};
    if (!analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &slicing->design, err) ||
        !analysis_find_plan(&slicing->design, metric, &slicing->plan, err))
        return false;
    slicing->ask = analysis_ask(&slicing->design, request);
    if (by.len == 0)
        return write_attributes(slicing, json, err);
    if (slicing->plan->kind == PLAN_QUANTILE)
        return gos_fail(err, GOS_BAD_INPUT, "/metric", "a quantile is not computed by slices");
    if (gos_str_equal(by, BREAKDOWN_PHASE)
            ? !ask_phases(slicing, err)
            : !find_values(slicing, err) || !ask_sliced(slicing, err))
        return false;
    return compare_all(slicing, err) && write_all(slicing, json, err);
}
