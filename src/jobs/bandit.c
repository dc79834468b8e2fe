/* Facts by period, posteriors of the arms, weights, a phase. */
#include "jobs/bandit.h"

#include "base/limits.h"
#include "base/time.h"
#include "gosset/stats_adaptive.h"

#include <math.h>

enum { SHARES = 10000, WINS_NEEDED = 3 };

/* From here on an arm counts as the winner, if it is so in WINS_NEEDED decisions on end. */
static const double CHANCE_NEEDED = 0.95;

/* One decision being made. Arms are the variants with a share; a share of 0 stays 0. */
struct deciding {
    const struct bandit_request *request;
    const struct definition *experiment;
    const struct json *settings;
    gos_arena *arena;
    struct analysis_design design;
    struct ledger_question ask;
    struct periods periods;
    uint32_t arms[VARIANTS_MAX];
    size_t arm_count;
    uint64_t units[VARIANTS_MAX];
    double mean[VARIANTS_MAX], se[VARIANTS_MAX], best[VARIANTS_MAX], weights[VARIANTS_MAX];
    uint32_t shares[VARIANTS_MAX]; /* of SHARES, by arm */
    size_t periods_used;
    const char *reason; /* why nothing is changed; NULL: it is */
};

static double setting(const struct json *settings, const char *name, double otherwise)
{
    const struct json *value = json_find(settings, gos_str_from(name));
    return value && value->type == JSON_NUMBER ? value->number : otherwise;
}

int64_t bandit_due(const struct json *experiment)
{
    const struct json *settings = json_find(experiment, GOS_LIT("bandit"));
    const struct json *phases = json_find(experiment, GOS_LIT("phases"));
    int64_t last = TIME_NONE;
    if (!settings || !phases || phases->count == 0)
        return TIME_NONE;
    for (uint32_t i = 0; i < phases->count; i++) {
        if (i == 0 || json_find(&phases->items[i], GOS_LIT("decision")))
            time_read(json_find_text(&phases->items[i], "start"), &last);
    }
    return last == TIME_NONE
               ? last
               : last + (int64_t)(setting(settings, "interval_hours", 24) * TIME_DAY_MS / 24);
}

static bool check_experiment(struct deciding *d, gos_error *err)
{
    const struct json *phases = json_find(d->experiment->tree, GOS_LIT("phases"));
    d->settings = json_find(d->experiment->tree, GOS_LIT("bandit"));
    if (!d->settings)
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "/bandit",
                        "\"%.*s\" is no bandit: its weights are set by people",
                        GOS_ARG(d->experiment->name));
    if (!gos_str_equal(d->experiment->status, GOS_LIT("Running")))
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "/status", "the experiment is %.*s, not Running",
                        GOS_ARG(d->experiment->status));
    if (phases && phases->count >= PHASES_MAX)
        return gos_fail(err, GOS_NOT_ALLOWED_NOW, "/phases",
                        "the experiment has %d phases and takes no more decisions", PHASES_MAX);
    return true;
}

static bool read_question(struct deciding *d, gos_error *err)
{
    const struct bandit_request *request = d->request;
    const struct analysis_request window = {.now_ms = request->now_ms, .as_of_ms = TIME_NONE};
    struct analysis_design *design = &d->design;
    int64_t from, until;
    if (!analysis_read_design(request->catalog, request->environment, d->experiment->tree, d->arena,
                              design, err))
        return false;
    if (design->plans[0].kind == PLAN_QUANTILE)
        return gos_fail(err, GOS_BAD_INPUT, "/success_metrics/primary_metric",
                        "a bandit follows a mean, a rate or a ratio, not a quantile");
    analysis_window(design, &window, &from, &until);
    d->ask = (struct ledger_question){
        .environment = request->environment,
        .experiment_id = d->experiment->id,
        .variants = design->variants,
        .variant_count = design->variant_count,
        .plans = design->plans,
        .plan_count = 1,
        .from_ms = from,
        .as_of_ms = until,
        .cancel = request->cancel,
    };
    for (uint32_t v = 0; v < design->variant_count; v++) {
        if (design->weights[v] > 0)
            d->arms[d->arm_count++] = v;
    }
    return periods_read(d->experiment->tree, &d->ask, design, d->arena, &d->periods, err) &&
           periods_compute(request->ledger, &d->ask, &d->periods, d->arena, err);
}

