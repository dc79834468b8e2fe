/* gosset power: sample size, minimum detectable effect, power and duration of a plan. */
#include "cli/power.h"
#include "base/text.h"
#include "gosset/stats_sequential.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS_ASKED_MAX = 100, ARMS_ASKED_MAX = 63, ARENA_BYTES = 4 << 20 };

static double standard_deviation(const struct power_call *call, double effect)
{
    double rate = call->mean + effect;
    return call->is_rate ? sqrt(rate * (1 - rate)) : call->sd;
}

static double absolute_effect(const struct power_call *call)
{
    return call->is_relative ? call->effect * fabs(call->mean) : call->effect;
}

double power_at(const struct power_call *call, double n_c, double n_t, double effect)
{
    const gos_plan *p = &call->plan;
    double factor = (1 - p->correlation * p->correlation) * p->design_effect * p->inflation;
    double alpha = p->alpha / p->comparisons;
    if (call->is_rate)
        return gos_power_rates(call->mean, call->mean + effect, n_c / factor, n_t / factor, alpha,
                               p->sides, true);
    double se = call->sd * sqrt(factor * (1 / n_c + 1 / n_t));
    return gos_power_z(fabs(effect), se, alpha, p->sides);
}

static bool solve_size(const struct power_call *call, struct power_answer *out, gos_error *err)
{
    gos_size size;
    out->effect = absolute_effect(call);
    bool done = call->is_rate
                    ? gos_size_rates(call->mean, call->mean + out->effect, &call->plan, &size, err)
                    : gos_size_mean(out->effect, call->sd, call->sd, &call->plan, &size, err);
    out->n_c = size.n_c;
    out->n_t = size.n_t;
    return done;
}

bool power_solve_effect(const struct power_call *call, struct power_answer *out, gos_error *err)
{
    double rate;
    if (!call->is_rate)
        return gos_mde_mean(call->sd * call->sd, out->n_c, out->n_t, &call->plan, &out->effect,
                            err);
    if (!gos_mde_rate(call->mean, out->n_c, out->n_t, &call->plan, &rate, err))
        return false;
    out->effect = rate - call->mean;
    return true;
}

/* Planned looks need a larger sample: the design's drift squared over that of a single look. */
static bool plan_looks(struct power_call *call, gos_error *err)
{
    double info[LOOKS_ASKED_MAX], z[LOOKS_ASKED_MAX], spent[LOOKS_ASKED_MAX], drift, single, one;
    gos_group_design design = {.kind = GOS_GROUP_OBF,
                               .alpha = call->plan.alpha / call->plan.comparisons,
                               .sides = call->plan.sides,
                               .looks = call->looks,
                               .info = info};
    for (uint32_t i = 0; i < call->looks; i++)
        info[i] = (double)(i + 1) / call->looks;
    if (!gos_group_bounds(&design, z, spent, err) ||
        !gos_group_drift(&design, z, call->plan.power, &drift, err))
        return false;
    design.looks = 1;
    info[0] = 1;
    if (!gos_group_bounds(&design, &one, spent, err) ||
        !gos_group_drift(&design, &one, call->plan.power, &single, err))
        return false;
    call->plan.inflation = drift / single * (drift / single);
    return true;
}

