/* The clock, and what a server does by itself at its intervals. */
#ifndef APP_DUTIES_H
#define APP_DUTIES_H

#include "app/open.h"
#include "jobs/scheduler.h"

/* The wall clock, in the form that every room takes it. */
int64_t duties_now(void *context);
/* Fills the tasks of the scheduler: results, retention, forgetting of event ids. */
size_t duties_list(struct app *app, struct scheduler_task tasks[SCHEDULER_TASKS_MAX]);

/* A task of its own scheduler, since others must not wait for those who are told. */
bool duties_webhooks(void *user, gos_error *err);
bool duties_open_webhooks(struct app *app, gos_error *err);

#endif