static gos_metric_kind kind_of(const struct deciding *d)
{
    enum plan_kind kind = d->design.plans[0].kind;
    return kind == PLAN_RATIO        ? GOS_METRIC_RATIO
           : kind == PLAN_PROPORTION ? GOS_METRIC_PROPORTION
                                     : GOS_METRIC_MEAN;
}

/* Moments of the arms, period by period; also counts their units. */
static gos_moments *gather(struct deciding *d, gos_error *err)
{
    gos_moments *cells =
        gos_arena_array(d->arena, d->periods.count * d->arm_count + 1, sizeof *cells, err);
    for (uint32_t k = 0; cells && k < d->periods.count; k++) {
        for (size_t i = 0; i < d->arm_count; i++) {
            cells[k * d->arm_count + i] = d->periods.answers[k].cells[d->arms[i]].moments;
            d->units[i] += d->periods.answers[k].units[d->arms[i]];
        }
    }
    return cells;
}

/* Whole shares of SHARES; what rounding leaves goes to those that lost most. */
static void round_shares(struct deciding *d)
{
    double lost[VARIANTS_MAX];
    uint32_t given = 0;
    for (size_t i = 0; i < d->arm_count; i++) {
        double exact = d->weights[i] * SHARES;
        d->shares[i] = (uint32_t)floor(exact + 1e-9);
        lost[i] = exact - d->shares[i];
        given += d->shares[i];
    }
    for (; given < SHARES; given++) {
        size_t most = 0;
        for (size_t i = 1; i < d->arm_count; i++)
            most = lost[i] > lost[most] ? i : most;
        d->shares[most]++;
        lost[most] -= 1;
    }
}

static bool choose(struct deciding *d, gos_error *err)
{
    const gos_bandit bandit = {
        .top_two = gos_str_equal(json_find_text(d->settings, "method"), GOS_LIT("top_two")),
        .lowest_wins = !d->design.plans[0].increase,
        .floor = setting(d->settings, "floor", 1) / 100,
    };
    gos_moments *cells = gather(d, err);
    if (!cells || !gos_adaptive_means(cells, d->periods.count, d->arm_count, kind_of(d), d->mean,
                                      d->se, &d->periods_used, err))
        return false;
    double least = setting(d->settings, "minimum_units", 100);
    for (size_t i = 0; i < d->arm_count; i++) {
        if ((double)d->units[i] < least)
            d->reason = "a variant has fewer units than minimum_units";
        else if (!d->reason && !(d->se[i] > 0))
            d->reason = "the primary metric does not vary yet";
    }
    if (d->arm_count < 2)
        d->reason = "fewer than two variants have a share";
    if (d->reason)
        return true;
    if (!gos_bandit_weights(d->mean, d->se, d->arm_count, &bandit, d->best, d->weights, err))
        return false;
    round_shares(d);
    return true;
}

static gos_str arm_name(const struct deciding *d, size_t i)
{
    return d->design.variants[d->arms[i]];
}

static void put_arms(const struct deciding *d, const char *name, const double *values,
                     struct json_writer *json)
{
    json_name(json, name);
    json_open_object(json);
    for (size_t i = 0; i < d->arm_count; i++) {
        json_name_str(json, arm_name(d, i));
        json_double(json, values[i]);
    }
    json_close_object(json);
}

/* The leader of this decision, if it also led so clearly in the ones before. */
static const struct json *chances_before(const struct json *phases, uint32_t back)
{
    for (uint32_t i = phases->count; i-- > 0;) {
        const struct json *decision = json_find(&phases->items[i], GOS_LIT("decision"));
        if (decision && back-- == 0)
            return json_find(decision, GOS_LIT("chance_best"));
    }
    return NULL;
}

