/* One variant's events missing from one platform: by the attributes of the newest exposures. */
#include "base/json.h"
#include "base/limits.h"
#include "ledger/oddities.h"

#include <stdio.h>

enum { KINDS_MAX = 100, SILENT_UNITS_MIN = 10, STATEMENT_BYTES = 500 };
#define NEWEST_FACTS INT64_C(100000)

/* What programs and machines differ by; attributes of people are none of this. */
static const char *const names[] = {"app_version", "browser",  "device_type",
                                    "os",          "platform", "version"};

struct kind {
    const char *name;
    gos_str value;
    uint64_t units[VARIANTS_MAX], active[VARIANTS_MAX];
};

struct silent {
    struct tally *tally;
    struct kind *kinds;
    uint32_t kind_count;
};

static struct kind *kind_find(struct silent *silent, const char *name, gos_str value,
                              gos_error *err)
{
    for (uint32_t i = 0; i < silent->kind_count; i++) {
        if (silent->kinds[i].name == name && gos_str_equal(silent->kinds[i].value, value))
            return &silent->kinds[i];
    }
    if (silent->kind_count == KINDS_MAX)
        return NULL;
    struct kind *kind = &silent->kinds[silent->kind_count];
    *kind = (struct kind){.name = name, .value = gos_arena_text(silent->tally->arena, value, err)};
    silent->kind_count += kind->value.data != NULL;
    return kind->value.data ? kind : NULL;
}

static void add_row(struct silent *silent, const struct json *attributes, uint32_t variant,
                    uint64_t units, uint64_t active)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        gos_str value = json_find_text(attributes, names[i]);
        struct kind *kind = value.len > 0 ? kind_find(silent, names[i], value, NULL) : NULL;
        if (kind) {
            kind->units[variant] += units;
            kind->active[variant] += active;
        }
    }
}

static bool take_rows(void *context, const struct sql_chunk *chunk, gos_error *err)
{
    struct silent *silent = context;
    const struct tally *tally = silent->tally;
    for (uint64_t row = 0; row < chunk->row_count; row++) {
        const struct json *attributes = NULL;
        uint32_t number = (uint32_t)sql_int(&chunk->columns[1], row);
        json_read(sql_text(&chunk->columns[0], row), tally->arena, &attributes, NULL);
        for (uint32_t v = 0; attributes && v < tally->question->variant_count; v++) {
            if (tally->variant_names[v] == number)
                add_row(silent, attributes, v, (uint64_t)sql_int(&chunk->columns[2], row),
                        (uint64_t)sql_int(&chunk->columns[3], row));
        }
    }
    return !tally_is_cancelled(tally) || gos_fail(err, GOS_CANCELLED, "", "cancelled");
}

/* The variant that has no event although the others' share lets one expect SILENT_UNITS_MIN. */
static bool is_silent(const struct kind *kind, uint32_t variants, uint32_t *out_variant)
{
    uint64_t units = 0, active = 0;
    for (uint32_t v = 0; v < variants; v++) {
        units += kind->units[v];
        active += kind->active[v];
    }
    for (uint32_t v = 0; v < variants; v++) {
        double others = (double)(units - kind->units[v]);
        double share = others > 0 ? (double)active / others : 0;
        *out_variant = v;
        if (kind->active[v] == 0 && share * (double)kind->units[v] >= SILENT_UNITS_MIN)
            return true;
    }
    return false;
}

/* A variant that is silent everywhere has a finding of its own. */
static bool is_heard_elsewhere(const struct silent *silent, const struct kind *kind, uint32_t v)
{
    for (uint32_t i = 0; i < silent->kind_count; i++) {
        const struct kind *other = &silent->kinds[i];
        if (other->name == kind->name && other != kind && other->active[v] > 0)
            return true;
    }
    return false;
}

bool oddities_find_silent(struct tally *tally, uint32_t event, gos_arena *arena,
                          struct ledger_oddities *out, gos_error *err)
{
    char text[STATEMENT_BYTES];
    int64_t last = (int64_t)tally->watermark;
    const struct sql_value values[] = {
        SQL_VALUE_INT(tally->experiment),
        SQL_VALUE_INT(last > NEWEST_FACTS ? last - NEWEST_FACTS : 0)};
    struct silent silent = {.tally = tally};
    silent.kinds = gos_arena_array(tally->arena, KINDS_MAX, sizeof *silent.kinds, err);
    snprintf(text, sizeof text,
             "SELECT x.attributes, x.variant, count(*)::BIGINT, count(e.unit)::BIGINT FROM "
             "(SELECT DISTINCT unit, variant, attributes FROM exposures WHERE experiment = $1 "
             "AND seq > $2 AND flags = 0 AND attributes IS NOT NULL) x LEFT JOIN "
             "(SELECT DISTINCT unit FROM e%u WHERE seq > $2) e ON e.unit = x.unit "
             "GROUP BY x.attributes, x.variant",
             event);
    if (!silent.kinds ||
        !sql_query(tally->columns->reader, text, values, 2, take_rows, &silent, err))
        return false;
    for (uint32_t i = 0; i < silent.kind_count && out->silent_name.len == 0; i++) {
        const struct kind *kind = &silent.kinds[i];
        if (!is_silent(kind, tally->question->variant_count, &out->silent_variant) ||
            !is_heard_elsewhere(&silent, kind, out->silent_variant))
            continue;
        out->silent_name = gos_str_from(kind->name);
        out->silent_value = gos_arena_text(arena, kind->value, err);
        out->silent_units = kind->units[out->silent_variant];
    }
    return true;
}
