/* Text and numbers of reports, rounded as the pages round them: by their uncertainty. */
#include "api/report_parts.h"

#include "base/number.h"

#include <math.h>
#include <stdio.h>

void report_add(struct text *out, gos_str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.data[i];
        if (c == '<' || c == '>' || c == '&' || c == '"' || c == '\'')
            text_print(out, "&#%d;", c);
        else
            text_add_char(out, c);
    }
}

gos_str report_text(const struct json *value, const char *pointer)
{
    const struct json *found = json_at(value, gos_str_from(pointer));
    return found && found->type == JSON_STRING ? found->text : GOS_LIT("");
}

bool report_is(const struct json *value, const char *pointer)
{
    const struct json *found = json_at(value, gos_str_from(pointer));
    return found && found->type == JSON_BOOL && found->boolean;
}

bool report_interval_at(const struct json *value, const char *pointer, struct report_interval *out)
{
    const struct json *found = json_at(value, gos_str_from(pointer));
    *out = (struct report_interval){json_find_number(found, "lower"),
                                    json_find_number(found, "upper")};
    return isfinite(out->lower) && isfinite(out->upper);
}

void report_number(struct text *out, double value, int decimals)
{
    char digits[512];
    if (!isfinite(value)) {
        text_add(out, GOS_LIT("–"));
        return;
    }
    int len = snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    bool is_zero = strspn(digits, "0.") == (size_t)len;
    int whole = (int)strcspn(digits, ".");
    if (value < 0 && !is_zero)
        text_add(out, GOS_LIT("−"));
    for (int i = 0; i < len; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            text_add_char(out, ',');
        text_add_char(out, digits[i]);
    }
}

void report_percent(struct text *out, double percent, const struct report_interval *by)
{
    double se = by ? number_spread(by->lower, by->upper) : fabs(percent) / 20;
    int decimals = number_decimals(se, 4);
    if (isfinite(percent) && percent > 0.5 * pow(10, -decimals))
        text_add_char(out, '+');
    report_number(out, percent, decimals);
    text_add(out, GOS_LIT(" %"));
}

void report_p_value(struct text *out, double p)
{
    if (!isfinite(p))
        text_add(out, GOS_LIT("–"));
    else if (p < 1e-4)
        text_add(out, GOS_LIT("&lt; 0.0001"));
    else if (p >= 0.995)
        text_add(out, p < 1 ? GOS_LIT("&gt; 0.99") : GOS_LIT("1"));
    else
        report_number(out, p, p < 0.001 ? 4 : p < 0.1 ? 3 : 2);
}

const char *report_tone(const struct json *row, bool trusted)
{
    if (!trusted)
        return "";
    if (gos_str_equal(report_text(row, "/guardrail"), GOS_LIT("breach")))
        return "bad";
    if (!report_is(row, "/significant"))
        return "";
    bool increase = !gos_str_equal(report_text(row, "/direction"), GOS_LIT("decrease"));
    return increase == (json_number_at(row, "/diff") > 0) ? "good" : "bad";
}

bool report_is_trusted(const struct report *report)
{
    return !gos_str_equal(report_text(report->health, "/status"), GOS_LIT("alarm"));
}
