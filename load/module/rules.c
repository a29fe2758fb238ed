/* The rules in force, and what they make of a call. */
#define _GNU_SOURCE
#include "rules.h"
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_BYTES 65536

/* CK_TOKEN_INFO: label[32], manufacturer[32], model[16], serial[16], flags, most sessions; CK_INFO: version,
 * manufacturer[32], flags, description[32]. */
enum { TOKEN_FLAGS_AT = 96, TOKEN_SESSIONS_AT = TOKEN_FLAGS_AT + sizeof(word_t), LIBRARY_DESCRIPTION_AT = 48 };

typedef struct {
    uint64_t there;          /* no padding: it is compared as bytes */
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec modified, changed;
} stamp_t;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static rule_t rules[MOST_RULES], next_rules[MOST_RULES];
static int rule_count;
static uint64_t generation, seed, draws;
static stamp_t stamp;

static stamp_t stamp_of(const char *path)
{
    struct stat facts;
    stamp_t found;
    memset(&found, 0, sizeof found);
    if (stat(path, &facts) == 0) {
        found.there = 1;
        found.device = facts.st_dev;
        found.inode = facts.st_ino;
        found.size = facts.st_size;
        found.modified = facts.st_mtim;
        found.changed = facts.st_ctim;
    }

    return found;
}

/* SplitMix64; below 1. */
static double draw(void)
{
    uint64_t value = seed + ++draws * 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    return (double)((value ^ (value >> 31)) >> 11) / 9007199254740992.0;
}

/* A line that was there before goes on with its counts and places; each once. */
static void inherit(rule_t *fresh, uint8_t *taken)
{
    for (int i = 0; i < rule_count; i++) {
        rule_t *old = &rules[i];
        int same_line = !taken[i] && strcmp(old->line, fresh->line) == 0;
        int same_places = !taken[i] && old->action == DO_CAPACITY && fresh->action == DO_CAPACITY;
        if (!same_line && !same_places)
            continue;

        taken[i] = 1;
        memcpy(fresh->free_at, old->free_at, sizeof fresh->free_at);
        if (same_line) {
            fresh->matched = old->matched;
            fresh->fired = old->fired;
            fresh->recent_at = old->recent_at;
            memcpy(fresh->recent, old->recent, sizeof fresh->recent);
        }
        return;
    }
}

static void load(const char *path)
{
    static char text[MOST_BYTES];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
    if (file >= 0)
        close(file);
    text[length < 0 ? 0 : length] = 0;

    uint64_t hash = 0xCBF29CE484222325u;
    for (const char *at = text; *at != 0; at++)
        hash = (hash ^ (uint8_t)*at) * 0x100000001B3u;

    uint8_t taken[MOST_RULES] = { 0 };
    int count = 0;
    uint32_t number = 0, broken = 0;
    char *line = text;
    while (line != NULL) {
        char *end = strchr(line, '\n');
        const char *error;
        if (end != NULL)
            *end++ = 0;
        number++;
        rule_t *rule = &next_rules[count < MOST_RULES ? count : MOST_RULES - 1];
        int is = count < MOST_RULES ? parse_rule(line, rule, &seed, &error) : 0;
        if (is < 0) {
            broken++;
            complain("%s:%u: %s: \"%s\" is left out", path, number, error, line);
        } else if (is > 0) {
            rule->number = number;
            inherit(rule, taken);
            count++;
        }
        line = end;
    }

    memcpy(rules, next_rules, (size_t)count * sizeof *rules);
    rule_count = count;
    canned_forget();
    __atomic_fetch_add(&generation, 1, __ATOMIC_RELEASE);
    log_rules(hash, broken);
}

void rules_refresh(void)
{
    const char *path = setting("MISBEHAVE_FILE");
    if (path == NULL)
        return;

    stamp_t now = stamp_of(path);
    pthread_mutex_lock(&gate);
    if (memcmp(&now, &stamp, sizeof now) != 0) {
        stamp = now;
        load(path);
    }
    pthread_mutex_unlock(&gate);
}

uint64_t rules_generation(void)
{
    return __atomic_load_n(&generation, __ATOMIC_ACQUIRE);
}

static int applies(const rule_t *rule, const call_t *call)
{
    return rule->functions[call->function]
        && (!rule->has_slot || rule->slot == call->slot)
        && (!rule->has_session || rule->session == call->session)
        && (rule->token[0] == 0 || token_is(call->slot, rule->token));
}

