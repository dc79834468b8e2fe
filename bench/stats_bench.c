/* What an estimate costs, against the budget of each method. */
#include "gosset/stats.h"
#include "gosset/stats_checks.h"
#include "gosset/stats_methods.h"
#include "gosset/stats_sequential.h"
#include "stats/exact.h"
#include "stats/simulate.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ESTIMATES = 10000, ROUNDS = 5, REPLICATES = 10000, USERS = 10000, FAMILY = 10 };

/* Of this process on its core: others on the machine do not count. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* One figure with its limit; prints whether it keeps within. */
static void figure(const char *metric, double value, const char *unit, double limit)
{
    printf("{\"bench\":\"stats\",\"metric\":\"%s\",\"value\":%.6g,\"unit\":\"%s\",\"limit\":%g,"
           "\"within\":%s}\n",
           metric, value, unit, limit, value <= limit ? "true" : "false");
    fflush(stdout);
}

/* Moments that differ a little from call to call, so that nothing can be reused. */
static gos_moments mean_moments(int i, double shift)
{
    return gos_moments_from_variance(5000 + (uint64_t)i, 10 + shift + i * 1e-4, 90 + i * 1e-3);
}

/* A tenth proportions, the rest means: families of 10 by Holm. */
static double compare_all(gos_estimate *estimates, gos_arena *arena)
{
    double start = seconds();
    for (int i = 0; i < ESTIMATES; i++) {
        bool is_rate = i % 10 == 0;
        gos_stats_options options =
            gos_stats_options_default(is_rate ? GOS_METRIC_PROPORTION : GOS_METRIC_MEAN);
        gos_moments c = mean_moments(i, 0), t = mean_moments(i, 0.3);
        if (is_rate) {
            c = gos_moments_from_counts(500 + (uint64_t)i % 90, 10000);
            t = gos_moments_from_counts(560 + (uint64_t)i % 70, 10000);
        }
        options.planned_n = 9000;
        gos_stats_compare(&c, &t, &options, &estimates[i], NULL);
    }
    for (int i = 0; i < ESTIMATES; i += FAMILY) {
        gos_estimate *family[FAMILY];
        for (int k = 0; k < FAMILY; k++)
            family[k] = &estimates[i + k];
        gos_stats_adjust(GOS_CORRECT_HOLM, family, FAMILY, arena, NULL);
    }
    return seconds() - start;
}

static void bench_estimates(gos_arena *arena)
{
    gos_estimate *estimates = gos_arena_array(arena, ESTIMATES, sizeof *estimates, NULL);
    double best = 1e9;
    for (int round = 0; estimates && round < ROUNDS; round++) {
        double took = compare_all(estimates, arena);
        best = took < best ? took : best;
    }
    figure("10000_estimates_with_corrections", best * 1e3, "ms", 50);
}

static double bench_compare(gos_metric_kind kind, gos_mode mode, gos_moments c, gos_moments t)
{
    gos_stats_options options = gos_stats_options_default(kind);
    gos_estimate estimate;
    options.mode = mode;
    double start = seconds();
    for (int i = 0; i < ESTIMATES; i++) {
        c.mean[0] += 1e-9;
        gos_stats_compare(&c, &t, &options, &estimate, NULL);
    }
    return (seconds() - start) / ESTIMATES * 1e6;
}

static void bench_methods(void)
{
    gos_moments mean_c = mean_moments(1, 0), mean_t = mean_moments(7, 0.3);
    gos_moments rate_c = gos_moments_from_counts(501, 10000);
    gos_moments rate_t = gos_moments_from_counts(563, 10000);
    figure("mean_fixed", bench_compare(GOS_METRIC_MEAN, GOS_MODE_FIXED, mean_c, mean_t), "us", 5);
    figure("rate_fixed", bench_compare(GOS_METRIC_PROPORTION, GOS_MODE_FIXED, rate_c, rate_t), "us",
           20);
    double sum = 0, start = seconds();
    for (int i = 0; i < 1000000; i++)
        sum += gos_asympcs(0.1 + i * 1e-9, 0.05, 5000 + i, 10000, 0.05).p_value;
    figure("confidence_sequence", (seconds() - start) + (sum > 0 ? 0 : 1), "us", 1);
    gos_beta_posterior posterior;
    start = seconds();
    for (int i = 0; i < 200; i++)
        gos_posterior_rates(500 + i, 10000, 560, 10000, 1, 1, 0.05, &posterior, NULL);
    figure("beta_chance_and_losses", (seconds() - start) / 200 * 1e6, "us", 1000);
    start = seconds();
    for (int i = 0; i < 200; i++)
        sum += exact_fisher(&(struct counts){500 + i, 5000, 560, 5000}).two_sided;
    figure("fisher_10000_units", (seconds() - start) / 200 * 1e6 + (sum > 0 ? 0 : 1e9), "us", 1000);
}

static void bench_group(void)
{
    double info[14], z[14], spent[14];
    for (int i = 0; i < 14; i++)
        info[i] = (i + 1) / 14.0;
    gos_group_design design = {GOS_GROUP_OBF, 0, 0.05, 2, 14, info};
    double start = seconds();
    gos_group_bounds(&design, z, spent, NULL);
    figure("group_bounds_14_looks", (seconds() - start) * 1e3, "ms", 30);
}

/* An A/A test of 10,000 users, 10,000 times: draw, accumulate, compare. */
static void bench_simulation(void)
{
    struct random random;
    gos_stats_options options = gos_stats_options_default(GOS_METRIC_MEAN);
    int rejected = 0;
    options.mode = GOS_MODE_FIXED;
    random_start(&random, 1);
    double start = seconds();
    for (int run = 0; run < REPLICATES; run++) {
        gos_moments c = law_moments(&random, LAW_NORMAL, 10, 3, USERS / 2);
        gos_moments t = law_moments(&random, LAW_NORMAL, 10, 3, USERS / 2);
        gos_estimate estimate;
        gos_stats_compare(&c, &t, &options, &estimate, NULL);
        rejected += estimate.significant;
    }
    figure("aa_10000_replicates_of_10000_users", seconds() - start, "s", 10);
    fprintf(stderr, "stats_bench: %d of %d A/A tests rejected at 5 %%\n", rejected, REPLICATES);
}

int main(void)
{
    gos_arena *arena = gos_arena_open(256 << 20);
    if (!arena)
        return 1;
    bench_estimates(arena);
    bench_methods();
    bench_group();
    bench_simulation();
    gos_arena_close(arena);
    return 0;
}
