/* One shelf for each environment; what stands on it belongs to one ruleset, by its hash. */
#include "api/sdk_copies.h"

#include "http/gzip.h"
#include "http/zstd.h"

#include <pthread.h>
#include <stdlib.h>

enum { SHELVES_MAX = 64, HASH_BYTES = 64 };
#define SHELF_BYTES_MAX ((size_t)4 << 30)

struct shelf {
    char environment[KEY_BYTES_MAX + 1];
    char hash[HASH_BYTES];
    gos_arena *arena;
    gos_str copies[SDK_FORM_COUNT][SDK_CODING_COUNT];
};

struct sdk_copies {
    pthread_mutex_t lock;
    struct shelf shelves[SHELVES_MAX];
    size_t count;
};

bool sdk_copies_open(struct sdk_copies **out, gos_error *err)
{
    struct sdk_copies *copies = calloc(1, sizeof *copies);
    if (!copies)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for copies of rulesets");
    pthread_mutex_init(&copies->lock, NULL);
    *out = copies;
    return true;
}

void sdk_copies_close(struct sdk_copies *copies)
{
    if (!copies)
        return;
    for (size_t i = 0; i < copies->count; i++)
        gos_arena_close(copies->shelves[i].arena);
    pthread_mutex_destroy(&copies->lock);
    free(copies);
}

static struct shelf *shelf_of(struct sdk_copies *copies, gos_str environment, gos_error *err)
{
    for (size_t i = 0; i < copies->count; i++) {
        if (gos_str_equal(gos_str_from(copies->shelves[i].environment), environment))
            return &copies->shelves[i];
    }
    if (copies->count == SHELVES_MAX || environment.len > KEY_BYTES_MAX) {
        gos_fail(err, GOS_TOO_LARGE, "", "more than %d environments", SHELVES_MAX);
        return NULL;
    }
    struct shelf *shelf = &copies->shelves[copies->count++];
    memcpy(shelf->environment, environment.data, environment.len);
    return shelf;
}

/* Leaves nothing of another ruleset. */
static bool shelf_clear(struct shelf *shelf, gos_str hash, gos_error *err)
{
    if (shelf->arena && gos_str_equal(gos_str_from(shelf->hash), hash))
        return true;
    gos_arena_close(shelf->arena);
    memset(shelf->copies, 0, sizeof shelf->copies);
    memset(shelf->hash, 0, sizeof shelf->hash);
    shelf->arena = gos_arena_open(SHELF_BYTES_MAX);
    if (!shelf->arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a copy of the ruleset");
    memcpy(shelf->hash, hash.data, hash.len < HASH_BYTES ? hash.len : HASH_BYTES - 1);
    return true;
}

/* The members that decide; the others are no business of those who only evaluate. */
static void document_write(const struct json *document, struct text *out)
{
    static const char *const members[] = {"flags",     "experiments", "segments",
                                          "overrides", "layers",      "holdouts"};
    struct json_writer json;
    json_writer_init(&json, out);
    json_open_object(&json);
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const struct json *value = json_find(document, gos_str_from(members[i]));
        if (!value)
            continue;
        json_name(&json, members[i]);
        json_value(&json, value);
    }
    json_close_object(&json);
}

/* The document from which the pinned ruleset was compiled. */
static bool document_make(struct catalog *catalog, gos_str environment,
                          const struct publisher_pin *pin, gos_arena *arena, gos_str *out,
                          gos_error *err)
{
    gos_arena *work = gos_arena_open(SHELF_BYTES_MAX);
    const struct json *json;
    gos_str stored;
    int64_t sequence;
    struct text text;
    bool done = work != NULL || gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for definitions");
    done =
        done && catalog_document(catalog, environment, CATALOG_NOW, work, &stored, &sequence, err);
    if (done && sequence != pin->sequence)
        done = catalog_document(catalog, environment, pin->sequence, work, &stored, &sequence, err);
    done = done && json_read(stored, work, &json, err);
    if (done) {
        text_init(&text, arena);
        document_write(json, &text);
        *out = text_str(&text);
        done = text_ok(&text, err);
    }
    gos_arena_close(work);
    return done;
}

static gos_str block_of(const struct publisher_pin *pin)
{
    return (gos_str){(const char *)pin->rules, gos_ruleset_bytes(pin->rules)};
}

static bool pack(gos_str plain, enum sdk_coding coding, gos_arena *arena, gos_str *out,
                 gos_error *err)
{
    bool done =
        coding == SDK_GZIP ? gzip_deflate(plain, arena, out) : zstd_deflate(plain, arena, out);
    return done || gos_fail(err, GOS_OUT_OF_MEMORY, "", "the ruleset cannot be packed");
}

static bool copy_make(struct shelf *shelf, struct catalog *catalog, const struct publisher_pin *pin,
                      enum sdk_form form, enum sdk_coding coding, gos_error *err)
{
    gos_str *copies = shelf->copies[form];
    gos_str plain = form == SDK_BLOCK ? block_of(pin) : copies[SDK_PLAIN];
    if (!plain.data && !document_make(catalog, gos_str_from(shelf->environment), pin, shelf->arena,
                                      &copies[SDK_PLAIN], err))
        return false;
    plain = form == SDK_BLOCK ? plain : copies[SDK_PLAIN];
    return coding == SDK_PLAIN || copies[coding].data ||
           pack(plain, coding, shelf->arena, &copies[coding], err);
}

bool sdk_copies_get(struct sdk_copies *copies, struct catalog *catalog, gos_str environment,
                    const struct publisher_pin *pin, enum sdk_form form, enum sdk_coding coding,
                    gos_arena *arena, gos_str *out, gos_error *err)
{
    if (form == SDK_BLOCK && coding == SDK_PLAIN) {
        *out = gos_arena_text(arena, block_of(pin), err);
        return out->data != NULL;
    }
    pthread_mutex_lock(&copies->lock);
    struct shelf *shelf = shelf_of(copies, environment, err);
    bool done = shelf && shelf_clear(shelf, gos_ruleset_hash(pin->rules), err) &&
                copy_make(shelf, catalog, pin, form, coding, err);
    if (done) {
        *out = gos_arena_text(arena, shelf->copies[form][coding], err);
        done = out->data != NULL;
    }
    pthread_mutex_unlock(&copies->lock);
    return done;
}