static gos_str winner_of(const struct deciding *d)
{
    const struct json *phases = json_find(d->experiment->tree, GOS_LIT("phases"));
    for (size_t i = 0; i < d->arm_count; i++) {
        uint32_t wins = d->best[i] >= CHANCE_NEEDED;
        for (uint32_t back = 0; wins > 0 && back + 1 < WINS_NEEDED; back++) {
            const struct json *chance = json_find(chances_before(phases, back), arm_name(d, i));
            wins += chance && chance->number >= CHANCE_NEEDED;
        }
        if (wins == WINS_NEEDED)
            return arm_name(d, i);
    }
    return GOS_LIT("");
}

static void write_allocation(const struct deciding *d, struct json_writer *json)
{
    json_open_object(json);
    for (uint32_t v = 0; v < d->design.variant_count; v++) {
        uint32_t share = 0;
        for (size_t i = 0; i < d->arm_count; i++)
            share = d->arms[i] == v ? d->shares[i] : share;
        json_name_str(json, d->design.variants[v]);
        json_double(json, share / 100.0);
    }
    json_close_object(json);
}

static void write_weights(const struct deciding *d, struct json_writer *json)
{
    gos_str winner = winner_of(d);
    put_arms(d, "chance_best", d->best, json);
    json_name(json, "weights");
    write_allocation(d, json);
    json_name(json, "winner");
    if (winner.len > 0)
        json_text(json, winner);
    else
        json_null(json);
}

static void write_decision(const struct deciding *d, struct json_writer *json)
{
    char at[TIME_TEXT_BYTES];
    gos_str method = json_find_text(d->settings, "method");
    double units[VARIANTS_MAX];
    for (size_t i = 0; i < d->arm_count; i++)
        units[i] = (double)d->units[i];
    json_open_object(json);
    json_name(json, "at");
    json_text(json, (gos_str){at, time_write(d->request->now_ms, at)});
    json_name(json, "metric");
    json_text(json, d->design.plans[0].name);
    json_name(json, "method");
    json_text(json, method.len > 0 ? method : GOS_LIT("thompson"));
    json_name(json, "applied");
    json_bool(json, !d->reason);
    if (d->reason) {
        json_name(json, "reason");
        json_text(json, gos_str_from(d->reason));
    }
    json_name(json, "periods");
    json_int(json, (int64_t)d->periods_used);
    json_name(json, "watermark");
    json_int(json, d->periods.count ? (int64_t)d->periods.answers[0].watermark : 0);
    put_arms(d, "units", units, json);
    put_arms(d, "mean", d->mean, json);
    put_arms(d, "se", d->se, json);
    if (!d->reason)
        write_weights(d, json);
    json_close_object(json);
}

static bool apply(const struct deciding *d, gos_str decision, gos_error *err)
{
    struct text text;
    struct json_writer json;
    const struct json *allocation;
    struct definition next;
    text_init(&text, d->arena);
    json_writer_init(&json, &text);
    write_allocation(d, &json);
    struct catalog_write write = {.environment = d->request->environment,
                                  .actor = d->request->actor,
                                  .now_ms = d->request->now_ms};
    struct catalog_change change = {.operation = CATALOG_PUT,
                                    .definition = &next,
                                    .expected_version = d->experiment->version,
                                    .action = GOS_LIT("reweigh"),
                                    .pointer = ""};
    return text_ok(&text, err) && json_read(text_str(&text), d->arena, &allocation, err) &&
           definition_reweigh(d->experiment, allocation, decision, d->request->now_ms, d->arena,
                              &next, err) &&
           catalog_apply(d->request->catalog, &write, &change, 1, NULL, err);
}

bool bandit_decide(const struct bandit_request *request, const struct definition *experiment,
                   gos_arena *arena, gos_str *out_decision, bool *out_applied, gos_error *err)
{
    struct deciding *d = gos_arena_take(arena, sizeof *d, err);
    struct text text;
    struct json_writer json;
    if (!d)
        return false;
    *d = (struct deciding){.request = request, .experiment = experiment, .arena = arena};
    if (!check_experiment(d, err) || !read_question(d, err) || !choose(d, err))
        return false;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    write_decision(d, &json);
    *out_decision = text_str(&text);
    *out_applied = !d->reason;
    return text_ok(&text, err) && (d->reason || apply(d, *out_decision, err));
}
