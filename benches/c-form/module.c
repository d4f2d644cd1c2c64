/* The functions that `cargo xtask bench` calls, as a careful C programmer
 * writes them with the whole API of the running version.
 *
 * Rust has the same functions in ../rust-form/src/lib.rs; the classes of both
 * are in classes.c and ../rust-form/src/classes.rs. */

#include "module.h"

/* Free-threaded builds have to lock what others may change. Before 3.13 there
 * is nothing to lock with, and nothing that needs it. */
#ifndef Py_BEGIN_CRITICAL_SECTION
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }
#endif

/* All that is looked up by name, interned. */
static PyObject *name_a, *name_b, *name_value;

static PyObject *
wrong_count(const char *function, int expected, Py_ssize_t given)
{
    PyErr_Format(PyExc_TypeError, "%s() takes %d positional arguments but %zd were given", function,
                 expected, given);
    return NULL;
}

/* noop(): nothing. */

static PyObject *
noop(PyObject *module, PyObject *ignored)
{
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
    if (nargs != 2)
        return wrong_count("add", 2, nargs);
    return sum_of(args[0], args[1]);
}

/* add_keywords(a, b): the same, by position or by keyword. */

enum { A, B, PARAMETERS };

/* The index of the parameter `name`; -1 when there is none, or with an error set. */
static Py_ssize_t
parameter(PyObject *name)
{
    PyObject *const names[PARAMETERS] = {name_a, name_b};

    /* Names in calls are interned, so comparing pointers finds nearly all. */
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

    if (nargs > PARAMETERS)
        return wrong_count("add_keywords", 2, nargs);
    for (Py_ssize_t i = 0; i < nargs; i++)
        values[i] = args[i];
    if (kwnames != NULL) {
        Py_ssize_t count = PyTuple_GET_SIZE(kwnames);
        for (Py_ssize_t k = 0; k < count; k++) {
            PyObject *name = PyTuple_GET_ITEM(kwnames, k);
            Py_ssize_t i = parameter(name);
            if (i < 0)
                return NULL;
            if (values[i] != NULL) {
                PyErr_Format(PyExc_TypeError, "add_keywords() got multiple values for argument '%U'", name);
                return NULL;
            }
            values[i] = args[nargs + k];
        }
    }
    if (values[A] == NULL || values[B] == NULL) {
        PyErr_Format(PyExc_TypeError, "add_keywords() missing required argument: '%U'",
                     values[A] == NULL ? name_a : name_b);
        return NULL;
    }
    return sum_of(values[A], values[B]);
}

/* defaults(a, b=2, c=3): up to three integers to their sum; by position only. */

static PyObject *
defaults(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    unsigned long long sum = 0;

    if (nargs < 1 || nargs > 3)
        return wrong_count("defaults", 3, nargs);
    for (Py_ssize_t i = 0; i < nargs; i++) {
        long long value = PyLong_AsLongLong(args[i]);
        if (value == -1 && PyErr_Occurred())
            return NULL;
        sum += (unsigned long long)value;
    }
    if (nargs < 2)
        sum += 2;
    if (nargs < 3)
        sum += 3;
    return PyLong_FromLongLong((long long)sum);
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
    if (nargs != 1)
        return wrong_count("length", 1, nargs);
    return length_of(args[0]);
}

static PyObject *
length_positional(PyObject *module, PyObject *text)
{
    return length_of(text);
}

/* multiply(a, b): two floats to their product. */

static int
float_value(PyObject *object, double *value)
{
    if (PyFloat_CheckExact(object)) {
        *value = PyFloat_AS_DOUBLE(object);
        return 0;
    }
    *value = PyFloat_AsDouble(object);
    return *value == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static PyObject *
multiply(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    double a, b;

    if (nargs != 2)
        return wrong_count("multiply", 2, nargs);
    if (float_value(args[0], &a) < 0 || float_value(args[1], &b) < 0)
        return NULL;
    return PyFloat_FromDouble(a * b);
}

/* pair(a, b): two integers to a tuple of them, the other way round. */

static PyObject *
pair(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    long long a, b;
    PyObject *first, *second, *tuple;

    if (nargs != 2)
        return wrong_count("pair", 2, nargs);
    a = PyLong_AsLongLong(args[0]);
    if (a == -1 && PyErr_Occurred())
        return NULL;
    b = PyLong_AsLongLong(args[1]);
    if (b == -1 && PyErr_Occurred())
        return NULL;
    first = PyLong_FromLongLong(b);
    if (first == NULL)
        return NULL;
    second = PyLong_FromLongLong(a);
    if (second == NULL) {
        Py_DECREF(first);
        return NULL;
    }
    tuple = PyTuple_New(2);
    if (tuple == NULL) {
        Py_DECREF(first);
        Py_DECREF(second);
        return NULL;
    }
    PyTuple_SET_ITEM(tuple, 0, first);
    PyTuple_SET_ITEM(tuple, 1, second);
    return tuple;
}

/* sum_ints(list): a list of integers to their sum. Rust gets a vector, which C does not need. */

static PyObject *
sum_ints(PyObject *module, PyObject *list)
{
    unsigned long long sum = 0;
    int failed = 0;

    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "sum_ints() takes a list");
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        long long value;
        if (PyLong_Check(item)) {
            /* Runs no code of others, so that the list keeps the item alive. */
            value = PyLong_AsLongLong(item);
        }
        else {
            Py_INCREF(item);
            value = PyLong_AsLongLong(item);
            Py_DECREF(item);
        }
        if (value == -1 && PyErr_Occurred()) {
            failed = 1;
            break;
        }
        sum += (unsigned long long)value;
    }
    Py_END_CRITICAL_SECTION();
    return failed ? NULL : PyLong_FromLongLong((long long)sum);
}

