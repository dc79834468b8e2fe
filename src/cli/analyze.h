/* gosset analyze, its parts: what was asked, and the report as JSON. */
#ifndef CLI_ANALYZE_H
#define CLI_ANALYZE_H

#include "base/limits.h"
#include "ledger/sheet.h"

struct analyze_call {
    struct sheet_question question;
    gos_str control; /* empty: a variant named control, else the first by name */
    gos_str weights; /* NAME=W,NAME=W; empty: equal */
    double alpha;
    bool is_json;
    gos_str covariates[SHEET_COVARIATES_MAX];
    struct metric_plan plans[METRICS_PER_EXPERIMENT_MAX];
};

/* Computes and writes {"results":[...],"srm":{...},"health":{...},...}. */
bool analyze_report(const struct analyze_call *call, int64_t now_ms, gos_arena *arena, gos_str *out,
                    gos_error *err);

#endif
