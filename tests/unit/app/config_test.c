#include "app/config.h"
#include "test.h"

TEST(config, has_the_documented_defaults)
{
    struct config config;
    config_init(&config);
    CHECK_TEXT(gos_str_from(config.listen), "127.0.0.1:8080");
    CHECK_TEXT(gos_str_from(config.data), "./gosset-data");
    CHECK_INT(config.keep_assignments_days, 180);
}

TEST(config, reads_lines_of_name_and_value)
{
    struct config config;
    gos_error err;
    config_init(&config);
    gos_str text = GOS_LIT("# a comment\n\nlisten = 127.0.0.1:0\r\n refresh_seconds=5\n");
    CHECK_OK(config_read_text(&config, text, "gosset.conf", &err), &err);
    CHECK_TEXT(gos_str_from(config.listen), "127.0.0.1:0");
    CHECK_INT(config.refresh_seconds, 5);
}

TEST(config, says_where_a_wrong_value_stands_and_what_is_allowed)
{
    struct config config;
    gos_error err;
    config_init(&config);
    CHECK_FAILS(config_read_text(&config, GOS_LIT("\nthreads = 257"), "gosset.conf", &err), &err,
                GOS_USAGE, "");
    CHECK_TEXT(gos_str_from(err.message), "gosset.conf, line 2: threads is \"257\"; a whole number "
                                          "from 0 to 256 is allowed");
    CHECK_OK(config_read_text(&config, GOS_LIT("threads = 256"), "gosset.conf", &err), &err);
    CHECK_FAILS(config_read_text(&config, GOS_LIT("thread = 2"), "gosset.conf", &err), &err,
                GOS_USAGE, "");
    CHECK_FAILS(config_read_text(&config, GOS_LIT("threads"), "gosset.conf", &err), &err, GOS_USAGE,
                "");
}

TEST(config, takes_options_with_dashes)
{
    char name[64];
    CHECK(config_is_option("--refresh-seconds", name));
    CHECK_TEXT(gos_str_from(name), "refresh_seconds");
    CHECK(config_is_option("--data=here", name));
    CHECK(!config_is_option("--nothing", name));
    CHECK(!config_is_option("data", name));
}