static bool solve(struct power_call *call, struct power_answer *out, gos_error *err)
{
    if (!gos_plan_check(&call->plan, err))
        return false;
    if (call->looks > 1 && !plan_looks(call, err))
        return false;
    *out = (struct power_answer){.effect = absolute_effect(call)};
    if (!isnan(call->units)) {
        double arms = call->arms;
        out->n_t = round(call->units * call->plan.ratio / (1 + arms * call->plan.ratio));
        out->n_c = call->units - arms * out->n_t;
    }
    if (isnan(call->units) ? !solve_size(call, out, err)
                           : isnan(call->effect) && !power_solve_effect(call, out, err))
        return false;
    double n = out->n_c + out->n_t, share = out->n_t / n;
    out->n_all = out->n_c + call->arms * out->n_t;
    double sd_c = standard_deviation(call, 0), sd_t = standard_deviation(call, out->effect);
    double keep = 1 - call->plan.correlation * call->plan.correlation;
    out->power = power_at(call, out->n_c, out->n_t, out->effect);
    out->power_anytime = gos_power_asympcs(out->effect, sd_c * sd_c * keep, sd_t * sd_t * keep,
                                           share, n, n, call->plan.alpha / call->plan.comparisons);
    if (call->week_count > 0)
        return gos_duration_days(out->n_all, call->weekly, call->week_count, &out->days, err);
    double weekly = 7 * call->per_day;
    return isnan(call->per_day) || gos_duration_days(out->n_all, &weekly, 1, &out->days, err);
}

/* A number, or a share in percent. */
static bool read_number(const char *text, double *out, bool *out_percent)
{
    gos_str str = gos_str_from(text);
    bool percent = str_ends_with(str, GOS_LIT("%"));
    if (percent)
        str.len--;
    if (out_percent)
        *out_percent = percent;
    if (!str_read_double(str, out))
        return false;
    *out /= percent ? 100 : 1;
    return true;
}

static bool read_weekly(char *text, struct power_call *call)
{
    gos_str rest = gos_str_from(text);
    while (rest.len > 0 && call->week_count < POWER_WEEKS_MAX) {
        if (!str_read_double(str_cut(&rest, ','), &call->weekly[call->week_count++]))
            return false;
    }
    return rest.len == 0;
}

enum option_id {
    OPTION_MEAN = 256,
    OPTION_SD,
    OPTION_EFFECT,
    OPTION_UNITS,
    OPTION_PER_DAY,
    OPTION_ALPHA,
    OPTION_POWER,
    OPTION_RATIO,
    OPTION_CORRELATION,
    OPTION_DESIGN,
    OPTION_SIDES,
    OPTION_COMPARISONS,
    OPTION_LOOKS,
    OPTION_ARMS,
    OPTION_WEEKLY,
    OPTION_EXPERIMENT,
    OPTION_METRIC,
    OPTION_URL,
    OPTION_KEY
};

static const struct option options[] = {
    {"alpha", required_argument, NULL, OPTION_ALPHA},
    {"arms", required_argument, NULL, OPTION_ARMS},
    {"comparisons", required_argument, NULL, OPTION_COMPARISONS},
    {"correlation", required_argument, NULL, OPTION_CORRELATION},
    {"design-effect", required_argument, NULL, OPTION_DESIGN},
    {"effect", required_argument, NULL, OPTION_EFFECT},
    {"experiment", required_argument, NULL, OPTION_EXPERIMENT},
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, 'j'},
    {"key", required_argument, NULL, OPTION_KEY},
    {"looks", required_argument, NULL, OPTION_LOOKS},
    {"mean", required_argument, NULL, OPTION_MEAN},
    {"metric", required_argument, NULL, OPTION_METRIC},
    {"per-day", required_argument, NULL, OPTION_PER_DAY},
    {"power", required_argument, NULL, OPTION_POWER},
    {"ratio", required_argument, NULL, OPTION_RATIO},
    {"sd", required_argument, NULL, OPTION_SD},
    {"sides", required_argument, NULL, OPTION_SIDES},
    {"units", required_argument, NULL, OPTION_UNITS},
    {"url", required_argument, NULL, OPTION_URL},
    {"weekly", required_argument, NULL, OPTION_WEEKLY},
    {NULL, 0, NULL, 0},
};