/* sum_floats(list): a list of floats to their sum. */

static PyObject *
sum_floats(PyObject *module, PyObject *list)
{
    double sum = 0;
    int failed = 0;

    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "sum_floats() takes a list");
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(list);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        PyObject *item = PyList_GET_ITEM(list, i);
        double value;
        if (PyFloat_CheckExact(item)) {
            value = PyFloat_AS_DOUBLE(item);
        }
        else {
            Py_INCREF(item);
            value = PyFloat_AsDouble(item);
            Py_DECREF(item);
            if (value == -1.0 && PyErr_Occurred()) {
                failed = 1;
                break;
            }
        }
        sum += value;
    }
    Py_END_CRITICAL_SECTION();
    return failed ? NULL : PyFloat_FromDouble(sum);
}

/* make_ints(n), make_floats(n): lists of the n numbers from 1000 on. */

static PyObject *
make_list(PyObject *length, int floats)
{
    Py_ssize_t n;
    PyObject *list;

    n = PyLong_AsSsize_t(length);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    list = PyList_New(n);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < n; i++) {
        PyObject *item =
            floats ? PyFloat_FromDouble((double)(1000 + i)) : PyLong_FromLongLong(1000 + (long long)i);
        if (item == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, item);
    }
    return list;
}

static PyObject *
make_ints(PyObject *module, PyObject *length)
{
    return make_list(length, 0);
}

static PyObject *
make_floats(PyObject *module, PyObject *length)
{
    return make_list(length, 1);
}

/* sum_dict(dict): the lengths of the keys, which are text, and the values, which are integers. */

static PyObject *
sum_dict(PyObject *module, PyObject *dict)
{
    unsigned long long sum = 0;
    int failed = 0;

    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "sum_dict() takes a dict");
        return NULL;
    }
    Py_BEGIN_CRITICAL_SECTION(dict);
    PyObject *key, *object;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &object)) {
        Py_ssize_t size;
        long long value;
        if (!PyLong_Check(object)) {
            PyErr_SetString(PyExc_TypeError, "sum_dict() takes a dict of int");
            failed = 1;
            break;
        }
        /* Neither runs code of others, so that the dict keeps both alive. */
        if (PyUnicode_AsUTF8AndSize(key, &size) == NULL) {
            failed = 1;
            break;
        }
        value = PyLong_AsLongLong(object);
        if (value == -1 && PyErr_Occurred()) {
            failed = 1;
            break;
        }
        sum += (unsigned long long)size + (unsigned long long)value;
    }
    Py_END_CRITICAL_SECTION();
    return failed ? NULL : PyLong_FromLongLong((long long)sum);
}

/* make_dict(n): the n numbers from 1000 on and their doubles. */

static PyObject *
make_dict(PyObject *module, PyObject *length)
{
    long long n;
    PyObject *dict;

    n = PyLong_AsLongLong(length);
    if (n == -1 && PyErr_Occurred())
        return NULL;
    dict = PyDict_New();
    if (dict == NULL)
        return NULL;
    for (long long i = 1000; i < 1000 + n; i++) {
        PyObject *key, *value;
        int result;
        key = PyLong_FromLongLong(i);
        if (key == NULL)
            goto failed;
        value = PyLong_FromLongLong(2 * i);
        if (value == NULL) {
            Py_DECREF(key);
            goto failed;
        }
        result = PyDict_SetItem(dict, key, value);
        Py_DECREF(key);
        Py_DECREF(value);
        if (result < 0)
            goto failed;
    }
    return dict;
failed:
    Py_DECREF(dict);
    return NULL;
}

/* size(bytes): how many bytes there are. */

static PyObject *
size(PyObject *module, PyObject *bytes)
{
    if (!PyBytes_Check(bytes)) {
        PyErr_SetString(PyExc_TypeError, "size() takes bytes");
        return NULL;
    }
    return PyLong_FromSsize_t(PyBytes_GET_SIZE(bytes));
}

/* fail(): raises. */

static PyObject *
fail(PyObject *module, PyObject *ignored)
{
    PyErr_SetString(PyExc_ValueError, "that does not work");
    return NULL;
}

/* catch(callable): calls it and tells whether it raised ValueError. */

