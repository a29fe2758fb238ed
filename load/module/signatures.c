/* Signatures that are not what they seem: one for all of a key, one with a bit wrong, one of another session. */
#include "misbehave.h"
#include <pthread.h>
#include <string.h>

#define MOST_CANNED 64
#define MOST_BYTES 1024
#define MOST_LAST 8

typedef struct {
    word_t owner, key, mechanism, length;   /* owner: slot of a canned one, session of a last one */
    uint8_t bytes[MOST_BYTES];
} signature_t;

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static signature_t canned[MOST_CANNED];
static int canned_count;
static signature_t last[MOST_LAST];
static unsigned last_count;

static signature_t *find(word_t slot, operation_t operation)
{
    for (int i = 0; i < canned_count; i++)
        if (canned[i].owner == slot && canned[i].key == operation.key && canned[i].mechanism == operation.mechanism)
            return &canned[i];
    return NULL;
}

int canned_has(word_t slot, operation_t operation)
{
    pthread_mutex_lock(&gate);
    int has = find(slot, operation) != NULL;
    pthread_mutex_unlock(&gate);
    return has;
}

/* As C_Sign answers: without a buffer the length, with one that is too small the same and CKR_BUFFER_TOO_SMALL. */
word_t canned_get(word_t slot, operation_t operation, uint8_t *signature, word_t *length)
{
    pthread_mutex_lock(&gate);
    signature_t *found = find(slot, operation);
    word_t ckr = found == NULL ? CKR_OPERATION_NOT_INITIALIZED
        : signature != NULL && *length < found->length ? CKR_BUFFER_TOO_SMALL : CKR_OK;
    if (found != NULL) {
        *length = found->length;
        if (ckr == CKR_OK && signature != NULL)
            memcpy(signature, found->bytes, found->length);
    }
    pthread_mutex_unlock(&gate);
    return ckr;
}

void canned_put(word_t slot, operation_t operation, const uint8_t *signature, word_t length)
{
    pthread_mutex_lock(&gate);
    if (length <= MOST_BYTES && canned_count < MOST_CANNED && find(slot, operation) == NULL) {
        signature_t *fresh = &canned[canned_count++];
        *fresh = (signature_t){ .owner = slot, .key = operation.key, .mechanism = operation.mechanism,
                                .length = length };
        memcpy(fresh->bytes, signature, length);
    }
    pthread_mutex_unlock(&gate);
}

void canned_forget(void)
{
    pthread_mutex_lock(&gate);
    canned_count = 0;
    pthread_mutex_unlock(&gate);
}

/* What C_Sign gives away in the place of a good signature; a good one is kept for others' calls. */
void spoil(const call_t *call, uint8_t *signature, word_t length)
{
    if (length == 0 || length > MOST_BYTES)
        return;

    pthread_mutex_lock(&gate);
    signature_t *other = NULL, *own = NULL;
    for (unsigned i = 0; i < last_count; i++) {
        own = last[i].owner == call->session ? &last[i] : own;
        other = last[i].owner != call->session && last[i].length == length ? &last[i] : other;
    }
    if (own == NULL)
        own = &last[last_count < MOST_LAST ? last_count++ : (unsigned)(call->record % MOST_LAST)];

    uint8_t given[MOST_BYTES];
    memcpy(given, call->swap > 1 && other != NULL ? other->bytes : signature, length);
    own->owner = call->session;
    own->length = length;
    memcpy(own->bytes, signature, length);
    memcpy(signature, given, length);
    if (call->flip)
        signature[length - 1] ^= 1;
    pthread_mutex_unlock(&gate);
}
