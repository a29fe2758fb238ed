/* Every call on its way: noted, looked up in the rules, forwarded, spoiled. */
#define _GNU_SOURCE
#include "rules.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define MOST_SIGNATURE 8192

typedef word_t (*f1_t)(word_t);
typedef word_t (*f2_t)(word_t, word_t);
typedef word_t (*f3_t)(word_t, word_t, word_t);
typedef word_t (*f4_t)(word_t, word_t, word_t, word_t);
typedef word_t (*f5_t)(word_t, word_t, word_t, word_t, word_t);
typedef word_t (*f6_t)(word_t, word_t, word_t, word_t, word_t, word_t);
typedef word_t (*f8_t)(word_t, word_t, word_t, word_t, word_t, word_t, word_t, word_t);

#define REAL(NAME, TYPE) ((TYPE)real->functions[AT_##NAME])

static void sleep_until(uint64_t until)
{
    struct timespec time = { (time_t)(until / 1000000000u), (long)(until % 1000000000u) };
    prctl(PR_SET_TIMERSLACK, 1000ul);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0)
        ;
    prctl(PR_SET_TIMERSLACK, 0ul);
}

static void hang(void)
{
    uint64_t from = rules_generation();
    while (rules_generation() == from) {
        sleep_until(now_ns() + 2000000u);
        rules_refresh();
    }
}

/* Dies as a module with a bug does, past the handlers of the program that loaded it. */
static void crash(void)
{
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    abort();
}

static void suffer(const call_t *call, const effect_t *effect)
{
    uint64_t until = effect->delay_ns == 0 ? 0 : now_ns() + effect->delay_ns;
    until = effect->until_ns > until ? effect->until_ns : until;
    if (until != 0)
        sleep_until(until);
    if (effect->hang)
        hang();
    if (effect->logout && call->session != NO_SESSION)
        REAL(C_Logout, f1_t)(call->session);
    if (effect->drop && call->slot != NO_SLOT) {
        REAL(C_CloseAllSessions, f1_t)(call->slot);
        sessions_closed(call->slot, 0);
    }
    if (effect->crash)
        crash();
}

/* 1 when the real function is to be called now. */
int call_begin(call_t *call, int function, int first_is, word_t first)
{
    *call = (call_t){ .function = function, .slot = NO_SLOT, .entered_ns = now_ns() };
    rules_refresh();
    if (first_is == OF_SESSION) {
        call->session = first;
        call->slot = session_slot(first);
    } else if (first_is == OF_SLOT) {
        call->slot = first;
    }

    log_enter(call);
    rules_apply(call);
    suffer(call, &call->effects[0]);
    if (call->close_idle)
        REAL(C_CloseSession, f1_t)(call->session);
    call->ckr = call->effects[0].ckr;
    return !call->effects[0].answers;
}

word_t call_end(call_t *call)
{
    suffer(call, &call->effects[1]);
    if (call->effects[1].answers)
        call->ckr = call->effects[1].ckr;
    log_return(call);
    return call->ckr;
}

