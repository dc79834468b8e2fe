/* What serve and demo share: settings from the command line, and waiting for a signal. */
#ifndef CLI_SERVE_H
#define CLI_SERVE_H

#include "app/app.h"

/* Reads --config FILE, the environment and the options into `config`. USAGE says what is wrong. */
bool serve_configure(int argc, char **argv, struct config *config, gos_error *err);
/* Returns after SIGINT or SIGTERM, or when the app was stopped otherwise. */
void serve_until_signal(struct app *app);

#endif
