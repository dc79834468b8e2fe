/*
 * Reads strict JSON without recursion. Values wait on one growing stack of slots; when a list or an
 * object closes, its slots move to the arena as one array. A frame is a container still open.
 */
#include "base/json.h"
#include "base/json_text.h"
#include "base/limits.h"
#include "base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

enum { SLOTS_FIRST = 32, NAMES_COMPARED_MAX = 16 };

/* A value begun, with its name when it is a member; the name is known first. */
struct slot {
    struct json value;
    gos_str name;
    const char *name_at; /* where the name stands in the input */
};

struct frame {
    enum json_type type;
    uint32_t start; /* the slot of the first child; the slot before is the container's own */
};

struct reader {
    const char *start, *at, *end;
    gos_arena *arena;
    gos_error *err;
    gos_arena *scratch; /* made when the first slots do not suffice */
    struct slot *slots;
    uint32_t slot_count, slot_capacity;
    uint32_t depth;
    struct frame frames[JSON_DEPTH_MAX];
    struct slot first[SLOTS_FIRST];
};

/* The pointer of the innermost value begun. */
static void reader_pointer(const struct reader *reader, char pointer[GOS_POINTER_BYTES])
{
    pointer[0] = 0;
    for (uint32_t i = 0; i < reader->depth; i++) {
        uint32_t start = reader->frames[i].start;
        uint32_t next =
            i + 1 < reader->depth ? reader->frames[i + 1].start - 1 : reader->slot_count;
        if (i + 1 == reader->depth) {
            if (next == start)
                return;
            next--;
        }
        if (reader->frames[i].type == JSON_OBJECT)
            json_pointer_add(pointer, reader->slots[next].name);
        else
            json_pointer_add_index(pointer, next - start);
    }
}

static bool fail_at(const struct reader *reader, const char *at, const char *what)
{
    char pointer[GOS_POINTER_BYTES];
    reader_pointer(reader, pointer);
    return gos_fail(reader->err, GOS_BAD_JSON, pointer, "%s at byte %zu", what,
                    (size_t)(at - reader->start));
}

/* What stands at `at`, for messages. */
static bool fail_wanted(const struct reader *reader, const char *wanted)
{
    char what[160];
    if (reader->at == reader->end)
        snprintf(what, sizeof what, "the JSON ends where %s should be,", wanted);
    else if (*reader->at > ' ' && *reader->at < 0x7F)
        snprintf(what, sizeof what, "'%c' where %s should be", *reader->at, wanted);
    else
        snprintf(what, sizeof what, "byte 0x%02x where %s should be", (unsigned char)*reader->at,
                 wanted);
    return fail_at(reader, reader->at, what);
}

static bool slots_grow(struct reader *reader)
{
    uint32_t capacity = reader->slot_capacity * 4;
    if (!reader->scratch)
        reader->scratch = gos_arena_open(SIZE_MAX / 2);
    struct slot *slots =
        reader->scratch ? gos_arena_array(reader->scratch, capacity, sizeof *slots, reader->err)
                        : NULL;
    if (!slots)
        return gos_fail(reader->err, GOS_OUT_OF_MEMORY, "", "no memory for %" PRIu32 " JSON values",
                        capacity);
    memcpy(slots, reader->slots, reader->slot_count * sizeof *slots);
    reader->slots = slots;
    reader->slot_capacity = capacity;
    return true;
}

static struct slot *slot_push(struct reader *reader)
{
    if (reader->slot_count == reader->slot_capacity && !slots_grow(reader))
        return NULL;
    struct slot *slot = &reader->slots[reader->slot_count++];
    *slot = (struct slot){0};
    return slot;
}

