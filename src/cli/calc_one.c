/* gosset calc METHOD name=value ...: one question, as POST /api/v1/calc/METHOD and the pages ask.
 */
#include "cli/calc_one.h"

#include "api/calc.h"
#include "base/number.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum { QUESTION_BYTES_MAX = 1 << 20 };

static void word_write(gos_str word, struct json_writer *json)
{
    double number;
    if (word.len > 0 && number_read(word, false, &number) == word.len)
        json_double(json, number);
    else
        json_text(json, word);
}

/* "480" is a number, "binary" a text, "9463,9681" a list. */
static void value_write(gos_str value, struct json_writer *json)
{
    if (!memchr(value.data, ',', value.len)) {
        word_write(value, json);
        return;
    }
    json_open_array(json);
    while (value.len > 0)
        word_write(str_cut(&value, ','), json);
    json_close_array(json);
}

static bool question_read(char *const *words, int count, gos_arena *arena, const struct json **out,
                          gos_error *err)
{
    struct text text;
    struct json_writer json;
    text_init(&text, arena);
    json_writer_init(&json, &text);
    json_open_object(&json);
    for (int i = 0; i < count; i++) {
        gos_str value = gos_str_from(words[i]), name = str_cut(&value, '=');
        if (name.len == 0 || name.len == strlen(words[i]))
            return gos_fail(err, GOS_BAD_INPUT, "", "\"%s\" is not as name=value", words[i]);
        json_name_str(&json, name);
        value_write(value, &json);
    }
    json_close_object(&json);
    return text_ok(&text, err) && json_read(text_str(&text), arena, out, err);
}

static void answer_print(const struct json *answer)
{
    for (uint32_t i = 0; i < answer->count; i++) {
        const struct json *one = &answer->items[i];
        printf("%-16.*s ", GOS_ARG(answer->names[i]));
        if (one->type == JSON_NUMBER)
            printf("%.10g\n", one->number);
        else if (one->type == JSON_STRING)
            printf("%.*s\n", GOS_ARG(one->text));
        else
            puts(one->type != JSON_BOOL ? "-" : one->boolean ? "yes" : "no");
    }
}

bool calc_one(const char *method, char *const *words, int count, bool is_json, gos_error *err)
{
    gos_arena *arena = gos_arena_open(QUESTION_BYTES_MAX);
    const struct json *question, *answer;
    struct text out;
    if (!arena)
        return gos_fail(err, GOS_OUT_OF_MEMORY, "", "no memory for a question");
    text_init(&out, arena);
    bool done = question_read(words, count, arena, &question, err) &&
                calc_run(gos_str_from(method), question, &out, err) &&
                json_read(text_str(&out), arena, &answer, err);
    if (done && is_json)
        printf("%.*s\n", GOS_ARG(text_str(&out)));
    else if (done)
        answer_print(answer);
    gos_arena_close(arena);
    return done;
}
