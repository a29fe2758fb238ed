/*
 * A PKCS#11 module that forwards every call to a real one and puts each C_Sign into a mapped file that outlives
 * kill -9: a record when the call is entered, before the token can have seen it, and one when it has returned. What
 * signs in other ways is refused, so that no signature passes by.
 *
 *   WITNESS_MODULE   path of the real module
 *   WITNESS_FILE     the file, made by the test with its header and its full length; all integers little-endian
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
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))
#define PAGE 4096u
#define FUNCTIONS 68
#define CKR_OK 0x00ul
#define CKR_GENERAL_ERROR 0x05ul
#define CKR_ARGUMENTS_BAD 0x07ul
#define CKR_DEVICE_MEMORY 0x31ul
#define CKR_FUNCTION_NOT_SUPPORTED 0x54ul
#define CKR_BUFFER_TOO_SMALL 0x150ul

/* Places in CK_FUNCTION_LIST (PKCS#11 v2.40, pkcs11f.h), counted from C_Initialize. */
enum { GET_FUNCTION_LIST = 3, SIGN = 43, SIGN_UPDATE, SIGN_FINAL, SIGN_RECOVER_INIT, SIGN_RECOVER,
       SIGN_ENCRYPT_UPDATE = 56 };

typedef unsigned long ulong_t;
typedef struct { uint8_t major, minor; } version_t;
typedef struct { version_t version; void *functions[FUNCTIONS]; } function_list_t;
typedef struct { char *name; void *functions; ulong_t flags; } interface_t;
typedef ulong_t (*get_function_list_t)(function_list_t **list);
typedef ulong_t (*sign_t)(ulong_t session, uint8_t *data, ulong_t length, uint8_t *signature,
                          ulong_t *signature_length);

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

static function_list_t list;
static header_t *header;
static record_t *records;
static sign_t real_sign;
static ulong_t state = CKR_GENERAL_ERROR;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char interface_name[] = "PKCS 11";
static interface_t interface = { interface_name, &list, 0 };

/* Takes a place and fills it; NULL when the file is full. */
static record_t *write_record(uint32_t kind, uint64_t entry, ulong_t ckr, ulong_t session, const uint8_t *bytes,
                              ulong_t length, uint32_t query)
{
    uint64_t number = __atomic_fetch_add(&header->taken, 1, __ATOMIC_RELAXED);
    if (number >= header->capacity)
        return NULL;

    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    record_t *record = &records[number];
    record->number = number;
    record->monotonic_ns = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

static ulong_t witnessed_sign(ulong_t session, uint8_t *data, ulong_t length, uint8_t *signature,
                              ulong_t *signature_length)
{
    uint32_t query = signature == NULL;
    record_t *entry = write_record(1, 0, 0, session, data, length, query);
    if (entry == NULL) {
        fputs("witness: the file is full; nothing is signed unseen\n", stderr);
        return CKR_DEVICE_MEMORY;
    }

    delay(header->before_us, entry->number);
    ulong_t ckr = real_sign(session, data, length, signature, signature_length);
    int made = ckr == CKR_OK && !query;
    write_record(2, entry->number, ckr, session, made ? signature : NULL, made ? *signature_length : 0, query);
    delay(header->after_us, ~entry->number);
    return ckr;
}

/* Ways to sign that nobody watches here. */
static ulong_t refuse(void)
{
    return CKR_FUNCTION_NOT_SUPPORTED;
}

EXPORT ulong_t C_GetFunctionList(function_list_t **wanted);

static ulong_t map(void)
{
    const char *path = getenv("WITNESS_FILE");
    int file = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0 || facts.st_size < (off_t)PAGE) {
        fprintf(stderr, "witness: WITNESS_FILE is \"%s\", which is not a file of a test\n", path == NULL ? "" : path);
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
        fputs("witness: WITNESS_FILE has no header, or is shorter than it says\n", stderr);
        return CKR_GENERAL_ERROR;
    }

    return CKR_OK;
}

static ulong_t forward(void)
{
    const char *path = getenv("WITNESS_MODULE");
    void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    get_function_list_t get = module == NULL ? NULL : (get_function_list_t)dlsym(module, "C_GetFunctionList");
    function_list_t *real = NULL;
    if (get == NULL || get(&real) != CKR_OK || real == NULL || real->version.major != 2) {
        fprintf(stderr, "witness: WITNESS_MODULE is \"%s\", which is not a PKCS#11 module with a 2.x function list\n",
                path == NULL ? "" : path);
        return CKR_GENERAL_ERROR;
    }

    list = *real;
    real_sign = (sign_t)real->functions[SIGN];
    list.functions[GET_FUNCTION_LIST] = (void *)C_GetFunctionList;
    list.functions[SIGN] = (void *)witnessed_sign;
    list.functions[SIGN_UPDATE] = (void *)refuse;
    list.functions[SIGN_FINAL] = (void *)refuse;
    list.functions[SIGN_RECOVER_INIT] = (void *)refuse;
    list.functions[SIGN_RECOVER] = (void *)refuse;
    list.functions[SIGN_ENCRYPT_UPDATE] = (void *)refuse;
    return CKR_OK;
}

static void open_both(void)
{
    state = map();
    if (state == CKR_OK)
        state = forward();
}

EXPORT ulong_t C_GetFunctionList(function_list_t **wanted)
{
    if (wanted == NULL)
        return CKR_ARGUMENTS_BAD;

    pthread_once(&once, open_both);
    *wanted = state == CKR_OK ? &list : NULL;
    return state;
}

/* PKCS#11 v3: the one interface is the 2.x table, so that functions of v3 sign nothing unseen. */
EXPORT ulong_t C_GetInterface(uint8_t *name, version_t *version, interface_t **wanted, ulong_t flags)
{
    function_list_t *unused;
    ulong_t ckr = wanted == NULL ? CKR_ARGUMENTS_BAD : C_GetFunctionList(&unused);
    if (ckr != CKR_OK)
        return ckr;

    int other = (name != NULL && strcmp((char *)name, interface_name) != 0)
        || (version != NULL && (version->major != list.version.major || version->minor != list.version.minor))
        || flags != 0;
    *wanted = other ? NULL : &interface;
    return other ? CKR_FUNCTION_NOT_SUPPORTED : CKR_OK;
}

EXPORT ulong_t C_GetInterfaceList(interface_t *wanted, ulong_t *count)
{
    function_list_t *unused;
    ulong_t ckr = count == NULL ? CKR_ARGUMENTS_BAD : C_GetFunctionList(&unused);
    if (ckr != CKR_OK)
        return ckr;

    ulong_t room = *count;
    *count = 1;
    if (wanted == NULL)
        return CKR_OK;
    if (room < 1)
        return CKR_BUFFER_TOO_SMALL;

    *wanted = interface;
    return CKR_OK;
}
