/* POST /api/v1/calc/{method}: the library's methods over plain numbers; nothing is stored. */
#include "api/calc.h"

#include "api/api.h"
#include "gosset/stats_checks.h"
#include "gosset/stats_plan.h"

#include <math.h>
#include <stdio.h>

enum { CALC_ARMS_MAX = 64 };

/* One case: its fields by name, the answer, and the first thing that was wrong. */
struct calc {
    const struct json *input;
    struct json_writer json;
    gos_error *err;
    bool failed;
};

typedef void calc_method(struct calc *calc);

static double fail(struct calc *calc, const char *name, const char *wanted)
{
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s", name);
    if (!calc->failed)
        gos_fail(calc->err, GOS_BAD_INPUT, pointer, "%s must be %s", name, wanted);
    calc->failed = true;
    return NAN;
}

static double number_or(struct calc *calc, const char *name, double otherwise)
{
    const struct json *value = json_find(calc->input, gos_str_from(name));
    if (!value)
        return isnan(otherwise) ? fail(calc, name, "a number") : otherwise;
    return value->type == JSON_NUMBER ? value->number : fail(calc, name, "a number");
}

static double number(struct calc *calc, const char *name)
{
    return number_or(calc, name, NAN);
}

static uint64_t count(struct calc *calc, const char *name)
{
    double value = number(calc, name);
    if (!(value >= 0 && value <= 1e12 && value == floor(value))) {
        fail(calc, name, "a whole number from 0 to 1e12");
        return 0;
    }
    return (uint64_t)value;
}

static void take(struct calc *calc, bool done)
{
    calc->failed = calc->failed || !done;
}

static void put(struct calc *calc, const char *name, double value)
{
    json_name(&calc->json, name);
    json_double(&calc->json, value);
}

static void put_estimate(struct calc *calc, const gos_estimate *estimate)
{
    const gos_inference *fixed = &estimate->fixed;
    char status[GOS_STATUS_TEXT_BYTES];
    json_name(&calc->json, "status");
    json_text(&calc->json, gos_str_from(gos_status_text(estimate->status, status)));
    json_name(&calc->json, "method");
    json_text(&calc->json, gos_str_from(fixed->method));
    put(calc, "mean_c", estimate->control.mean);
    put(calc, "mean_t", estimate->treatment.mean);
    put(calc, "diff", fixed->diff);
    put(calc, "se", fixed->se);
    put(calc, "p_value", fixed->p_value);
    put(calc, "diff_low", fixed->diff_low);
    put(calc, "diff_high", fixed->diff_high);
    put(calc, "lift", fixed->lift);
    bool bounded = fixed->lift_kind == GOS_LIFT_BOUNDED;
    put(calc, "lift_low", bounded ? fixed->lift_low : NAN);
    put(calc, "lift_high", bounded ? fixed->lift_high : NAN);
}

static void compare(struct calc *calc, const gos_moments *control, const gos_moments *treatment,
                    gos_metric_kind kind)
{
    gos_stats_options options = gos_stats_options_default(kind);
    gos_estimate estimate;
    options.mode = GOS_MODE_FIXED;
    options.alpha = number_or(calc, "alpha", options.alpha);
    options.small_counts_fisher = false;
    if (calc->failed)
        return;
    take(calc, gos_stats_compare(control, treatment, &options, &estimate, calc->err));
    if (!calc->failed)
        put_estimate(calc, &estimate);
}

static void calc_proportions(struct calc *calc)
{
    uint64_t x_c = count(calc, "x_c"), n_c = count(calc, "n_c");
    uint64_t x_t = count(calc, "x_t"), n_t = count(calc, "n_t");
    if (x_c > n_c)
        fail(calc, "x_c", "at most n_c");
    if (x_t > n_t)
        fail(calc, "x_t", "at most n_t");
    if (calc->failed)
        return;
    gos_moments control = gos_moments_from_counts(x_c, n_c);
    gos_moments treatment = gos_moments_from_counts(x_t, n_t);
    compare(calc, &control, &treatment, GOS_METRIC_PROPORTION);
}

static void calc_welch(struct calc *calc)
{
    uint64_t n_c = count(calc, "n_c"), n_t = count(calc, "n_t");
    gos_moments control =
        gos_moments_from_variance(n_c, number(calc, "mean_c"), number(calc, "var_c"));
    gos_moments treatment =
        gos_moments_from_variance(n_t, number(calc, "mean_t"), number(calc, "var_t"));
    compare(calc, &control, &treatment, GOS_METRIC_MEAN);
}

static gos_plan plan_read(struct calc *calc)
{
    gos_plan plan = gos_plan_default();
    plan.ratio = number_or(calc, "ratio", plan.ratio);
    plan.alpha = number_or(calc, "alpha", plan.alpha);
    plan.power = number_or(calc, "power", plan.power);
    plan.sides = number_or(calc, "sided", plan.sides) == 1 ? 1 : 2;
    plan.correlation = number_or(calc, "rho_pre", plan.correlation);
    plan.design_effect = number_or(calc, "design_effect", plan.design_effect);
    return plan;
}

static void put_size(struct calc *calc, const gos_size *size)
{
    put(calc, "n_c", size->n_c);
    put(calc, "n_t", size->n_t);
    put(calc, "n_c_formula", size->n_formula);
    put(calc, "n_c_two_tail", size->n_exact);
}

