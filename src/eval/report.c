/* What the compiler finds, and where: errors and warnings with JSON pointers. */
#include "eval/compiler.h"

#include "base/time.h"
#include "eval/share.h"

#include <stdio.h>

size_t at_enter(struct compiler *compiler, gos_str name)
{
    size_t mark = strlen(compiler->pointer);
    json_pointer_add(compiler->pointer, name);
    return mark;
}

size_t at_enter_index(struct compiler *compiler, size_t index)
{
    size_t mark = strlen(compiler->pointer);
    json_pointer_add_index(compiler->pointer, index);
    return mark;
}

void at_leave(struct compiler *compiler, size_t mark)
{
    compiler->pointer[mark] = 0;
}

static void report_add(struct compiler *compiler, bool is_error, const char *format,
                       va_list arguments)
{
    char message[GOS_MESSAGE_BYTES];
    gos_report *report = &compiler->report;
    report->error_count += is_error;
    if (report->count == FINDINGS_MAX) {
        report->is_cut = true;
        return;
    }
    vsnprintf(message, sizeof message, format, arguments);
    gos_finding finding = {is_error, GOS_BAD_INPUT,
                           gos_arena_text(compiler->arena, gos_str_from(message), NULL),
                           gos_arena_text(compiler->arena, gos_str_from(compiler->pointer), NULL)};
    if (!finding.message.data || !finding.pointer.data)
        report->is_cut = true;
    else
        compiler->findings[report->count++] = finding;
}

bool compiler_error(struct compiler *compiler, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_add(compiler, true, format, arguments);
    va_end(arguments);
    return false;
}

bool compiler_error_at(struct compiler *compiler, const char *name, const char *format, ...)
{
    va_list arguments;
    size_t mark = at_enter(compiler, gos_str_from(name));
    va_start(arguments, format);
    report_add(compiler, true, format, arguments);
    va_end(arguments);
    at_leave(compiler, mark);
    return false;
}

void compiler_warn(struct compiler *compiler, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    report_add(compiler, false, format, arguments);
    va_end(arguments);
}

void compiler_warn_at(struct compiler *compiler, const char *name, const char *format, ...)
{
    va_list arguments;
    size_t mark = at_enter(compiler, gos_str_from(name));
    va_start(arguments, format);
    report_add(compiler, false, format, arguments);
    va_end(arguments);
    at_leave(compiler, mark);
}

const struct json *member_find(struct compiler *compiler, const struct json *object,
                               const char *name, enum json_type type)
{
    const struct json *value = json_find(object, gos_str_from(name));
    if (!value || value->type == JSON_NULL || value->type == type)
        return value && value->type == type ? value : NULL;
    compiler_error_at(compiler, name, "\"%s\" is %s; it must be %s", name,
                      json_type_name(value->type), json_type_name(type));
    return NULL;
}

gos_str member_text(struct compiler *compiler, const struct json *object, const char *name)
{
    const struct json *value = member_find(compiler, object, name, JSON_STRING);
    return value ? value->text : (gos_str){"", 0};
}

bool member_bool(struct compiler *compiler, const struct json *object, const char *name,
                 bool otherwise)
{
    const struct json *value = member_find(compiler, object, name, JSON_BOOL);
    return value ? value->boolean : otherwise;
}

void member_time(struct compiler *compiler, const struct json *object, const char *name,
                 int64_t *out)
{
    const struct json *value = member_find(compiler, object, name, JSON_STRING);
    if (value && !time_read(value->text, out))
        compiler_error_at(compiler, name,
                          "\"%s\" is no date; it must be like 2026-01-31T09:00:00Z or 2026-01-31",
                          name);
}

bool member_percentage(struct compiler *compiler, const struct json *object, const char *name,
                       int64_t *out_share)
{
    const struct json *value = member_find(compiler, object, name, JSON_NUMBER);
    if (!value)
        return false;
    if (share_read(value->text, out_share) && *out_share <= SHARE_WHOLE)
        return true;
    *out_share = 0;
    return compiler_error_at(
        compiler, name, "\"%s\" is %.*s; it must be 0 to 100 with at most %d decimals", name,
        (int)(value->text.len < 40 ? value->text.len : 40), value->text.data, SHARE_DECIMALS_MAX);
}

void members_known(struct compiler *compiler, const struct json *object, const char *what,
                   const char *const *names)
{
    for (uint32_t i = 0; i < object->count; i++) {
        bool is_known = false;
        for (size_t j = 0; names[j] && !is_known; j++)
            is_known = gos_str_equal(object->names[i], gos_str_from(names[j]));
        if (is_known)
            continue;
        size_t mark = at_enter(compiler, object->names[i]);
        compiler_error(compiler, "%s has no member \"%.*s\"", what,
                       (int)(object->names[i].len < 60 ? object->names[i].len : 60),
                       object->names[i].data);
        at_leave(compiler, mark);
    }
}
