/*
 * The table of statistical methods that `gosset calc` offers. A method is a row of calc.def and a
 * function that reads the inputs of one case by name and puts its answers by name.
 */
#ifndef CLI_CALC_H
#define CLI_CALC_H

#include "cli/calc_table.h"
#include "gosset/stats.h"

#include <stdio.h>

/* One answer: a number (NaN is NA), or text when `text.data` is not NULL. */
struct calc_cell {
    double number;
    gos_str text;
    bool is_list;
};

struct calc;
struct calc_groups;

struct calc_method {
    const char *name;
    const char *job;
    void (*run)(struct calc *calc);
    const char *group;   /* rows with the same cell here are one case; "" for a case a row */
    const char *columns; /* in order: "=answer", "?optional", "needed" */
    const char *data;    /* columns of the raw data that the method needs beside its cases, or "" */
};

const struct calc_method *calc_method_find(const char *name);
const struct calc_method *calc_methods(size_t *out_count);

/* Cases from in_path ("-": standard input), answers to `to`. */
struct calc_call {
    const struct calc_method *method;
    const char *in_path;
    const char *data_path; /* NULL: raw data, if the method needs any, are the input itself */
    bool is_json;
    FILE *to;
};

/* How many cases there were, and how many were answered by a status alone; why, of the first. */
struct calc_report {
    size_t cases, failed;
    gos_error first; /* BAD_INPUT, UNREACHABLE, ... at "/ROW/COLUMN", rows from 0 */
};

/*
 * Reads the cases, runs the method over each, writes the answers in kind. A case whose numbers the
 * method does not allow has a status and no answers; the others are answered.
 * Errors  BAD_INPUT at "/ROW/COLUMN" of a text that is no number, or no known name
 */
bool calc_answer(const struct calc_call *call, struct calc_report *out_report, gos_error *err);
/* Takes a word off the column list `*rest`; its mark ('=', '?', or 0) into `*out_mark`. */
bool calc_column_take(gos_str *rest, gos_str *out, char *out_mark);

/* What a method sees: one case. It is one row, or `row_count` rows of a group. */
struct calc {
    const struct calc_method *method;
    const struct calc_table *in;
    const struct calc_table *data;        /* raw data, or NULL */
    const struct calc_groups *data_cases; /* its rows by their case; NULL: all are of one */
    gos_arena *arena;                     /* given back after each case */
    const size_t *rows;
    size_t row_count;
    size_t row; /* index into rows: where calc_number reads and calc_put writes */
    struct calc_cell *out;
    size_t out_count;
    FILE *to;
    gos_str out_names[CALC_COLUMNS_MAX];
    bool is_invalid;      /* a number of this row is missing or infinite */
    bool has_failed;      /* err is filled, or: */
    bool has_case_failed; /* only this case: case_err is filled */
    gos_error case_err;
    gos_error *err;
    size_t next_in, next_out; /* columns are mostly asked for in their order */
};

/* Whether all that was read so far is there and allowed. */
static inline bool calc_is_ready(const struct calc *calc)
{
    return !calc->is_invalid && !calc->has_failed;
}

/*
 * Reading the present row. A text that is no number fails the run and names row and column; a
 * missing or infinite number marks the row invalid and reads as NaN. What is "not allowed" fails
 * the case. After either, has_failed is set.
 */
double calc_number(struct calc *calc, const char *column);
/* Infinite numbers pass. */
double calc_real(struct calc *calc, const char *column);
/* `missing` where the cell or the whole column is missing. */
double calc_number_or(struct calc *calc, const char *column, double missing);
/* A whole number from 0 to 1e15; 0 where it is missing, infinite or not allowed. */
double calc_count(struct calc *calc, const char *column);
/* Strictly between low and high, else not allowed. */
double calc_between(struct calc *calc, const char *column, double low, double high);
/* One of `names` (NULL-terminated), else the run fails; 0 and invalid where it is missing. */
int calc_choice(struct calc *calc, const char *column, const char *const *names);
gos_str calc_text(struct calc *calc, const char *column);
/* Numbers "a;b;c" in the case's arena; *out_count of them. */
double *calc_list(struct calc *calc, const char *column, size_t *out_count);
/* The raw data's rows of this case; their cells by calc_data_number. */
const size_t *calc_data_rows(struct calc *calc, size_t *out_count);
double calc_data_number(struct calc *calc, size_t data_row, const char *column);
/* Above 0, else not allowed. */
double calc_positive(struct calc *calc, const char *column);
/* Fails the case at a column of the present row. */
void calc_fail(struct calc *calc, const char *column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Fails the case with an error of the library. */
void calc_fail_with(struct calc *calc, const gos_error *err);

/* Answering in the present row. What is not put is NA. */
void calc_put(struct calc *calc, const char *column, double value);
void calc_put_text(struct calc *calc, const char *column, gos_str text);
void calc_put_list(struct calc *calc, const char *column, const double *values, size_t count);
void calc_put_status(struct calc *calc, uint32_t status);
bool calc_has_status(struct calc *calc);

#endif