#define HOOK(NAME, FIRST, TYPE, PARAMETERS, ...)                    \
    static word_t hook_##NAME PARAMETERS                            \
    {                                                               \
        call_t call;                                                \
        if (call_begin(&call, AT_##NAME, FIRST, a))                 \
            call.ckr = REAL(NAME, TYPE)(__VA_ARGS__);               \
        return call_end(&call);                                     \
    }
#define HOOK_1(NAME, FIRST) HOOK(NAME, FIRST, f1_t, (word_t a), a)
#define HOOK_2(NAME, FIRST) HOOK(NAME, FIRST, f2_t, (word_t a, word_t b), a, b)
#define HOOK_3(NAME, FIRST) HOOK(NAME, FIRST, f3_t, (word_t a, word_t b, word_t c), a, b, c)
#define HOOK_4(NAME, FIRST) HOOK(NAME, FIRST, f4_t, (word_t a, word_t b, word_t c, word_t d), a, b, c, d)
#define HOOK_5(NAME, FIRST) \
    HOOK(NAME, FIRST, f5_t, (word_t a, word_t b, word_t c, word_t d, word_t e), a, b, c, d, e)
#define HOOK_6(NAME, FIRST) \
    HOOK(NAME, FIRST, f6_t, (word_t a, word_t b, word_t c, word_t d, word_t e, word_t f), a, b, c, d, e, f)
#define HOOK_8(NAME, FIRST)                                                                                        \
    HOOK(NAME, FIRST, f8_t, (word_t a, word_t b, word_t c, word_t d, word_t e, word_t f, word_t g, word_t h),      \
         a, b, c, d, e, f, g, h)
#define PLAIN(PLACE, NAME, ARGUMENTS, FIRST) HOOK_##ARGUMENTS(NAME, FIRST)
#define OWN(PLACE, NAME)
#include "functions.h"
#undef PLAIN
#undef OWN

HOOK_1(C_Initialize, OF_NONE)

static word_t hook_C_Finalize(word_t reserved)
{
    call_t call;
    if (call_begin(&call, AT_C_Finalize, OF_NONE, 0)) {
        call.ckr = REAL(C_Finalize, f1_t)(reserved);
        if (call.ckr == CKR_OK)
            sessions_closed(NO_SLOT, 1);
    }
    return call_end(&call);
}

static word_t hook_C_GetInfo(uint8_t *info)
{
    call_t call;
    if (call_begin(&call, AT_C_GetInfo, OF_NONE, 0)) {
        call.ckr = REAL(C_GetInfo, f1_t)((word_t)info);
        if (call.ckr == CKR_OK)
            rules_library_info(info);
    }
    return call_end(&call);
}

static word_t hook_C_GetTokenInfo(word_t slot, uint8_t *info)
{
    call_t call;
    if (call_begin(&call, AT_C_GetTokenInfo, OF_SLOT, slot)) {
        call.ckr = REAL(C_GetTokenInfo, f2_t)(slot, (word_t)info);
        if (call.ckr == CKR_OK) {
            token_learned(slot, info);
            rules_token_info(slot, info);
        }
    }
    return call_end(&call);
}

static word_t hook_C_OpenSession(word_t slot, word_t flags, word_t application, word_t notify, word_t *session)
{
    call_t call;
    if (call_begin(&call, AT_C_OpenSession, OF_SLOT, slot)) {
        call.ckr = REAL(C_OpenSession, f5_t)(slot, flags, application, notify, (word_t)session);
        if (call.ckr == CKR_OK) {
            call.session = *session;
            session_opened(*session, slot);
        }
    }
    return call_end(&call);
}

static word_t hook_C_CloseSession(word_t session)
{
    call_t call;
    if (call_begin(&call, AT_C_CloseSession, OF_SESSION, session)) {
        call.ckr = REAL(C_CloseSession, f1_t)(session);
        session_closed(session);
    }
    return call_end(&call);
}

static word_t hook_C_CloseAllSessions(word_t slot)
{
    call_t call;
    if (call_begin(&call, AT_C_CloseAllSessions, OF_SLOT, slot)) {
        call.ckr = REAL(C_CloseAllSessions, f1_t)(slot);
        if (call.ckr == CKR_OK)
            sessions_closed(slot, 1);
    }
    return call_end(&call);
}

static word_t hook_C_SignInit(word_t session, const word_t *mechanism, word_t key)
{
    call_t call;
    if (call_begin(&call, AT_C_SignInit, OF_SESSION, session)) {
        operation_t operation = { .mechanism = mechanism == NULL ? 0 : *mechanism, .key = key };
        operation.pending = mechanism != NULL && call.canned && canned_has(call.slot, operation);
        call.answered = operation.pending;
        call.ckr = call.answered ? CKR_OK : REAL(C_SignInit, f3_t)(session, (word_t)mechanism, key);
        if (call.ckr == CKR_OK)
            session_set_operation(session, operation);
    }
    return call_end(&call);
}

/* An error of C_Sign ends the operation: the real module has to end it too, or the session would be of no use. */
static void end_operation(word_t session, const uint8_t *data, word_t length)
{
    uint8_t scratch[MOST_SIGNATURE];
    word_t room = sizeof scratch;
    REAL(C_Sign, f5_t)(session, (word_t)data, length, (word_t)scratch, (word_t)&room);
}

static word_t sign(word_t session, const uint8_t *data, word_t length, uint8_t *signature, word_t *room)
{
    call_t call;
    int ours = call_begin(&call, AT_C_Sign, OF_SESSION, session);
    operation_t operation = session_operation(session);
    if (!ours) {
        int ends = signature != NULL && call.ckr != CKR_BUFFER_TOO_SMALL;
        if (ends && operation.pending)
            session_set_operation(session, (operation_t){ 0 });
        else if (ends)
            end_operation(session, data, length);
    } else if (operation.pending) {
        call.answered = 1;
        call.ckr = canned_get(call.slot, operation, signature, room);
        if (signature != NULL && call.ckr != CKR_BUFFER_TOO_SMALL)
            session_set_operation(session, (operation_t){ 0 });
    } else {
        call.ckr = REAL(C_Sign, f5_t)(session, (word_t)data, length, (word_t)signature, (word_t)room);
        if (call.ckr == CKR_OK && signature != NULL && call.canned)
            canned_put(call.slot, operation, signature, *room);
    }

    if (call.ckr == CKR_OK && signature != NULL && (call.flip || call.swap))
        spoil(&call, signature, *room);
    return call_end(&call);
}

static word_t hook_C_Sign(word_t session, const uint8_t *data, word_t length, uint8_t *signature, word_t *room)
{
    uint64_t entry = 0;
    int query = signature == NULL;
    if (!witness_enter(session, data, length, query, &entry))
        return CKR_DEVICE_MEMORY;

    word_t ckr = sign(session, data, length, signature, room);
    witness_leave(entry, session, ckr, signature, room == NULL ? 0 : *room, query);
    return ckr;
}

static word_t hook_C_GetFunctionList(word_t *list)
{
    (void)list;
    return CKR_FUNCTION_NOT_SUPPORTED;
}

void *hook_of(int function)
{
    static void *const hooks[FUNCTIONS] = {
#define PLAIN(PLACE, NAME, ARGUMENTS, FIRST) [PLACE] = (void *)hook_##NAME,
#define OWN(PLACE, NAME) [PLACE] = (void *)hook_##NAME,
#include "functions.h"
#undef PLAIN
#undef OWN
    };
    return hooks[function];
}