static void skip_space(struct reader *reader)
{
    const char *at = reader->at;
    while (at < reader->end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    reader->at = at;
}

static bool read_text(struct reader *reader, gos_str *out)
{
    struct json_text_fault fault = {0};
    const char *at = json_text_read(reader->at, reader->end, reader->arena, out, &fault);
    if (at) {
        reader->at = at;
        return true;
    }
    if (fault.what)
        return fail_at(reader, fault.at, fault.what);
    return gos_fail(reader->err, GOS_TOO_LARGE, "", "the JSON does not fit its memory limit");
}

static bool read_number(struct reader *reader, struct json *out)
{
    gos_str rest = {reader->at, (size_t)(reader->end - reader->at)};
    size_t len = number_read(rest, true, &out->number);
    if (len == 0)
        return fail_at(reader, reader->at, "a malformed number");
    if (!isfinite(out->number))
        return fail_at(reader, reader->at, "a number outside the range of double");
    out->type = JSON_NUMBER;
    out->text = (gos_str){reader->at, len};
    reader->at += len;
    return true;
}

static bool read_word(struct reader *reader, gos_str word, struct json value, struct json *out)
{
    gos_str rest = {reader->at, (size_t)(reader->end - reader->at)};
    if (!str_starts_with(rest, word))
        return fail_wanted(reader, "a value");
    reader->at += word.len;
    *out = value;
    return true;
}

static bool open_container(struct reader *reader, enum json_type type)
{
    if (reader->depth == JSON_DEPTH_MAX) {
        char what[80];
        snprintf(what, sizeof what, "nesting deeper than %d levels", JSON_DEPTH_MAX);
        return fail_at(reader, reader->at, what);
    }
    reader->at++;
    reader->frames[reader->depth++] = (struct frame){type, reader->slot_count};
    return true;
}

static bool read_scalar(struct reader *reader, struct json *out)
{
    switch (reader->at < reader->end ? *reader->at : 0) {
    case '"':
        out->type = JSON_STRING;
        return read_text(reader, &out->text);
    case 't':
        return read_word(reader, GOS_LIT("true"), (struct json){.type = JSON_BOOL, .boolean = true},
                         out);
    case 'f':
        return read_word(reader, GOS_LIT("false"), (struct json){.type = JSON_BOOL}, out);
    case 'n':
        return read_word(reader, GOS_LIT("null"), (struct json){.type = JSON_NULL}, out);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
        return read_number(reader, out);
    default:
        return fail_wanted(reader, "a value");
    }
}

static bool fail_twice(struct reader *reader, const struct slot *slot)
{
    char what[160];
    /* The pointer shall name this member, not the last one read. */
    reader->slot_count = (uint32_t)(slot - reader->slots) + 1;
    int shown = slot->name.len > 60 ? 60 : (int)slot->name.len;
    snprintf(what, sizeof what, "the member \"%.*s\" stands twice, again", shown, slot->name.data);
    return fail_at(reader, slot->name_at, what);
}

/* Sorts slots by name, in place of `order`, with `spare` as room: never more than n log n steps. */
static const uint32_t *sort_by_name(const struct slot *slots, uint32_t *order, uint32_t *spare,
                                    uint32_t count)
{
    for (uint32_t width = 1; width < count; width *= 2) {
        for (uint32_t low = 0; low < count; low += 2 * width) {
            uint32_t middle = low + width < count ? low + width : count;
            uint32_t high = low + 2 * width < count ? low + 2 * width : count;
            uint32_t left = low, right = middle;
            for (uint32_t i = low; i < high; i++) {
                bool take_left =
                    left < middle && (right == high || str_compare(slots[order[left]].name,
                                                                   slots[order[right]].name) <= 0);
                spare[i] = take_left ? order[left++] : order[right++];
            }
        }
        uint32_t *sorted = spare;
        spare = order;
        order = sorted;
    }
    return order;
}

static bool check_names_sorted(struct reader *reader, const struct slot *slots, uint32_t count)
{
    if (!reader->scratch)
        reader->scratch = gos_arena_open(SIZE_MAX / 2);
    if (!reader->scratch)
        return gos_fail(reader->err, GOS_OUT_OF_MEMORY, "", "no memory to read JSON");
    gos_arena_mark mark = gos_arena_mark_take(reader->scratch);
    uint32_t *order =
        gos_arena_array(reader->scratch, (size_t)count * 2, sizeof *order, reader->err);
    if (!order)
        return false;
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    const uint32_t *sorted = sort_by_name(slots, order, order + count, count);
    const struct slot *twice = NULL;
    for (uint32_t i = 1; i < count && !twice; i++) {
        if (gos_str_equal(slots[sorted[i - 1]].name, slots[sorted[i]].name))
            twice = &slots[sorted[i]];
    }
    bool done = !twice || fail_twice(reader, twice);
    gos_arena_mark_return(reader->scratch, mark);
    return done;
}

static bool check_names(struct reader *reader, const struct slot *slots, uint32_t count)
{
    if (count > NAMES_COMPARED_MAX)
        return check_names_sorted(reader, slots, count);
    for (uint32_t i = 1; i < count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (gos_str_equal(slots[i].name, slots[k].name))
                return fail_twice(reader, &slots[i]);
        }
    }
    return true;
}

