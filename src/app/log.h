/* Log lines on stderr: JSON for machines, plain for a terminal. Safe to call from any thread. */
#ifndef APP_LOG_H
#define APP_LOG_H

#include "gosset/base.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
    enum log_level level;
    bool as_json;
};

/* Errors  USAGE: a level or format that does not exist. */
bool log_init(struct log *log, const char *level, const char *format, gos_error *err);
/* One line; what belongs to whom (keys, units, contexts) never goes in. */
void log_line(const struct log *log, enum log_level level, const char *what, const char *format,
              ...) __attribute__((format(printf, 4, 5)));

#endif