/* Puts one option's number where it belongs. */
static void option_put(struct power_call *call, int option, double value, bool is_percent)
{
    double *const targets[] = {&call->mean,
                               &call->sd,
                               &call->effect,
                               &call->units,
                               &call->per_day,
                               &call->plan.alpha,
                               &call->plan.power,
                               &call->plan.ratio,
                               &call->plan.correlation,
                               &call->plan.design_effect};
    double whole = fmin(fmax(value, 0), 1e6);
    if (option <= OPTION_DESIGN)
        *targets[option - OPTION_MEAN] = value;
    if (option == OPTION_EFFECT)
        call->is_relative = is_percent;
    if (option == OPTION_SIDES)
        call->plan.sides = (int)whole;
    if (option == OPTION_COMPARISONS)
        call->plan.comparisons = (uint32_t)whole;
    if (option == OPTION_LOOKS)
        call->looks = (uint32_t)whole;
    if (option == OPTION_ARMS)
        call->arms = (uint32_t)whole;
    call->has_ratio = call->has_ratio || option == OPTION_RATIO;
}

static int help_print(const struct command *command)
{
    command_help(command);
    puts(
        "\n  --mean M         mean, rate or ratio of the control (5% or 0.05)\n"
        "  --sd S           deviation of a unit's value; of its linearised value for a ratio\n"
        "  --effect E       difference to detect, 2% of the mean or in its unit\n"
        "  --units N        units in all: gives power with --effect, else the effect they show\n"
        "  --per-day U, --weekly A,B,...  traffic, or unique units after 1, 2, ... weeks\n"
        "  --alpha 0.05  --power 0.8  --sides 2  --ratio 1 (treatment per control)\n"
        "  --correlation R  with the covariate of the time before (CUPED)\n"
        "  --design-effect D of clusters   --comparisons K sharing alpha   --looks K planned\n"
        "  --arms K         treatments beside the control: each is compared at alpha / K, and the\n"
        "                   control gets sqrt(K) times the units of one\n"
        "  --experiment E   mean, deviation, covariate and traffic as a running server measured\n"
        "                   them of its control; [--metric NAME] [--url URL] [--key KEY]\n"
        "  --json           one JSON object\n\n"
        "  gosset power rate --mean 4% --effect 5% --per-day 12000\n"
        "  gosset power mean --mean 32 --sd 61 --effect 2% --correlation 0.6 --looks 4\n"
        "  gosset power --experiment Checkout --effect 2%");
    return EXIT_DONE;
}

static const char *call_missing(const struct power_call *call)
{
    if (isnan(call->mean) || (!call->is_rate && call->mean == 0 && call->is_relative))
        return "--mean is needed, other than 0 for an effect in percent";
    if (!call->is_rate && !(call->sd > 0))
        return "--sd is needed, above 0";
    if (isnan(call->effect) && isnan(call->units))
        return "--effect or --units is needed";
    if (!isnan(call->units) && !(call->units >= 2))
        return "--units must be 2 or more";
    if (call->looks > LOOKS_ASKED_MAX)
        return "at most 100 --looks are planned";
    if (call->arms < 1 || call->arms > ARMS_ASKED_MAX)
        return "--arms is a whole number of treatments, 1 to 63";
    if (call->is_rate && !(call->mean > 0 && call->mean < 1))
        return "--mean of a rate lies between 0 and 1, or 0% and 100%";
    if (!isnan(call->per_day) && !(call->per_day > 0))
        return "--per-day must be above 0";
    return NULL;
}

/* An option with a text: true when it was one. */
static bool option_put_text(struct power_call *call, int option, const char *text)
{
    const char **const targets[] = {&call->source.experiment, &call->source.metric,
                                    &call->source.url, &call->source.key};
    if (option < OPTION_EXPERIMENT)
        return false;
    *targets[option - OPTION_EXPERIMENT] = text;
    return true;
}

/* Options first: -1 goes on, else the exit status. */
static int options_read(struct power_call *call, const struct command *command, int argc,
                        char **argv)
{
    int index = 0;
    for (int option; (option = getopt_long(argc, argv, "hj", options, &index)) != -1;) {
        double value;
        bool is_percent = false;
        if (option == 'h')
            return help_print(command);
        if (option == '?')
            return command_usage(command, "an option is not known, or has no value");
        call->as_json = call->as_json || option == 'j';
        if (option == 'j' || option_put_text(call, option, optarg))
            continue;
        if (option == OPTION_WEEKLY ? !read_weekly(optarg, call)
                                    : !read_number(optarg, &value, &is_percent))
            return command_usage(command, "--%s \"%s\" is not a number%s", options[index].name,
                                 optarg, option == OPTION_WEEKLY ? ", or list of them" : "");
        if (option != OPTION_WEEKLY)
            option_put(call, option, value, is_percent);
    }
    return -1;
}

