"""Runs the operations of the benchmark on one form of the module.

    python measure.py [options] count MODULE      what callgrind counts
    python measure.py [options] time MODULE       nanoseconds, as JSON
    python measure.py [options] loop MODULE       for a profile made by hand
    python measure.py --warm OTHER import MODULE  microseconds of the import

Runs on every Python since 3.7, without the site module. `cargo xtask bench`
runs it; xtask/src/bench/calls/mod.rs says how to run it by hand.
"""

import argparse
import importlib.machinery
import importlib.util
import itertools
import json
import os
import sys
import time

# Name, what the report calls it, statement, and an expression that must be true
# of the module first. What the module has and what SCOPE has are local variables
# of the loop. A statement that does the same many times says how many.
OPERATIONS = [
    ("loop", "empty loop", "pass", "True"),
    ("noop", "no arguments", "noop()", "noop() is None"),
    ("add", "two ints", "add(1, 2)", "add(1, 2) == 3"),
    ("add-positional", "two ints, positional only", "add_positional(1, 2)", "add_positional(1, 2) == 3"),
    ("length", "a str to its length", "length('hello')", "length('hello') == 5"),
    ("length-positional", "a str to its length, positional only", "length_positional('hello')",
     "length_positional('hello') == 5"),
    ("floats", "two floats", "multiply(1.5, 2.5)", "multiply(1.5, 2.5) == 3.75"),
    ("keyword", "by keyword", "add_keywords(a=1, b=2)", "add_keywords(b=1, a=2) == 3"),
    ("keyword-mixed", "by position and keyword", "add_keywords(1, b=2)", "add_keywords(1, b=2) == 3"),
    ("defaults", "defaults", "defaults(1)", "(defaults(1), defaults(1, 1, 1)) == (6, 3)"),
    ("tuple-out", "a tuple back", "pair(1, 2)", "pair(1, 2) == (2, 1)"),
    ("ints-in", "list[int] in, 100 items", "sum_ints(ints)", "sum_ints(ints) == sum(ints)"),
    ("ints-out", "list[int] out, 100 items", "make_ints(100)", "make_ints(100) == ints"),
    ("floats-in", "list[float] in, 100 items", "sum_floats(floats)", "sum_floats(floats) == sum(floats)"),
    ("floats-out", "list[float] out, 100 items", "make_floats(100)", "make_floats(100) == floats"),
    ("dict-in", "dict in, 20 items", "sum_dict(dictionary)", "sum_dict(dictionary) == 20 * 5 + sum(range(20))"),
    ("dict-out", "dict out, 20 items", "make_dict(20)", "make_dict(20) == {i: 2 * i for i in range(1000, 1020)}"),
    ("bytes-in", "bytes in", "size(b'hello')", "size(b'hello') == 5"),
    ("raise", "raising", "try: fail()\nexcept ValueError: pass", "raises(ValueError, fail)"),
    ("catch", "catching", "catch(failing)", "catch(failing) is True and catch(nothing) is False"),
    ("call-0", "calling a Python function, no arguments", "call_0(nothing)", "call_0(lambda: 5) == 5"),
    ("call-2", "calling a Python function, two arguments", "call_2(two)", "call_2(lambda *a: a) == (1000, 2000)"),
    ("call-keywords", "calling a Python function, two keyword arguments", "call_keywords(two)",
     "call_keywords(lambda **k: k) == {'a': 1000, 'b': 2000}"),
    ("getattr", "getattr", "get_value(holder)", "get_value(holder) == 5"),
    ("isinstance", "isinstance", "is_instance(holder, Holder)",
     "is_instance(holder, Holder) is True and is_instance(1, Holder) is False"),
    ("attach", "attach while attached", "attach(100)", "attach(1) is None", 100),
    ("detach", "detach", "detach()", "detach() is None"),
    ("new", "creating an instance", "Pair(1, 2)", "Pair(1, 2).x == 1"),
    ("method", "method", "pair_1.total()", "pair_1.total() == 3"),
    ("getter", "getter", "pair_1.x", "pair_1.x == 1"),
    ("setter", "setter", "pair_2.x = 3", "setattr(pair_2, 'x', 5) is None and pair_2.x == 5"),
    ("dunder-add", "`__add__`", "pair_1 + pair_1", "(pair_1 + pair_1)[1] == 4"),
    ("dunder-getitem", "`__getitem__`", "pair_1[1]", "pair_1[1] == 2 and raises(IndexError, lambda: pair_1[2])"),
    ("dunder-len", "`__len__`", "len(pair_1)", "len(pair_1) == 2"),
    ("dunder-richcmp", "`__richcmp__`", "pair_1 == pair_2", "pair_1 != pair_2 and pair_1 < Pair(2, 0)"),
    ("iterate", "iteration, 100 items", "for _ in Countdown(100): pass", "list(Countdown(3)) == [2, 1, 0]"),
]

