"""Runs the tests of modules in several interpreters of one process.

    python run_tests.py [-v] [PART OF A NAME ...]

Each way to make interpreters that this Python has is tried: by the C API, and by its own module, with a lock that
interpreters share or one of their own. Where there is none, only what needs one interpreter is tested, and that is said.
``EVERYPY_SECONDS`` says how long two threads work at once; the full form is 10, the default 1.
"""

import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import threading
import traceback

NAME = "everypy_subinterpreters"
UNDECLARED = "everypy_undeclared"
HERE = os.path.dirname(os.path.abspath(__file__))
SECONDS = float(os.environ.get("EVERYPY_SECONDS", "1"))


def load(name=NAME):
    """Imports a module of the library: installed, or as ``everypy_subinterpreters.so`` beside this file."""
    spec = importlib.util.find_spec(NAME)
    path = spec.origin if spec is not None else os.path.join(HERE, NAME + ".so")
    if path.endswith(".py"):
        # The loader for Pythons that do not find the file by themselves.
        path = path[:-3] + ".so"
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


# What each interpreter runs first.
PRELUDE = """
import sys
sys.dont_write_bytecode = True
sys.path[:] = %r
import run_tests
m = run_tests.load()
"""


class CApi:
    """Interpreters made by ``Py_NewInterpreter``, in the thread that asks."""

    name = "Py_NewInterpreter, shared lock"
    own_lock = False

    def __init__(self, module):
        self.module = module

    def run(self, code):
        self.module.run_in_another(code)


class ByModule:
    """Interpreters made by Python's own module."""

    def __init__(self, name, own_lock, create, run, destroy):
        self.name = name
        self.own_lock = own_lock
        self.create = create
        self.run_in = run
        self.destroy = destroy

    def run(self, code):
        interpreter = self.create()
        try:
            self.run_in(interpreter, code)
        finally:
            self.destroy(interpreter)


def of_3_13(module, config, name, own_lock):
    def run(interpreter, code):
        failed = module.exec(interpreter, code)
        if failed is not None:
            raise AssertionError("%s\n%s" % (failed.formatted, getattr(failed, "errdisplay", "")))

    def create():
        return module.create(config)

    return ByModule(name, own_lock, create, run, module.destroy)


def before_3_13(module, arguments, name, own_lock):
    def create():
        return module.create(**arguments)

    return ByModule(name, own_lock, create, module.run_string, module.destroy)


def kinds(m):
    """The ways to make interpreters that this Python has."""
    if sys.implementation.name != "cpython":
        return []
    found = [CApi(m)]
    if sys.version_info >= (3, 13):
        import _interpreters

        found.append(of_3_13(_interpreters, "legacy", "_interpreters, shared lock", False))
        found.append(of_3_13(_interpreters, "isolated", "_interpreters, own lock", True))
    elif sys.version_info >= (3, 8):
        import _xxsubinterpreters

        own = sys.version_info >= (3, 12)
        legacy = {} if sys.version_info < (3, 9) else {"isolated": False}
        found.append(before_3_13(_xxsubinterpreters, legacy, "_xxsubinterpreters, shared lock", False))
        if sys.version_info >= (3, 9):
            lock = "own lock" if own else "isolated, shared lock"
            name = "_xxsubinterpreters, " + lock
            found.append(before_3_13(_xxsubinterpreters, {"isolated": True}, name, own))
    return found


def prelude():
    return PRELUDE % ([HERE] + [path for path in sys.path if path],)


# Shared by what runs in several interpreters, as files are.
def note(path, value):
    with open(path, "a") as file:
        file.write("%r\n" % (value,))


def notes(path):
    try:
        with open(path) as file:
            return [eval(line) for line in file]
    finally:
        if os.path.exists(path):
            os.remove(path)


NOTES = os.path.join(HERE, "notes-%d" % os.getpid())


def ask(kind, expression):
    """The value of an expression in a new interpreter."""
    kind.run(prelude() + "run_tests.note(%r, %s)\n" % (NOTES, expression))
    (value,) = notes(NOTES)
    return value


