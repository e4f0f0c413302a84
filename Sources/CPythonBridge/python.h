/* The part of CPython's stable ABI that the bridge calls, as a table filled by dlsym. Layouts are those that the stable
 * ABI fixes for 3.2 and later (PEP 384); no macro of Python.h is used. */
#pragma once

#include "include/CPythonBridge.h"

typedef struct cogpy_thread_state PyThreadState;
typedef intptr_t Py_ssize_t;

/* The start of every object. */
typedef struct {
    Py_ssize_t reference_count;
    void *type;
} PyObject;

typedef PyObject *(*PyCFunctionFast)(PyObject *self, PyObject *const *arguments, Py_ssize_t count);

/* What an object exposes of its memory. In the stable ABI since 3.11, and identical in 3.10. */
typedef struct {
    void *buf;
    PyObject *obj;
    Py_ssize_t len, itemsize;
    int readonly, ndim;
    char *format;
    Py_ssize_t *shape, *strides, *suboffsets;
    void *internal;
} Py_buffer;

/* With strides and format. */
enum { PYBUF_RECORDS_RO = 0x1C };

enum { METH_FASTCALL = 0x0080, PYTHON_API_VERSION_STABLE = 3, PY_DTSF_ADD_DOT_0 = 2 };

typedef struct {
    const char *name;
    PyCFunctionFast function;
    int flags;
    const char *doc;
} PyMethodDef;

typedef struct {
    Py_ssize_t reference_count;
    void *type;
    PyObject *(*init)(void);
    Py_ssize_t index;
    PyObject *copy;
    const char *name;
    const char *doc;
    Py_ssize_t size;
    PyMethodDef *methods;
    void *slots, *traverse, *clear, *free;
} PyModuleDef;

/* name, result, arguments */
#define COGPY_FUNCTIONS(each)                                                                        \
    each(Py_BytesMain, int, (int count, char **arguments))                                           \
    each(PyImport_AppendInittab, int, (const char *name, PyObject *(*init)(void)))                   \
    each(PyModule_Create2, PyObject *, (PyModuleDef *definition, int version))                       \
    each(PyModule_AddIntConstant, int, (PyObject *module, const char *name, long value))             \
    each(PyModule_AddStringConstant, int, (PyObject *module, const char *name, const char *value))   \
    each(PyEval_SaveThread, PyThreadState *, (void))                                                 \
    each(PyEval_RestoreThread, void, (PyThreadState *state))                                         \
    each(PyErr_CheckSignals, int, (void))                                                            \
    each(PyErr_Occurred, PyObject *, (void))                                                         \
    each(PyErr_SetString, void, (PyObject *type, const char *text))                                  \
    each(PyErr_NoMemory, PyObject *, (void))                                                         \
    each(PyThreadState_SetAsyncExc, int, (unsigned long thread, PyObject *type))                     \
    each(PyOS_BeforeFork, void, (void))                                                              \
    each(PyOS_AfterFork_Parent, void, (void))                                                        \
    each(PyOS_AfterFork_Child, void, (void))                                                         \
    each(Py_IncRef, void, (PyObject *object))                                                        \
    each(Py_DecRef, void, (PyObject *object))                                                        \
    each(PyBytes_FromStringAndSize, PyObject *, (const char *bytes, Py_ssize_t count))               \
    each(PyBytes_AsStringAndSize, int, (PyObject *object, char **bytes, Py_ssize_t *count))          \
    each(PyUnicode_AsUTF8AndSize, const char *, (PyObject *object, Py_ssize_t *count))               \
    each(PyUnicode_DecodeUTF8, PyObject *, (const char *bytes, Py_ssize_t count, const char *errors)) \
    each(PyUnicode_Resize, int, (PyObject **text, Py_ssize_t count))                                 \
    each(PyLong_AsLong, long, (PyObject *object))                                                    \
    each(PyLong_AsUnsignedLong, unsigned long, (PyObject *object))                                   \
    each(PyLong_FromUnsignedLong, PyObject *, (unsigned long value))                                 \
    each(PyBool_FromLong, PyObject *, (long value))                                                  \
    each(PyTuple_New, PyObject *, (Py_ssize_t count))                                                \
    each(PyTuple_SetItem, int, (PyObject *tuple, Py_ssize_t index, PyObject *item))                  \
    each(PyObject_IsInstance, int, (PyObject *object, PyObject *type))                               \
    each(PyErr_Clear, void, (void))                                                                  \
    each(PyErr_ExceptionMatches, int, (PyObject *type))                                              \
    each(PyLong_FromLongLong, PyObject *, (long long value))                                         \
    each(PyLong_FromString, PyObject *, (const char *text, char **end, int base))                    \
    each(PyLong_AsLongLongAndOverflow, long long, (PyObject *object, int *overflow))                 \
    each(PyFloat_FromDouble, PyObject *, (double value))                                             \
    each(PyFloat_AsDouble, double, (PyObject *object))                                               \
    each(PyOS_string_to_double, double, (const char *text, char **end, PyObject *overflow))          \
    each(PyOS_double_to_string, char *, (double value, char format, int precision, int flags, int *type)) \
    each(PyMem_Free, void, (void *memory))                                                           \
    each(PyList_New, PyObject *, (Py_ssize_t count))                                                 \
    each(PyList_SetItem, int, (PyObject *list, Py_ssize_t index, PyObject *item))                    \
    each(PyList_Size, Py_ssize_t, (PyObject *list))                                                  \
    each(PyList_GetItem, PyObject *, (PyObject *list, Py_ssize_t index))                             \
    each(PyTuple_Size, Py_ssize_t, (PyObject *tuple))                                                \
    each(PyTuple_GetItem, PyObject *, (PyObject *tuple, Py_ssize_t index))                           \
    each(PyDict_New, PyObject *, (void))                                                             \
    each(PyDict_SetItem, int, (PyObject *dict, PyObject *key, PyObject *value))                      \
    each(PyDict_GetItem, PyObject *, (PyObject *dict, PyObject *key))                                \
    each(PyDict_Next, int, (PyObject *dict, Py_ssize_t *position, PyObject **key, PyObject **value)) \
    each(PySet_New, PyObject *, (PyObject *iterable))                                                \
    each(PySet_Add, int, (PyObject *set, PyObject *item))                                            \
    each(PyObject_CheckBuffer, int, (PyObject *object))                                              \
    each(PyObject_GetBuffer, int, (PyObject *object, Py_buffer *buffer, int flags))                  \
    each(PyBuffer_Release, void, (Py_buffer *buffer))                                                \
    each(PyObject_CallFunctionObjArgs, PyObject *, (PyObject *function, ...))

