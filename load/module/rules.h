/*
 * The rules: one a line, FUNCTION ACTION [CONDITION]..., from the first to the last. # begins a comment. FUNCTION is a
 * name, several with commas between them, or *. A line that is not understood is told on stderr and left out. Lines
 * that stay the same when the file changes keep their counts.
 *
 * Actions before the real call, or after it with the condition `late`:
 *   delay 4ms | delay 1ms..5ms   waits (us, ms, s, m)
 *   capacity 8 4ms               8 calls at a time take 4 ms each, the others wait for their turn; no processor is used
 *   hang                         until the rules change
 *   crash                        SIGSEGV
 *   drop                         closes all sessions of the slot in the real module: logins and objects go with them
 *   logout                       C_Logout in the real module
 *   CKR_... | 0x...              is the answer, and the rules behind it do not count. The real function is not called,
 *                                but for C_Sign, whose operation has to end; with `late` it is, and its answer lost
 * Actions of single functions:
 *   limit 4                      C_OpenSession: CKR_SESSION_COUNT when the slot has 4 sessions
 *   idle 30s                     a session that had no call for so long is closed in the real module first
 *   flip | swap                  C_Sign: one bit of the signature is wrong | it is the last one of another session
 *   canned                       C_Sign: the first signature of a key and mechanism is given for all later ones, and
 *                                the real module not asked: a token without processor time. What verifies will mind
 *   max-sessions 16              C_GetTokenInfo; so are flags 0x40000 (added), label, manufacturer, model and serial,
 *   manufacturer "Some Ltd."     and for C_GetInfo manufacturer and description
 * Conditions, all of which must hold:
 *   slot=7  token="Label"  session=12
 *   after 1000 | count 3 | every 10 | rate 0.01     of the calls that come this far: behind the first 1,000, then the
 *                                                   first 3, each tenth, one of a hundred (by `seed N`, a line)
 *   pace 10 1s                                      only when there were more than 10 such calls within a second
 */
#ifndef RULES_H
#define RULES_H

#include "misbehave.h"

#define MOST_RULES 64
#define MOST_PLACES 512

enum { DO_DELAY, DO_CAPACITY, DO_HANG, DO_CRASH, DO_DROP, DO_LOGOUT, DO_ANSWER, DO_LIMIT, DO_IDLE, DO_FLIP, DO_SWAP,
       DO_CANNED, DO_MAX_SESSIONS, DO_FLAGS, DO_TEXT };
enum { TEXT_LABEL, TEXT_MANUFACTURER, TEXT_MODEL, TEXT_SERIAL, TEXT_DESCRIPTION };

typedef struct {
    char line[256];
    uint32_t number;
    uint8_t functions[FUNCTIONS];
    int action, late;
    uint64_t from_ns, to_ns;
    word_t value;
    int text_of;
    char text[65];

    int has_slot, has_session;
    word_t slot, session;
    char token[33];
    uint64_t after, count, every, pace_ns;
    uint32_t pace_calls;
    double rate;

    uint64_t matched, fired, recent_at;
    uint64_t recent[MOST_PLACES];    /* of pace: when the last calls came */
    uint64_t free_at[MOST_PLACES];   /* of capacity: when each place is free again */
} rule_t;

/* rules.c */
void rules_refresh(void);
uint64_t rules_generation(void);
void rules_apply(call_t *call);
void rules_token_info(word_t slot, uint8_t *info);
void rules_library_info(uint8_t *info);

/* parse.c: 1 when the line is a rule, 0 when there is none in it; -1 and *error when it is not understood. */
int parse_rule(const char *line, rule_t *rule, uint64_t *seed, const char **error);

#endif
