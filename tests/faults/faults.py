"""Lets one call into the interpreter after the other fail, and looks at what becomes of it.

    python faults.py word-count MODULE [STEP]
    python faults.py suite MODULE [LIMIT [PART OF A NAME]]

Each run is a process of its own, in which ``EVERYPY_SHIM=fault:N`` lets the Nth call that can fail do so with a
``MemoryError``; N counts up until a run passes untouched. Of ``word-count`` only every STEPth N is tried after the first
50. Whatever happens must be a ``MemoryError`` or what would have happened anyway, never a crash, and no reference may be
left behind. Under ``suite`` the bodies of the tests are run: an assertion that fails is what is to be expected there, a
crash is not. Of a body that makes more than LIMIT calls only so many are let fail, spread over all of them.

The last line says how many runs there were; the exit status is 1 if one was not as it must be.
"""

import importlib.machinery
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback

import balance

# In which so many seconds a run ends.
PATIENCE = 60

# How much stack there is: the limits of recursion are made for calls without instruments.
STACK = 64 * 1024 * 1024

# Tests that end the process by themselves if a call fails, and why.
FRAGILE = {
    "rows::optional_attributes": "reads what a call stores that does not happen",
    "panics::in_destructors_of_closures": "a panic in a destructor that runs because of a panic ends a Rust program",
    "classes::destruction::destructors_that_panic": "where there is no class for it, its value panics because of a panic",
}
if sys.implementation.name == "pypy":
    FRAGILE["classes::text::text_seen_from_rust"] = "`PyErr_WriteUnraisable` asks for a text while an exception is set"
    FRAGILE["errors::what_is_set_stays"] = "it looks at an exception's class while another is set, which takes calls here"


def load(path, name):
    """Imports a module from a file, where it has any name, once or again."""
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class Run:
    """What one run has come to."""

    def __init__(self, status, report, lines):
        self.report = report
        self.faults = [line for line in lines if line.startswith(b"everypy * ")]
        self.wrong = [line.decode() for line in lines if line.startswith(b"everypy ! ")]
        if os.WIFSIGNALED(status):
            self.wrong.append("ended by signal %d" % os.WTERMSIG(status))
        elif os.WEXITSTATUS(status):
            self.wrong.append("exit status %d" % os.WEXITSTATUS(status))


class Runner:
    """Runs functions in processes of their own and counts what they come to."""

    def __init__(self, folder):
        self.folder = folder
        self.runs = 0
        self.failed = 0
        self.reports = {}

    def run(self, instruments, function):
        """Calls ``function(trace, report)`` in a copy of this process, for which ``EVERYPY_SHIM`` is set."""
        paths = [os.path.join(self.folder, name) for name in ("trace", "report", "output")]
        for path in paths:
            with open(path, "wb"):
                pass
        trace, report, output = paths
        sys.stdout.flush()
        child = os.fork()
        if child == 0:
            os.dup2(os.open(output, os.O_WRONLY), 1)
            os.dup2(1, 2)
            signal.alarm(PATIENCE)
            os.environ["RUST_BACKTRACE"] = "0"
            os.environ["EVERYPY_SHIM"] = instruments
            os.environ["EVERYPY_SHIM_FILE"] = trace
            with open(report, "w") as file:
                function(trace, lambda text: (file.write(text + "\n"), file.flush()))
            # The interpreter ends as it always does.
            sys.exit(0)
        status = os.waitpid(child, 0)[1]
        with open(trace, "rb") as file:
            lines = file.read().splitlines()
        with open(report) as file:
            return Run(status, file.read().splitlines(), lines)

    def judge(self, where, run):
        """Counts a run, and tells of it if it is not as it must be."""
        self.runs += 1
        for line in run.report:
            if line.startswith("wrong: "):
                run.wrong.append(line)
            else:
                self.reports[line] = self.reports.get(line, 0) + 1
        if run.wrong:
            self.failed += 1
            print("FAILED %s: %s" % (where, "; ".join(run.wrong)))
            for fault in run.faults:
                print("    %s" % fault.decode())
            with open(os.path.join(self.folder, "output"), errors="replace") as file:
                for line in file.read().splitlines()[-12:]:
                    print("    %s" % line)


