/* Runs the registered tests; an argument names a group or a part of a test's name to run alone. */
#include "test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TESTS_MAX = 4096, FOLDERS_MAX = 512 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t test_count;
static char folders[FOLDERS_MAX][64];
static size_t folder_count;

void test_register(const char *group, const char *name, CMUnitTestFunction function)
{
    char full[256];
    snprintf(full, sizeof full, "%s: %s", group, name);
    for (char *c = full; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    if (test_count == TESTS_MAX)
        abort();
    tests[test_count++] = (struct CMUnitTest){.name = strdup(full), .test_func = function};
}

void test_check_text(gos_str got, gos_str want, const char *file, int line)
{
    if (gos_str_equal(got, want))
        return;
    print_error("found  \"%.*s\"\nwanted \"%.*s\"\n", (int)got.len, got.data, (int)want.len,
                want.data);
    _fail(file, line);
}

void test_check_int(int64_t got, int64_t want, const char *file, int line)
{
    if (got == want)
        return;
    print_error("found %" PRId64 ", wanted %" PRId64 "\n", got, want);
    _fail(file, line);
}

void test_check_near(double got, double want, double relative, const char *file, int line)
{
    double scale = fmax(fabs(got), fabs(want));
    bool same = got == want || (isnan(got) && isnan(want)) ||
                (isfinite(scale) && fabs(got - want) <= relative * scale);
    if (same)
        return;
    print_error("found %.17g, wanted %.17g within %g of it\n", got, want, relative);
    _fail(file, line);
}

void test_check_ok(bool done, const gos_error *err, const char *file, int line)
{
    if (done)
        return;
    print_error("failed: %s: %s at \"%s\"\n", gos_code_name(err->code), err->message, err->pointer);
    _fail(file, line);
}

void test_check_fails(bool done, const gos_error *err, gos_code code, const char *pointer,
                      const char *file, int line)
{
    if (!done && err->code == code && strcmp(err->pointer, pointer) == 0)
        return;
    if (done)
        print_error("succeeded, wanted %s at \"%s\"\n", gos_code_name(code), pointer);
    else
        print_error("found %s (%s) at \"%s\", wanted %s at \"%s\"\n", gos_code_name(err->code),
                    err->message, err->pointer, gos_code_name(code), pointer);
    _fail(file, line);
}

gos_str test_file(const char *path)
{
    char full[1024];
    snprintf(full, sizeof full, path[0] == '/' ? "%s%s" : "%s/%s",
             path[0] == '/' ? "" : GOSSET_SOURCE_DIR, path);
    FILE *file = fopen(full, "rb");
    if (!file)
        fail_msg("%s cannot be opened", full);
    fseek(file, 0, SEEK_END);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *data = test_malloc(len + 1);
    if (fread(data, 1, len, file) != len)
        fail_msg("%s cannot be read", full);
    data[len] = 0;
    fclose(file);
    return (gos_str){data, len};
}

const char *test_shared_dir(void)
{
    return access(GOSSET_SHARED_DIR "/specs/data-model.txt", R_OK) == 0 ? GOSSET_SHARED_DIR : NULL;
}

void test_skip(const char *why)
{
    print_message("skipped: %s\n", why);
    skip();
}

const char *test_folder(void)
{
    if (folder_count == FOLDERS_MAX)
        fail_msg("more than %d test folders", FOLDERS_MAX);
    char *folder = folders[folder_count];
    snprintf(folder, sizeof folders[0], "/tmp/gosset-test-XXXXXX");
    if (!mkdtemp(folder))
        fail_msg("no test folder");
    folder_count++;
    return folder;
}

static void folders_remove(void)
{
    for (size_t i = 0; i < folder_count; i++) {
        char command[128];
        snprintf(command, sizeof command, "rm -rf '%.63s'", folders[i]);
        if (system(command) != 0)
            fprintf(stderr, "%s is left behind\n", folders[i]);
    }
}

int main(int argc, char **argv)
{
    char pattern[256];
    snprintf(pattern, sizeof pattern, "*%s*", argc > 1 ? argv[1] : "");
    cmocka_set_test_filter(pattern);
    int failed = _cmocka_run_group_tests("gosset", tests, test_count, NULL, NULL);
    folders_remove();
    return failed == 0 ? 0 : 1;
}
