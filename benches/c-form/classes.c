/* The classes that `cargo xtask bench` uses, as a careful C programmer writes
 * them with the whole API of the running version.
 *
 * Heap types, made by PyType_FromSpec, as the documentation advises since 3.9.
 * Instances hold no Python objects, so there is nothing to collect and they are
 * not tracked. Instances are made through the vectorcall slot of the type,
 * which spares the tuple of arguments; tp_new is for subclasses and for PyPy,
 * which does not know that slot. */

#include "module.h"

#ifndef Py_RETURN_RICHCOMPARE
/* PyPy lacks it. */
#define Py_RETURN_RICHCOMPARE(a, b, operator)                                                       \
    return PyBool_FromLong((operator) == Py_EQ   ? (a) == (b)                                       \
                           : (operator) == Py_NE ? (a) != (b)                                       \
                           : (operator) == Py_LT ? (a) < (b)                                        \
                           : (operator) == Py_LE ? (a) <= (b)                                       \
                           : (operator) == Py_GT ? (a) > (b)                                        \
                                                 : (a) >= (b))
#endif

/* One interpreter only, as with the functions. */
static PyTypeObject *pair_type, *countdown_type;

static void
dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);

    type->tp_free(self);
    Py_DECREF(type);
}

/* class Pair: two integers. */

typedef struct {
    PyObject_HEAD
    long long x, y;
} Pair;

/* Without the GIL others may set a field while it is read; with it these are plain moves, too. */
#define GET(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)

static int
is_pair(PyObject *object)
{
    return Py_TYPE(object) == pair_type || PyType_IsSubtype(Py_TYPE(object), pair_type);
}

static PyObject *
pair_of(PyTypeObject *type, long long x, long long y)
{
    Pair *self;

    /* What tp_alloc does for subclasses, too, without the detour: nothing needs to be zeroed. */
    if (type == pair_type)
        self = PyObject_New(Pair, type);
    else
        self = (Pair *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->x = x;
    self->y = y;
    return (PyObject *)self;
}

static PyObject *
pair_of_objects(PyTypeObject *type, PyObject *first, PyObject *second)
{
    long long x, y;

    x = PyLong_AsLongLong(first);
    if (x == -1 && PyErr_Occurred())
        return NULL;
    y = PyLong_AsLongLong(second);
    if (y == -1 && PyErr_Occurred())
        return NULL;
    return pair_of(type, x, y);
}

static PyObject *
refuse_pair(void)
{
    PyErr_SetString(PyExc_TypeError, "Pair() takes exactly 2 positional arguments");
    return NULL;
}

static PyObject *
pair_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 2 || (kwargs != NULL && PyDict_Size(kwargs) != 0))
        return refuse_pair();
    return pair_of_objects(type, PyTuple_GET_ITEM(args, 0), PyTuple_GET_ITEM(args, 1));
}

#ifndef PYPY_VERSION
static PyObject *
pair_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (PyVectorcall_NARGS(nargsf) != 2 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0))
        return refuse_pair();
    return pair_of_objects((PyTypeObject *)type, args[0], args[1]);
}
#endif

/* pair.total(): the sum. */

static PyObject *
pair_total(PyObject *self, PyObject *ignored)
{
    Pair *pair = (Pair *)self;

    return PyLong_FromLongLong((long long)((unsigned long long)GET(pair->x) + (unsigned long long)GET(pair->y)));
}

/* pair.x */

static PyObject *
pair_get_x(PyObject *self, void *closure)
{
    return PyLong_FromLongLong(GET(((Pair *)self)->x));
}

static int
pair_set_x(PyObject *self, PyObject *object, void *closure)
{
    long long value;

    if (object == NULL) {
        PyErr_SetString(PyExc_AttributeError, "x cannot be deleted");
        return -1;
    }
    value = PyLong_AsLongLong(object);
    if (value == -1 && PyErr_Occurred())
        return -1;
    SET(((Pair *)self)->x, value);
    return 0;
}

/* pair + pair */

static PyObject *
pair_add(PyObject *left, PyObject *right)
{
    Pair *a, *b;

    if (!is_pair(left) || !is_pair(right))
        Py_RETURN_NOTIMPLEMENTED;
    a = (Pair *)left;
    b = (Pair *)right;
    return pair_of(pair_type, (long long)((unsigned long long)GET(a->x) + (unsigned long long)GET(b->x)),
                   (long long)((unsigned long long)GET(a->y) + (unsigned long long)GET(b->y)));
}

/* len(pair) */

static Py_ssize_t
pair_length(PyObject *self)
{
    return 2;
}

/* pair[index]: a mapping's slot, since a sequence's is reached by a detour. */

