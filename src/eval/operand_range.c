/* Operands that are ranges: numbers, sizes, times, versions; and remainders and networks. */
#include "eval/operand.h"

#include "base/text.h"
#include "base/time.h"
#include "eval/address.h"
#include "eval/test.h"

#include <math.h>

/* Beyond every time that can be written, and far from overflowing when now is added. */
#define TIME_FAR (INT64_MAX / 4)

bool relation_has_low(enum relation relation)
{
    return relation != RELATION_LESS && relation != RELATION_AT_MOST;
}

bool relation_has_high(enum relation relation)
{
    return relation != RELATION_GREATER && relation != RELATION_AT_LEAST;
}

uint8_t relation_flags(enum relation relation)
{
    return (uint8_t)((relation == RELATION_GREATER ? TEST_LOW_OPEN : 0) |
                     (relation == RELATION_LESS ? TEST_HIGH_OPEN : 0));
}

/* The two ends in the JSON; for relations other than BETWEEN both are the value itself. */
static bool ends_find(struct compiler *compiler, const struct operand *operand,
                      const struct json **low, const struct json **high)
{
    const struct json *value = operand->value;
    *low = *high = value;
    if (operand->relation != RELATION_BETWEEN)
        return true;
    if (value->type != JSON_ARRAY || value->count != 2)
        return compiler_error(compiler, "\"%s\" needs a list of two: the lowest and the highest",
                              operand->name);
    *low = &value->items[0];
    *high = &value->items[1];
    return true;
}

static bool number_ends(struct compiler *compiler, struct operand *operand, enum test_kind kind)
{
    const struct json *low, *high;
    if (!ends_find(compiler, operand, &low, &high))
        return false;
    if (low->type != JSON_NUMBER || high->type != JSON_NUMBER)
        return compiler_error(compiler, "\"%s\" is given %s; it needs a number", operand->name,
                              json_type_name(low->type == JSON_NUMBER ? high->type : low->type));
    if (low->number > high->number)
        return compiler_error(compiler, "\"%s\" is given its highest end first", operand->name);
    struct build *build = &compiler->build;
    bool has_low = relation_has_low(operand->relation);
    bool has_high = relation_has_high(operand->relation);
    operand->test.kind = (uint8_t)kind;
    operand->test.slot = attribute_slot(compiler, operand->path, 0);
    /* Both ends belong to the range: an open one moves to the next double. */
    double from =
        operand->relation == RELATION_GREATER ? nextafter(low->number, INFINITY) : low->number;
    double to =
        operand->relation == RELATION_LESS ? nextafter(high->number, -INFINITY) : high->number;
    operand->test.first = build_add_numbers(build, has_low ? from : -INFINITY);
    build_add_numbers(build, has_high ? to : INFINITY);
    return true;
}

bool operand_read_number(struct compiler *compiler, struct operand *operand)
{
    return number_ends(compiler, operand, TEST_RANGE);
}

bool operand_read_size(struct compiler *compiler, struct operand *operand)
{
    return number_ends(compiler, operand, TEST_SIZE);
}

bool operand_read_modulo(struct compiler *compiler, struct operand *operand)
{
    const struct json *value = operand->value;
    int64_t divisor, remainder;
    if (value->type != JSON_ARRAY || value->count != 2 ||
        !json_is_integer(&value->items[0], &divisor) ||
        !json_is_integer(&value->items[1], &remainder) || divisor < 1 || remainder < 0 ||
        remainder >= divisor)
        return compiler_error(compiler,
                              "\"%s\" needs [divisor, remainder], whole numbers with "
                              "0 <= remainder < divisor",
                              operand->name);
    operand->test.kind = TEST_MODULO;
    operand->test.slot = attribute_slot(compiler, operand->path, 0);
    operand->test.first = build_add_words(&compiler->build, (uint64_t)divisor);
    operand->test.number = remainder;
    return true;
}

/* "now", "now-7d", "now+12h" (d, h, m, s) or a date. */
static bool time_end_read(gos_str text, bool *out_from_now, int64_t *out)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'d', 86400000}, {'h', 3600000}, {'m', 60000}, {'s', 1000}};
    *out_from_now = str_starts_with(text, GOS_LIT("now"));
    if (!*out_from_now)
        return time_read(text, out);
    gos_str rest = {text.data + 3, text.len - 3};
    *out = 0;
    if (rest.len == 0)
        return true;
    if (rest.len < 3 || (rest.data[0] != '+' && rest.data[0] != '-'))
        return false;
    int64_t amount;
    if (rest.data[1] == '-' || !str_read_int((gos_str){rest.data + 1, rest.len - 2}, &amount) ||
        amount > 1000000)
        return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (units[i].letter == rest.data[rest.len - 1]) {
            *out = amount * units[i].ms * (rest.data[0] == '-' ? -1 : 1);
            return true;
        }
    }
    return false;
}

