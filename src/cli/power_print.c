/* A plan in words, with curves, and as JSON. */
#include "cli/power.h"

#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

bool power_print_json(const struct power_call *call, const struct power_answer *answer,
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
        {"n_total", answer->n_all},
        {"mde_absolute", answer->effect},
        {"mde_relative", call->mean != 0 ? answer->effect / fabs(call->mean) : NAN},
        {"power", answer->power},
        {"power_anytime", answer->power_anytime},
        {"alpha", call->plan.alpha},
        {"target_power", call->plan.power},
        {"inflation_looks", call->plan.inflation},
        {"treatments", call->arms},
        {"mean", call->mean},
        {"sd", call->is_rate ? sqrt(call->mean * (1 - call->mean)) : call->sd},
        {"correlation", call->plan.correlation},
        {"units_per_day", call->per_day},
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
        if (power_solve_effect(call, &at, NULL))
            printf("%c %-12.0f %+.4g (%+.2f %%)\n", shares[i] == 1 ? '>' : ' ', at.n_c + at.n_t,
                   at.effect, 100 * at.effect / fabs(call->mean));
    }
}

void power_print(const struct power_call *call, const struct power_answer *answer)
{
    const gos_plan *plan = &call->plan;
    printf("%s %g, %s test at alpha %g", call->is_rate ? "Rate" : "Mean", call->mean,
           plan->sides == 2 ? "two-sided" : "one-sided", plan->alpha);
    if (plan->comparisons > 1)
        printf(" shared by %u comparisons", plan->comparisons);
    if (call->source.experiment)
        printf("\nmeasured of %s in %s: %.0f units, %.0f a day", call->measured.metric,
               call->source.experiment, call->measured.units, call->per_day);
    if (call->arms > 1)
        printf("\n\n  units      %.0f control + %u x %.0f treatment = %.0f\n", answer->n_c,
               call->arms, answer->n_t, answer->n_all);
    else
        printf("\n\n  units      %.0f control + %.0f treatment = %.0f\n", answer->n_c, answer->n_t,
               answer->n_all);
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
