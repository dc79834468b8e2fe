/*
 * What a person reads in a terminal: aligned tables, intervals drawn as bars, a progress bar.
 * Colour only on a terminal without NO_COLOR; the text says the same without it.
 */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include "gosset/base.h"

#include <stdio.h>

enum color { COLOR_NONE, COLOR_GREEN, COLOR_RED, COLOR_YELLOW, COLOR_BOLD, COLOR_DIM };
enum align { ALIGN_LEFT, ALIGN_RIGHT };

bool terminal_has_color(FILE *stream);
/* Columns of the terminal behind the stream, 100 when it is none. */
int terminal_columns(FILE *stream);
/* Terminal columns that UTF-8 text takes, counting one for each character. */
size_t terminal_width(gos_str text);

enum { TABLE_COLUMNS_MAX = 24 };

struct table_cell {
    gos_str text;
    enum color color;
};

/* Rows live in the arena; a table is printed once, when its widths are known. */
struct table {
    gos_arena *arena;
    size_t column_count;
    const char *titles[TABLE_COLUMNS_MAX];
    enum align aligns[TABLE_COLUMNS_MAX];
    struct table_row *first;
    struct table_row *last;
    struct table_cell *current;
    size_t current_count;
};

void table_init(struct table *table, gos_arena *arena);
void table_column(struct table *table, const char *title, enum align align);
/* Begins a row; its cells follow from left to right, missing ones are empty. */
void table_row(struct table *table);
void table_cell(struct table *table, gos_str text, enum color color);
void table_cellf(struct table *table, enum color color, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_print(const struct table *table, FILE *stream);

/* The axis that several interval bars share. Zero gets a mark of its own when it is inside. */
struct bar_axis {
    double low;
    double high;
    int columns;
};

/* Widens the axis to take in an interval; infinite and NaN ends are left out. */
void bar_axis_add(struct bar_axis *axis, double low, double high);
/*
 * Draws `low` to `high` with its `point`, such as "  ├──●───┤ │  ". Ends outside of the axis, and
 * infinite ones, become arrows. Empty text when the interval is not a number.
 */
gos_str bar_draw(const struct bar_axis *axis, double low, double point, double high,
                 gos_arena *arena);

/* A number rounded to `digits` significant ones, without exponent where that stays readable. */
gos_str number_draw(double value, int digits, gos_arena *arena);
/* A p-value: "0.0312", "1.2e-09". */
gos_str p_value_draw(double p, gos_arena *arena);

/* A bar on stderr, shown when the work has taken 2 s and stderr is a terminal. */
struct progress {
    const char *what;
    uint64_t total; /* 0 when it is not known */
    int64_t started_ms;
    int64_t shown_ms;
    bool shown;
};

void progress_start(struct progress *progress, const char *what, uint64_t total);
void progress_step(struct progress *progress, uint64_t done);
void progress_end(struct progress *progress);

#endif
