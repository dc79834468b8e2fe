/* Cases kept as data. */
#include "spec.h"

struct spec spec_open(const char *path)
{
    struct spec spec = {.file = test_file(path), .arena = gos_arena_open(SIZE_MAX / 4)};
    gos_error err = {0};
    CHECK_OK(json_read(spec.file, spec.arena, &spec.root, &err), &err);
    return spec;
}

void spec_close(struct spec *spec)
{
    gos_arena_close(spec->arena);
    test_free((void *)spec->file.data);
}

gos_str spec_text(const struct json *row, const char *name)
{
    const struct json *value = json_find(row, gos_str_from(name));
    if (!value || value->type != JSON_STRING)
        fail_msg("a case has no text \"%s\"", name);
    return value->text;
}

gos_str spec_hex(gos_arena *arena, const void *bytes, size_t len)
{
    struct text out;
    text_init(&out, arena);
    for (size_t i = 0; i < len; i++)
        text_print(&out, "%02x", ((const uint8_t *)bytes)[i]);
    return text_str(&out);
}
