/* Definitions one by one and page by page. */
#include "catalog/store.h"

#include "base/text.h"
#include "base/time.h"
#include "catalog/query.h"

#include <inttypes.h>
#include <stdio.h>

#define DEFINITION_COLUMNS                                                                         \
    "SELECT d.id, d.name, d.status, d.type, d.version, d.created_at, d.updated_at, r.body"

/* What lists of experiments know beside: the status says more than numbers once it is over. */
#define ADVICE_KIND                                                                                \
    "CASE d.status WHEN 'Draft' THEN 'draft' WHEN 'Archived' THEN 'archived' WHEN 'Completed'"     \
    " THEN iif(json_extract(r.body, '$.shipped_variant') IS NULL, 'ended', 'shipped')"             \
    " ELSE coalesce(a.kind, 'no_data') END"
#define ADVICE_COLUMNS ", " ADVICE_KIND ", coalesce(a.body, '')"
#define ADVICE_FROM    " LEFT JOIN advice a ON a.experiment_id = d.id"

/*
 * The use of a flag of the list, `w` being the moments that were asked for: its last evaluation,
 * and the STALE_ bits of usage.h.
 */
#define USE_OF_FLAG                                                                                \
    " FROM flag_usage u WHERE u.environment = d.environment AND u.is_unknown = 0"                  \
    " AND u.key = d.name)"
#define LAST_AT "(SELECT max(u.last_at)" USE_OF_FLAG
#define STALE                                                                                      \
    "(CASE WHEN coalesce(" LAST_AT ", d.created_at) < w.since THEN 1"                              \
    " WHEN (SELECT sum(u.last_at >= w.since) = 1 AND min(u.first_at) < w.since" USE_OF_FLAG        \
    " THEN 2 ELSE 0 END"                                                                           \
    " + CASE WHEN EXISTS (SELECT 1 FROM reference f JOIN definition t ON t.id = f.to_id"           \
    " WHERE f.from_id = d.id AND t.kind = 'experiment'"                                            \
    " AND t.status IN ('Completed', 'Archived')) THEN 4 ELSE 0 END"                                \
    " + CASE WHEN json_extract(r.body, '$.metadata.expires') GLOB '[0-9][0-9][0-9][0-9]-*'"        \
    " AND (julianday(json_extract(r.body, '$.metadata.expires')) - 2440587.5) * 86400000"          \
    " < w.now_ms"                                                                                  \
    " THEN 8 ELSE 0 END)"
#define USE_COLUMNS ", " LAST_AT ", " STALE

static bool definition_take(struct statement *statement, gos_str environment, enum kind kind,
                            gos_arena *arena, struct definition *out, gos_error *err)
{
    bool failed = false;
    *out = (struct definition){
        .kind = kind,
        .id = column_uuid(statement, 0),
        .environment = gos_arena_text(arena, environment, NULL),
        .name = column_text(statement, 1, arena, &failed),
        .status = column_text(statement, 2, arena, &failed),
        .type = column_text(statement, 3, arena, &failed),
        .version = column_int(statement, 4),
        .created_at = column_int(statement, 5),
        .updated_at = column_int(statement, 6),
        .body = column_text(statement, 7, arena, &failed),
    };
    if (!failed && out->environment.data)
        return true;
    return store_too_large(err);
}

static bool find_by_id(struct sqlite *db, int64_t environment, enum kind kind,
                       const struct uuid *id, struct statement **out, gos_error *err)
{
    *out = sqlite_statement(db, SQL_DEFINITION_BY_ID, err);
    if (!*out)
        return false;
    statement_bind(*out, "uit", id, environment, gos_str_from(kind_word(kind)));
    return true;
}

static bool find_by_name(struct sqlite *db, int64_t environment, enum kind kind, gos_str name,
                         struct statement **out, gos_error *err)
{
    *out = sqlite_statement(db, SQL_DEFINITION_BY_NAME, err);
    if (!*out)
        return false;
    statement_bind(*out, "tit", name, environment, gos_str_from(kind_word(kind)));
    return true;
}

