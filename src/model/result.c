/* The rules and the JSON of a result row. */
#include "model/result.h"

#include "base/limits.h"
#include "base/time.h"

#include <inttypes.h>
#include <math.h>

static bool check_counts(const struct result *result, gos_error *err)
{
    if (result->sample_size <= 0)
        return gos_fail(err, GOS_BAD_INPUT, "/sample_size",
                        "the sample size %" PRId64 " is not positive", result->sample_size);
    if (result->conversions < 0 || result->conversions > result->sample_size)
        return gos_fail(err, GOS_BAD_INPUT, "/conversions",
                        "%" PRId64 " conversions are not between 0 and the sample size %" PRId64,
                        result->conversions, result->sample_size);
    return true;
}

static bool is_share_or_unknown(double value)
{
    return isnan(value) || (value >= 0 && value <= 1);
}

static bool check_shares(const struct result *result, gos_error *err)
{
    if (!is_share_or_unknown(result->p_value))
        return gos_fail(err, GOS_BAD_INPUT, "/p_value", "the p-value %g is not between 0 and 1",
                        result->p_value);
    if (!is_share_or_unknown(result->statistical_power))
        return gos_fail(err, GOS_BAD_INPUT, "/statistical_power",
                        "the power %g is not between 0 and 1", result->statistical_power);
    return true;
}

static bool check_interval(const struct result *result, gos_error *err)
{
    if (result->variance < 0)
        return gos_fail(err, GOS_BAD_INPUT, "/variance", "the variance %g is negative",
                        result->variance);
    if (result->interval_lower > result->mean_value || result->interval_upper < result->mean_value)
        return gos_fail(err, GOS_BAD_INPUT, "/confidence_interval",
                        "the interval from %.17g to %.17g does not contain the mean %.17g",
                        result->interval_lower, result->interval_upper, result->mean_value);
    return true;
}

static bool check_names(const struct result *result, gos_error *err)
{
    if (result->variant.len == 0 || result->variant.len > NAME_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/variant", "the variant must have 1 to %d bytes",
                        NAME_BYTES_MAX);
    if (result->metric_name.len == 0 || result->metric_name.len > NAME_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "/metric_name", "the metric must have 1 to %d bytes",
                        NAME_BYTES_MAX);
    return true;
}

bool result_check(const struct result *result, gos_error *err)
{
    if (!check_names(result, err) || !check_counts(result, err) || !check_shares(result, err) ||
        !check_interval(result, err))
        return false;
    if (result->window_end < result->window_start)
        return gos_fail(err, GOS_BAD_INPUT, "/data_window", "the window ends before it starts");
    return true;
}

static void write_id(struct json_writer *writer, const char *name, const struct uuid *id)
{
    char text[UUID_TEXT_BYTES];
    uuid_write(id, text);
    json_name(writer, name);
    json_text(writer, gos_str_from(text));
}

static void write_time(struct json_writer *writer, const char *name, int64_t ms)
{
    char text[TIME_TEXT_BYTES];
    size_t len = time_write(ms, text);
    json_put_text(writer, name, (gos_str){text, len});
}

/* The members of `detail`, which is `{...}`, go to the same level. */
static void write_detail(struct json_writer *writer, gos_str detail)
{
    const struct json *tree;
    if (detail.len <= 2 || !json_read(detail, writer->out->arena, &tree, NULL))
        return;
    for (size_t i = 0; i < tree->count; i++) {
        json_name_str(writer, tree->names[i]);
        json_value(writer, &tree->items[i]);
    }
}

static void write_estimates(const struct result *result, struct json_writer *writer)
{
    json_put_int(writer, "sample_size", result->sample_size);
    json_put_int(writer, "conversions", result->conversions);
    json_put_double(writer, "mean_value", result->mean_value);
    json_put_double(writer, "variance", result->variance);
    json_name(writer, "confidence_interval");
    json_open_object(writer);
    json_put_double(writer, "lower", result->interval_lower);
    json_put_double(writer, "upper", result->interval_upper);
    json_close_object(writer);
    json_put_double(writer, "p_value", result->p_value);
    json_put_double(writer, "lift", result->lift);
    json_put_double(writer, "statistical_power", result->statistical_power);
}

void result_write(const struct result *result, struct json_writer *writer)
{
    json_open_object(writer);
    write_id(writer, "id", &result->id);
    write_id(writer, "experiment_id", &result->experiment_id);
    json_put_text(writer, "variant", result->variant);
    json_put_text(writer, "metric_name", result->metric_name);
    write_estimates(result, writer);
    write_time(writer, "computed_at", result->computed_at);
    json_name(writer, "data_window");
    json_open_object(writer);
    write_time(writer, "start", result->window_start);
    write_time(writer, "end", result->window_end);
    json_close_object(writer);
    write_detail(writer, result->detail);
    json_close_object(writer);
}
