/* What is known of sessions and tokens: which slot a session is of, what it does, when it was last used. */
#include "misbehave.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 256
#define MOST_TOKENS 64
#define LABEL 32

typedef struct session {
    struct session *next;
    word_t handle, slot;
    uint64_t used_ns;
    int lost;
    operation_t operation;
} session_t;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static session_t *buckets[BUCKETS];
static struct { word_t slot; char label[LABEL + 1]; } tokens[MOST_TOKENS];
static int token_count;

static session_t **place_of(word_t handle)
{
    session_t **place = &buckets[handle % BUCKETS];
    while (*place != NULL && (*place)->handle != handle)
        place = &(*place)->next;
    return place;
}

void session_opened(word_t handle, word_t slot)
{
    pthread_mutex_lock(&gate);
    session_t **place = place_of(handle);
    if (*place == NULL)
        *place = calloc(1, sizeof **place);
    if (*place != NULL) {
        session_t *next = (*place)->next;
        **place = (session_t){ .next = next, .handle = handle, .slot = slot, .used_ns = now_ns() };
    }
    pthread_mutex_unlock(&gate);
}

void session_closed(word_t handle)
{
    pthread_mutex_lock(&gate);
    session_t **place = place_of(handle);
    session_t *gone = *place;
    if (gone != NULL)
        *place = gone->next;
    pthread_mutex_unlock(&gate);
    free(gone);
}

/* Of one slot, or of all. What was closed behind the caller's back is still known, by name and slot. */
void sessions_closed(word_t slot, int by_caller)
{
    pthread_mutex_lock(&gate);
    for (int i = 0; i < BUCKETS; i++) {
        session_t **place = &buckets[i];
        while (*place != NULL) {
            session_t *session = *place;
            if (slot != NO_SLOT && session->slot != slot) {
                place = &session->next;
            } else if (by_caller) {
                *place = session->next;
                free(session);
            } else {
                session->lost = 1;
                place = &session->next;
            }
        }
    }
    pthread_mutex_unlock(&gate);
}

word_t session_slot(word_t handle)
{
    pthread_mutex_lock(&gate);
    session_t *session = *place_of(handle);
    word_t slot = session == NULL ? NO_SLOT : session->slot;
    pthread_mutex_unlock(&gate);
    return slot;
}

word_t sessions_open(word_t slot)
{
    word_t count = 0;
    pthread_mutex_lock(&gate);
    for (int i = 0; i < BUCKETS; i++)
        for (session_t *session = buckets[i]; session != NULL; session = session->next)
            count += session->slot == slot && !session->lost;
    pthread_mutex_unlock(&gate);
    return count;
}

uint64_t session_idle(word_t handle, uint64_t now)
{
    uint64_t idle = 0;
    pthread_mutex_lock(&gate);
    session_t *session = *place_of(handle);
    if (session != NULL) {
        idle = now > session->used_ns ? now - session->used_ns : 0;
        session->used_ns = now;
    }
    pthread_mutex_unlock(&gate);
    return idle;
}

operation_t session_operation(word_t handle)
{
    pthread_mutex_lock(&gate);
    session_t *session = *place_of(handle);
    operation_t operation = session == NULL ? (operation_t){ 0 } : session->operation;
    pthread_mutex_unlock(&gate);
    return operation;
}

void session_set_operation(word_t handle, operation_t operation)
{
    pthread_mutex_lock(&gate);
    session_t *session = *place_of(handle);
    if (session != NULL)
        session->operation = operation;
    pthread_mutex_unlock(&gate);
}

void token_learned(word_t slot, const uint8_t *padded_label)
{
    size_t length = LABEL;
    while (length > 0 && (padded_label[length - 1] == ' ' || padded_label[length - 1] == 0))
        length--;

    pthread_mutex_lock(&gate);
    int at = 0;
    while (at < token_count && tokens[at].slot != slot)
        at++;
    if (at < MOST_TOKENS) {
        token_count += at == token_count;
        tokens[at].slot = slot;
        memcpy(tokens[at].label, padded_label, length);
        tokens[at].label[length] = 0;
    }
    pthread_mutex_unlock(&gate);
}

int token_is(word_t slot, const char *label)
{
    int is = 0;
    pthread_mutex_lock(&gate);
    for (int i = 0; i < token_count; i++)
        is |= tokens[i].slot == slot && strcmp(tokens[i].label, label) == 0;
    pthread_mutex_unlock(&gate);
    return is;
}
