/*
 * The log of all calls: MISBEHAVE_LOG, a mapped file that several processes may share and that outlives them. It is a
 * ring; all integers are little-endian. Its header is one page:
 *
 *    0  char[8]  "CALLLOG1"
 *    8  u64      records that have room (a new file gets 65,536)
 *   16  u64      records taken since the file was made
 *   24  u64      times that rules were read
 *   32  u64      FNV-1a of the rules in force
 *   40  u32      lines in them that were not understood
 *
 * A record has 64 bytes and stands at its number modulo the room:
 *
 *    0  u64      its number plus one, written last when the call is entered
 *    8  u64      CLOCK_MONOTONIC at the entry, nanoseconds
 *   16  u32      process
 *   20  u32      thread
 *   24  u32      the function's place in CK_FUNCTION_LIST
 *   28  u32      0 while the call is inside, then 1, or 2 when the module answered by itself
 *   32  u64      session, 0 for none (C_OpenSession: when it has returned)
 *   40  u64      slot, all ones when it is not known
 *   48  u64      what it returned
 *   56  u32      microseconds inside
 *   60  u32      the line of the rule that answered, from 1
 */
#define _GNU_SOURCE
#include "misbehave.h"
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROOM 65536u

typedef struct {
    char magic[8];
    uint64_t capacity, taken, loads, hash;
    uint32_t broken;
} header_t;

typedef struct {
    uint64_t complete, monotonic_ns;
    uint32_t process, thread, function, state;
    uint64_t session, slot, ckr;
    uint32_t microseconds, line;
} record_t;

_Static_assert(sizeof(record_t) == 64, "records lie side by side in pages");

static header_t *header;
static record_t *records;

/* A new file gets its header from whoever comes first; who made it beforehand may hold a lock of his own on it. */
static int prepare(int file, uint64_t *length)
{
    struct stat facts;
    if (fstat(file, &facts) != 0)
        return 0;

    if (facts.st_size == 0) {
        header_t fresh = { .magic = "CALLLOG", .capacity = ROOM };
        fresh.magic[7] = '1';
        if (flock(file, LOCK_EX) != 0 || fstat(file, &facts) != 0)
            return 0;
        if (facts.st_size == 0
            && (ftruncate(file, PAGE + (off_t)ROOM * (off_t)sizeof(record_t)) != 0
                || pwrite(file, &fresh, sizeof fresh, 0) != sizeof fresh || fstat(file, &facts) != 0))
            return 0;
        flock(file, LOCK_UN);
    }

    *length = (uint64_t)facts.st_size;
    return *length >= PAGE + sizeof(record_t);
}

word_t log_open(void)
{
    const char *path = setting("MISBEHAVE_LOG");
    if (path == NULL)
        return CKR_OK;

    uint64_t length;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    void *start = file >= 0 && prepare(file, &length)
        ? mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
        : MAP_FAILED;
    if (file >= 0)
        close(file);
    if (start == MAP_FAILED) {
        complain("MISBEHAVE_LOG is \"%s\", which cannot be mapped", path);
        return CKR_GENERAL_ERROR;
    }

    header_t *found = start;
    if (memcmp(found->magic, "CALLLOG1", 8) != 0 || found->capacity == 0
        || found->capacity > (length - PAGE) / sizeof(record_t)) {
        complain("MISBEHAVE_LOG is \"%s\", which is no log of calls", path);
        return CKR_GENERAL_ERROR;
    }

    header = found;
    records = (record_t *)((uint8_t *)start + PAGE);
    return CKR_OK;
}

void log_enter(call_t *call)
{
    if (header == NULL)
        return;

    call->record = __atomic_fetch_add(&header->taken, 1, __ATOMIC_RELAXED);
    record_t *record = &records[call->record % header->capacity];
    __atomic_store_n(&record->complete, 0, __ATOMIC_RELEASE);
    record->monotonic_ns = call->entered_ns;
    record->process = (uint32_t)getpid();
    record->thread = (uint32_t)syscall(SYS_gettid);
    record->function = (uint32_t)call->function;
    record->state = 0;
    record->session = call->session;
    record->slot = call->slot;
    record->ckr = 0;
    record->microseconds = 0;
    record->line = 0;
    __atomic_store_n(&record->complete, call->record + 1, __ATOMIC_RELEASE);
}

/* A call that was inside while the ring went round has lost its record. */
void log_return(const call_t *call)
{
    record_t *record = header == NULL ? NULL : &records[call->record % header->capacity];
    if (record == NULL || __atomic_load_n(&record->complete, __ATOMIC_ACQUIRE) != call->record + 1)
        return;

    uint64_t inside = (now_ns() - call->entered_ns) / 1000u;
    const effect_t *effects = call->effects;
    int by_rule = effects[0].answers || effects[1].answers;
    record->session = call->session;
    record->slot = call->slot;
    record->ckr = call->ckr;
    record->microseconds = inside > UINT32_MAX ? UINT32_MAX : (uint32_t)inside;
    record->line = effects[1].answers ? effects[1].line : effects[0].answers ? effects[0].line : 0;
    __atomic_store_n(&record->state, call->answered || by_rule ? 2u : 1u, __ATOMIC_RELEASE);
}

void log_rules(uint64_t hash, uint32_t broken)
{
    if (header == NULL)
        return;

    header->broken = broken;
    __atomic_store_n(&header->hash, hash, __ATOMIC_RELEASE);
    __atomic_fetch_add(&header->loads, 1, __ATOMIC_RELEASE);
}