class Path:
    """Something that can be used as a path."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path


def word_count_calls(folder):
    """All that the module ``word_count`` has, called in every way: a name, arguments, keywords, and what it gives."""
    text, binary = os.path.join(folder, "w\u00f6rter.txt"), os.path.join(folder, "binary")
    with open(text, "wb") as file:
        file.write("tree \u6728 tree\ntrees".encode("utf-8"))
    with open(binary, "wb") as file:
        file.write(b"word \xff")
    missing = os.path.join(folder, "missing")
    calls = []
    for name in ("search", "search_sequential", "search_sequential_detached"):
        calls += [
            (name, (text, "tree"), {}, 2),
            (name, (Path(text), "\u6728"), {}, 1),
            (name, (text,), {"needle": "tree"}, 2),
            (name, (), {"needle": "tree", "path": text}, 2),
            (name, (text, 7), {}, TypeError),
            (name, (7, "tree"), {}, TypeError),
            (name, (text, "\ud800"), {}, UnicodeEncodeError),
            (name, (text,), {}, TypeError),
            (name, (text, "tree", 1), {}, TypeError),
            (name, (text,), {"needles": "tree"}, TypeError),
            (name, (missing, "tree"), {}, FileNotFoundError),
            (name, (binary, "tree"), {}, UnicodeDecodeError),
        ]
    for name in ("count", "count_sequential"):
        calls += [
            (name, (text,), {}, {"tree": 2, "\u6728": 1, "trees": 1}),
            (name, (missing,), {}, FileNotFoundError),
            (name, (binary,), {}, UnicodeDecodeError),
            (name, (None,), {}, TypeError),
        ]
    return calls


def use_word_count(path, calls, trace, report):
    """Imports the module and makes all calls, twice, since what is made once and kept is there the second time."""
    thread = str(threading.get_ident()).encode()
    trace = balance.Trace(trace)

    def seen():
        return balance.Balance(trace.read(), trace.effects, thread)

    try:
        module = load(path, "word_count")
    except MemoryError:
        if not seen().faults:
            raise
        report("MemoryError when imported")
        # It can be imported then.
        module = load(path, "word_count")
    imported = seen()
    if imported.faults:
        report("imported all the same")
    for again in (False, True):
        for name, arguments, keywords, expected in calls:
            function = getattr(module, name)
            result = error = None
            trace.read()
            try:
                result = function(*arguments, **keywords)
            except BaseException as raised:
                error = raised
            window = seen()
            as_ever = type(error) is expected if isinstance(expected, type) else result == expected
            if not as_ever and not (window.faults and type(error) is MemoryError):
                report("wrong: %s%r gives %r" % (name, arguments, error or result))
                traceback.print_exception(type(error), error, getattr(error, "__traceback__", None))
            if window.faults:
                report("as ever" if as_ever else "MemoryError")
                # The result went to Python.
                kept = sum(window.objects.values()) + window.unseen - (error is None)
                negative = -sum(count for count in window.objects.values() if count < 0)
                slack = window.perhaps + window.unseen + window.swaps
                if kept < -window.perhaps or negative > slack or (again and kept > 0):
                    counts = {hex(key): value for key, value in window.objects.items() if value}
                    report("wrong: %s%r leaves %+d references: %r" % (name, arguments, kept, counts))


def word_count(runner, path, step):
    """Lets the calls of ``use_word_count`` fail: the first ones all, then every ``step``th."""
    calls = word_count_calls(runner.folder)
    number = 0
    while True:
        number += 1 if number < 50 else step
        instruments = "fault:%d,check,trace" % number
        run = runner.run(instruments, lambda trace, report: use_word_count(path, calls, trace, report))
        runner.judge("word-count under fault:%d" % number, run)
        if not run.faults:
            break
    print("untouched under fault:%d" % number)


def use_suite(path, name, report):
    """Runs the body of a test."""
    suite = load(path, "everypy_suite")
    sys.modules["everypy_suite"] = suite
    report("ready")
    if name is not None:
        try:
            suite.run(name)
        except BaseException as error:
            report(type(error).__name__)
        else:
            report("passed")


def suite(runner, path, limit, part):
    """Lets the calls of each body fail that has a part in its name."""
    names = []

    def list_names(trace, report):
        module = load(path, "everypy_suite")
        names = module.names()
        for name in names:
            if part in name:
                report(name)

    names = runner.run("check", list_names).report
    assert names, "the suite cannot be imported"
    # The calls before a body begins.
    before = 1
    while True:
        run = runner.run("fault:%d,check" % before, lambda trace, report: use_suite(path, None, report))
        runner.judge("importing the suite under fault:%d" % before, run) if "ready" in run.report else None
        if not run.faults:
            break
        before += 1
    for name in names:
        start = time.time()
        number, count = before, 0
        while True:
            instruments = "fault:%d,check" % number
            run = runner.run(instruments, lambda trace, report: use_suite(path, name, report))
            if name in FRAGILE:
                run.wrong = []
            runner.judge("%s under fault:%d" % (name, number), run)
            if not run.faults:
                break
            count += 1
            # Every call at first, then at growing distances.
            number += 1 + max(0, number - before - limit) // max(1, limit // 4)
        if time.time() - start > 60:
            print("%s: %d runs in %d s" % (name, count, time.time() - start), flush=True)


def main(arguments):
    what, path = arguments[:2]
    path = os.path.abspath(path)
    start = time.time()
    most = resource.getrlimit(resource.RLIMIT_STACK)[1]
    resource.setrlimit(resource.RLIMIT_STACK, (STACK if most == -1 else min(STACK, most), most))
    folder, owner = tempfile.mkdtemp(), os.getpid()
    try:
        runner = Runner(folder)
        if what == "word-count":
            word_count(runner, path, int(arguments[2]) if arguments[2:] else 1)
        else:
            suite(runner, path, int(arguments[2]) if arguments[2:] else 8, "".join(arguments[3:]))
    finally:
        # The runs come by here too when they end.
        if os.getpid() == owner:
            shutil.rmtree(folder)
    for report in sorted(runner.reports):
        print("%6d %s" % (runner.reports[report], report))
    print("%d runs, %d failed, in %d s" % (runner.runs, runner.failed, time.time() - start), flush=True)
    return 1 if runner.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
