/* gosset power: sample size, minimum detectable effect, power and duration of a plan. */
#include "base/json.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "gosset/stats_plan.h"
#include "gosset/stats_sequential.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WEEKS_MAX = 104, LOOKS_ASKED_MAX = 100, ARENA_BYTES = 4 << 20 };

/* What is asked for; NaN where nothing was said. */
struct power_call {
    bool is_rate;
    bool is_relative; /* the effect is a share of the mean */
    bool as_json;
    double mean, sd, effect, units, per_day;
    double weekly[WEEKS_MAX];
    size_t week_count;
    uint32_t looks;
    gos_plan plan;
};

/* The answer: units are of all arms of one comparison together. */
struct power_answer {
    double n_c, n_t;
    double effect; /* absolute */
    double power;
    double power_anytime; /* of the confidence sequence at one look after all units */
    uint32_t days;
};

static double standard_deviation(const struct power_call *call, double effect)
{
    double rate = call->mean + effect;
    return call->is_rate ? sqrt(rate * (1 - rate)) : call->sd;
}

static double absolute_effect(const struct power_call *call)
{
    return call->is_relative ? call->effect * fabs(call->mean) : call->effect;
}

/* Power of the fixed test with n_c and n_t units, after what the plan does to the variance. */
static double power_at(const struct power_call *call, double n_c, double n_t, double effect)
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

static bool solve_effect(const struct power_call *call, struct power_answer *out, gos_error *err)
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
        out->n_t = round(call->units * call->plan.ratio / (1 + call->plan.ratio));
        out->n_c = call->units - out->n_t;
    }
    if (isnan(call->units) ? !solve_size(call, out, err)
                           : isnan(call->effect) && !solve_effect(call, out, err))
        return false;
    double n = out->n_c + out->n_t, share = out->n_t / n;
    double sd_c = standard_deviation(call, 0), sd_t = standard_deviation(call, out->effect);
    double keep = 1 - call->plan.correlation * call->plan.correlation;
    out->power = power_at(call, out->n_c, out->n_t, out->effect);
    out->power_anytime = gos_power_asympcs(out->effect, sd_c * sd_c * keep, sd_t * sd_t * keep,
                                           share, n, n, call->plan.alpha / call->plan.comparisons);
    if (call->week_count > 0)
        return gos_duration_days(n, call->weekly, call->week_count, &out->days, err);
    double weekly = 7 * call->per_day;
    return isnan(call->per_day) || gos_duration_days(n, &weekly, 1, &out->days, err);
}

static bool print_json(const struct power_call *call, const struct power_answer *answer,
                       gos_arena *arena, gos_error *err)
{
    struct text text;
    struct json_writer writer;
    text_init(&text, arena);
    json_writer_init(&writer, &text);
    json_open_object(&writer);
    const struct {
        const char *name;
        double value;
    } fields[] = {
        {"n_control", answer->n_c},
        {"n_treatment", answer->n_t},
        {"n_total", answer->n_c + answer->n_t},
        {"mde_absolute", answer->effect},
        {"mde_relative", call->mean != 0 ? answer->effect / fabs(call->mean) : NAN},
        {"power", answer->power},
        {"power_anytime", answer->power_anytime},
        {"alpha", call->plan.alpha},
        {"target_power", call->plan.power},
        {"inflation_looks", call->plan.inflation},
        {"days", answer->days > 0 ? (double)answer->days : NAN},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        json_name(&writer, fields[i].name);
        json_double(&writer, fields[i].value);
    }
    json_close_object(&writer);
    printf("%.*s\n", GOS_ARG(text_str(&text)));
    return text_ok(&text, err);
}

/* Power against the sample, a bar a line; the line of the plan is marked. */
static void print_curve(const struct power_call *call, const struct power_answer *answer)
{
    static const double shares[] = {0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 3};
    enum { BAR = 40 };
    printf("\n  units        power\n");
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        double n_c = answer->n_c * shares[i], n_t = answer->n_t * shares[i];
        double power = power_at(call, n_c, n_t, answer->effect);
        int filled = (int)lround(power * BAR), target = (int)lround(call->plan.power * BAR);
        printf("%c %-12.0f ", shares[i] == 1 ? '>' : ' ', n_c + n_t);
        for (int c = 0; c < BAR; c++)
            fputs(c < filled ? "█" : c == target ? "│" : "·", stdout);
        printf(" %.0f %%\n", 100 * power);
    }
    printf("\n  effect needed for %.0f %% power\n", 100 * call->plan.power);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        struct power_answer at = {.n_c = answer->n_c * shares[i], .n_t = answer->n_t * shares[i]};
        if (solve_effect(call, &at, NULL))
            printf("%c %-12.0f %+.4g (%+.2f %%)\n", shares[i] == 1 ? '>' : ' ', at.n_c + at.n_t,
                   at.effect, 100 * at.effect / fabs(call->mean));
    }
}

