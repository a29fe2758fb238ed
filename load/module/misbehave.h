/*
 * A PKCS#11 module that forwards every call to a real one, notes it, and misbehaves where rules tell it to. Settings
 * come from the environment, or line by line (NAME = VALUE) from a file beside the module that is called like it with
 * .conf in the place of .so: a copy of the module with a file of its own misbehaves on its own.
 *
 *   MISBEHAVE_MODULE  path of the real module
 *   MISBEHAVE_FILE    the rules (rules.h); looked at before each call, so a change holds from the next call on
 *   MISBEHAVE_LOG     a mapped file that gets every call (log.c); made when it is not there
 *   WITNESS_FILE      a mapped file that gets every C_Sign, and without which nothing is signed (witness.c)
 */
#ifndef MISBEHAVE_H
#define MISBEHAVE_H

#include <stddef.h>
#include <stdint.h>

#define EXPORT __attribute__((visibility("default")))
#define PAGE 4096u
#define FUNCTIONS 68
#define NO_SESSION 0ul
#define NO_SLOT (~0ul)

/* CK_ULONG, and also any pointer. */
typedef unsigned long word_t;
typedef struct { uint8_t major, minor; } version_t;
typedef struct { version_t version; void *functions[FUNCTIONS]; } function_list_t;

#define RETURN_VALUE(NAME, VALUE) NAME = VALUE,
enum {
#include "values.h"
};
#undef RETURN_VALUE

#define PLAIN(PLACE, NAME, ARGUMENTS, FIRST) AT_##NAME = PLACE,
#define OWN(PLACE, NAME) AT_##NAME = PLACE,
enum {
#include "functions.h"
};
#undef PLAIN
#undef OWN

/* What a function's first argument is. */
enum { OF_NONE, OF_SLOT, OF_SESSION };

/* What rules do to a call before the real one (0) and after it (1). */
typedef struct {
    uint64_t delay_ns;   /* from now on */
    uint64_t until_ns;   /* by the clock: when a place of limited capacity is done with it */
    int hang, crash, drop, logout;
    int answers;
    word_t ckr;
    uint32_t line;
} effect_t;

typedef struct {
    int function;
    word_t session, slot;
    uint64_t entered_ns;
    uint64_t record;         /* its number in the log */
    effect_t effects[2];
    int close_idle, flip, canned;
    int swap;                /* 1 keep what is signed, 2 and give another session's */
    int answered;            /* by the module itself: the real one is not asked */
    word_t ckr;
} call_t;

/* misbehave.c: the real module, and settings. */
extern const function_list_t *real;
const char *setting(const char *name);
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t now_ns(void);

/* log.c */
word_t log_open(void);
void log_enter(call_t *call);
void log_return(const call_t *call);
void log_rules(uint64_t hash, uint32_t broken);

/* witness.c */
int witness_is_on(void);
word_t witness_open(void);
int witness_enter(word_t session, const uint8_t *data, word_t length, int query, uint64_t *entry);
void witness_leave(uint64_t entry, word_t session, word_t ckr, const uint8_t *signature, word_t length, int query);

/* sessions.c: all under its own lock. */
typedef struct {
    int pending;             /* C_SignInit was answered without the real module, and so is C_Sign */
    word_t mechanism, key;
} operation_t;

void session_opened(word_t session, word_t slot);
void session_closed(word_t session);
void sessions_closed(word_t slot, int by_caller);
word_t session_slot(word_t session);
word_t sessions_open(word_t slot);
/* Nanoseconds since its last call; counts this one. */
uint64_t session_idle(word_t session, uint64_t now);
operation_t session_operation(word_t session);
void session_set_operation(word_t session, operation_t operation);
void token_learned(word_t slot, const uint8_t *padded_label);
int token_is(word_t slot, const char *label);

/* signatures.c */
int canned_has(word_t slot, operation_t operation);
word_t canned_get(word_t slot, operation_t operation, uint8_t *signature, word_t *length);
void canned_put(word_t slot, operation_t operation, const uint8_t *signature, word_t length);
void canned_forget(void);
void spoil(const call_t *call, uint8_t *signature, word_t length);

/* calls.c: every call goes through these. */
int call_begin(call_t *call, int function, int first_is, word_t first);
word_t call_end(call_t *call);
void *hook_of(int function);

#endif