def fresh(code):
    """Runs code in a process of its own, with the same Python."""
    code = prelude() + "kinds = {kind.name: kind for kind in run_tests.kinds(m)}\n" + code
    process = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output = process.stdout.decode("utf-8", "replace")
    assert process.returncode == 0, "exit status %d: %s" % (process.returncode, output)
    return output


# What needs one interpreter only.


# All that works in any interpreter.
WORKS = """
m.check()
m.local_cells()
assert m.keywords(1, third=4) == (1, 2, 4)
cls, error, panic = m.classes()
for call, expected in ((m.fail, error), (m.panic, panic)):
    try:
        call("text")
    except expected as raised:
        assert str(raised) == "text", raised
    else:
        raise AssertionError("%s was expected" % expected)
"""


def test_main(m):
    """Everything works in the main interpreter."""
    exec(WORKS, {"m": m})
    number = m.interpreter()
    assert number == 0, number
    assert m.attached() == [0] * 5, m.attached()
    assert m.attached_in_thread() == 0
    classes = m.classes()
    assert m.classes() == classes


def test_undeclared_in_main(m):
    """A module that does not declare anything loads in the main interpreter, more than once."""
    assert load(UNDECLARED).loaded
    assert load(UNDECLARED).loaded


def test_race_in_a_fresh_process(m):
    """The first use of everything, by many threads at once."""
    fresh("m.race(8)\nm.race(8)\n")


# What needs more.


def test_works(m, kind):
    """A new interpreter has values of its own, and all of them."""
    here = m.addresses()
    kind.run(prelude() + WORKS)
    there = ask(kind, "m.addresses()")
    assert not set(here) & set(there), (here, there)
    assert m.addresses() == here
    m.check()


def test_stays_attached(m, kind):
    """``Python::attach`` stays in the interpreter, nested and after ``detach``."""
    number, attached = ask(kind, "(m.interpreter(), m.attached())")
    assert number > 0 and attached == [number] * 5, (number, attached)
    # A thread that Python does not know gets the main interpreter, as `PyGILState_Ensure` has it.
    assert ask(kind, "m.attached_in_thread()") == 0


def test_dropped_while_detached(m, kind):
    """References that are dropped by a thread that has detached come back to the interpreter that it has detached from;
    those that a thread drops of which nobody knows where it belongs are not given back at all."""
    before = m.counts()
    assert ask(kind, "m.dropped_detached()") == 0
    assert ask(kind, "m.dropped_in_thread()") == 10
    assert ask(kind, "m.others_are_attached()") is False
    assert m.dropped_detached() == 0
    assert m.dropped_in_thread() == 10
    assert m.others_are_attached() is False
    # These, and one of each `others_are_attached`.
    assert m.counts()[0] == before[0] + 22, (before, m.counts())


def test_undeclared(m, kind):
    """A module that does not say that it works is refused, with CPython's own error."""
    code = """
message = "module everypy_undeclared does not support loading in subinterpreters"
for again in range(2):
    try:
        run_tests.load(run_tests.UNDECLARED)
    except ImportError as error:
        assert type(error) is ImportError and str(error) == message, repr(error)
    else:
        raise AssertionError("it was loaded")
m.check()
"""
    kind.run(prelude() + code)
    assert load(UNDECLARED).loaded
    kind.run(prelude() + code)


def test_unloaded(m, kind):
    """What an interpreter has goes with it, classes too, in its own place and in the right order."""
    m.check()
    before = m.counts()
    for again in range(10):
        kind.run(prelude() + "m.check(); m.addresses()")
        assert m.counts() == before, (again, before, m.counts())
    m.check()