static void print_human(const struct power_call *call, const struct power_answer *answer)
{
    const gos_plan *plan = &call->plan;
    printf("%s %g, %s test at alpha %g", call->is_rate ? "Rate" : "Mean", call->mean,
           plan->sides == 2 ? "two-sided" : "one-sided", plan->alpha);
    if (plan->comparisons > 1)
        printf(" shared by %u comparisons", plan->comparisons);
    printf("\n\n  units      %.0f control + %.0f treatment = %.0f\n", answer->n_c, answer->n_t,
           answer->n_c + answer->n_t);
    printf("  effect     %+.6g (%+.3f %% of the mean)\n", answer->effect,
           100 * answer->effect / fabs(call->mean));
    printf("  power      %.1f %% at one look after all units\n", 100 * answer->power);
    printf("             %.1f %% for an anytime-valid interval, looked at once\n",
           100 * answer->power_anytime);
    if (plan->inflation > 1)
        printf("  looks      %u planned (O'Brien-Fleming spending): %.1f %% more units\n",
               call->looks, 100 * (plan->inflation - 1));
    if (answer->days > 0)
        printf("  duration   %u days (whole weeks)%s\n", answer->days,
               answer->days > 56 ? "; over 8 weeks, cookies and seasons change" : "");
    print_curve(call, answer);
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
    while (rest.len > 0 && call->week_count < WEEKS_MAX) {
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
    OPTION_WEEKLY
};

static const struct option options[] = {
    {"alpha", required_argument, NULL, OPTION_ALPHA},
    {"comparisons", required_argument, NULL, OPTION_COMPARISONS},
    {"correlation", required_argument, NULL, OPTION_CORRELATION},
    {"design-effect", required_argument, NULL, OPTION_DESIGN},
    {"effect", required_argument, NULL, OPTION_EFFECT},
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, 'j'},
    {"looks", required_argument, NULL, OPTION_LOOKS},
    {"mean", required_argument, NULL, OPTION_MEAN},
    {"per-day", required_argument, NULL, OPTION_PER_DAY},
    {"power", required_argument, NULL, OPTION_POWER},
    {"ratio", required_argument, NULL, OPTION_RATIO},
    {"sd", required_argument, NULL, OPTION_SD},
    {"sides", required_argument, NULL, OPTION_SIDES},
    {"units", required_argument, NULL, OPTION_UNITS},
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
}

static int help_print(const struct command *command)
{
    command_help(command);
    puts("\n  --mean M         mean, rate or ratio of the control (5% or 0.05)\n"
         "  --sd S           deviation of a unit's value; of its linearised value for a ratio\n"
         "  --effect E       difference to detect, 2% of the mean or in its unit\n"
         "  --units N        units in all: gives power with --effect, else the effect they show\n"
         "  --per-day U, --weekly A,B,...  traffic, or unique units after 1, 2, ... weeks\n"
         "  --alpha 0.05  --power 0.8  --sides 2  --ratio 1 (treatment per control)\n"
         "  --correlation R  with the covariate of the time before (CUPED)\n"
         "  --design-effect D of clusters   --comparisons K sharing alpha   --looks K planned\n"
         "  --json           one JSON object\n\n"
         "  gosset power rate --mean 4% --effect 5% --per-day 12000\n"
         "  gosset power mean --mean 32 --sd 61 --effect 2% --correlation 0.6 --looks 4");
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
    return NULL;
}

int command_power(const struct command *command, int argc, char **argv)
{
    struct power_call call = {.mean = NAN, .sd = NAN, .effect = NAN, .units = NAN, .per_day = NAN};
    call.plan = gos_plan_default();
    for (int option; (option = getopt_long(argc, argv, "hj", options, NULL)) != -1;) {
        double value;
        bool is_percent = false;
        if (option == 'h')
            return help_print(command);
        if (option == '?')
            return command_usage(command, "an option is not known");
        call.as_json = call.as_json || option == 'j';
        if (option == 'j')
            continue;
        if (option == OPTION_WEEKLY ? !read_weekly(optarg, &call)
                                    : !read_number(optarg, &value, &is_percent))
            return command_usage(command, "\"%s\" is not a number", optarg);
        if (option != OPTION_WEEKLY)
            option_put(&call, option, value, is_percent);
    }
    const char *kind = optind < argc ? argv[optind] : "";
    call.is_rate = strcmp(kind, "rate") == 0;
    if (!call.is_rate && strcmp(kind, "mean") != 0 && strcmp(kind, "ratio") != 0)
        return command_usage(command, "which metric: mean, rate or ratio?");
    const char *missing = call_missing(&call);
    if (missing)
        return command_usage(command, "%s", missing);
    struct power_answer answer;
    gos_error err;
    if (!solve(&call, &answer, &err))
        return command_fail(&err, call.as_json);
    gos_arena *arena = gos_arena_open(ARENA_BYTES);
    bool done = true;
    if (call.as_json)
        done = arena && print_json(&call, &answer, arena, &err);
    else
        print_human(&call, &answer);
    gos_arena_close(arena);
    return done ? EXIT_DONE : command_fail(&err, call.as_json);
}
