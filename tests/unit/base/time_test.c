/* Times, UUIDs and secrets. */
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "base/uuid.h"
#include "test.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static gos_str rewrite(const char *text, char out[TIME_TEXT_BYTES])
{
    int64_t ms = 0;
    if (!time_read(gos_str_from(text), &ms))
        return GOS_LIT("refused");
    return (gos_str){out, time_write(ms, out)};
}

TEST(time, reads_rfc_3339_and_writes_it_in_utc)
{
    static const char *CASES[][2] = {
        {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
        {"2026-01-02", "2026-01-02T00:00:00Z"},
        {"2026-01-02t03:04:05.6z", "2026-01-02T03:04:05.600Z"},
        {"2026-01-02 03:04:05.0069999Z", "2026-01-02T03:04:05.006Z"},
        {"2026-01-02T03:04:05+02:30", "2026-01-02T00:34:05Z"},
        {"2026-01-02T03:04:05-23:59", "2026-01-03T03:03:05Z"},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},
        {"2000-02-29", "2000-02-29T00:00:00Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
        {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
        {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char out[TIME_TEXT_BYTES];
        CHECK_TEXT(rewrite(CASES[i][0], out), CASES[i][1]);
    }
}

TEST(time, refuses_what_is_no_time)
{
    static const char *BAD[] = {"",
                                "2026",
                                "2026-1-2",
                                "2026-13-01",
                                "2026-00-01",
                                "2026-04-31",
                                "2026-02-29",
                                "1900-02-29",
                                "2026-01-00",
                                "0000-01-01",
                                "2026-01-02T03:04:05",
                                "2026-01-02T24:00:00Z",
                                "2026-01-02T03:60:00Z",
                                "2026-01-02T03:04:61Z",
                                "2026-01-02T03:04Z",
                                "2026-01-02T03:04:05.Z",
                                "2026-01-02T03:04:05+2:00",
                                "2026-01-02T03:04:05+24:00",
                                "2026-01-02T03:04:05+02:60",
                                "2026-01-02T03:04:05Z ",
                                "0001-01-01T00:00:00+00:01",
                                "9999-12-31T23:59:59-00:01"};
    char out[TIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
        CHECK_TEXT(rewrite(BAD[i], out), "refused");
}

TEST(time, agrees_with_the_calendar_of_the_machine_over_centuries)
{
    for (int64_t day = -200000; day < 200000; day += 13) {
        time_t seconds = (time_t)(day * 86400 + 12345);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        char want[TIME_TEXT_BYTES], got[TIME_TEXT_BYTES];
        strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm);
        time_write((int64_t)seconds * 1000, got);
        CHECK_TEXT(gos_str_from(got), want);
        int64_t back = 0;
        CHECK(time_read(gos_str_from(got), &back) && back == (int64_t)seconds * 1000);
        CHECK_INT(time_day(back), day);
    }
    CHECK_INT(time_day(-1), -1);
    CHECK_INT(time_day(-TIME_DAY_MS), -1);
    CHECK_INT(time_day(-TIME_DAY_MS - 1), -2);
}

TEST(uuid, keeps_its_bytes_and_shows_its_time_and_version)
{
    uint8_t random[10];
    memset(random, 0xFF, sizeof random);
    struct uuid uuid = uuid_make(INT64_C(0x0123456789AB), random), back;
    char text[UUID_TEXT_BYTES];
    uuid_write(&uuid, text);
    CHECK_TEXT(gos_str_from(text), "01234567-89ab-7fff-bfff-ffffffffffff");
    CHECK(uuid_read(gos_str_from(text), &back) && uuid_equal(&uuid, &back));
    CHECK(uuid_read(GOS_LIT("01234567-89AB-7FFF-BFFF-FFFFFFFFFFFF"), &back));
    CHECK(uuid_equal(&uuid, &back));
}

TEST(uuid, refuses_what_is_no_uuid)
{
    struct uuid uuid;
    CHECK(!uuid_read(GOS_LIT(""), &uuid));
    CHECK(!uuid_read(GOS_LIT("01234567-89ab-7fff-bfff-fffffffffff"), &uuid));
    CHECK(!uuid_read(GOS_LIT("01234567-89ab-7fff-bfff-fffffffffffff"), &uuid));
    CHECK(!uuid_read(GOS_LIT("01234567-89ab-7fff-bfff-ffffffffffg0"), &uuid));
    CHECK(!uuid_read(GOS_LIT("0123456789ab-7fff-bfff-ffffffffffff0"), &uuid));
}

TEST(secret, makes_what_cannot_be_guessed_and_knows_it_again)
{
    gos_error err = {0};
    CHECK_OK(secret_start(&err), &err);
    CHECK_OK(secret_start(&err), &err);
    char a[33], b[33], hash_a[SECRET_HASH_TEXT_BYTES], hash_b[SECRET_HASH_TEXT_BYTES];
    secret_token(a, 32);
    secret_token(b, 32);
    CHECK(strlen(a) == 32 && strlen(b) == 32 && strcmp(a, b) != 0);
    CHECK(strspn(a, "23456789abcdefghijkmnpqrstuvwxyz") == 32);
    secret_hash(gos_str_from(a), hash_a);
    secret_hash(gos_str_from(b), hash_b);
    CHECK(strlen(hash_a) == 64 && strcmp(hash_a, hash_b) != 0);
    /* BLAKE2b-256 of "abc", RFC 7693's function with 32 bytes out, by Python's hashlib. */
    secret_hash(GOS_LIT("abc"), hash_a);
    CHECK_TEXT(gos_str_from(hash_a),
               "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
    CHECK(secret_equal("abc", "abd", 2) && !secret_equal("abc", "abd", 3));
    struct uuid first = secret_uuid(1000), second = secret_uuid(1000);
    CHECK(!uuid_equal(&first, &second) && first.bytes[6] >> 4 == 7);
}

TEST(secret, signs_with_a_key_and_hashes_passwords)
{
    gos_error err = {0};
    uint8_t key[32] = {1}, other[32] = {2}, a[SECRET_HASH_BYTES], b[SECRET_HASH_BYTES];
    CHECK_OK(secret_start(&err), &err);
    secret_sign(GOS_LIT("message"), key, a);
    secret_sign(GOS_LIT("message"), other, b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    char hash[PASSWORD_HASH_BYTES];
    CHECK_OK(secret_password_hash(GOS_LIT("correct horse"), hash, &err), &err);
    CHECK(secret_password_check(GOS_LIT("correct horse"), hash));
    CHECK(!secret_password_check(GOS_LIT("correct hors"), hash));
    CHECK(!secret_password_check(GOS_LIT("correct horse"), "not a hash"));
}
