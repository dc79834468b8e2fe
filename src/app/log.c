/* Formats a whole line before it is written, so that lines of several threads do not mix. */
#include "app/log.h"

#include "base/time.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 2048 };

static const char *const level_names[] = {"error", "warn", "info", "debug"};

bool log_init(struct log *log, const char *level, const char *format, gos_error *err)
{
    size_t found = 0;
    while (found < 4 && strcmp(level, level_names[found]) != 0)
        found++;
    if (found == 4)
        return gos_fail(err, GOS_USAGE, "",
                        "log_level is \"%s\"; error, warn, info and debug are allowed", level);
    bool is_auto = strcmp(format, "auto") == 0, is_json = strcmp(format, "json") == 0;
    if (!is_auto && !is_json && strcmp(format, "text") != 0)
        return gos_fail(err, GOS_USAGE, "", "log_format is \"%s\"; json, text and auto are allowed",
                        format);
    log->level = (enum log_level)found;
    log->as_json = is_json || (is_auto && !isatty(STDERR_FILENO));
    return true;
}

static size_t json_escape(const char *text, char *out, size_t bytes)
{
    size_t len = 0;
    for (; *text && len + 7 < bytes; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            out[len++] = '\\';
        if (c < ' ')
            len += (size_t)snprintf(out + len, bytes - len, "\\u%04x", c);
        else
            out[len++] = (char)c;
    }
    out[len] = 0;
    return len;
}

/* Takes off the bytes of a character that was cut: half of one is no JSON. */
static void cut_repair(char *message)
{
    size_t end = strlen(message), start = end;
    while (start > 0 && ((unsigned char)message[start - 1] & 0xc0) == 0x80)
        start--;
    if (start == 0 || (unsigned char)message[start - 1] < 0xc0)
        return;
    unsigned char lead = (unsigned char)message[start - 1];
    size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (end - (start - 1) < need)
        message[start - 1] = 0;
}

void log_line(const struct log *log, enum log_level level, const char *what, const char *format,
              ...)
{
    if (level > log->level)
        return;
    char message[LINE_BYTES / 2], escaped[LINE_BYTES], line[LINE_BYTES + 256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    cut_repair(message);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    char at[TIME_TEXT_BYTES];
    time_write((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, at);
    json_escape(message, escaped, sizeof escaped);
    int len =
        log->as_json
            ? snprintf(line, sizeof line,
                       "{\"time\":\"%s\",\"level\":\"%s\",\"what\":\"%s\",\"message\":\"%s\"}\n",
                       at, level_names[level], what, escaped)
            : snprintf(line, sizeof line, "%s %-5s %s: %s\n", at, level_names[level], what,
                       message);
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return; /* nowhere is left to say so */
}
