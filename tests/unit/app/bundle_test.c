/* The web UI inside the program. */
#include "app/bundle.h"
#include "test.h"

#include <string.h>

TEST(bundle, is_whole_or_absent)
{
    CHECK_INT(bundle_is_built(), bundle_file_count > 0);
    CHECK(bundle_files[bundle_file_count].path == NULL);
}

TEST(bundle, serves_index_html_at_the_root)
{
    if (!bundle_is_built()) {
        test_skip("web/dist was not built");
        return;
    }
    const struct bundle_file *file = bundle_find(GOS_LIT("/"));
    CHECK_TEXT(gos_str_from(file->path), "/index.html");
    CHECK_TEXT(gos_str_from(file->content_type), "text/html; charset=utf-8");
    CHECK(!file->is_hashed);
    CHECK(memmem(file->data, file->len, "<div id=\"root\">", 15) != NULL);
}

TEST(bundle, every_file_has_its_type_its_tag_and_a_smaller_gzip)
{
    for (size_t i = 0; i < bundle_file_count; i++) {
        const struct bundle_file *file = &bundle_files[i];
        CHECK(bundle_find(gos_str_from(file->path)) == file);
        CHECK(strcmp(file->content_type, "application/octet-stream") != 0);
        CHECK_INT(file->etag[0], '"');
        CHECK_INT(file->is_hashed, strncmp(file->path, "/assets/", 8) == 0);
        if (file->gzip) {
            CHECK(file->gzip_len < file->len);
            CHECK(file->gzip[0] == 0x1f && file->gzip[1] == 0x8b);
        }
    }
}

TEST(bundle, a_path_that_is_not_there_is_not_found)
{
    CHECK(bundle_find(GOS_LIT("/nothing")) == NULL);
    CHECK(bundle_find(GOS_LIT("")) == NULL);
    CHECK(bundle_find(GOS_LIT("/index.htm")) == NULL);
    CHECK(bundle_find(GOS_LIT("//index.html")) == NULL);
}

TEST(bundle, the_policy_allows_nothing_inline_and_no_other_host)
{
    gos_str policy = bundle_policy();
    CHECK(memmem(policy.data, policy.len, "unsafe", 6) == NULL);
    CHECK(memmem(policy.data, policy.len, "http", 4) == NULL);
    CHECK(memmem(policy.data, policy.len, "default-src 'none'", 18) != NULL);
}