# Rounds before anything is measured: more than any version needs to specialise a
# loop, and PyPy to compile it with what goes off the beaten track in it.
WARM_UP = 5000

LOOP = """\
def loop(count, {names}):
    for _ in count:
        {statement}
"""


class Holder:
    def __init__(self):
        self.value = 5


def nothing():
    pass


def two(a, b):
    pass


def failing():
    raise ValueError("that does not work")


def raises(kind, function):
    try:
        function()
    except kind:
        return True
    return False


SCOPE = {
    "ints": list(range(1000, 1100)),
    "floats": [float(number) for number in range(1000, 1100)],
    "dictionary": {"key{:02}".format(number): number for number in range(20)},
    "Holder": Holder,
    "holder": Holder(),
    "nothing": nothing,
    "two": two,
    "failing": failing,
    "raises": raises,
    "len": len,
}


def load(path, name):
    """Imports the module `name` from a file of any name."""
    loader = importlib.machinery.ExtensionFileLoader(name, path)
    spec = importlib.util.spec_from_loader(name, loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def scope_of(module):
    """All that the operations use."""
    scope = dict(SCOPE)
    scope.update((name, value) for name, value in vars(module).items() if not name.startswith("_"))
    scope["pair_1"] = scope["Pair"](1, 2)
    scope["pair_2"] = scope["Pair"](1, 3)
    return scope


def compiled(scope, name, statement, check, warm_up):
    """Makes `loop(n)`, which runs the statement n times, and warms it.

    Each operation has a code object of its own, so that CPython specialises it
    for that operation alone.
    """
    if not eval(check, dict(scope)):
        sys.exit("{}: {} is not true".format(name, check))
    source = LOOP.format(names=", ".join(scope), statement=statement.replace("\n", "\n        "))
    made = {}
    exec(source, made)
    loop = made["loop"]

    def run(n):
        loop(itertools.repeat(None, n), **scope)

    run(warm_up)
    return run


def count(loops, few, many):
    """Lets callgrind write its counters before and after every loop.

    It does so whenever `getppid` is called (`--dump-before=getppid`), which
    nothing else here does. Prints which operation the counts belong to: for
    each two, that of `few` and that of `many` rounds.
    """
    for _, loop in loops:
        loop(few)
    os.getppid()
    for _, loop in loops:
        loop(few)
        os.getppid()
        loop(many)
        os.getppid()
    print(json.dumps([name for name, _ in loops]))


def profile(loops, rounds):
    """Does nothing but the loops between `getppid` and the end of the process."""
    os.getppid()
    for _, loop in loops:
        loop(rounds)
    os._exit(0)


def clock(loops, repeat):
    """Prints the best time of one round, in nanoseconds."""
    best = {}
    for name, loop in loops:
        n = rounds_of(loop, 5e6)
        times = []
        for _ in range(repeat):
            start = time.perf_counter()
            loop(n)
            times.append((time.perf_counter() - start) / n)
        best[name] = min(times) * 1e9
    print(json.dumps(best))


def rounds_of(loop, nanoseconds):
    """Returns about how many rounds take that long."""
    n = 1000
    while True:
        start = time.perf_counter()
        loop(n)
        if (time.perf_counter() - start) * 1e9 >= nanoseconds:
            return n
        n *= 2


def first_import(path):
    """Prints how long the first import of a module takes, in microseconds.

    Finding the file is not part of it, nor is what Python itself does only once.
    """
    for name in ("bench_module", "one_function"):
        loader = importlib.machinery.ExtensionFileLoader(name, path[name])
        spec = importlib.util.spec_from_loader(name, loader)
        start = time.perf_counter()
        os.getppid()
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
        os.getppid()
        end = time.perf_counter()
    assert module.add(1, 2) == 3
    print(json.dumps((end - start) * 1e6))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["count", "time", "loop", "list", "import"])
    parser.add_argument("module", nargs="?", help="the file of the module")
    parser.add_argument("--warm", help="another module to import before, for `import`")
    parser.add_argument("--operation", action="append", help="only this one")
    parser.add_argument("--warm-up", type=int, default=WARM_UP, help="rounds before")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=6000)
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_intermixed_args()
    operations = [o + (1,) * (5 - len(o)) for o in OPERATIONS]
    if arguments.what == "list":
        print(json.dumps([[o[0], o[1], o[2], o[4]] for o in operations]))
        return
    if arguments.what == "import":
        first_import({"bench_module": arguments.warm, "one_function": arguments.module})
        return
    scope = scope_of(load(os.path.abspath(arguments.module), "bench_module"))
    operations = [o for o in operations if o[0] in (arguments.operation or [o[0]])]
    loops = [(o[0], compiled(scope, o[0], o[2], o[3], arguments.warm_up)) for o in operations]
    if arguments.what == "count":
        count(loops, arguments.few, arguments.many)
    elif arguments.what == "time":
        clock(loops, arguments.repeat)
    else:
        profile(loops, arguments.many)


main()