/* What the options did not say is as it was measured. */
static void take_measured(struct power_call *call)
{
    const struct power_measured *m = &call->measured;
    call->is_rate = m->is_rate;
    call->mean = isnan(call->mean) ? m->mean : call->mean;
    call->sd = isnan(call->sd) ? m->sd : call->sd;
    if (call->plan.correlation == 0)
        call->plan.correlation = m->correlation;
    if (isnan(call->per_day) && call->week_count == 0) {
        call->per_day = m->per_day;
        call->week_count = m->week_count;
        for (size_t i = 0; i < m->week_count; i++)
            call->weekly[i] = m->weekly[i];
    }
}

static void share_arms(struct power_call *call)
{
    if (call->arms < 2)
        return;
    if (!call->has_ratio)
        call->plan.ratio = 1 / sqrt(call->arms);
    call->plan.comparisons *= call->arms;
}

static int kind_read(struct power_call *call, const struct command *command, const char *kind)
{
    int code;
    if (call->source.experiment) {
        if (!power_measure(command, &call->source, call->as_json, &call->measured, &code))
            return code;
        take_measured(call);
        return -1;
    }
    call->is_rate = strcmp(kind, "rate") == 0;
    if (!call->is_rate && strcmp(kind, "mean") != 0 && strcmp(kind, "ratio") != 0)
        return command_usage(command, "which metric: mean, rate or ratio?");
    return -1;
}

/* The library names fields; who called named options. */
static int fail_at_option(const gos_error *err, bool as_json)
{
    static const char *const options_of[][2] = {
        {"/alpha", "--alpha"},
        {"/comparisons", "--comparisons"},
        {"/correlation", "--correlation"},
        {"/delta", "--effect"},
        {"/design_effect", "--design-effect"},
        {"/looks", "--looks"},
        {"/mean", "--mean"},
        {"/n_c", "--units"},
        {"/n_t", "--units"},
        {"/p_c", "--mean"},
        {"/p_t", "--effect"},
        {"/power", "--power"},
        {"/ratio", "--ratio"},
        {"/sd_c", "--sd"},
        {"/sides", "--sides"},
        {"/variance", "--sd"},
        {"/weekly_units", "--per-day or --weekly"},
    };
    gos_error named = *err;
    for (size_t i = 0; i < sizeof options_of / sizeof options_of[0]; i++) {
        if (strcmp(err->pointer, options_of[i][0]) == 0)
            snprintf(named.pointer, sizeof named.pointer, "%s", options_of[i][1]);
    }
    return command_fail(&named, as_json);
}

int command_power(const struct command *command, int argc, char **argv)
{
    struct power_call call = {
        .mean = NAN, .sd = NAN, .effect = NAN, .units = NAN, .per_day = NAN, .arms = 1};
    call.plan = gos_plan_default();
    int code = options_read(&call, command, argc, argv);
    if (code < 0)
        code = kind_read(&call, command, optind < argc ? argv[optind] : "");
    if (code >= 0)
        return code;
    const char *missing = call_missing(&call);
    if (missing)
        return command_usage(command, "%s", missing);
    share_arms(&call);
    struct power_answer answer;
    gos_error err;
    if (!solve(&call, &answer, &err))
        return fail_at_option(&err, call.as_json);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    bool done = true;
    if (call.as_json)
        done = arena && power_print_json(&call, &answer, arena, &err);
    else
        power_print(&call, &answer);
    gos_arena_close(arena);
    return done ? EXIT_DONE : command_fail(&err, call.as_json);
}