static void calc_size_prop(struct calc *calc)
{
    double p_c = number(calc, "p1"), p_t = number(calc, "p2");
    gos_plan plan = plan_read(calc);
    gos_size size;
    if (!calc->failed)
        take(calc, gos_size_rates(p_c, p_t, &plan, &size, calc->err));
    if (!calc->failed)
        put_size(calc, &size);
}

static void calc_size_mean(struct calc *calc)
{
    double delta = number(calc, "delta"), sd_c = number(calc, "sd_c"), sd_t = number(calc, "sd_t");
    gos_plan plan = plan_read(calc);
    gos_size size;
    if (!calc->failed)
        take(calc, gos_size_mean(delta, sd_c, sd_t, &plan, &size, calc->err));
    if (!calc->failed)
        put_size(calc, &size);
}

/* A rate has one more answer, the higher rate itself. */
static void put_mde_rate(struct calc *calc, double mean, double n_c, double n_t,
                         const gos_plan *plan)
{
    double p_t;
    gos_error none;
    if (!gos_mde_rate(mean, n_c, n_t, plan, &p_t, &none))
        return;
    put(calc, "p2_pooled", p_t);
    put(calc, "mde_rel_pooled", mean > 0 ? (p_t - mean) / mean : (double)NAN);
}

static void calc_mde(struct calc *calc)
{
    const struct json *metric = json_find(calc->input, GOS_LIT("metric"));
    bool is_rate =
        metric && metric->type == JSON_STRING && gos_str_equal(metric->text, GOS_LIT("binary"));
    double mean = number(calc, "mean"), n_c = number(calc, "n_c"), n_t = number(calc, "n_t");
    if (is_rate && !(mean > 0 && mean < 1))
        fail(calc, "mean", "a rate between 0 and 1");
    double variance = is_rate ? mean * (1 - mean) : number(calc, "var"), mde, lift;
    gos_plan plan = plan_read(calc);
    gos_error none;
    if (!calc->failed)
        take(calc, gos_mde_mean(variance, n_c, n_t, &plan, &mde, calc->err));
    if (calc->failed)
        return;
    put(calc, "mde_abs", mde);
    put(calc, "mde_rel", mean != 0 ? mde / fabs(mean) : (double)NAN);
    bool has_lift = gos_mde_lift(mean, variance, n_c, n_t, &plan, &lift, &none);
    put(calc, "mde_rel_delta", has_lift ? lift : (double)NAN);
    if (is_rate)
        put_mde_rate(calc, mean, n_c, n_t, &plan);
}

/* A list of numbers, none negative. Returns how many, 0 after a failure. */
static size_t list(struct calc *calc, const char *name, double *out)
{
    const struct json *value = json_find(calc->input, gos_str_from(name));
    if (!value || value->type != JSON_ARRAY || value->count < 2 || value->count > CALC_ARMS_MAX) {
        fail(calc, name, "a list of 2 to 64 numbers");
        return 0;
    }
    for (uint32_t i = 0; i < value->count; i++) {
        bool fits = value->items[i].type == JSON_NUMBER && value->items[i].number >= 0 &&
                    value->items[i].number <= 1e12;
        if (!fits)
            fail(calc, name, "a list of numbers from 0 to 1e12");
        out[i] = fits ? value->items[i].number : 0;
    }
    return calc->failed ? 0 : value->count;
}

static void calc_srm(struct calc *calc)
{
    double counts[CALC_ARMS_MAX], weights[CALC_ARMS_MAX];
    uint64_t units[CALC_ARMS_MAX];
    size_t arms = list(calc, "counts", counts);
    size_t shares = list(calc, "weights", weights);
    if (!calc->failed && arms != shares)
        fail(calc, "weights", "as long as counts");
    for (size_t i = 0; i < arms; i++)
        units[i] = (uint64_t)counts[i];
    gos_srm srm;
    if (!calc->failed)
        take(calc, gos_srm_check(units, weights, arms, &srm, calc->err));
    if (calc->failed)
        return;
    char status[GOS_STATUS_TEXT_BYTES];
    json_name(&calc->json, "status");
    json_text(&calc->json, gos_str_from(gos_status_text(srm.status, status)));
    put(calc, "n", (double)srm.units);
    put(calc, "chisq", srm.chisq);
    put(calc, "df", srm.df);
    put(calc, "p_value", srm.p_value);
    put(calc, "min_expected", srm.expected_min);
    put(calc, "p_exact", srm.p_exact);
    json_name(&calc->json, "alarm");
    json_bool(&calc->json, srm.alarm);
}

static calc_method *method_find(gos_str name)
{
#define CALC(function, text)                                                                       \
    if (gos_str_equal(name, GOS_LIT(text)))                                                        \
        return calc_##function;
#include "api/calc.def"
#undef CALC
    return NULL;
}

bool calc_run(gos_str method, const struct json *input, struct text *out, gos_error *err)
{
    calc_method *run = method_find(method);
    if (!run)
        return gos_fail(err, GOS_NOT_FOUND, "", "there is no method %.*s here; gosset calc has all",
                        GOS_ARG(method));
    struct calc calc = {.input = input, .err = err};
    json_writer_init(&calc.json, out);
    json_open_object(&calc.json);
    run(&calc);
    json_close_object(&calc.json);
    return !calc.failed;
}

http_handler api_calc;

void api_calc(struct http_request *request, struct http_response *response)
{
    const struct json *body;
    gos_error err;
    struct text out;
    if (!api_read_body(request, response, false, &body))
        return;
    text_init(&out, request->arena);
    if (calc_run(http_param(request, "method"), body, &out, &err))
        http_reply(request, response, 200, &out);
    else
        http_fail(request, response, &err);
}