static bool find_with(struct sqlite *db, gos_str environment, enum kind kind, gos_str name,
                      gos_arena *arena, struct definition *out, bool *out_found, gos_error *err)
{
    int64_t row;
    struct uuid id;
    struct statement *statement = NULL;
    enum step step = STEP_DONE;
    if (!store_environment(db, environment, &row, NULL, err))
        return false;
    if (uuid_read(name, &id)) {
        if (!find_by_id(db, row, kind, &id, &statement, err))
            return false;
        step = statement_step(statement, err);
    }
    if (step == STEP_DONE) {
        if (!find_by_name(db, row, kind, name, &statement, err))
            return false;
        step = statement_step(statement, err);
    }
    *out_found = step == STEP_ROW;
    bool done = step == STEP_DONE;
    if (step == STEP_ROW)
        done = definition_take(statement, environment, kind, arena, out, err) &&
               json_read(out->body, arena, &out->tree, err);
    statement_reset(statement);
    return done;
}

bool store_find(struct catalog *catalog, gos_str environment, enum kind kind, gos_str name,
                gos_arena *arena, struct definition *out, bool *out_found, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = find_with(db, environment, kind, name, arena, out, out_found, err);
    store_read_end(catalog, db);
    return done;
}

bool store_has_id(struct catalog *catalog, struct uuid id, bool *out, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    struct statement *statement = sqlite_statement(db, SQL_DEFINITION_HEAD, err);
    enum step step = STEP_FAILED;
    if (statement) {
        statement_bind(statement, "u", &id);
        step = statement_step(statement, err);
        statement_reset(statement);
    }
    store_read_end(catalog, db);
    *out = step == STEP_ROW;
    return step != STEP_FAILED;
}

static void hex_add(struct text *text, gos_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        text_print(text, "%02x", (unsigned char)bytes.data[i]);
}

