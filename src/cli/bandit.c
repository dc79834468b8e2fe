/* gosset bandit: the decisions of an experiment whose weights follow its data. */
#include "cli/remote.h"

#include <math.h>
#include <stdio.h>

enum { BAR_COLUMNS = 20, NAME_COLUMNS = 18 };

static const char bandit_help[] = "EXPERIMENT is a name or an id.\n\n"
                                  "  --decide      decides now, whether it is time or not, and "
                                  "changes the weights\n\n" REMOTE_HELP;

static double number_in(const struct json *object, const char *name, gos_str variant)
{
    const struct json *value = json_find(json_find(object, gos_str_from(name)), variant);
    return value && value->type == JSON_NUMBER ? value->number : (double)NAN;
}

static void print_arm(const struct json *decision, gos_str variant)
{
    double weight = number_in(decision, "weights", variant);
    double best = number_in(decision, "chance_best", variant);
    int filled = isnan(weight) ? 0 : (int)lround(weight / 100 * BAR_COLUMNS);
    printf("    %-*.*s %10.0f units  mean %-11.5g se %-10.3g", NAME_COLUMNS, GOS_ARG(variant),
           number_in(decision, "units", variant), number_in(decision, "mean", variant),
           number_in(decision, "se", variant));
    if (isnan(best)) {
        putchar('\n');
        return;
    }
    printf(" best %5.1f %%  ", 100 * best);
    for (int i = 0; i < BAR_COLUMNS; i++)
        fputs(i < filled ? "█" : "·", stdout);
    printf(" %.2f %%\n", weight);
}

static void print_decision(const struct json *decision)
{
    const struct json *units = json_find(decision, GOS_LIT("units"));
    gos_str winner = json_find_text(decision, "winner"),
            reason = json_find_text(decision, "reason");
    gos_str at = json_find_text(decision, "at"), metric = json_find_text(decision, "metric");
    gos_str method = json_find_text(decision, "method");
    printf("\n  %.*s  %.*s on %.*s", GOS_ARG(at), GOS_ARG(method), GOS_ARG(metric));
    if (reason.len > 0)
        printf(", weights kept: %.*s", GOS_ARG(reason));
    if (winner.len > 0)
        printf(", %.*s has won", GOS_ARG(winner));
    putchar('\n');
    for (uint32_t i = 0; units && i < units->count; i++)
        print_arm(decision, units->names[i]);
}

static void print_log(const struct json *answer)
{
    const struct json *decisions = json_find(answer, GOS_LIT("decisions"));
    const struct json *weights = json_find(answer, GOS_LIT("weights"));
    gos_str name = json_find_text(answer, "experiment");
    gos_str next = json_find_text(answer, "next_decision_at");
    printf("%.*s\n  weights now:", GOS_ARG(name));
    for (uint32_t i = 0; weights && i < weights->count; i++)
        printf(" %.*s %.4g %%", GOS_ARG(weights->names[i]), weights->items[i].number);
    if (next.len > 0)
        printf("\n  next decision: %.*s", GOS_ARG(next));
    if (!decisions || decisions->count == 0)
        printf("\n  no decision yet");
    putchar('\n');
    for (uint32_t i = 0; decisions && i < decisions->count; i++)
        print_decision(&decisions->items[i]);
}

int command_bandit(const struct command *command, int argc, char **argv)
{
    struct command with_help = *command;
    struct remote remote;
    const char *experiment;
    bool decide = false;
    int count, code = EXIT_DONE;
    gos_str body;
    const struct json *answer;
    const struct remote_option options[] = {{"decide", NULL, &decide}, {NULL, NULL, NULL}};
    with_help.help = bandit_help;
    if (!remote_open(&remote, &with_help, argc, argv, options, &experiment, 1, &count, &code))
        return code;
    if (count == 0)
        code = command_usage(command, "which EXPERIMENT?");
    else if (remote_call(
                 &remote, decide ? "POST" : "GET",
                 remote_path(remote.arena, "/api/v1/experiments/", experiment, "/bandit").data,
                 (gos_str){NULL, 0}, &body, &answer, &code)) {
        if (remote.as_json)
            printf("%.*s\n", GOS_ARG(body));
        else if (decide)
            print_decision(answer);
        else
            print_log(answer);
    }
    remote_close(&remote);
    return code;
}
