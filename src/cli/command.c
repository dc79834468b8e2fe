/* What all commands share: help, usage errors, failures, reading a file. */
#include "cli/command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int command_help(const struct command *command)
{
    printf("usage: gosset %s %s\n\n%s\n", command->name, command->usage, command->job);
    if (command->help && command->help[0])
        printf("\n%s", command->help);
    return EXIT_DONE;
}

int command_usage(const struct command *command, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "gosset %s: ", command->name);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\nusage: gosset %s %s\ntry: gosset %s --help\n", command->name, command->usage,
            command->name);
    return EXIT_USAGE;
}

int command_fail(const gos_error *err, bool as_json)
{
    if (as_json)
        fprintf(stderr, "{\"code\":\"%s\",\"message\":\"", gos_code_name(err->code));
    else
        fprintf(stderr, "%s: ", gos_code_name(err->code));
    for (const char *c = err->message; *c; c++) {
        if (as_json && (*c == '"' || *c == '\\'))
            fputc('\\', stderr);
        fputc((unsigned char)*c < ' ' ? ' ' : *c, stderr);
    }
    if (as_json)
        fprintf(stderr, "\",\"pointer\":\"%s\"}\n", err->pointer);
    else
        fprintf(stderr, err->pointer[0] ? " (at %s)\n" : "\n", err->pointer);
    return gos_code_exit(err->code);
}

bool command_read_file(const char *path, size_t bytes_max, gos_arena *arena, gos_str *out,
                       gos_error *err)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    if (!file)
        return gos_fail(err, GOS_NOT_FOUND, "", "%s cannot be opened: %s", path, strerror(errno));
    size_t capacity = 64 * 1024, len = 0;
    char *data = gos_arena_take(arena, capacity, err);
    while (data) {
        len += fread(data + len, 1, capacity - len, file);
        if (len < capacity)
            break;
        char *larger = capacity < bytes_max ? gos_arena_take(arena, capacity * 2, err) : NULL;
        if (larger)
            memcpy(larger, data, len);
        else
            gos_fail(err, GOS_TOO_LARGE, "", "%s is larger than %zu bytes", path, bytes_max);
        data = larger;
        capacity *= 2;
    }
    bool failed = ferror(file) != 0;
    if (file != stdin)
        fclose(file);
    if (failed)
        return gos_fail(err, GOS_STORE_FAILED, "", "%s cannot be read: %s", path, strerror(errno));
    *out = (gos_str){data, len};
    return data != NULL;
}
