/*
 * The witness puts each C_Sign into a mapped file that outlives kill -9: a record when the call is entered, before
 * the token can have seen it, and one when it has returned. What signs in other ways is refused, so that no signature
 * passes by. WITNESS_FILE is made by the test with its header and its full length; all integers are little-endian.
 * Without that setting there is no witness.
 *
 * The header is one page, read anew at every C_Sign, so that the test may turn the knobs while the module runs:
 *
 *    0  char[8]  "WITNESS1"
 *    8  u64      records that have room
 *   16  u64      records taken; the module alone changes it, by an atomic addition
 *   24  u64      seed of the delays
 *   32  u32      longest delay before the real C_Sign, microseconds
 *   36  u32      longest delay after it
 *
 * A record has 256 bytes:
 *
 *    0  u64       its number, from 0
 *    8  u64       CLOCK_MONOTONIC, nanoseconds
 *   16  u64       of a return: the number of its entry
 *   24  u32       1 entry, 2 return
 *   28  u32       process
 *   32  u64       of a return: the CKR
 *   40  u64       session
 *   48  u32       length of the input (entry) or of the signature (return)
 *   52  u32       1 when the caller only asks for a length: such a call signs nothing
 *   56  u8[192]   the input or the signature, cut to that
 *  248  u64       the number plus one, written last: without it the record is not complete
 */
#define _GNU_SOURCE
#include "misbehave.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    char magic[8];
    uint64_t capacity, taken, seed;
    uint32_t before_us, after_us;
} header_t;

typedef struct {
    uint64_t number, monotonic_ns, entry;
    uint32_t kind, process;
    uint64_t ckr, session;
    uint32_t length, query;
    uint8_t bytes[192];
    uint64_t complete;
} record_t;

_Static_assert(sizeof(record_t) == 256, "records lie side by side in pages");

static header_t *header;
static record_t *records;

int witness_is_on(void)
{
    return header != NULL;
}

/* Takes a place and fills it; NULL when the file is full. */
static record_t *write_record(uint32_t kind, uint64_t entry, word_t ckr, word_t session, const uint8_t *bytes,
                              word_t length, uint32_t query)
{
    uint64_t number = __atomic_fetch_add(&header->taken, 1, __ATOMIC_RELAXED);
    if (number >= header->capacity)
        return NULL;

    record_t *record = &records[number];
    record->number = number;
    record->monotonic_ns = now_ns();
    record->entry = entry;
    record->kind = kind;
    record->process = (uint32_t)getpid();
    record->ckr = ckr;
    record->session = session;
    record->length = (uint32_t)length;
    record->query = query;
    if (bytes != NULL)
        memcpy(record->bytes, bytes, length < sizeof record->bytes ? length : sizeof record->bytes);
    __atomic_store_n(&record->complete, number + 1, __ATOMIC_RELEASE);
    return record;
}

/* Waits up to that long; how long is decided by the seed and the number (SplitMix64). */
static void delay(uint32_t longest_us, uint64_t number)
{
    if (longest_us == 0)
        return;

    uint64_t value = header->seed + (number + 1) * 0x9E3779B97F4A7C15u;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
    value = (value ^ (value >> 31)) % longest_us;
    struct timespec wait = { (time_t)(value / 1000000u), (long)(value % 1000000u) * 1000 };
    nanosleep(&wait, NULL);
}

/* 0 when there is no room: then nothing may be signed. */
int witness_enter(word_t session, const uint8_t *data, word_t length, int query, uint64_t *entry)
{
    if (header == NULL)
        return 1;

    record_t *record = write_record(1, 0, 0, session, data, length, (uint32_t)query);
    if (record == NULL) {
        complain("WITNESS_FILE is full; nothing is signed unseen");
        return 0;
    }

    *entry = record->number;
    delay(header->before_us, record->number);
    return 1;
}

void witness_leave(uint64_t entry, word_t session, word_t ckr, const uint8_t *signature, word_t length, int query)
{
    if (header == NULL)
        return;

    int made = ckr == CKR_OK && !query;
    write_record(2, entry, ckr, session, made ? signature : NULL, made ? length : 0, (uint32_t)query);
    delay(header->after_us, ~entry);
}

word_t witness_open(void)
{
    const char *path = setting("WITNESS_FILE");
    if (path == NULL)
        return CKR_OK;

    int file = open(path, O_RDWR | O_CLOEXEC);
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0 || facts.st_size < (off_t)PAGE) {
        complain("WITNESS_FILE is \"%s\", which is not a file of a test", path);
        return CKR_GENERAL_ERROR;
    }

    void *start = mmap(NULL, (size_t)facts.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (start == MAP_FAILED)
        return CKR_GENERAL_ERROR;

    header = start;
    records = (record_t *)((uint8_t *)start + PAGE);
    if (memcmp(header->magic, "WITNESS1", 8) != 0
        || header->capacity > ((uint64_t)facts.st_size - PAGE) / sizeof(record_t)) {
        complain("WITNESS_FILE has no header, or is shorter than it says");
        return CKR_GENERAL_ERROR;
    }

    return CKR_OK;
}
