/* A program that is linked to a Python and uses its variables. The linker gives it copies of them, and from then on the
   library uses the copies too. Runs the code that it is given. */

#include <stdio.h>

extern void *PyExc_ValueError;
extern char _Py_NoneStruct[], PyLong_Type[];
void Py_InitializeEx(int);
int PyRun_SimpleString(const char *);

int main(int count, char **arguments) {
    if (count != 2) {
        return 2;
    }
    Py_InitializeEx(0);
    fprintf(stderr, "%p %p %p\n", PyExc_ValueError, (void *)_Py_NoneStruct, (void *)PyLong_Type);
    return PyRun_SimpleString(arguments[1]) != 0;
}
