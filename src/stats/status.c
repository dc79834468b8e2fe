/* Statuses as text, the names of kinds, and the choices of a comparison. */
#include "gosset/stats_options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct status_row {
    uint32_t bit;
    bool blocks;
    bool replaces_ok;
    const char *text;
};

static const struct status_row rows[] = {
#define STATUS(NAME, text, bit, blocks, replaces_ok) {1u << (bit), blocks, replaces_ok, text},
#include "gosset/stats_status.def"
#undef STATUS
};

const char *gos_status_text(uint32_t status, char out[GOS_STATUS_TEXT_BYTES])
{
    size_t len = 0;
    bool is_ok = true;
    out[0] = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        is_ok = is_ok && !((status & rows[i].bit) && rows[i].replaces_ok);
    if (is_ok)
        len = (size_t)snprintf(out, GOS_STATUS_TEXT_BYTES, "ok");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((status & rows[i].bit) && len < GOS_STATUS_TEXT_BYTES)
            len += (size_t)snprintf(out + len, GOS_STATUS_TEXT_BYTES - len, "%s%s", len ? "|" : "",
                                    rows[i].text);
    }
    return out;
}

bool gos_status_blocks(uint32_t status)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if ((status & rows[i].bit) && rows[i].blocks)
            return true;
    }
    return false;
}

const char *gos_lift_kind_name(gos_lift_kind kind)
{
    static const char *const names[] = {"undefined", "bounded", "exclusive", "whole"};
    return names[kind];
}

gos_stats_options gos_stats_options_default(gos_metric_kind kind)
{
    return (gos_stats_options){
        .kind = kind,
        .small_counts_fisher = true,
        .alpha = 0.05,
        .mde_relative = 0.05,
        .prior_sd = 0.3,
    };
}

bool gos_stats_options_check(const gos_stats_options *options, gos_error *err)
{
    if (!(options->alpha > 0 && options->alpha <= 0.5))
        return gos_fail(err, GOS_BAD_INPUT, "/alpha", "alpha %g is not above 0 and at most 0.5",
                        options->alpha);
    if (!(options->mde_relative > 0 && isfinite(options->mde_relative)))
        return gos_fail(err, GOS_BAD_INPUT, "/mde_relative",
                        "minimum effect %g is not a positive number", options->mde_relative);
    if (options->planned_n > UINT64_C(2000000000000))
        return gos_fail(err, GOS_BAD_INPUT, "/planned_n", "more than 2e12 planned units");
    if (!isfinite(options->null_diff))
        return gos_fail(err, GOS_BAD_INPUT, "/null_diff", "the null difference is not finite");
    if (options->mode == GOS_MODE_GROUP && !(options->group_bound > 0))
        return gos_fail(err, GOS_BAD_INPUT, "/group_bound",
                        "group bound %g is not a positive number", options->group_bound);
    if (!(options->prior_sd > 0) || !isfinite(options->prior_mean))
        return gos_fail(err, GOS_BAD_INPUT, "/prior_sd",
                        "prior of mean %g and deviation %g: the deviation must be positive",
                        options->prior_mean, options->prior_sd);
    return true;
}