/* Whether this is one of the calls that are meant. */
static int fires(rule_t *rule, const call_t *call)
{
    uint64_t number = ++rule->matched;
    if (rule->pace_calls > 0) {
        uint64_t *oldest = &rule->recent[rule->recent_at++ % rule->pace_calls];
        int within = *oldest != 0 && call->entered_ns - *oldest < rule->pace_ns;
        *oldest = call->entered_ns;
        if (!within)
            return 0;
    }

    if (number <= rule->after || rule->fired >= rule->count)
        return 0;
    if (rule->every > 0 && (number - rule->after) % rule->every != 0)
        return 0;
    if (rule->rate < 1 && draw() >= rule->rate)
        return 0;

    rule->fired++;
    return 1;
}

/* When the place that is free first will be done with this call. */
static uint64_t take_place(rule_t *rule, uint64_t now)
{
    uint64_t *first = &rule->free_at[0];
    for (word_t i = 1; i < rule->value; i++)
        if (rule->free_at[i] < *first)
            first = &rule->free_at[i];
    *first = (*first > now ? *first : now) + rule->from_ns;
    return *first;
}

static void apply(rule_t *rule, call_t *call)
{
    effect_t *effect = &call->effects[rule->late];
    uint64_t until;
    switch (rule->action) {
    case DO_DELAY:
        effect->delay_ns += rule->from_ns + (uint64_t)(draw() * (double)(rule->to_ns - rule->from_ns));
        break;
    case DO_CAPACITY:
        until = take_place(rule, call->entered_ns);
        effect->until_ns = until > effect->until_ns ? until : effect->until_ns;
        break;
    case DO_HANG: effect->hang = 1; break;
    case DO_CRASH: effect->crash = 1; break;
    case DO_DROP: effect->drop = 1; break;
    case DO_LOGOUT: effect->logout = 1; break;
    case DO_FLIP: call->flip = 1; break;
    case DO_SWAP: call->swap = 2; break;
    case DO_CANNED: call->canned = 1; break;
    case DO_IDLE: call->close_idle = 1; break;
    case DO_LIMIT:
    case DO_ANSWER:
        effect->answers = 1;
        effect->ckr = rule->action == DO_LIMIT ? CKR_SESSION_COUNT : rule->value;
        effect->line = rule->number;
        break;
    default: break;
    }
}

void rules_apply(call_t *call)
{
    uint64_t idle = call->session == NO_SESSION ? 0 : session_idle(call->session, call->entered_ns);
    pthread_mutex_lock(&gate);
    for (int i = 0; i < rule_count && !call->effects[0].answers; i++) {
        rule_t *rule = &rules[i];
        if (!applies(rule, call) || rule->action >= DO_MAX_SESSIONS
            || (rule->action == DO_IDLE && idle < rule->from_ns)
            || (rule->action == DO_LIMIT && sessions_open(call->slot) < rule->value))
            continue;

        call->swap |= rule->action == DO_SWAP;
        if (fires(rule, call))
            apply(rule, call);
    }
    pthread_mutex_unlock(&gate);
}

static void pad(uint8_t *to, size_t room, const char *text)
{
    size_t length = strlen(text);
    memset(to, ' ', room);
    memcpy(to, text, length < room ? length : room);
}

void rules_token_info(word_t slot, uint8_t *info)
{
    static const struct { size_t at, room; } places[] = { { 0, 32 }, { 32, 32 }, { 64, 16 }, { 80, 16 } };
    call_t call = { .function = AT_C_GetTokenInfo, .slot = slot };
    pthread_mutex_lock(&gate);
    for (int i = 0; i < rule_count; i++) {
        rule_t *rule = &rules[i];
        word_t flags;
        if (!applies(rule, &call))
            continue;

        if (rule->action == DO_TEXT)
            pad(info + places[rule->text_of].at, places[rule->text_of].room, rule->text);
        if (rule->action == DO_MAX_SESSIONS)
            memcpy(info + TOKEN_SESSIONS_AT, &rule->value, sizeof rule->value);
        if (rule->action == DO_FLAGS) {
            memcpy(&flags, info + TOKEN_FLAGS_AT, sizeof flags);
            flags |= rule->value;
            memcpy(info + TOKEN_FLAGS_AT, &flags, sizeof flags);
        }
    }
    pthread_mutex_unlock(&gate);
}

void rules_library_info(uint8_t *info)
{
    pthread_mutex_lock(&gate);
    for (int i = 0; i < rule_count; i++) {
        rule_t *rule = &rules[i];
        if (rule->functions[AT_C_GetInfo] && rule->action == DO_TEXT)
            pad(info + (rule->text_of == TEXT_DESCRIPTION ? LIBRARY_DESCRIPTION_AT : 2), 32, rule->text);
    }
    pthread_mutex_unlock(&gate);
}