bool operand_read_time(struct compiler *compiler, struct operand *operand)
{
    const struct json *low, *high;
    int64_t from = 0, to = 0;
    bool low_from_now = false, high_from_now = false;
    if (!ends_find(compiler, operand, &low, &high))
        return false;
    if (low->type != JSON_STRING || high->type != JSON_STRING ||
        !time_end_read(low->text, &low_from_now, &from) ||
        !time_end_read(high->text, &high_from_now, &to))
        return compiler_error(compiler,
                              "\"%s\" needs a date such as 2026-01-31T09:00:00Z, "
                              "2026-01-31, now or now-7d",
                              operand->name);
    if (low_from_now != high_from_now || from > to)
        return compiler_error(compiler, "the two ends of \"%s\" must be of one kind and in order",
                              operand->name);
    struct build *build = &compiler->build;
    operand->test.kind = TEST_TIMES;
    from = relation_has_low(operand->relation) ? from + (operand->relation == RELATION_GREATER)
                                               : -TIME_FAR;
    to =
        relation_has_high(operand->relation) ? to - (operand->relation == RELATION_LESS) : TIME_FAR;
    operand->test.flags |= low_from_now ? TEST_FROM_NOW : 0;
    operand->test.slot = attribute_slot(compiler, operand->path, WANT_TIME);
    operand->test.first = build_add_words(build, (uint64_t)from);
    build_add_words(build, (uint64_t)to);
    return true;
}

static uint32_t add_version(struct compiler *compiler, const struct version *version)
{
    struct version_ref ref = {{version->part[0], version->part[1], version->part[2]},
                              version->key,
                              build_text(&compiler->build, version->prerelease)};
    return build_add_versions(&compiler->build, ref);
}

bool operand_read_version(struct compiler *compiler, struct operand *operand)
{
    const struct json *low, *high;
    struct version from, to;
    if (!ends_find(compiler, operand, &low, &high))
        return false;
    if (low->type != JSON_STRING || high->type != JSON_STRING || !version_read(low->text, &from) ||
        !version_read(high->text, &to))
        return compiler_error(compiler, "\"%s\" needs a version such as 2.10.0 or 3.0.0-rc.1",
                              operand->name);
    if (version_compare(&from, &to) > 0)
        return compiler_error(compiler, "\"%s\" is given its highest end first", operand->name);
    operand->test.kind = TEST_VERSIONS;
    operand->test.flags |= relation_flags(operand->relation);
    operand->test.slot = attribute_slot(compiler, operand->path, WANT_VERSION);
    operand->test.first = relation_has_low(operand->relation) ? add_version(compiler, &from) : NONE;
    operand->test.count = relation_has_high(operand->relation) ? add_version(compiler, &to) : NONE;
    return true;
}

static bool network_add(struct compiler *compiler, const struct json *value)
{
    struct network network;
    if (value->type != JSON_STRING || !network_read(value->text, &network))
        return compiler_error(compiler, "this is no network; it must be like 192.0.2.0/24, "
                                        "2001:db8::/32 or one address");
    build_add_networks(&compiler->build, network);
    return true;
}

bool operand_read_network(struct compiler *compiler, struct operand *operand)
{
    const struct json *value = operand->value;
    operand->test.kind = TEST_NETWORKS;
    operand->test.slot = attribute_slot(compiler, operand->path, WANT_ADDRESS);
    operand->test.first = build_networks_count(&compiler->build);
    operand->test.count = value->type == JSON_ARRAY ? value->count : 1;
    if (value->type != JSON_ARRAY)
        return network_add(compiler, value);
    if (value->count > NETWORKS_MAX)
        return compiler_error(compiler, "there are %u networks; at most %d are allowed",
                              value->count, NETWORKS_MAX);
    bool done = true;
    for (uint32_t i = 0; i < value->count; i++) {
        size_t mark = at_enter_index(compiler, i);
        done = network_add(compiler, &value->items[i]) && done;
        at_leave(compiler, mark);
    }
    return done;
}
