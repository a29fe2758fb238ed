/* A line of the rules, as rules.h tells them. */
#define _GNU_SOURCE
#include "rules.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { const char *name; word_t value; } values[] = {
#define RETURN_VALUE(NAME, VALUE) { #NAME, VALUE },
#include "values.h"
#undef RETURN_VALUE
};

static const char *const names[FUNCTIONS] = {
#define PLAIN(PLACE, NAME, ARGUMENTS, FIRST) [PLACE] = #NAME,
#define OWN(PLACE, NAME) [PLACE] = #NAME,
#include "functions.h"
#undef PLAIN
#undef OWN
};

static const struct { const char *name; int text_of; } texts[] = {
    { "label", TEXT_LABEL }, { "manufacturer", TEXT_MANUFACTURER }, { "model", TEXT_MODEL },
    { "serial", TEXT_SERIAL }, { "description", TEXT_DESCRIPTION },
};

/* The next word, or what stands in quotation marks, also behind NAME=; 0 at the end of the line. */
static int next_word(const char **at, char *word, size_t room)
{
    size_t length = 0;
    int quoted = 0;
    *at += strspn(*at, " \t\r\n");
    if (**at == 0 || **at == '#')
        return 0;

    for (; **at != 0 && (quoted || strchr(" \t\r\n", **at) == NULL); (*at)++) {
        if (**at == '"')
            quoted = !quoted;
        else if (length + 1 < room)
            word[length++] = **at;
    }

    word[length] = 0;
    return 1;
}

static int parse_number(const char *word, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(word, &end, 0);
    return *word >= '0' && *word <= '9' && *end == 0 && errno == 0;
}

static int parse_duration(const char *word, size_t length, uint64_t *ns)
{
    static const struct { const char *name; double ns; } units[] = {
        { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 }, { "m", 60e9 },
    };
    char *end;
    double number = strtod(word, &end);
    size_t left = end - word > (ptrdiff_t)length ? 0 : length - (size_t)(end - word);
    for (size_t i = 0; end != word && number >= 0 && i < sizeof units / sizeof *units; i++) {
        if (strlen(units[i].name) == left && strncmp(end, units[i].name, left) == 0 && number * units[i].ns < 1e18) {
            *ns = (uint64_t)(number * units[i].ns);
            return 1;
        }
    }

    return 0;
}

static int parse_functions(const char *word, rule_t *rule)
{
    while (*word != 0) {
        size_t length = strcspn(word, ",");
        int known = 0;
        for (int i = 0; i < FUNCTIONS; i++) {
            int is = (length == 1 && *word == '*')
                || (strlen(names[i]) == length && strncmp(names[i], word, length) == 0);
            rule->functions[i] |= (uint8_t)is;
            known |= is;
        }
        if (!known)
            return 0;
        word += length + (word[length] == ',');
    }

    return 1;
}

static int parse_value(const char *word, word_t *value)
{
    uint64_t number;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (strcmp(values[i].name, word) == 0) {
            *value = values[i].value;
            return 1;
        }
    }

    *value = parse_number(word, &number) ? (word_t)number : 0;
    return strncmp(word, "0x", 2) == 0 && *value != 0;
}

static int only(const rule_t *rule, int function)
{
    for (int i = 0; i < FUNCTIONS; i++)
        if (rule->functions[i] != (i == function))
            return 0;
    return 1;
}

static const char *parse_text(const char **at, const char *action, rule_t *rule)
{
    int library = only(rule, AT_C_GetInfo);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].name, action) != 0)
            continue;

        int text_of = texts[i].text_of;
        int fits = library
            ? text_of == TEXT_MANUFACTURER || text_of == TEXT_DESCRIPTION
            : only(rule, AT_C_GetTokenInfo) && text_of != TEXT_DESCRIPTION;
        rule->action = DO_TEXT;
        rule->text_of = text_of;
        return !fits ? "this function does not tell that"
            : next_word(at, rule->text, sizeof rule->text) ? NULL : "the text is missing";
    }

    return "no such action";
}

/* What is counted or measured: a number, and for capacity and pace a time behind it. */
static const char *parse_amount(const char **at, int timed, uint64_t most, uint64_t *number, uint64_t *ns)
{
    char word[64];
    if (!next_word(at, word, sizeof word) || !parse_number(word, number) || *number > most)
        return "a number is missing, or is too large";
    if (timed && (!next_word(at, word, sizeof word) || !parse_duration(word, strlen(word), ns)))
        return "a time is missing, such as 4ms";
    return NULL;
}

static const char *parse_times(const char **at, rule_t *rule)
{
    char word[64];
    if (!next_word(at, word, sizeof word))
        return "a time is missing, such as 4ms";

    const char *until = strstr(word, "..");
    size_t length = until == NULL ? strlen(word) : (size_t)(until - word);
    if (!parse_duration(word, length, &rule->from_ns))
        return "not a time, such as 4ms";

    rule->to_ns = rule->from_ns;
    int good = until == NULL || parse_duration(until + 2, strlen(until + 2), &rule->to_ns);
    return good && rule->to_ns >= rule->from_ns ? NULL : "not a time, such as 1ms..4ms";
}

