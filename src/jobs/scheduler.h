/* One thread that runs tasks at their intervals, one after the other. */
#ifndef JOBS_SCHEDULER_H
#define JOBS_SCHEDULER_H

#include "gosset/base.h"

struct scheduler;

/* A failing task is reported and runs again at its next turn. */
struct scheduler_task {
    const char *name;
    int64_t interval_ms;
    bool (*run)(void *user, gos_error *err);
    void *user;
};

struct scheduler_options {
    const struct scheduler_task *tasks; /* copied */
    size_t task_count;                  /* at most SCHEDULER_TASKS_MAX */
    void (*report)(void *user, const char *what, const gos_error *err);
    void *report_user;
};

enum { SCHEDULER_TASKS_MAX = 16 };

/* Each task runs for the first time one interval, at most a minute, after the start. */
bool scheduler_open(const struct scheduler_options *options, struct scheduler **out,
                    gos_error *err);
/* Waits for the task under way. NULL is harmless. */
void scheduler_close(struct scheduler *scheduler);

#endif
