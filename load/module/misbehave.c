/* What the module exports, its settings, and the real module beneath. */
#define _GNU_SOURCE
#include "misbehave.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_SETTINGS 8

typedef struct { char *name; void *functions; word_t flags; } interface_t;
typedef word_t (*get_function_list_t)(function_list_t **list);

const function_list_t *real;

static function_list_t list;
static word_t state = CKR_GENERAL_ERROR;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char interface_name[] = "PKCS 11";
static interface_t interface = { interface_name, &list, 0 };
static struct { char name[32], value[1024]; } settings[MOST_SETTINGS];
static int setting_count;

void complain(const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "misbehave: %s\n", text);
}

uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The file beside the module goes before the environment: it is this copy's own. */
const char *setting(const char *name)
{
    for (int i = 0; i < setting_count; i++)
        if (strcmp(settings[i].name, name) == 0)
            return settings[i].value;

    const char *value = getenv(name);
    return value == NULL || *value == 0 ? NULL : value;
}

EXPORT word_t C_GetFunctionList(function_list_t **wanted);

static void read_settings(void)
{
    Dl_info self;
    char path[1024];
    if (dladdr((void *)C_GetFunctionList, &self) == 0)
        return;

    size_t length = strlen(self.dli_fname);
    if (length < 3 || length + 3 > sizeof path || strcmp(self.dli_fname + length - 3, ".so") != 0)
        return;

    snprintf(path, sizeof path, "%.*s.conf", (int)length - 3, self.dli_fname);
    FILE *file = fopen(path, "re");
    char line[1200];
    while (file != NULL && setting_count < MOST_SETTINGS && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, " %31[A-Z_] = %1023[^\n]", settings[setting_count].name, settings[setting_count].value) == 2)
            setting_count++;
    if (file != NULL)
        fclose(file);
}

/* Ways to sign that the witness would not see. */
static word_t refuse(void)
{
    return CKR_FUNCTION_NOT_SUPPORTED;
}

static word_t forward(void)
{
    const char *path = setting("MISBEHAVE_MODULE");
    void *module = path == NULL ? NULL : dlopen(path, RTLD_NOW | RTLD_LOCAL);
    get_function_list_t get = module == NULL ? NULL : (get_function_list_t)dlsym(module, "C_GetFunctionList");
    function_list_t *found = NULL;
    if (get == NULL || get(&found) != CKR_OK || found == NULL || found->version.major != 2) {
        complain("MISBEHAVE_MODULE is \"%s\", which is not a PKCS#11 module with a 2.x function list",
                 path == NULL ? "" : path);
        return CKR_GENERAL_ERROR;
    }

    static const int unseen[] = { AT_C_SignUpdate, AT_C_SignFinal, AT_C_SignRecoverInit, AT_C_SignRecover,
                                  AT_C_SignEncryptUpdate };
    real = found;
    list.version = found->version;
    for (int i = 0; i < FUNCTIONS; i++)
        list.functions[i] = found->functions[i] == NULL ? NULL : hook_of(i);
    list.functions[AT_C_GetFunctionList] = (void *)C_GetFunctionList;
    for (size_t i = 0; witness_is_on() && i < sizeof unseen / sizeof *unseen; i++)
        list.functions[unseen[i]] = (void *)refuse;
    return CKR_OK;
}

static void open_all(void)
{
    read_settings();
    state = witness_open();
    if (state == CKR_OK)
        state = log_open();
    if (state == CKR_OK)
        state = forward();
}

EXPORT word_t C_GetFunctionList(function_list_t **wanted)
{
    if (wanted == NULL)
        return CKR_ARGUMENTS_BAD;

    pthread_once(&once, open_all);
    *wanted = state == CKR_OK ? &list : NULL;
    return state;
}

/* PKCS#11 v3: the one interface is the 2.x table, so that functions of v3 pass nothing by. */
EXPORT word_t C_GetInterface(uint8_t *name, version_t *version, interface_t **wanted, word_t flags)
{
    function_list_t *unused;
    word_t ckr = wanted == NULL ? CKR_ARGUMENTS_BAD : C_GetFunctionList(&unused);
    if (ckr != CKR_OK)
        return ckr;

    int other = (name != NULL && strcmp((char *)name, interface_name) != 0)
        || (version != NULL && (version->major != list.version.major || version->minor != list.version.minor))
        || flags != 0;
    *wanted = other ? NULL : &interface;
    return other ? CKR_FUNCTION_NOT_SUPPORTED : CKR_OK;
}

EXPORT word_t C_GetInterfaceList(interface_t *wanted, word_t *count)
{
    function_list_t *unused;
    word_t ckr = count == NULL ? CKR_ARGUMENTS_BAD : C_GetFunctionList(&unused);
    if (ckr != CKR_OK)
        return ckr;

    word_t room = *count;
    *count = 1;
    if (wanted == NULL)
        return CKR_OK;
    if (room < 1)
        return CKR_BUFFER_TOO_SMALL;

    *wanted = interface;
    return CKR_OK;
}
