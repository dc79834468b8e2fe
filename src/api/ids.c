/* A table of indices beside the list, so that it keeps its order. */
#include "api/ids.h"

#include "base/hash.h"
#include "base/limits.h"

#include <assert.h>
#include <inttypes.h>

bool ids_init(struct ids *ids, uint32_t capacity, gos_arena *arena, gos_error *err)
{
    uint32_t slots = 16;
    while (slots < 2 * (uint64_t)capacity)
        slots *= 2;
    *ids = (struct ids){.capacity = capacity, .mask = slots - 1};
    ids->items = gos_arena_array(arena, (size_t)capacity + 1, sizeof *ids->items, err);
    ids->table = ids->items ? gos_arena_array(arena, slots, sizeof *ids->table, err) : NULL;
    return ids->table != NULL;
}

/* Where the id stands in the table, or the free slot where it would. */
static uint32_t slot_find(const struct ids *ids, gos_str id)
{
    uint32_t slot = (uint32_t)hash_xxh3(id, 0) & ids->mask;
    while (ids->table[slot] && !gos_str_equal(ids->items[ids->table[slot] - 1].text, id))
        slot = (slot + 1) & ids->mask;
    return slot;
}

bool ids_add(struct ids *ids, gos_str id)
{
    uint32_t slot = slot_find(ids, id);
    if (ids->table[slot])
        return false;
    assert(ids->count < ids->capacity);
    ids->items[ids->count++] = (struct json){.type = JSON_STRING, .text = id};
    ids->table[slot] = ids->count;
    return true;
}

bool ids_has(const struct ids *ids, gos_str id)
{
    return ids->table[slot_find(ids, id)] != 0;
}

static bool line_fail(gos_error *err, uint64_t line, const char *what)
{
    return gos_fail(err, GOS_BAD_INPUT, "", "line %" PRIu64 " %s", line, what);
}

static bool id_check(gos_str id, uint64_t line, gos_error *err)
{
    if (id.len > UNIT_BYTES_MAX)
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "line %" PRIu64 " has an id of %zu bytes; at most %d are taken", line,
                        id.len, UNIT_BYTES_MAX);
    for (size_t i = 0; i < id.len; i++) {
        if ((unsigned char)id.data[i] < 0x20 || id.data[i] == 0x7f)
            return line_fail(err, line, "holds a control character; one id a line is needed");
    }
    return str_is_utf8(id) || line_fail(err, line, "is not UTF-8");
}

static bool is_separator(char c)
{
    return c == ',' || c == ';' || c == '\t';
}

/* Behind the quote that closes the one at `at`; SIZE_MAX when none does. */
static size_t quote_end(gos_str text, size_t at)
{
    for (at++; at < text.len; at++) {
        if (text.data[at] != '"')
            continue;
        if (at + 1 == text.len || text.data[at + 1] != '"')
            return at + 1;
        at++;
    }
    return SIZE_MAX;
}

/* Cuts a record of CSV, whose quoted cells may hold line ends; *line becomes that of the next. */
static bool record_cut(gos_str *text, uint64_t *line, gos_str *out, gos_error *err)
{
    size_t at = 0;
    uint64_t begun = *line;
    bool begins = true; /* a cell: only there does a quote mean one */
    while (at < text->len && text->data[at] != '\n') {
        size_t from = at;
        bool is_quoted = begins && text->data[at] == '"';
        at = is_quoted ? quote_end(*text, at) : at + 1;
        if (at == SIZE_MAX)
            return line_fail(err, begun, "has a quote that is not closed");
        for (size_t i = from; is_quoted && i < at; i++)
            *line += text->data[i] == '\n';
        begins = is_separator(text->data[at - 1]);
    }
    size_t past = at < text->len ? at + 1 : at;
    *out = str_trim((gos_str){text->data, at});
    *text = (gos_str){text->data + past, text->len - past};
    *line += 1;
    return true;
}

/* Ends a quoted cell: what is inside, with "" as one quote. */
static bool cell_unquote(gos_str cell, uint64_t line, gos_arena *arena, gos_str *out,
                         gos_error *err)
{
    char *data = gos_arena_take(arena, cell.len, err);
    size_t len = 0;
    if (!data)
        return false;
    for (size_t i = 1; i < cell.len; i++) {
        bool is_pair = cell.data[i] == '"' && i + 1 < cell.len && cell.data[i + 1] == '"';
        if (cell.data[i] == '"' && !is_pair) {
            *out = (gos_str){data, len};
            return true;
        }
        data[len++] = cell.data[i];
        i += is_pair;
    }
    return line_fail(err, line, "has a quote that is not closed");
}

static bool cell_read(gos_str line, uint64_t number, gos_arena *arena, gos_str *out, gos_error *err)
{
    size_t len = 0;
    if (line.len > 0 && line.data[0] == '"')
        return cell_unquote(line, number, arena, out, err);
    while (len < line.len && !is_separator(line.data[len]))
        len++;
    *out = str_trim((gos_str){line.data, len});
    return true;
}

static bool is_heading(gos_str id)
{
    static const char *const words[] = {"user_id", "userid", "user id", "user", "id"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (str_equal_nocase(id, gos_str_from(words[i])))
            return true;
    }
    return false;
}

/* As many as there may be ids, so that the list is taken once. */
static size_t lines_count(gos_str text)
{
    size_t count = 0;
    while (text.len > 0) {
        if (str_trim(str_cut(&text, '\n')).len > 0)
            count++;
    }
    return count;
}

static bool lines_read(gos_str text, struct ids *out, gos_error *err)
{
    for (uint64_t line = 1; text.len > 0; line++) {
        gos_str id = str_trim(str_cut(&text, '\n'));
        if (!id_check(id, line, err))
            return false;
        if (id.len > 0)
            ids_add(out, id);
    }
    return true;
}

static bool records_read(gos_str text, gos_arena *arena, struct ids *out, gos_error *err)
{
    for (uint64_t line = 1; text.len > 0;) {
        uint64_t begun = line;
        gos_str record, id;
        if (!record_cut(&text, &line, &record, err) || !cell_read(record, begun, arena, &id, err) ||
            !id_check(id, begun, err))
            return false;
        if (id.len > 0 && !(begun == 1 && is_heading(id)))
            ids_add(out, id);
    }
    return true;
}

bool ids_read(gos_str text, bool is_csv, gos_arena *arena, struct ids *out, gos_error *err)
{
    static const gos_str mark = {"\xef\xbb\xbf", 3};
    if (str_starts_with(text, mark))
        text = (gos_str){text.data + mark.len, text.len - mark.len};
    size_t count = lines_count(text);
    if (count > SEGMENT_IDS_MAX + (size_t)is_csv)
        return gos_fail(err, GOS_BAD_INPUT, "",
                        "there are %zu lines with ids; a list has at most %d", count,
                        SEGMENT_IDS_MAX);
    if (!ids_init(out, (uint32_t)count, arena, err))
        return false;
    return is_csv ? records_read(text, arena, out, err) : lines_read(text, out, err);
}
