"""Runs the tests of the compiled module ``everypy_suite`` in this interpreter.

    python run_tests.py [-v] [PART OF A NAME ...]

Needs nothing but the module: installed, or as ``everypy_suite.so`` beside this file. Prints one line for each test that
fails (with ``-v`` for every test) and at the end ``N passed, N failed``; the exit status is 1 if one has failed.

With ``EVERYPY_SHIM=check`` a test fails too if a call breaks a rule of the C API, and if the references that it takes
and gives back do not balance (``balance.py``).
"""

import gc
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile
import threading
import time
import traceback

NAME = "everypy_suite"


# Tests whose references need not balance, and why.
UNBALANCED = dict.fromkeys(
    [
        "classes::extending::dicts_are_dicts_to_rust",
        "classes::extending::lists_are_lists_to_rust",
        "classes::extending::made_from_rust",
        "classes::extending::values_stay_while_others_are_collected",
        "classes::leaks::instances_give_no_more_than_they_have_taken",
    ],
    "instances are made by the `tp_new` of a built-in class, which is no entry of the table",
)
UNBALANCED["classes::garbage::reachable_objects_stay"] = "Rust code gives back what a setter has taken"
if not getattr(sys, "_is_gil_enabled", lambda: True)():
    UNBALANCED["classes::destruction::dropped_with_a_module"] = (
        "free-threaded CPython 3.13 keeps modules for ever, with what is in them"
    )
UNBALANCED["threads::dropped_by_a_destructor"] = (
    "functions that Python calls take what this thread gives back later"
)


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


def run(suite, body):
    """Runs the body of one test and returns what went wrong, or ``None``."""
    suite.take_panics()
    try:
        body()
    except BaseException as error:
        # A failed assertion in Rust is a PanicException here; the hook has seen where it was.
        panics = suite.take_panics()
        if type(error).__name__ == "PanicException" and panics:
            return "\n".join(panics)
        return "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return None


class Checks:
    """What the instruments of the module tell of each test."""

    def __init__(self, suite):
        import balance

        self.suite = suite
        self.balance = balance
        self.trace = balance.Trace(os.environ["EVERYPY_SHIM_FILE"])
        # Of importing the module.
        self.broken = self.seen().broken
        # What a function that does nothing gives to Python.
        suite.nothing()
        self.nothing = self.seen()

    def seen(self):
        """What was seen since the last call."""
        thread = str(threading.get_ident()).encode()
        return self.balance.Balance(self.trace.read(), self.trace.effects, thread)

    def body(self, name):
        """Runs the body of a test, and nothing else."""
        self.trace.read()
        self.suite.run(name)

    def run(self, name):
        """Runs one test, and returns what went wrong, or ``None``.

        What a test makes once and keeps, such as the names that it uses, it keeps in its first run.
        """
        for _ in range(3):
            error = run(self.suite, lambda: self.body(name))
            if error is not None:
                return error
            balance = self.seen()
            if balance.broken:
                return "\n".join(balance.broken)
            wrong = balance.without(self.nothing).wrong()
            if wrong is not None:
                # What instances hold they give back when they end.
                gc.collect()
                balance.add_below(self.trace.read(), self.trace.effects)
                wrong = balance.wrong()
            if wrong is None or name in UNBALANCED:
                return None
        return wrong


def run_checked(arguments):
    """Runs this program again, so that the module writes what it sees into a file. Returns its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        variables = dict(os.environ, EVERYPY_SHIM_FILE=os.path.join(folder, "trace"))
        variables["EVERYPY_SHIM"] += ",trace"
        return subprocess.call([sys.executable, os.path.abspath(__file__)] + arguments, env=variables)


def main(arguments):
    instruments = os.environ.get("EVERYPY_SHIM", "").split(",")
    checked = any(word.split(":")[0] == "check" for word in instruments)
    if checked and "trace" not in instruments:
        return run_checked(arguments)
    verbose = "-v" in arguments
    parts = [argument for argument in arguments if argument != "-v"]
    suite = load()
    print("%s, fast rows %s" % (suite.running(), "on" if suite.fast() else "off"))
    names = [name for name in suite.names() if not parts or any(part in name for part in parts)]
    failed = 0
    check = Checks(suite) if checked else None
    if check and check.broken:
        failed += 1
        print("FAILED while it was imported: %s" % "\n".join(check.broken), flush=True)
    for name in names:
        start = time.time()
        if verbose:
            # Seen also if the interpreter dies.
            print(name, end=" ", flush=True)
        error = check.run(name) if check else run(suite, lambda: suite.run(name))
        if error is not None:
            failed += 1
            print("FAILED %s: %s" % (name, error.strip()), flush=True)
        elif verbose:
            print("ok %.3f s" % (time.time() - start), flush=True)
    print("%d passed, %d failed" % (len(names) - failed, failed), flush=True)
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
