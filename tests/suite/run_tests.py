"""Runs the tests of the compiled module ``everypy_suite`` in this interpreter.

    python run_tests.py [-v] [PART OF A NAME ...]

Needs nothing but the module: installed, or as ``everypy_suite.so`` beside this file. Prints one line for each test that
fails (with ``-v`` for every test) and at the end ``N passed, N failed``; the exit status is 1 if one has failed.
"""

import importlib.machinery
import importlib.util
import os
import sys
import time
import traceback

NAME = "everypy_suite"


def load():
    """Imports the module, also where the interpreter does not look for plain ``.so`` files, as PyPy does not."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), NAME + ".so")
    if importlib.util.find_spec(NAME) is None and os.path.exists(path):
        loader = importlib.machinery.ExtensionFileLoader(NAME, path)
        spec = importlib.util.spec_from_file_location(NAME, path, loader=loader)
        module = importlib.util.module_from_spec(spec)
        sys.modules[NAME] = module
        loader.exec_module(module)
        return module
    return importlib.import_module(NAME)


def run(suite, name):
    """Runs one test and returns what went wrong, or ``None``."""
    suite.take_panics()
    try:
        suite.run(name)
    except BaseException as error:
        # A failed assertion in Rust is a PanicException here; the hook has seen where it was.
        panics = suite.take_panics()
        if type(error).__name__ == "PanicException" and panics:
            return "\n".join(panics)
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return None


def main(arguments):
    verbose = "-v" in arguments
    parts = [argument for argument in arguments if argument != "-v"]
    suite = load()
    print("%s, fast rows %s" % (suite.running(), "on" if suite.fast() else "off"))
    names = [name for name in suite.names() if not parts or any(part in name for part in parts)]
    # Tests that are pending pass on CPython with its GIL; on the others they run if they are named in full.
    pending = suite.pending()
    if sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)():
        names += [name for name in pending if not parts or any(part in name for part in parts)]
        pending = []
    else:
        names += [name for name in pending if name in parts]
    failed = 0
    for name in names:
        start = time.time()
        if verbose:
            # Seen also if the interpreter dies.
            print(name, end=" ", flush=True)
        error = run(suite, name)
        if error is not None:
            failed += 1
            print("FAILED %s: %s" % (name, error.strip()), flush=True)
        elif verbose:
            print("ok %.3f s" % (time.time() - start), flush=True)
    if pending and not parts:
        print("pending here, not run: %d" % len(pending))
    print("%d passed, %d failed" % (len(names) - failed, failed), flush=True)
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
