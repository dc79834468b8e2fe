/* The frame of all scenarios: seeds, quantities and their room, laws. */
#include "stats/simulate.h"

#include "gosset/stats_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SCENARIO(number, function, name, full, brief, job)                                         \
    void simulate_##function(struct simulation *simulation);
#include "stats/simulate.def"
#undef SCENARIO

static const struct scenario scenarios[] = {
#define SCENARIO(number, function, name, full, brief, job)                                         \
    {number, name, job, simulate_##function, full, brief},
#include "stats/simulate.def"
#undef SCENARIO
};

const struct scenario *simulate_scenarios(size_t *out_count)
{
    *out_count = sizeof scenarios / sizeof scenarios[0];
    return scenarios;
}

void simulate_run(const struct scenario *scenario, uint64_t seed, uint64_t runs, gos_arena *arena,
                  struct simulation *out)
{
    gos_arena_mark mark = gos_arena_mark_take(arena);
    *out = (struct simulation){.runs = runs, .arena = arena};
    random_start(&out->random, seed * 1000003u + (uint64_t)scenario->number);
    scenario->run(out);
    gos_arena_mark_return(arena, mark);
}

static void result_add(struct simulation *s, enum simulation_rule rule, double value, double target,
                       double room, const char *format, va_list arguments)
{
    if (s->result_count == SIMULATION_RESULTS_MAX)
        return;
    struct simulation_result *r = &s->results[s->result_count++];
    *r = (struct simulation_result){.rule = rule, .value = value, .target = target, .room = room};
    vsnprintf(r->name, sizeof r->name, format, arguments);
    r->passes = rule == RULE_NEAR      ? fabs(value - target) <= room
                : rule == RULE_AT_MOST ? value <= target + room
                                       : value >= target - room;
}

void simulate_share(struct simulation *s, enum simulation_rule rule, double value, double target,
                    double slack, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    double error = sqrt(target * (1 - target) / (double)s->runs);
    result_add(s, rule, value, target, slack + 3 * error, format, arguments);
    va_end(arguments);
}

void simulate_number(struct simulation *s, enum simulation_rule rule, double value, double target,
                     double slack, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    result_add(s, rule, value, target, slack, format, arguments);
    va_end(arguments);
}

double law_draw(struct random *random, enum law law, double a, double b)
{
    switch (law) {
    case LAW_LOGNORMAL:
        return exp(b * random_normal(random));
    case LAW_POISSON:
        return random_poisson(random, a);
    case LAW_BERNOULLI:
        return random_uniform(random) < a;
    case LAW_ZERO_INFLATED:
        return random_uniform(random) < a ? 0 : exp(b * random_normal(random));
    case LAW_NORMAL:
        break;
    }
    return a + b * random_normal(random);
}

gos_moments law_moments(struct random *random, enum law law, double a, double b, uint64_t n)
{
    if (law == LAW_BERNOULLI)
        return gos_moments_from_counts((uint64_t)random_binomial(random, n, a), n);
    gos_moments moments = gos_moments_empty(1);
    for (uint64_t i = 0; i < n; i++)
        gos_moments_push(&moments, &(double){law_draw(random, law, a, b)});
    return moments;
}

static int double_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double simulate_uniform_p(double *p, size_t count)
{
    qsort(p, count, sizeof *p, double_compare);
    return gos_check_uniform(p, count).p_value;
}
