#include "python.h"

#include <dlfcn.h>
#include <stdio.h>

cogpy_python cogpy_table;

static char failure[512];

const char *cogpy_load(const char *path) {
    /* Global visibility: extension modules aren't linked with libpython and find its symbols through the process. */
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) {
        snprintf(failure, sizeof failure, "%s", dlerror());
        return failure;
    }
#define COGPY_RESOLVE_FUNCTION(name, result, arguments)                             \
    cogpy_table.name = (result(*) arguments)dlsym(library, #name);                  \
    if (cogpy_table.name == NULL) {                                                 \
        snprintf(failure, sizeof failure, "%s lacks %s (Python 3.10 or later is needed)", path, #name); \
        return failure;                                                             \
    }
    COGPY_FUNCTIONS(COGPY_RESOLVE_FUNCTION)
#undef COGPY_RESOLVE_FUNCTION
#define COGPY_RESOLVE_OBJECT(name)                                                  \
    cogpy_table.name = dlsym(library, #name);                                       \
    if (cogpy_table.name == NULL) {                                                 \
        snprintf(failure, sizeof failure, "%s lacks %s", path, #name);              \
        return failure;                                                             \
    }
    COGPY_OBJECTS(COGPY_RESOLVE_OBJECT)
#undef COGPY_RESOLVE_OBJECT
    return NULL;
}
