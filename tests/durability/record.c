/*
 * record.c: a library to preload that records what a process does to the files under one folder, in one global order:
 * what was written and where, sizes, names that came and went, when a sync began and when it ended well, and marks that
 * the process sets when it has told somebody that something is durable. What a loss of power may leave of the files
 * follows from that; tests/Appliance.Durability.Tests draws it.
 *
 *   DURABILITY_FOLDER  the folder, as realpath(3) says it; it is empty when the process starts
 *   DURABILITY_RECORD  the file to record to, outside of it
 *
 * A write and its record are made under one lock, so that their orders agree. A sync is two records: what was recorded
 * before the first is on disk once the second is there. Files that end in -shm are left out: SQLite makes its
 * shared index anew after a crash, whatever it finds. What could not be recorded truly ends the process: shared
 * mappings, scattered writes, links.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, MAKE_FOLDER, WRITE, RESIZE, SYNC_BEGIN, SYNC_END, UNLINK, RENAME, MARK };

/* One record: this, then length bytes. Little-endian, as the machine is. */
struct header {
    uint32_t kind;
    uint32_t node;
    int64_t number; /* offset, size, or number of the sync */
    uint32_t length;
    uint32_t reserved;
};

struct node {
    char *path; /* relative to the folder; NULL when it has no name any more */
};

enum { MOST_FILES = 65536, MOST_NODES = 65536, BUFFER = 1 << 20 };

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static char folder[PATH_MAX];
static size_t folder_length;
static int record = -1;
static unsigned char buffer[BUFFER];
static size_t buffered;
static struct node nodes[MOST_NODES];
static uint32_t node_count;
static int64_t sync_count;
static long log_restarts;
/* Node of an open file plus one; 0 for a file of no interest. */
static uint32_t node_of[MOST_FILES];

static void fail(const char *what) {
    dprintf(2, "record.c: %s (errno %d)\n", what, errno);
    _exit(99);
}

static void *next(const char *name) {
    void *function = dlsym(RTLD_NEXT, name);
    if (function == NULL)
        fail(name);
    return function;
}

