/* A new folder on the server's machine that a copy or an export goes into. */
#ifndef JOBS_FOLDER_H
#define JOBS_FOLDER_H

#include "gosset/base.h"

/* Errors  CONFLICT: it exists; STORE_FAILED: it cannot be made. Both at "/folder". */
bool folder_make(const char *folder, gos_error *err);

#endif