/* The library's data. */
#define COGPY_OBJECTS(each) \
    each(_Py_NoneStruct) each(_Py_TrueStruct) each(_Py_FalseStruct)                                 \
    each(PyExc_Exception) each(PyExc_TypeError) each(PyExc_ValueError)                              \
    each(PyUnicode_Type) each(PyFloat_Type) each(PyLong_Type) each(PyList_Type) each(PyTuple_Type)  \
    each(PyDict_Type)

typedef struct {
#define COGPY_FUNCTION_FIELD(name, result, arguments) result(*name) arguments;
    COGPY_FUNCTIONS(COGPY_FUNCTION_FIELD)
#undef COGPY_FUNCTION_FIELD
#define COGPY_OBJECT_FIELD(name) void *name;
    COGPY_OBJECTS(COGPY_OBJECT_FIELD)
#undef COGPY_OBJECT_FIELD
} cogpy_python;

/* Filled once by cogpy_load, before the interpreter starts; constant afterwards. */
extern cogpy_python cogpy_table;

/* Loads the library at `path` and fills the table. Returns NULL, or a text that says what failed. */
const char *cogpy_load(const char *path);

/* Makes the module `_coglet`; cogpy_module_configure sets what it uses. */
PyObject *cogpy_module_init(void);
void cogpy_module_configure(const cogpy_options *options, const cogpy_callbacks *callbacks, void *context);

static inline PyObject *cogpy_string(const char *text) {
    Py_ssize_t count = 0;
    while (text[count] != 0) count++;
    return cogpy_table.PyUnicode_DecodeUTF8(text, count, "strict");
}

static inline PyObject *cogpy_none(void) {
    PyObject *none = (PyObject *)cogpy_table._Py_NoneStruct;
    cogpy_table.Py_IncRef(none);
    return none;
}