/* Moves the children of the innermost container to the arena. */
static bool close_container(struct reader *reader)
{
    struct frame frame = reader->frames[reader->depth - 1];
    uint32_t count = reader->slot_count - frame.start;
    struct json value = {.type = frame.type, .count = count};
    const struct slot *from = reader->slots + frame.start;
    if (frame.type == JSON_OBJECT && !check_names(reader, from, count))
        return false;
    size_t name_bytes = frame.type == JSON_OBJECT ? sizeof *value.names : 0;
    if (count > 0) {
        value.items =
            gos_arena_array(reader->arena, count, sizeof *value.items + name_bytes, reader->err);
        if (!value.items)
            return false;
        if (name_bytes)
            value.names = (gos_str *)(void *)(value.items + count);
        for (uint32_t i = 0; i < count; i++) {
            value.items[i] = from[i].value;
            if (name_bytes)
                value.names[i] = from[i].name;
        }
    }
    reader->at++;
    reader->depth--;
    reader->slot_count = frame.start;
    reader->slots[frame.start - 1].value = value;
    return true;
}

/* The next child's slot, behind its name and colon when it is a member. */
static bool begin_child(struct reader *reader)
{
    struct slot member = {.name_at = reader->at};
    if (reader->frames[reader->depth - 1].type == JSON_OBJECT) {
        if (reader->at == reader->end || *reader->at != '"')
            return fail_wanted(reader, "a member's name");
        if (!read_text(reader, &member.name))
            return false;
        skip_space(reader);
        if (reader->at == reader->end || *reader->at != ':')
            return fail_wanted(reader, "':'");
        reader->at++;
        skip_space(reader);
    }
    struct slot *slot = slot_push(reader);
    if (!slot)
        return false;
    *slot = member;
    return true;
}

/* After a value: closes what ends here, and stands at the next child or at the end of it all. */
static bool go_on(struct reader *reader)
{
    while (reader->depth > 0) {
        const struct frame *frame = &reader->frames[reader->depth - 1];
        bool is_object = frame->type == JSON_OBJECT;
        char closing = is_object ? '}' : ']';
        skip_space(reader);
        if (reader->at < reader->end && *reader->at == closing) {
            if (!close_container(reader))
                return false;
            continue;
        }
        if (reader->slot_count > frame->start) {
            if (reader->at == reader->end || *reader->at != ',')
                return fail_wanted(reader, is_object ? "',' or '}'" : "',' or ']'");
            reader->at++;
            skip_space(reader);
        }
        return begin_child(reader);
    }
    return true;
}

static bool read_all(struct reader *reader)
{
    if (!slot_push(reader))
        return false;
    skip_space(reader);
    do {
        char c = reader->at < reader->end ? *reader->at : 0;
        bool done;
        if (c == '{' || c == '[')
            done = open_container(reader, c == '{' ? JSON_OBJECT : JSON_ARRAY);
        else
            done = read_scalar(reader, &reader->slots[reader->slot_count - 1].value);
        if (!done || !go_on(reader))
            return false;
    } while (reader->depth > 0);
    skip_space(reader);
    if (reader->at < reader->end)
        return fail_wanted(reader, "the end");
    return true;
}

bool json_read(gos_str input, gos_arena *arena, const struct json **out, gos_error *err)
{
    if (input.len > UINT32_MAX / 2)
        return gos_fail(err, GOS_TOO_LARGE, "", "JSON of %zu bytes is longer than 2 GiB",
                        input.len);
    struct reader reader;
    reader.start = reader.at = input.len ? input.data : "";
    reader.end = reader.start + input.len;
    reader.arena = arena;
    reader.err = err;
    reader.scratch = NULL;
    reader.slots = reader.first;
    reader.slot_count = 0;
    reader.slot_capacity = SLOTS_FIRST;
    reader.depth = 0;
    struct json *root = NULL;
    bool done = read_all(&reader) && (root = gos_arena_take(arena, sizeof *root, err));
    if (done) {
        *root = reader.slots[0].value;
        *out = root;
    }
    gos_arena_close(reader.scratch);
    return done;
}
