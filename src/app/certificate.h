/*
 * The server's certificate: taken anew when its files change, and complained about before and after
 * its end. An expired one is served all the same: clients decide, and decisions go on.
 */
#ifndef APP_CERTIFICATE_H
#define APP_CERTIFICATE_H

#include "app/open.h"

enum { CERTIFICATE_LOOK_MS = 10000, CERTIFICATE_COMPLAIN_MS = 3600000 };

/* Remembers the files that the server has read, and complains if there is reason to. */
void certificate_begin(struct app *app);
/* Tasks of the scheduler: reads changed files, complains again. */
bool certificate_look(void *user, gos_error *err);
bool certificate_complain(void *user, gos_error *err);

#endif
