/* Cases kept as data in spec/: the whole file as a tree. */
#ifndef TESTS_UNIT_BASE_SPEC_H
#define TESTS_UNIT_BASE_SPEC_H

#include "base/json.h"
#include "test.h"

struct spec {
    gos_str file;
    gos_arena *arena;
    const struct json *root;
};

struct spec spec_open(const char *path);
void spec_close(struct spec *spec);
/* The text of a member that must be there. */
gos_str spec_text(const struct json *row, const char *name);
/* Bytes as lower-case hexadecimal, in the arena. */
gos_str spec_hex(gos_arena *arena, const void *bytes, size_t len);

#endif
