/* Stored rows beside the same ones computed again. */
#ifndef JOBS_VERIFY_H
#define JOBS_VERIFY_H

#include "jobs/analysis.h"

/* {"same":BOOL,"rows":N,"differences":[...]} */
bool verify_report(const struct result *rows, uint32_t count, const struct analysis *again,
                   gos_arena *arena, gos_str *out, gos_error *err);

#endif
