/* Definition, ledger, scorecard, doctor, rows: one computation from beginning to end. */
#include "jobs/analysis.h"

#include "base/hash.h"
#include "base/time.h"
#include "jobs/decision.h"
#include "jobs/doctor.h"
#include "jobs/phases.h"

#include <inttypes.h>

struct run {
    const struct analysis_sources *sources;
    const struct analysis_request *request;
    gos_arena *arena;
    struct analysis_design design;
    struct ledger_question ask;
    struct ledger_answer answer;
    struct scorecard_question question;
    struct scorecard scorecard;
    struct analysis *out;
};

/* The data end where the experiment ended, unless the caller wants another moment. */
void analysis_window(const struct analysis_design *design, const struct analysis_request *request,
                     int64_t *out_start, int64_t *out_end)
{
    int64_t end = request->as_of_ms != TIME_NONE ? request->as_of_ms : request->now_ms;
    int64_t start = design->start_ms;
    if (design->end_ms != TIME_NONE && design->end_ms < end)
        end = design->end_ms;
    *out_start = start == TIME_NONE || start > end ? end : start;
    *out_end = end;
}

static bool ask_ledger(struct run *run, gos_error *err)
{
    struct analysis_design *design = &run->design;
    run->ask = (struct ledger_question){
        .environment = run->request->environment,
        .experiment_id = run->request->experiment->id,
        .variants = design->variants,
        .variant_count = design->variant_count,
        .plans = design->plans,
        .plan_count = design->metric_count,
        .from_ms = run->out->window_start,
        .as_of_ms = run->out->window_end,
        .watermark = run->request->watermark,
        .cancel = run->request->cancel,
        .progress = run->request->progress,
        .counts_days = true,
    };
    if (!ledger_compute(run->sources->ledger, &run->ask, run->arena, &run->answer, err))
        return false;
    run->ask.progress = NULL; /* what is asked beside it is small */
    run->ask.counts_days = false;
    for (uint32_t m = 0; m < design->metric_count; m++) {
        design->metrics[m].cells = &run->answer.cells[(size_t)m * design->variant_count];
        design->metrics[m].cap = run->answer.caps[m];
    }
    run->out->watermark = run->answer.watermark;
    run->out->is_refresh = run->answer.is_refresh;
    run->out->rows_read = run->answer.rows_read;
    return true;
}

struct scorecard_question analysis_question(const struct analysis_design *design,
                                            const uint64_t *units)
{
    return (struct scorecard_question){
        .variants = design->variants,
        .weights = design->weights,
        .units = units,
        .variant_count = design->variant_count,
        .control = design->control,
        .metrics = design->metrics,
        .metric_count = design->metric_count,
        .alpha = 0.05,
        .planned_units = design->planned_units,
        .mode = GOS_MODE_PLANNED,
        .adjust = GOS_ADJUST_LIN,
    };
}

static bool score(struct run *run, gos_error *err)
{
    struct analysis_design *design = &run->design;
    struct periods periods;
    const struct json *tree = run->request->experiment->tree;
    if (!periods_read(tree, &run->ask, design, run->arena, &periods, err))
        return false;
    if (periods.count > 1 &&
        !periods_take(run->sources->ledger, &run->ask, &periods, design, run->arena, err))
        return false;
    if (!phases_expect(run->sources->ledger, &run->ask, &periods, &run->answer, design, run->arena,
                       err))
        return false;
    run->question = analysis_question(design, run->answer.units);
    return scorecard_compute(&run->question, run->arena, &run->scorecard, err);
}

/* From what the row is, so that the same computation has the same ids. */
static struct uuid row_id(const struct result *row, gos_arena *arena)
{
    uint64_t hash[2];
    uint8_t random[10];
    char experiment[UUID_TEXT_BYTES];
    uuid_write(&row->experiment_id, experiment);
    hash_xxh3_128(gos_arena_print(arena, "%s/%" PRId64 "/%.*s/%.*s", experiment, row->computed_at,
                                  GOS_ARG(row->metric_name), GOS_ARG(row->variant)),
                  hash);
    memcpy(random, hash, sizeof random);
    return uuid_make(row->computed_at, random);
}

static bool make_rows(struct run *run, gos_error *err)
{
    struct analysis *out = run->out;
    struct scorecard_stamp stamp = {
        .experiment_id = run->request->experiment->id,
        .environment = run->request->environment,
        .computed_at = out->computed_at,
        .window_start = out->window_start,
        .window_end = out->window_end,
        .extra = gos_arena_print(
            run->arena,
            "\"experiment_version\":%" PRId64 ",\"watermark\":%" PRIu64 ",\"method_version\":%d",
            run->request->experiment->version, out->watermark, ANALYSIS_METHOD_VERSION),
    };
    if (!scorecard_rows(&run->scorecard, &stamp, run->arena, &out->rows, &out->row_count, err))
        return false;
    for (uint32_t i = 0; i < out->row_count; i++)
        out->rows[i].id = row_id(&out->rows[i], run->arena);
    return true;
}

