/* What the doctor's files share. */
#ifndef JOBS_DOCTOR_WORK_H
#define JOBS_DOCTOR_WORK_H

#include "jobs/doctor.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARNING, SEVERITY_ALARM };

struct finding {
    enum diagnosis diagnosis;
    enum severity severity;
    gos_str metric;
    gos_str variant;
    gos_str message;
    double value; /* the number that gave rise to it */
};

struct doctor {
    const struct doctor_visit *visit;
    gos_arena *arena;
    struct finding *findings;
    uint32_t count;
    enum severity worst;
};

static const gos_str doctor_none = {"", 0};

/* Adds a finding; its message is made as printf does. */
__attribute__((format(printf, 7, 8))) void doctor_find(struct doctor *doctor, enum diagnosis what,
                                                       enum severity severity, gos_str metric,
                                                       gos_str variant, double value,
                                                       const char *format, ...);
uint64_t doctor_units(const struct doctor *doctor);

/* Whether units are split as configured, and if not, where they are lost or moved. */
void doctor_check_capture(struct doctor *doctor);
/* {"exposures",...}: what recounting gave, or null. */
void doctor_write_recount(const struct doctor *doctor, struct json_writer *json);

#endif