#define NEXT(name) \
    static __typeof__(&name) real; \
    if (real == NULL) \
        real = (__typeof__(&name))next(#name)

static void flush(void) {
    for (size_t done = 0; done < buffered;) {
        long count = syscall(SYS_write, record, buffer + done, buffered - done);
        if (count < 0 && errno != EINTR)
            fail("cannot write the record");
        done += count < 0 ? 0 : (size_t)count;
    }
    buffered = 0;
}

static void put(const void *data, size_t length) {
    while (length > 0) {
        if (buffered == BUFFER)
            flush();
        size_t part = length < BUFFER - buffered ? length : BUFFER - buffered;
        memcpy(buffer + buffered, data, part);
        buffered += part;
        data = (const char *)data + part;
        length -= part;
    }
}

static void emit(enum kind kind, uint32_t node, int64_t number, const void *data, size_t length) {
    struct header header = { kind, node, number, (uint32_t)length, 0 };
    put(&header, sizeof header);
    put(data, length);
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The path inside the folder, "" for the folder itself; NULL when it is none of ours. */
static const char *inside(const char *path) {
    if (record < 0 || strncmp(path, folder, folder_length) != 0)
        return NULL;
    if (path[folder_length] != '\0' && path[folder_length] != '/')
        return NULL;
    const char *rest = path + folder_length;
    while (*rest == '/')
        rest++;
    return ends_with(rest, "-shm") ? NULL : rest;
}

static uint32_t find(const char *path) {
    for (uint32_t i = 0; i < node_count; i++)
        if (nodes[i].path != NULL && strcmp(nodes[i].path, path) == 0)
            return i;
    return MOST_NODES;
}

static uint32_t add(enum kind kind, const char *path) {
    if (node_count == MOST_NODES)
        fail("too many files");
    nodes[node_count].path = strdup(path);
    emit(kind, node_count, 0, path, strlen(path));
    return node_count++;
}

static void drop(const char *path) {
    uint32_t node = find(path);
    if (node != MOST_NODES) {
        free(nodes[node].path);
        nodes[node].path = NULL;
    }
}

/* The node of an open file plus one, or 0. */
static uint32_t tracked(int file) {
    return file < 0 || file >= MOST_FILES ? 0 : __atomic_load_n(&node_of[file], __ATOMIC_ACQUIRE);
}

static void track(int file, uint32_t value) {
    if (file >= MOST_FILES)
        fail("file number too large");
    __atomic_store_n(&node_of[file], value, __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void begin(void) {
    const char *of = getenv("DURABILITY_FOLDER"), *to = getenv("DURABILITY_RECORD");
    if (of == NULL || to == NULL)
        return;
    if (strlen(of) >= sizeof folder)
        fail("the folder's name is too long");
    strcpy(folder, of);
    folder_length = strlen(folder);
    add(MAKE_FOLDER, "");
    record = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (record < 0)
        fail("cannot create the record");
}

__attribute__((destructor)) static void end(void) {
    pthread_mutex_lock(&gate);
    if (record >= 0)
        flush();
    pthread_mutex_unlock(&gate);
}

/* For the process under test, found by dlsym. */
void durability_mark(const void *data, size_t length) {
    pthread_mutex_lock(&gate);
    emit(MARK, 0, 0, data, length);
    pthread_mutex_unlock(&gate);
}

/* How often a write-ahead log was begun, the first time included. */
long durability_log_restarts(void) {
    return __atomic_load_n(&log_restarts, __ATOMIC_ACQUIRE);
}

static int opened(int file, const char *path, int existed, int flags) {
    uint32_t node = existed ? find(path) : add(CREATE, path);
    if (node == MOST_NODES)
        fail("a file of the folder was there before");
    track(file, node + 1);
    if (existed && (flags & O_TRUNC) != 0)
        emit(RESIZE, node, 0, NULL, 0);
    return file;
}

#define OPEN(name, call) \
    const char *path = at == AT_FDCWD || *file_path == '/' ? inside(file_path) : NULL; \
    mode_t mode = 0; \
    if (__OPEN_NEEDS_MODE(flags)) { \
        va_list rest; \
        va_start(rest, flags); \
        mode = va_arg(rest, mode_t); \
        va_end(rest); \
    } \
    NEXT(name); \
    if (path == NULL) \
        return call; \
    pthread_mutex_lock(&gate); \
    struct stat found; \
    int existed = fstatat(AT_FDCWD, file_path, &found, 0) == 0; \
    int file = call; \
    int error = errno; \
    if (file >= 0) \
        opened(file, path, existed, flags); \
    pthread_mutex_unlock(&gate); \
    errno = error; \
    return file

int open(const char *file_path, int flags, ...) {
    int at = AT_FDCWD;
    OPEN(open, real(file_path, flags, mode));
}

int open64(const char *file_path, int flags, ...) {
    int at = AT_FDCWD;
    OPEN(open64, real(file_path, flags, mode));
}

int openat(int at, const char *file_path, int flags, ...) {
    OPEN(openat, real(at, file_path, flags, mode));
}

int openat64(int at, const char *file_path, int flags, ...) {
    OPEN(openat64, real(at, file_path, flags, mode));
}

int close(int file) {
    NEXT(close);
    if (tracked(file) != 0) {
        pthread_mutex_lock(&gate);
        track(file, 0);
        pthread_mutex_unlock(&gate);
    }
    return real(file);
}

static void wrote(uint32_t node, off64_t offset, const void *data, ssize_t count) {
    if (count <= 0)
        return;
    emit(WRITE, node - 1, offset, data, (size_t)count);
    const char *path = nodes[node - 1].path;
    if (offset == 0 && path != NULL && ends_with(path, "-wal"))
        __atomic_add_fetch(&log_restarts, 1, __ATOMIC_RELEASE);
}

#define WRITING(call, offset) \
    pthread_mutex_lock(&gate); \
    off64_t position = offset; \
    ssize_t count = call; \
    int error = errno; \
    wrote(node, position, data, count); \
    pthread_mutex_unlock(&gate); \
    errno = error; \
    return count

ssize_t write(int file, const void *data, size_t length) {
    NEXT(write);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, data, length);
    if ((fcntl(file, F_GETFL) & O_APPEND) != 0)
        fail("a file was opened to append");
    WRITING(real(file, data, length), lseek64(file, 0, SEEK_CUR));
}

ssize_t pwrite(int file, const void *data, size_t length, off_t offset) {
    NEXT(pwrite);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, data, length, offset);
    WRITING(real(file, data, length, offset), offset);
}

ssize_t pwrite64(int file, const void *data, size_t length, off64_t offset) {
    NEXT(pwrite64);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, data, length, offset);
    WRITING(real(file, data, length, offset), offset);
}

#define RESIZING(call, new_size) \
    pthread_mutex_lock(&gate); \
    int result = call; \
    int error = errno; \
    if (result == 0) \
        emit(RESIZE, node - 1, new_size, NULL, 0); \
    pthread_mutex_unlock(&gate); \
    errno = error; \
    return result

int ftruncate(int file, off_t size) {
    NEXT(ftruncate);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, size);
    RESIZING(real(file, size), size);
}

int ftruncate64(int file, off64_t size) {
    NEXT(ftruncate64);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, size);
    RESIZING(real(file, size), size);
}

static int64_t size_of(int file) {
    struct stat found;
    if (fstat(file, &found) != 0)
        fail("fstat");
    return found.st_size;
}

int posix_fallocate(int file, off_t offset, off_t length) {
    NEXT(posix_fallocate);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, offset, length);
    RESIZING(real(file, offset, length), size_of(file));
}

int posix_fallocate64(int file, off64_t offset, off64_t length) {
    NEXT(posix_fallocate64);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, offset, length);
    RESIZING(real(file, offset, length), size_of(file));
}