static const uint64_t *count_assignments(struct run *run)
{
    uint64_t *counts = gos_arena_array(run->arena, run->design.variant_count, sizeof *counts, NULL);
    for (uint32_t v = 0; counts && v < run->design.variant_count; v++) {
        if (!roster_count_assignments(run->sources->roster, run->request->environment,
                                      &run->request->experiment->id, run->design.variants[v],
                                      &counts[v], NULL))
            return NULL;
    }
    return counts;
}

static gos_str layer_of(const struct json *tree)
{
    const struct json *layer = json_find(tree, GOS_LIT("layer"));
    return layer && layer->type == JSON_STRING ? layer->text : GOS_LIT("");
}

/* Other running experiments that are not in the same layer: their units overlap. */
static void find_overlaps(struct run *run, struct doctor_visit *visit)
{
    struct catalog_query query = {.environment = run->request->environment,
                                  .kind = KIND_EXPERIMENT,
                                  .status = GOS_LIT("Running"),
                                  .limit = 100};
    struct catalog_page page = {0};
    gos_str *names = gos_arena_array(run->arena, query.limit, sizeof *names, NULL);
    if (!names || !catalog_list(run->sources->catalog, &query, run->arena, &page, NULL))
        return;
    gos_str layer = layer_of(run->request->experiment->tree);
    for (uint32_t i = 0; i < page.count; i++) {
        const struct json *tree = NULL;
        if (uuid_equal(&page.items[i].id, &run->request->experiment->id) ||
            !json_read(page.items[i].body, run->arena, &tree, NULL))
            continue;
        if (layer.len == 0 || !gos_str_equal(layer_of(tree), layer))
            names[visit->overlapping_count++] = page.items[i].name;
    }
    visit->overlapping = names;
}

static bool decide(struct run *run, const struct doctor_visit *visit, gos_error *err)
{
    struct text text;
    struct json_writer json;
    text_init(&text, run->arena);
    json_writer_init(&json, &text);
    if (!decision_write(visit, &run->design, run->arena, &json, err))
        return false;
    run->out->verdict = text_str(&text);
    return text_ok(&text, err);
}

/* What exposures say of the rulesets that decided them. */
static bool look_back(struct run *run, struct doctor_visit *visit, gos_error *err)
{
    const struct analysis_sources *sources = run->sources;
    struct history history;
    struct recount *recount = gos_arena_take(run->arena, sizeof *recount, err);
    struct stale *stale = gos_arena_take(run->arena, sizeof *stale, err);
    if (!sources->publisher)
        return true;
    visit->recount = recount;
    visit->stale = stale;
    return recount && stale &&
           history_read(sources->catalog, run->request->environment, run->request->now_ms,
                        run->arena, &history, err) &&
           recount_make(sources, run->request, &run->ask, &history, run->arena, recount, err) &&
           stale_find(sources, &run->ask, &history, run->arena, stale, err);
}

static bool examine(struct run *run, gos_error *err)
{
    struct doctor_visit visit = {
        .experiment = run->request->experiment->tree,
        .scorecard = &run->scorecard,
        .answer = &run->answer,
        .ratio_log_e = run->design.ratio_log_e,
        .now_ms = run->request->now_ms,
    };
    visit.days = run->answer.days;
    visit.day_count = run->answer.day_count;
    struct ledger_oddities oddities;
    if (!ledger_oddities(run->sources->ledger, &run->ask, run->request->now_ms, run->arena,
                         &oddities, err))
        return false;
    visit.oddities = &oddities;
    if (run->sources->roster) {
        struct roster_spool_depth depth;
        roster_spool_depth(run->sources->roster, &depth);
        visit.facts_behind = depth.next_sequence > run->out->watermark
                                 ? depth.next_sequence - 1 - run->out->watermark
                                 : 0;
        if (depth.oldest_ms != TIME_NONE)
            visit.behind_ms = run->request->now_ms - depth.oldest_ms;
        if (run->scorecard.sample_ratio.p_value < GOS_SRM_WARN)
            visit.assignments = count_assignments(run);
    }
    find_overlaps(run, &visit);
    if (!look_back(run, &visit, err))
        return false;
    struct text text;
    struct json_writer json;
    text_init(&text, run->arena);
    json_writer_init(&json, &text);
    doctor_write(&visit, run->arena, &json);
    run->out->health = text_str(&text);
    return text_ok(&text, err) && decide(run, &visit, err);
}

bool analysis_run(const struct analysis_sources *sources, const struct analysis_request *request,
                  gos_arena *arena, struct analysis *out, gos_error *err)
{
    struct run *run = gos_arena_take(arena, sizeof *run, err);
    *out = (struct analysis){0};
    if (!run)
        return false;
    *run = (struct run){.sources = sources, .request = request, .arena = arena, .out = out};
    if (!analysis_read_design(sources->catalog, request->environment, request->experiment->tree,
                              arena, &run->design, err))
        return false;
    analysis_window(&run->design, request, &out->window_start, &out->window_end);
    out->computed_at = request->now_ms;
    return ask_ledger(run, err) && score(run, err) && make_rows(run, err) && examine(run, err);
}