static const char *parse_action(const char **at, const char *action, rule_t *rule)
{
    static const struct { const char *name; int action, only; } plain[] = {
        { "hang", DO_HANG, -1 }, { "crash", DO_CRASH, -1 }, { "drop", DO_DROP, -1 }, { "logout", DO_LOGOUT, -1 },
        { "flip", DO_FLIP, AT_C_Sign }, { "swap", DO_SWAP, AT_C_Sign }, { "canned", DO_CANNED, AT_C_Sign },
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (strcmp(plain[i].name, action) == 0) {
            rule->action = plain[i].action;
            rule->functions[AT_C_SignInit] |= plain[i].action == DO_CANNED && only(rule, AT_C_Sign);
            return plain[i].only < 0 || rule->functions[plain[i].only] ? NULL : "that is for C_Sign alone";
        }
    }

    uint64_t number = 0;
    const char *error = NULL;
    if (strcmp(action, "delay") == 0 || strcmp(action, "idle") == 0) {
        rule->action = *action == 'd' ? DO_DELAY : DO_IDLE;
        return parse_times(at, rule);
    }

    if (strcmp(action, "capacity") == 0) {
        rule->action = DO_CAPACITY;
        error = parse_amount(at, 1, MOST_PLACES, &number, &rule->from_ns);
        error = error == NULL && number == 0 ? "at least one place is needed" : error;
    } else if (strcmp(action, "limit") == 0) {
        rule->action = DO_LIMIT;
        error = !only(rule, AT_C_OpenSession) ? "that is for C_OpenSession alone"
            : parse_amount(at, 0, UINT32_MAX, &number, NULL);
    } else if (strcmp(action, "max-sessions") == 0 || strcmp(action, "flags") == 0) {
        rule->action = *action == 'm' ? DO_MAX_SESSIONS : DO_FLAGS;
        error = !only(rule, AT_C_GetTokenInfo) ? "that is for C_GetTokenInfo alone"
            : parse_amount(at, 0, UINT32_MAX, &number, NULL);
    } else if (parse_value(action, &rule->value)) {
        rule->action = DO_ANSWER;
        return NULL;
    } else {
        return parse_text(at, action, rule);
    }

    rule->value = (word_t)number;
    return error;
}

static const char *parse_condition(const char **at, const char *name, rule_t *rule)
{
    char word[64];
    uint64_t number = 0;
    if (strcmp(name, "late") == 0) {
        rule->late = 1;
        return NULL;
    }

    if (strncmp(name, "token=", 6) == 0) {
        snprintf(rule->token, sizeof rule->token, "%.32s", name + 6);
        return NULL;
    }

    if (strncmp(name, "slot=", 5) == 0 || strncmp(name, "session=", 8) == 0) {
        int of_slot = name[1] == 'l';
        if (!parse_number(strchr(name, '=') + 1, &number))
            return "not a number";
        rule->has_slot |= of_slot;
        rule->has_session |= !of_slot;
        *(of_slot ? &rule->slot : &rule->session) = (word_t)number;
        return NULL;
    }

    if (strcmp(name, "rate") == 0) {
        char *end = word;
        rule->rate = next_word(at, word, sizeof word) ? strtod(word, &end) : -1;
        return end != word && *end == 0 && rule->rate >= 0 && rule->rate <= 1 ? NULL : "a rate is 0 to 1";
    }

    if (strcmp(name, "pace") == 0) {
        const char *error = parse_amount(at, 1, MOST_PLACES - 1, &number, &rule->pace_ns);
        rule->pace_calls = (uint32_t)number;
        return error;
    }

    uint64_t *count = strcmp(name, "after") == 0 ? &rule->after : strcmp(name, "count") == 0 ? &rule->count
        : strcmp(name, "every") == 0 ? &rule->every : NULL;
    return count == NULL ? "no such condition" : parse_amount(at, 0, UINT64_MAX, count, NULL);
}

int parse_rule(const char *line, rule_t *rule, uint64_t *seed, const char **error)
{
    char word[256];
    const char *at = line;
    memset(rule, 0, sizeof *rule);
    rule->rate = 1;
    rule->count = UINT64_MAX;
    *error = NULL;
    if (!next_word(&at, word, sizeof word))
        return 0;

    snprintf(rule->line, sizeof rule->line, "%.255s", line);
    if (strcmp(word, "seed") == 0) {
        *error = parse_amount(&at, 0, UINT64_MAX, seed, NULL);
        return *error == NULL ? 0 : -1;
    }

    if (!parse_functions(word, rule))
        *error = "no such function";
    else if (!next_word(&at, word, sizeof word))
        *error = "the action is missing";
    else
        *error = parse_action(&at, word, rule);
    while (*error == NULL && next_word(&at, word, sizeof word))
        *error = parse_condition(&at, word, rule);
    return *error == NULL ? 1 : -1;
}