def test_used_until_the_end(m, kind):
    """Destructors use the module while the interpreter is being taken down, and find what has been there all along."""
    code = """
import builtins
m.check()
class Late:
    def __init__(self, m):
        self.use, self.cls = m.use_late, m.classes()[0]
    def __del__(self):
        self.use(self.cls)
keep = Late(m)
sys.late = Late(m)
sys.modules["late"] = Late(m)
builtins.late = Late(m)
"""
    before = m.counts()
    # Python 3.7 has no dict for an interpreter; what stands for it is in `sys`, and goes before the rest of it.
    expected = (4, 0) if sys.version_info >= (3, 8) else (2, 2)
    for again in range(3):
        kind.run(prelude() + code)
        assert m.uses() == expected
        if sys.version_info >= (3, 8):
            assert m.counts() == before, (again, before, m.counts())
    # The class itself is the last to go, and what goes with it finds another one, but it finds one.
    for again in range(3):
        kind.run(prelude() + code + "m.classes()[0].late = Late(m)")
        same, others = m.uses()
        assert same + others == 5 and others >= 1, (same, others)
        assert m.counts()[2] == before[2], (again, before, m.counts())
    m.check()


def test_instances_survive_their_module(m, kind):
    """A module that is thrown away and imported again finds its values."""
    code = """
import gc
classes, addresses = m.classes(), m.addresses()
del m, sys.modules[run_tests.NAME]
gc.collect()
m = run_tests.load()
assert m.classes() == classes and m.addresses() == addresses
m.check()
"""
    before = m.counts()
    kind.run(prelude() + code)
    assert m.counts() == before, (before, m.counts())


def test_two_at_once(m, kind):
    """Two threads work in two interpreters at the same time, while this one looks on."""
    before = m.counts()
    rounds, failed = [], []
    path = NOTES + "-hammer"

    def work():
        try:
            kind.run(prelude() + "run_tests.note(%r, m.hammer(%r))\n" % (path, SECONDS))
        except BaseException:
            failed.append(traceback.format_exc())

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    here = m.hammer(SECONDS)
    for thread in threads:
        thread.join()
    rounds = notes(path) if os.path.exists(path) else []
    assert not failed, failed
    assert len(rounds) == 2 and min(rounds) > 0 and here > 0, (rounds, here)
    assert m.counts() == before, (before, m.counts())
    print("  %s: %d and %d rounds in %g s, %d in the main interpreter" % (
        kind.name, rounds[0], rounds[1], SECONDS, here))


def test_without_main(m, kind):
    """The module is first used in another interpreter; the main one comes last."""
    code = """
del sys.modules[run_tests.NAME]
kind = kinds[%r]
for again in range(3):
    kind.run(run_tests.prelude() + "m.check(); run_tests.note(%r, m.counts())")
    objects, values, misplaced, bereaved = run_tests.notes(%r)[0]
    assert (values, misplaced, bereaved) == (1, 0, 0), (values, misplaced, bereaved)
m.check()
m.addresses()
assert m.counts() == (4, 1, 0, 0), m.counts()
""" % (kind.name, NOTES, NOTES)
    fresh(code)


def main(arguments):
    verbose = "-v" in arguments
    parts = [argument for argument in arguments if argument != "-v"]
    m = load()
    # What the main interpreter has is counted too, so it comes first.
    m.addresses()
    print("%s, fast rows %s" % (m.running(), "on" if m.fast() else "off"))
    found = kinds(m)
    tests = []
    left_out = []
    for name, function in list(globals().items()):
        if not name.startswith("test_") or (parts and not any(part in name for part in parts)):
            continue
        if function.__code__.co_argcount == 1:
            tests.append((name, function, (m,)))
            continue
        if not found:
            left_out.append(name)
        for kind in found:
            tests.append(("%s [%s]" % (name, kind.name), function, (m, kind)))
    if left_out:
        print("NOT TESTED: %s has no other interpreters, so there is nothing to run these in: %s" % (
            m.running(), ", ".join(left_out)))
    failed = 0
    for name, function, values in tests:
        if verbose:
            print(name, flush=True)
        try:
            function(*values)
        except BaseException:
            failed += 1
            print("FAILED %s: %s" % (name, traceback.format_exc()), flush=True)
    print("%d passed, %d failed" % (len(tests) - failed, failed), flush=True)
    return 1 if failed or not tests else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