gos_str store_cursor_write(gos_arena *arena, gos_str value, gos_str tie)
{
    struct text text;
    text_init(&text, arena);
    hex_add(&text, value);
    text_add_char(&text, '.');
    hex_add(&text, tie);
    return text_str(&text);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool hex_read(gos_arena *arena, gos_str hex, gos_str *out)
{
    char *bytes = gos_arena_take(arena, hex.len / 2 + 1, NULL);
    if (!bytes || hex.len % 2 != 0)
        return false;
    for (size_t i = 0; i < hex.len; i += 2) {
        int high = hex_digit(hex.data[i]);
        int low = hex_digit(hex.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high * 16 + low);
    }
    *out = (gos_str){bytes, hex.len / 2};
    return str_is_utf8(*out);
}

bool store_cursor_read(gos_arena *arena, gos_str cursor, gos_str *out_value, gos_str *out_tie,
                       gos_error *err)
{
    gos_str rest = cursor;
    if (str_contains(cursor, GOS_LIT(".")) && hex_read(arena, str_cut(&rest, '.'), out_value) &&
        hex_read(arena, rest, out_tie))
        return true;
    return gos_fail(err, GOS_BAD_INPUT, "/cursor",
                    "the cursor is not one that gosset gave; begin at the first page");
}

static const struct {
    const char *column;
    bool is_text;
} sorts[] = {
    [CATALOG_BY_NAME] = {"d.name", true},
    [CATALOG_BY_CREATED] = {"d.created_at", false},
    [CATALOG_BY_UPDATED] = {"d.updated_at", false},
    [CATALOG_BY_STATUS] = {"d.status", true},
};

/* Nothing in it depends on the row: it is found once, from the target to what refers to it. */
static const char refers_to[] = " AND d.id IN (SELECT f.from_id FROM reference f WHERE f.to_id IN "
                                "(SELECT t.id FROM definition t"
                                " WHERE t.environment = ?";

static void filter_reference(struct query *query, int64_t environment, enum kind kind,
                             gos_str target)
{
    if (target.len == 0)
        return;
    query_add_int(query, refers_to, environment);
    query_add_text(query, " AND t.kind = ?", gos_str_from(kind_word(kind)));
    query_add_text(query, " AND (t.name = ?", target);
    query_add_text(query, " OR lower(hex(t.id)) = replace(lower(?), '-', ''))))", target);
}

static void filters_add(struct query *query, int64_t environment,
                        const struct catalog_query *wanted, gos_arena *arena)
{
    query_filter(query, " AND d.name = ?", wanted->name);
    if (wanted->names.len > 0) {
        query_add_text(query, " AND (d.name IN (SELECT value FROM json_each(?))", wanted->names);
        query_add_text(query,
                       " OR lower(hex(d.id)) IN (SELECT replace(lower(value), '-', '')"
                       " FROM json_each(?)))",
                       wanted->names);
    }
    query_filter(query, " AND d.status = ?", wanted->status);
    query_filter(query, " AND d.type = ?", wanted->type);
    query_filter(query, " AND json_extract(r.body, '$.owner') = ?", wanted->owner);
    query_filter(query, " AND EXISTS (SELECT 1 FROM json_each(r.body, '$.tags') WHERE value = ?)",
                 wanted->tag);
    /* A layer needs no definition, so it may have no reference. */
    query_filter(query, " AND EXISTS (SELECT 1 FROM json_each(r.body, '$.layer') WHERE value = ?)",
                 wanted->layer);
    if (wanted->kind == KIND_EXPERIMENT)
        query_filter(query, " AND instr(',' || ? || ',', ',' || " ADVICE_KIND " || ',') > 0",
                     wanted->advice);
    if (wanted->kind == KIND_FLAG && wanted->stale.is_none)
        query_add(query, " AND " STALE " = 0");
    else if (wanted->kind == KIND_FLAG && wanted->stale.reasons)
        query_add_int(query, " AND " STALE " & ? <> 0", wanted->stale.reasons);
    filter_reference(query, environment, KIND_SEGMENT, wanted->segment);
    filter_reference(query, environment, KIND_METRIC, wanted->metric);
    filter_reference(query, environment, KIND_FLAG, wanted->flag);
    if (wanted->text.len > 0) {
        gos_str like = query_like(arena, wanted->text);
        query_add_text(query, " AND (d.name LIKE ? ESCAPE '\\'", like);
        query_add_text(query, " OR json_extract(r.body, '$.name') LIKE ? ESCAPE '\\'", like);
        query_add_text(query, " OR json_extract(r.body, '$.description') LIKE ? ESCAPE '\\'", like);
        if (wanted->kind == KIND_EXPERIMENT) {
            query_add_text(query, " OR json_extract(r.body, '$.hypothesis') LIKE ? ESCAPE '\\'",
                           like);
            query_add_text(query, " OR json_extract(r.body, '$.conclusion') LIKE ? ESCAPE '\\'",
                           like);
        }
        query_add(query, ")");
    }
}

static bool cursor_add(struct query *query, const struct catalog_query *wanted, gos_arena *arena,
                       gos_error *err)
{
    char piece[96];
    int64_t number = 0;
    gos_str value, tie;
    const char *column = sorts[wanted->sort].column;
    bool is_text = sorts[wanted->sort].is_text;
    if (wanted->cursor.len == 0)
        return true;
    if (!store_cursor_read(arena, wanted->cursor, &value, &tie, err))
        return false;
    if (!is_text && !str_read_int(value, &number))
        return gos_fail(err, GOS_BAD_INPUT, "/cursor", "the cursor belongs to another order");
    snprintf(piece, sizeof piece, " AND (%s, lower(hex(d.id))) %c (?", column,
             wanted->descending ? '<' : '>');
    if (is_text)
        query_add_text(query, piece, value);
    else
        query_add_int(query, piece, number);
    query_add_text(query, ", ?)", tie);
    return true;
}

static void order_add(struct query *query, const struct catalog_query *wanted)
{
    char piece[96];
    const char *way = wanted->descending ? "DESC" : "ASC";
    snprintf(piece, sizeof piece, " ORDER BY %s %s, d.id %s LIMIT ?", sorts[wanted->sort].column,
             way, way);
    query_add_int(query, piece, (int64_t)wanted->limit + 1);
}

static gos_str cursor_after(const struct catalog_query *wanted, const struct definition *last,
                            gos_arena *arena)
{
    char id[UUID_TEXT_BYTES];
    char hex[UUID_TEXT_BYTES];
    size_t len = 0;
    uuid_write(&last->id, id);
    for (size_t i = 0; id[i]; i++) {
        if (id[i] != '-')
            hex[len++] = id[i];
    }
    gos_str value = last->name;
    if (wanted->sort == CATALOG_BY_STATUS)
        value = last->status;
    else if (wanted->sort != CATALOG_BY_NAME)
        value = gos_arena_print(arena, "%" PRId64,
                                wanted->sort == CATALOG_BY_CREATED ? last->created_at
                                                                   : last->updated_at);
    return store_cursor_write(arena, value, (gos_str){hex, len});
}

/* What lists say of an item beside the definition itself, by its kind. */
struct extras {
    struct store_list advice; /* of experiments */
    struct store_list use;    /* of flags */
};

static const char *columns_of(enum kind kind)
{
    if (kind == KIND_EXPERIMENT)
        return DEFINITION_COLUMNS ADVICE_COLUMNS;
    return kind == KIND_FLAG ? DEFINITION_COLUMNS USE_COLUMNS : DEFINITION_COLUMNS;
}

static bool extras_take(struct statement *statement, enum kind kind, struct extras *extras,
                        gos_error *err)
{
    bool failed = false;
    if (kind == KIND_EXPERIMENT) {
        struct catalog_advice *row = store_list_next(&extras->advice, err);
        if (row)
            *row =
                (struct catalog_advice){column_text(statement, 8, extras->advice.arena, &failed),
                                        column_text(statement, 9, extras->advice.arena, &failed)};
        return row && !failed;
    }
    if (kind == KIND_FLAG) {
        struct flag_use *row = store_list_next(&extras->use, err);
        if (row)
            *row = (struct flag_use){column_time(statement, 8), (uint32_t)column_int(statement, 9)};
        return row;
    }
    return true;
}

/* One more than the limit is asked for: whether it is there tells if a page follows. */
static bool rows_read(struct query *query, struct sqlite *db, const struct catalog_query *wanted,
                      gos_arena *arena, struct catalog_page *out, gos_error *err)
{
    struct store_list list = {.arena = arena, .size = sizeof *out->items};
    struct extras extras = {{.arena = arena, .size = sizeof *out->advice},
                            {.arena = arena, .size = sizeof *out->use}};
    enum step step;
    bool more = false, failed = false;
    struct statement *statement = query_open(query, db, columns_of(wanted->kind), err);
    if (!statement)
        return false;
    while (!failed && !more && (step = statement_step(statement, err)) == STEP_ROW) {
        more = list.count == wanted->limit;
        struct definition *item = more ? NULL : store_list_next(&list, err);
        failed = !more && !(item &&
                            definition_take(statement, wanted->environment, wanted->kind, arena,
                                            item, err) &&
                            extras_take(statement, wanted->kind, &extras, err));
    }
    statement_close(statement);
    out->items = list.items;
    out->advice = extras.advice.items;
    out->use = extras.use.items;
    out->count = list.count;
    out->next = more ? cursor_after(wanted, &out->items[list.count - 1], arena) : GOS_LIT("");
    if (failed || !out->next.data)
        return store_too_large(err);
    return more || step == STEP_DONE;
}

/* What stands here, and what does not as the first environment has it that does. */
static void elsewhere_add(struct query *query, int64_t environment)
{
    query_add_int(query, " WHERE (d.environment = ?", environment);
    query_add_int(query,
                  " OR NOT EXISTS (SELECT 1 FROM definition h WHERE h.environment = ?"
                  " AND h.kind = d.kind AND h.name = d.name)",
                  environment);
    query_add(query, " AND d.environment = (SELECT min(o.environment) FROM environment e"
                     " CROSS JOIN definition o ON o.environment = e.id AND o.kind = d.kind"
                     " AND o.name = d.name))");
}

static bool page_read(struct sqlite *db, const struct catalog_query *wanted, gos_arena *arena,
                      struct catalog_page *out, gos_error *err)
{
    int64_t environment;
    struct query query;
    if (!store_environment(db, wanted->environment, &environment, NULL, err))
        return false;
    query_init(&query, arena, " FROM definition d JOIN revision r ON r.sequence = d.revision");
    if (wanted->kind == KIND_EXPERIMENT)
        query_add(&query, ADVICE_FROM);
    if (wanted->kind == KIND_FLAG) {
        query_add_int(&query, " JOIN (SELECT ? AS since", wanted->stale.since);
        query_add_int(&query, ", ? AS now_ms) w", wanted->stale.now_ms);
    }
    if (wanted->elsewhere)
        elsewhere_add(&query, environment);
    else
        query_add_int(&query, " WHERE d.environment = ?", environment);
    query_add_text(&query, " AND d.kind = ?", gos_str_from(kind_word(wanted->kind)));
    filters_add(&query, environment, wanted, arena);
    if (!query_count(&query, db, &out->total, err) || !cursor_add(&query, wanted, arena, err))
        return false;
    order_add(&query, wanted);
    return rows_read(&query, db, wanted, arena, out, err);
}

bool store_page(struct catalog *catalog, const struct catalog_query *query, gos_arena *arena,
                struct catalog_page *out, gos_error *err)
{
    struct sqlite *db = store_read_begin(catalog);
    bool done = page_read(db, query, arena, out, err);
    store_read_end(catalog, db);
    return done;
}
