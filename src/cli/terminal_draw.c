/* Numbers and intervals as text. */
#include "cli/terminal.h"

#include "base/text.h"

#include <math.h>

enum { BAR_COLUMNS_MAX = 200 };

enum bar_part { BAR_BLANK, BAR_ZERO, BAR_LINE, BAR_LEFT, BAR_RIGHT, BAR_POINT, BAR_LESS, BAR_MORE };

static const char *const bar_parts[] = {
    [BAR_BLANK] = " ", [BAR_ZERO] = "┆",  [BAR_LINE] = "─", [BAR_LEFT] = "├",
    [BAR_RIGHT] = "┤", [BAR_POINT] = "●", [BAR_LESS] = "◀", [BAR_MORE] = "▶",
};

void bar_axis_add(struct bar_axis *axis, double low, double high)
{
    if (isfinite(low) && low < axis->low)
        axis->low = low;
    if (isfinite(high) && high > axis->high)
        axis->high = high;
}

/* The column of a value; outside ones are held at the ends. */
static int bar_column(const struct bar_axis *axis, double value)
{
    if (value <= axis->low || axis->high <= axis->low)
        return 0;
    if (value >= axis->high)
        return axis->columns - 1;
    return (int)((value - axis->low) / (axis->high - axis->low) * (axis->columns - 1) + 0.5);
}

static void bar_fill(const struct bar_axis *axis, double low, double point, double high,
                     enum bar_part *parts)
{
    if (axis->low <= 0 && axis->high >= 0)
        parts[bar_column(axis, 0)] = BAR_ZERO;
    int first = bar_column(axis, low), last = bar_column(axis, high);
    for (int i = first; i <= last; i++)
        parts[i] = BAR_LINE;
    parts[first] = low < axis->low ? BAR_LESS : BAR_LEFT;
    parts[last] = high > axis->high ? BAR_MORE : BAR_RIGHT;
    parts[bar_column(axis, point)] = BAR_POINT;
}

gos_str bar_draw(const struct bar_axis *axis, double low, double point, double high,
                 gos_arena *arena)
{
    if (isnan(low) || isnan(point) || isnan(high) || axis->columns < 3 ||
        axis->columns > BAR_COLUMNS_MAX)
        return GOS_LIT("");
    enum bar_part parts[BAR_COLUMNS_MAX] = {BAR_BLANK};
    bar_fill(axis, low, point, high, parts);
    struct text text;
    text_init(&text, arena);
    for (int i = 0; i < axis->columns; i++)
        text_add(&text, gos_str_from(bar_parts[parts[i]]));
    return text.failed ? GOS_LIT("") : text_str(&text);
}

gos_str number_draw(double value, int digits, gos_arena *arena)
{
    if (isnan(value))
        return GOS_LIT("-");
    if (isinf(value))
        return value > 0 ? GOS_LIT("inf") : GOS_LIT("-inf");
    double size = fabs(value);
    if (size != 0 && (size < 1e-5 || size >= 1e12))
        return gos_arena_print(arena, "%.*e", digits - 1, value);
    int whole = size < 1 ? 0 : (int)floor(log10(size)) + 1;
    int leading = size > 0 && size < 1 ? -(int)floor(log10(size)) - 1 : 0;
    int decimals = digits - whole + leading;
    return gos_arena_print(arena, "%.*f", decimals > 0 ? decimals : 0, value == 0 ? 0.0 : value);
}

gos_str p_value_draw(double p, gos_arena *arena)
{
    if (isnan(p))
        return GOS_LIT("-");
    return p >= 1e-4 ? gos_arena_print(arena, "%.4f", p) : gos_arena_print(arena, "%.1e", p);
}
