#include "codec.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int cogpy_run(const cogpy_options *options, const cogpy_callbacks *callbacks, void *context) {
    const char *problem = cogpy_load(options->library);
    if (problem != NULL) {
        fprintf(stderr, "coglet-worker: can't load the Python library: %s\n", problem);
        return 127;
    }
    cogpy_floats_prepare();
    cogpy_module_configure(options, callbacks, context);
    if (cogpy_table.PyImport_AppendInittab("_coglet", cogpy_module_init) != 0) {
        fprintf(stderr, "coglet-worker: can't register the module _coglet\n");
        return 127;
    }
    /* Py_BytesMain instead of PyConfig, which isn't in the stable ABI: virtual environments, PYTHONPATH, and every
     * other rule of `python` apply unchanged. `-c` also makes sys.argv == ['-c']. `-P` keeps the working directory off
     * the import path, so that no file of the model is mistaken for one of Python's modules before the command has
     * begun. Python 3.10 has neither that option nor Py_Version. */
    char *arguments[] = {(char *)options->program, "-P", "-c", (char *)options->command, NULL};
    if (dlsym(RTLD_DEFAULT, "Py_Version") != NULL) {
        return cogpy_table.Py_BytesMain(4, arguments);
    }
    arguments[1] = arguments[0];
    return cogpy_table.Py_BytesMain(3, arguments + 1);
}