static PyObject *
catch(PyObject *module, PyObject *callable)
{
    PyObject *result = PyObject_CallNoArgs(callable);

    if (result != NULL) {
        Py_DECREF(result);
        Py_RETURN_FALSE;
    }
    if (!PyErr_ExceptionMatches(PyExc_ValueError))
        return NULL;
    PyErr_Clear();
    Py_RETURN_TRUE;
}

/* call_0(callable), call_2(callable), call_keywords(callable): call it without arguments, with (1000, 2000) and with
 * (a=1000, b=2000). */

static PyObject *
call_0(PyObject *module, PyObject *callable)
{
    return PyObject_CallNoArgs(callable);
}

static PyObject *
call_2(PyObject *module, PyObject *callable)
{
    PyObject *args[3], *result;

    args[0] = NULL;
    args[1] = PyLong_FromLongLong(1000);
    if (args[1] == NULL)
        return NULL;
    args[2] = PyLong_FromLongLong(2000);
    if (args[2] == NULL) {
        Py_DECREF(args[1]);
        return NULL;
    }
    result = PyObject_Vectorcall(callable, args + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL);
    Py_DECREF(args[1]);
    Py_DECREF(args[2]);
    return result;
}

/* A dict, as in PyO3's API, which is what is compared: that a tuple of names and a vector cost less is true of every
 * caller that knows the names beforehand. */
static PyObject *
call_keywords(PyObject *module, PyObject *callable)
{
    PyObject *result = NULL, *a = NULL, *b = NULL;
    PyObject *keywords = PyDict_New();

    if (keywords == NULL)
        return NULL;
    a = PyLong_FromLongLong(1000);
    if (a == NULL || PyDict_SetItem(keywords, name_a, a) < 0)
        goto done;
    b = PyLong_FromLongLong(2000);
    if (b == NULL || PyDict_SetItem(keywords, name_b, b) < 0)
        goto done;
    result = PyObject_VectorcallDict(callable, NULL, 0, keywords);
done:
    Py_XDECREF(a);
    Py_XDECREF(b);
    Py_DECREF(keywords);
    return result;
}

/* get_value(object): its attribute `value`. */

static PyObject *
get_value(PyObject *module, PyObject *object)
{
    return PyObject_GetAttr(object, name_value);
}

/* is_instance(object, class): what isinstance() says. */

static PyObject *
is_instance(PyObject *module, PyObject *const *args, Py_ssize_t nargs)
{
    int answer;

    if (nargs != 2)
        return wrong_count("is_instance", 2, nargs);
    answer = PyObject_IsInstance(args[0], args[1]);
    if (answer < 0)
        return NULL;
    return PyBool_FromLong(answer);
}

/* attach(n): attaches n times while attached. */

static PyObject *
attach(PyObject *module, PyObject *times)
{
    long long n = PyLong_AsLongLong(times);

    if (n == -1 && PyErr_Occurred())
        return NULL;
    for (long long i = 0; i < n; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        PyGILState_Release(state);
    }
    Py_RETURN_NONE;
}

/* detach(): detaches and attaches again. */

static PyObject *
detach(PyObject *module, PyObject *ignored)
{
    Py_BEGIN_ALLOW_THREADS
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

/* The module. */

static PyMethodDef functions[] = {
    {"noop", noop, METH_NOARGS, NULL},
    {"add", FUNCTION(add), METH_FASTCALL, NULL},
    {"add_positional", FUNCTION(add), METH_FASTCALL, NULL},
    {"add_keywords", FUNCTION(add_keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"defaults", FUNCTION(defaults), METH_FASTCALL, NULL},
    {"length", FUNCTION(length), METH_FASTCALL, NULL},
    {"length_positional", length_positional, METH_O, NULL},
    {"multiply", FUNCTION(multiply), METH_FASTCALL, NULL},
    {"pair", FUNCTION(pair), METH_FASTCALL, NULL},
    {"sum_ints", sum_ints, METH_O, NULL},
    {"sum_floats", sum_floats, METH_O, NULL},
    {"make_ints", make_ints, METH_O, NULL},
    {"make_floats", make_floats, METH_O, NULL},
    {"sum_dict", sum_dict, METH_O, NULL},
    {"make_dict", make_dict, METH_O, NULL},
    {"size", size, METH_O, NULL},
    {"fail", fail, METH_NOARGS, NULL},
    {"catch", catch, METH_O, NULL},
    {"call_0", call_0, METH_O, NULL},
    {"call_2", call_2, METH_O, NULL},
    {"call_keywords", call_keywords, METH_O, NULL},
    {"get_value", get_value, METH_O, NULL},
    {"is_instance", FUNCTION(is_instance), METH_FASTCALL, NULL},
    {"attach", attach, METH_O, NULL},
    {"detach", detach, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int
intern(PyObject **name, const char *text)
{
    if (*name == NULL)
        *name = PyUnicode_InternFromString(text);
    return *name == NULL ? -1 : 0;
}

static int
exec(PyObject *module)
{
    if (intern(&name_a, "a") < 0 || intern(&name_b, "b") < 0 || intern(&name_value, "value") < 0)
        return -1;
    return add_classes(module);
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
