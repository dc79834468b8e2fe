/* What a running server has measured of a metric: the real mean, variance and traffic of a plan. */
#ifndef CLI_POWER_TRAFFIC_H
#define CLI_POWER_TRAFFIC_H

#include "cli/command.h"

enum { POWER_WEEKS_MAX = 104, POWER_NAME_BYTES = 256 };

struct power_source {
    const char *experiment; /* name or id */
    const char *metric;     /* NULL: the primary one */
    const char *url, *key;  /* NULL: as every command that speaks to a server */
};

/* Of the control; correlation from what the covariate has taken off the variance so far. */
struct power_measured {
    char metric[POWER_NAME_BYTES];
    bool is_rate;
    double mean, sd, correlation;
    double units, per_day;
    double weekly[POWER_WEEKS_MAX]; /* unique units of all variants after so many whole weeks */
    size_t week_count;
};

/* Asks the server; false: it is reported, and *out_exit is the exit status. */
bool power_measure(const struct command *command, const struct power_source *source, bool as_json,
                   struct power_measured *out, int *out_exit);

#endif
