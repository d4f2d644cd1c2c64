/* What the files of the module share. */

#ifndef BENCH_MODULE_H
#define BENCH_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define FUNCTION(function) ((PyCFunction)(void (*)(void))(function))

/* Adds the classes to the module. */
int add_classes(PyObject *module);

#endif
