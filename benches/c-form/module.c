/* The functions that `cargo xtask bench` calls, as a careful C programmer
 * writes them with the whole API of the running version.
 *
 * Rust has the same functions in ../everypy-form/src/lib.rs. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* noop(): nothing. */

static PyObject *
noop(PyObject *module, PyObject *ignored)
{
    (void)module;
    (void)ignored;
    Py_RETURN_NONE;
}

/* add(a, b): two integers to their sum. */

static PyObject *
sum_of(PyObject *left, PyObject *right)
{
    long long a, b;

    a = PyLong_AsLongLong(left);
    if (a == -1 && PyErr_Occurred())
        return NULL;
    b = PyLong_AsLongLong(right);
    if (b == -1 && PyErr_Occurred())
        return NULL;
    return PyLong_FromLongLong((long long)((unsigned long long)a + (unsigned long long)b));
}

static PyObject *
add(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    (void)module;
    if (nargs != 2) {
        PyErr_Format(PyExc_TypeError, "add() takes 2 positional arguments but %zd were given", nargs);
        return NULL;
    }
    return sum_of(args[0], args[1]);
}

/* add_keywords(a, b): the same, by position or by keyword. */

enum { A, B, PARAMETERS };

/* Interned, as the names in calls are: comparing pointers finds nearly all. */
static PyObject *names[PARAMETERS];

/* The index of the parameter `name`; -1 when there is none, or with an error set. */
static Py_ssize_t
parameter(PyObject *name)
{
    for (Py_ssize_t i = 0; i < PARAMETERS; i++) {
        if (name == names[i])
            return i;
    }
    for (Py_ssize_t i = 0; i < PARAMETERS; i++) {
        int order = PyUnicode_Compare(name, names[i]);
        if (order == 0)
            return i;
        if (order == -1 && PyErr_Occurred())
            return -1;
    }
    PyErr_Format(PyExc_TypeError, "add_keywords() got an unexpected keyword argument '%U'", name);
    return -1;
}

static PyObject *
add_keywords(PyObject *module, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    PyObject *values[PARAMETERS] = {NULL, NULL};

    (void)module;
    if (nargs > PARAMETERS) {
        PyErr_Format(PyExc_TypeError, "add_keywords() takes 2 positional arguments but %zd were given", nargs);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < nargs; i++)
        values[i] = args[i];
    if (kwnames != NULL) {
        Py_ssize_t count = PyTuple_GET_SIZE(kwnames);
        for (Py_ssize_t k = 0; k < count; k++) {
            Py_ssize_t i = parameter(PyTuple_GET_ITEM(kwnames, k));
            if (i < 0)
                return NULL;
            if (values[i] != NULL) {
                PyErr_Format(PyExc_TypeError, "add_keywords() got multiple values for argument '%U'", names[i]);
                return NULL;
            }
            values[i] = args[nargs + k];
        }
    }
    for (Py_ssize_t i = 0; i < PARAMETERS; i++) {
        if (values[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "add_keywords() missing required argument: '%U'", names[i]);
            return NULL;
        }
    }
    return sum_of(values[A], values[B]);
}

/* length(text): how many bytes a text has in UTF-8. */

static PyObject *
length_of(PyObject *text)
{
    Py_ssize_t size;

    /* Checks the type as well. */
    if (PyUnicode_AsUTF8AndSize(text, &size) == NULL)
        return NULL;
    return PyLong_FromSsize_t(size);
}

static PyObject *
length(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    (void)module;
    if (nargs != 1) {
        PyErr_Format(PyExc_TypeError, "length() takes 1 positional argument but %zd were given", nargs);
        return NULL;
    }
    return length_of(args[0]);
}

static PyObject *
length_positional(PyObject *module, PyObject *text)
{
    (void)module;
    return length_of(text);
}

/* The module. */

#define FUNCTION(function) ((PyCFunction)(void (*)(void))(function))

static PyMethodDef functions[] = {
    {"noop", FUNCTION(noop), METH_NOARGS, NULL},
    {"add", FUNCTION(add), METH_FASTCALL, NULL},
    {"add_positional", FUNCTION(add), METH_FASTCALL, NULL},
    {"add_keywords", FUNCTION(add_keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"length", FUNCTION(length), METH_FASTCALL, NULL},
    {"length_positional", FUNCTION(length_positional), METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static int
exec(PyObject *module)
{
    static const char *const texts[PARAMETERS] = {"a", "b"};

    (void)module;
    for (Py_ssize_t i = 0; i < PARAMETERS; i++) {
        if (names[i] == NULL)
            names[i] = PyUnicode_InternFromString(texts[i]);
        if (names[i] == NULL)
            return -1;
    }
    return 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "bench_module",
    .m_methods = functions,
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_bench_module(void)
{
    return PyModuleDef_Init(&definition);
}
