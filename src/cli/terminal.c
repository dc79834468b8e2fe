/* Tables and the progress bar. */
#include "cli/terminal.h"

#include "base/text.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

struct table_row {
    struct table_row *next;
    struct table_cell cells[TABLE_COLUMNS_MAX];
};

static const char *const color_codes[] = {
    [COLOR_NONE] = "",           [COLOR_GREEN] = "\033[32m", [COLOR_RED] = "\033[31m",
    [COLOR_YELLOW] = "\033[33m", [COLOR_BOLD] = "\033[1m",   [COLOR_DIM] = "\033[2m",
};

bool terminal_has_color(FILE *stream)
{
    const char *none = getenv("NO_COLOR");
    return isatty(fileno(stream)) && !(none && none[0]);
}

int terminal_columns(FILE *stream)
{
    struct winsize size;
    bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 100;
}

size_t terminal_width(gos_str text)
{
    size_t width = 0;
    for (size_t i = 0; i < text.len; i++)
        width += ((unsigned char)text.data[i] & 0xc0) != 0x80;
    return width;
}

void table_init(struct table *table, gos_arena *arena)
{
    *table = (struct table){.arena = arena};
}

void table_column(struct table *table, const char *title, enum align align)
{
    if (table->column_count == TABLE_COLUMNS_MAX)
        return;
    table->titles[table->column_count] = title;
    table->aligns[table->column_count++] = align;
}

void table_row(struct table *table)
{
    struct table_row *row = gos_arena_take(table->arena, sizeof *row, NULL);
    table->current = row ? row->cells : NULL;
    table->current_count = 0;
    if (!row)
        return;
    if (table->last)
        table->last->next = row;
    else
        table->first = row;
    table->last = row;
}

void table_cell(struct table *table, gos_str text, enum color color)
{
    if (!table->current || table->current_count == table->column_count)
        return;
    table->current[table->current_count++] = (struct table_cell){text, color};
}

void table_cellf(struct table *table, enum color color, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    gos_str copy = gos_arena_text(table->arena, gos_str_from(text), NULL);
    table_cell(table, copy.data ? copy : GOS_LIT(""), color);
}

static void cell_print(struct table_cell cell, size_t width, enum align align, bool last,
                       bool colored, FILE *stream)
{
    size_t own = terminal_width(cell.text);
    int padding = own < width ? (int)(width - own) : 0;
    if (align == ALIGN_RIGHT)
        fprintf(stream, "%*s", padding, "");
    bool paint = colored && cell.color != COLOR_NONE;
    fprintf(stream, "%s%.*s%s", paint ? color_codes[cell.color] : "", GOS_ARG(cell.text),
            paint ? "\033[0m" : "");
    if (align == ALIGN_LEFT && !last)
        fprintf(stream, "%*s", padding, "");
    fputs(last ? "\n" : "  ", stream);
}

void table_print(const struct table *table, FILE *stream)
{
    bool colored = terminal_has_color(stream);
    size_t widths[TABLE_COLUMNS_MAX];
    for (size_t c = 0; c < table->column_count; c++) {
        widths[c] = terminal_width(gos_str_from(table->titles[c]));
        for (const struct table_row *row = table->first; row; row = row->next) {
            size_t width = row->cells[c].text.data ? terminal_width(row->cells[c].text) : 0;
            widths[c] = width > widths[c] ? width : widths[c];
        }
    }
    size_t last = table->column_count - 1;
    for (size_t c = 0; c < table->column_count; c++)
        cell_print((struct table_cell){gos_str_from(table->titles[c]), COLOR_DIM}, widths[c],
                   table->aligns[c], c == last, colored, stream);
    for (const struct table_row *row = table->first; row; row = row->next) {
        for (size_t c = 0; c < table->column_count; c++)
            cell_print(row->cells[c], widths[c], table->aligns[c], c == last, colored, stream);
    }
}

static int64_t progress_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void progress_start(struct progress *progress, const char *what, uint64_t total)
{
    *progress = (struct progress){.what = what, .total = total, .started_ms = progress_now()};
}

void progress_step(struct progress *progress, uint64_t done)
{
    enum { PATIENCE_MS = 2000, REDRAW_MS = 100, CELLS = 30 };
    int64_t now = progress_now();
    bool due = now - progress->started_ms >= PATIENCE_MS && now - progress->shown_ms >= REDRAW_MS;
    if (!due || !isatty(STDERR_FILENO))
        return;
    progress->shown = true;
    progress->shown_ms = now;
    if (progress->total == 0) {
        fprintf(stderr, "\r%s: %llu", progress->what, (unsigned long long)done);
        return;
    }
    double share = (double)done / (double)progress->total;
    int full = (int)(share * CELLS);
    fprintf(stderr, "\r%s [", progress->what);
    for (int i = 0; i < CELLS; i++)
        fputc(i < full ? '#' : ' ', stderr);
    fprintf(stderr, "] %3.0f %%", share * 100);
}

void progress_end(struct progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
