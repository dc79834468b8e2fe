/* Rows of files: types, missing cells, lines that are none. */
#include "base/text.h"
#include "ledger/rows.h"
#include "test.h"

#include <stdio.h>

static char path[600];
static struct {
    uint64_t rows, rejects, reject_line;
    enum rows_type types[8];
    char last[8][64];
    bool missing[8];
    char reason[64];
} seen;

static bool take(void *context, const struct rows_file *file, uint64_t row, const gos_str *texts,
                 gos_error *err)
{
    (void)context;
    (void)err;
    CHECK_INT(row, seen.rows);
    seen.rows++;
    for (uint32_t i = 0; i < file->column_count; i++) {
        seen.types[i] = file->columns[i].type;
        seen.missing[i] = !texts[i].data;
        snprintf(seen.last[i], sizeof seen.last[i], "%.*s", (int)texts[i].len,
                 texts[i].data ? texts[i].data : "");
    }
    return true;
}

static void reject(void *context, uint64_t line, gos_str reason)
{
    (void)context;
    seen.rejects++;
    seen.reject_line = line;
    snprintf(seen.reason, sizeof seen.reason, "%.*s", (int)reason.len, reason.data);
}

static void write_file(const char *name, const char *text)
{
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    FILE *stream = fopen(path, "wb");
    CHECK(stream != NULL);
    fputs(text, stream);
    fclose(stream);
    memset(&seen, 0, sizeof seen);
}

TEST(rows, come_as_texts_with_the_types_of_their_columns)
{
    gos_error err = {0};
    write_file("it's.csv", "u,n,at,ok,t\na,1.5,2026-01-02T03:04:05Z,True,x\n"
                           "b,NA,2026-01-02 03:04:05,False,\"q,\"\"\"\n");
    CHECK_OK(rows_read(path, take, reject, NULL, &err), &err);
    CHECK_INT(seen.rows, 2);
    CHECK_INT(seen.rejects, 0);
    CHECK_INT(seen.types[0], ROWS_TEXT);
    CHECK_INT(seen.types[1], ROWS_NUMBER);
    CHECK_INT(seen.types[2], ROWS_TIME);
    CHECK_INT(seen.types[3], ROWS_TRUTH);
    CHECK(seen.missing[1]);
    CHECK_TEXT(gos_str_from(seen.last[2]), "1767323045000");
    CHECK_TEXT(gos_str_from(seen.last[3]), "false");
    CHECK_TEXT(gos_str_from(seen.last[4]), "q,\"");
}

TEST(rows, tell_malformed_lines_once_and_go_on)
{
    gos_error err = {0};
    write_file("bad.csv", "a,b,c,d\n1,2,3,4\n5\n6,7,8,9\n");
    CHECK_OK(rows_read(path, take, reject, NULL, &err), &err);
    CHECK_INT(seen.rows, 2);
    CHECK_INT(seen.rejects, 1);
    CHECK_INT(seen.reject_line, 3);
    CHECK_TEXT(gos_str_from(seen.last[0]), "6");
    CHECK_FAILS(rows_read("/nowhere.csv", take, reject, NULL, &err), &err, GOS_BAD_INPUT, "");
}