static PyObject *
pair_subscript(PyObject *self, PyObject *key)
{
    Pair *pair = (Pair *)self;
    Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);

    if (index == -1 && PyErr_Occurred())
        return NULL;
    if (index == 0)
        return PyLong_FromLongLong(GET(pair->x));
    if (index == 1)
        return PyLong_FromLongLong(GET(pair->y));
    PyErr_SetString(PyExc_IndexError, "a pair has two items");
    return NULL;
}

/* pair == pair, pair < pair, … */

static PyObject *
pair_richcompare(PyObject *left, PyObject *right, int operator)
{
    Pair *a, *b;
    long long x, y;

    if (!is_pair(left) || !is_pair(right))
        Py_RETURN_NOTIMPLEMENTED;
    a = (Pair *)left;
    b = (Pair *)right;
    x = GET(a->x);
    y = GET(b->x);
    if (x == y) {
        x = GET(a->y);
        y = GET(b->y);
    }
    Py_RETURN_RICHCOMPARE(x, y, operator);
}

static PyMethodDef pair_methods[] = {
    {"total", pair_total, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef pair_getset[] = {
    {"x", pair_get_x, pair_set_x, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot pair_slots[] = {
    {Py_tp_new, (void *)pair_new},
    {Py_tp_dealloc, (void *)dealloc},
    {Py_tp_methods, pair_methods},
    {Py_tp_getset, pair_getset},
    {Py_tp_richcompare, (void *)pair_richcompare},
    {Py_nb_add, (void *)pair_add},
    {Py_sq_length, (void *)pair_length},
    {Py_mp_length, (void *)pair_length},
    {Py_mp_subscript, (void *)pair_subscript},
    {0, NULL},
};

static PyType_Spec pair_spec = {
    .name = "bench_module.Pair",
    .basicsize = sizeof(Pair),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = pair_slots,
};

/* class Countdown: an iterator over n - 1, n - 2, …, 0. */

typedef struct {
    PyObject_HEAD
    long long left;
} Countdown;

static PyObject *
countdown_of(PyTypeObject *type, PyObject *object)
{
    Countdown *self;
    long long left = PyLong_AsLongLong(object);

    if (left == -1 && PyErr_Occurred())
        return NULL;
    if (type == countdown_type)
        self = PyObject_New(Countdown, type);
    else
        self = (Countdown *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->left = left;
    return (PyObject *)self;
}

static PyObject *
refuse_countdown(void)
{
    PyErr_SetString(PyExc_TypeError, "Countdown() takes exactly 1 positional argument");
    return NULL;
}

static PyObject *
countdown_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 1 || (kwargs != NULL && PyDict_Size(kwargs) != 0))
        return refuse_countdown();
    return countdown_of(type, PyTuple_GET_ITEM(args, 0));
}

#ifndef PYPY_VERSION
static PyObject *
countdown_vectorcall(PyObject *type, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (PyVectorcall_NARGS(nargsf) != 1 || (kwnames != NULL && PyTuple_GET_SIZE(kwnames) != 0))
        return refuse_countdown();
    return countdown_of((PyTypeObject *)type, args[0]);
}
#endif

static PyObject *
countdown_next(PyObject *self)
{
    Countdown *countdown = (Countdown *)self;
    long long left = GET(countdown->left);

    /* The end needs no exception. */
    if (left <= 0)
        return NULL;
    SET(countdown->left, left - 1);
    return PyLong_FromLongLong(left - 1);
}

static PyType_Slot countdown_slots[] = {
    {Py_tp_new, (void *)countdown_new},
    {Py_tp_dealloc, (void *)dealloc},
    {Py_tp_iter, (void *)PyObject_SelfIter},
    {Py_tp_iternext, (void *)countdown_next},
    {0, NULL},
};

static PyType_Spec countdown_spec = {
    .name = "bench_module.Countdown",
    .basicsize = sizeof(Countdown),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .slots = countdown_slots,
};

static int
add_class(PyObject *module, PyTypeObject **type, PyType_Spec *spec)
{
    if (*type == NULL)
        *type = (PyTypeObject *)PyType_FromSpec(spec);
    if (*type == NULL)
        return -1;
    return PyModule_AddType(module, *type);
}

int
add_classes(PyObject *module)
{
    if (add_class(module, &pair_type, &pair_spec) < 0 || add_class(module, &countdown_type, &countdown_spec) < 0)
        return -1;
#ifndef PYPY_VERSION
    /* There is no number for this slot before 3.14. Subclasses do not inherit it. */
    pair_type->tp_vectorcall = pair_vectorcall;
    countdown_type->tp_vectorcall = countdown_vectorcall;
#endif
    return 0;
}