int fallocate(int file, int mode, off_t offset, off_t length) {
    NEXT(fallocate);
    uint32_t node = tracked(file);
    if (node == 0)
        return real(file, mode, offset, length);
    if (mode != 0)
        fail("fallocate with a mode");
    RESIZING(real(file, mode, offset, length), size_of(file));
}

/* As tracked(); also of a file that was opened past us, by a function that was looked up in the C library itself. */
static uint32_t synced(int file) {
    uint32_t node = tracked(file);
    char name[64], path[PATH_MAX];
    if (node != 0 || record < 0)
        return node;
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    const char *known = inside(path);
    if (known == NULL)
        return 0;
    pthread_mutex_lock(&gate);
    node = find(known);
    pthread_mutex_unlock(&gate);
    return node == MOST_NODES ? 0 : node + 1;
}

#define SYNCING(call) \
    pthread_mutex_lock(&gate); \
    int64_t number = ++sync_count; \
    emit(SYNC_BEGIN, node - 1, number, NULL, 0); \
    pthread_mutex_unlock(&gate); \
    int result = call; \
    int error = errno; \
    if (result == 0) { \
        pthread_mutex_lock(&gate); \
        emit(SYNC_END, node - 1, number, NULL, 0); \
        pthread_mutex_unlock(&gate); \
    } \
    errno = error; \
    return result

int fsync(int file) {
    NEXT(fsync);
    uint32_t node = synced(file);
    if (node == 0)
        return real(file);
    SYNCING(real(file));
}

int fdatasync(int file) {
    NEXT(fdatasync);
    uint32_t node = synced(file);
    if (node == 0)
        return real(file);
    SYNCING(real(file));
}

#define REMOVING(call) \
    pthread_mutex_lock(&gate); \
    int result = call; \
    int error = errno; \
    if (result == 0) { \
        drop(path); \
        emit(UNLINK, 0, 0, path, strlen(path)); \
    } \
    pthread_mutex_unlock(&gate); \
    errno = error; \
    return result

int unlink(const char *file_path) {
    NEXT(unlink);
    const char *path = inside(file_path);
    if (path == NULL)
        return real(file_path);
    REMOVING(real(file_path));
}

int unlinkat(int at, const char *file_path, int flags) {
    NEXT(unlinkat);
    const char *path = inside(file_path);
    if (path == NULL)
        return real(at, file_path, flags);
    REMOVING(real(at, file_path, flags));
}

int mkdir(const char *file_path, mode_t mode) {
    NEXT(mkdir);
    const char *path = inside(file_path);
    if (path == NULL || *path == '\0')
        return real(file_path, mode);
    pthread_mutex_lock(&gate);
    int result = real(file_path, mode);
    int error = errno;
    if (result == 0)
        add(MAKE_FOLDER, path);
    pthread_mutex_unlock(&gate);
    errno = error;
    return result;
}

int rename(const char *from_path, const char *to_path) {
    NEXT(rename);
    const char *from = inside(from_path), *to = inside(to_path);
    if (from == NULL && to == NULL)
        return real(from_path, to_path);
    if (from == NULL || to == NULL)
        fail("a file was moved into the folder or out of it");
    pthread_mutex_lock(&gate);
    int result = real(from_path, to_path);
    int error = errno;
    if (result == 0) {
        uint32_t node = find(from);
        if (node == MOST_NODES)
            fail("a file that was moved is not known");
        drop(to);
        free(nodes[node].path);
        nodes[node].path = strdup(to);
        /* The new name stands behind the old one, with a zero between. */
        char names[2 * PATH_MAX];
        size_t first = strlen(from) + 1, second = strlen(to);
        memcpy(names, from, first);
        memcpy(names + first, to, second);
        emit(RENAME, node, 0, names, first + second);
    }
    pthread_mutex_unlock(&gate);
    errno = error;
    return result;
}

/* What is not modelled must not pass unseen. */
static void refuse(int file, const char *what) {
    if (tracked(file) != 0)
        fail(what);
}

void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
    if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0)
        refuse(file, "a file is mapped to be written");
    NEXT(mmap);
    return real(address, length, protection, flags, file, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int file, off64_t offset) {
    if ((flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0)
        refuse(file, "a file is mapped to be written");
    NEXT(mmap64);
    return real(address, length, protection, flags, file, offset);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    refuse(file, "writev");
    NEXT(writev);
    return real(file, parts, count);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
    refuse(file, "pwritev");
    NEXT(pwritev);
    return real(file, parts, count, offset);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
    refuse(file, "pwritev64");
    NEXT(pwritev64);
    return real(file, parts, count, offset);
}

int dup(int file) {
    refuse(file, "dup");
    NEXT(dup);
    return real(file);
}

int link(const char *from, const char *to) {
    if (inside(to) != NULL)
        fail("link");
    NEXT(link);
    return real(from, to);
}

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned int flags) {
    if (inside(from) != NULL || inside(to) != NULL)
        fail("renameat2");
    NEXT(renameat2);
    return real(from_at, from, to_at, to, flags);
}
