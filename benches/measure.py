"""Runs the operations of the benchmark on one form of the module.

    python measure.py [options] count MODULE      what callgrind counts
    python measure.py [options] time MODULE       nanoseconds, as JSON
    python measure.py [options] loop MODULE       for a profile made by hand

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

# Name, what the report calls it, expression, its value. The functions of the
# module are local variables of the loop.
OPERATIONS = [
    ("loop", "empty loop", None, None),
    ("noop", "no arguments", "noop()", None),
    ("add", "two ints", "add(1, 2)", 3),
    ("add-positional", "two ints, positional only", "add_positional(1, 2)", 3),
    ("length", "a str to its length", "length('hello')", 5),
    ("length-positional", "a str to its length, positional only", "length_positional('hello')", 5),
    ("keyword", "by keyword", "add_keywords(a=1, b=2)", 3),
    ("keyword-mixed", "by position and keyword", "add_keywords(1, b=2)", 3),
]

# More than any version needs to specialise a loop.
WARM = 2000

LOOP = """\
def loop(count, {functions}):
    for _ in count:
        {statement}
"""


def load(path):
    """Imports the module from a file of any name."""
    loader = importlib.machinery.ExtensionFileLoader("bench_module", path)
    spec = importlib.util.spec_from_loader("bench_module", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def compiled(module, expression, expected):
    """Makes `loop(n)`, which evaluates the expression n times, and warms it.

    Each operation has a code object of its own, so that CPython specialises it
    for that operation alone.
    """
    names = [name for name in vars(module) if not name.startswith("_")]
    functions = {name: getattr(module, name) for name in names}
    if expression is not None:
        value = eval(expression, dict(functions))
        if value != expected:
            sys.exit("{} is {!r}, not {!r}".format(expression, value, expected))
    source = LOOP.format(functions=", ".join(names), statement=expression or "pass")
    scope = {}
    exec(source, scope)
    loop = scope["loop"]

    def run(n):
        loop(itertools.repeat(None, n), **functions)

    run(WARM)
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


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["count", "time", "loop", "list"])
    parser.add_argument("module", nargs="?", help="the file of the module")
    parser.add_argument("--operation", action="append", help="only this one")
    parser.add_argument("--few", type=int, default=1000)
    parser.add_argument("--many", type=int, default=21000)
    parser.add_argument("--repeat", type=int, default=7)
    arguments = parser.parse_intermixed_args()
    operations = [o for o in OPERATIONS if o[0] in (arguments.operation or [o[0]])]
    if arguments.what == "list":
        print(json.dumps([o[:3] for o in operations]))
        return
    module = load(os.path.abspath(arguments.module))
    loops = [(o[0], compiled(module, o[2], o[3])) for o in operations]
    if arguments.what == "count":
        count(loops, arguments.few, arguments.many)
    elif arguments.what == "time":
        clock(loops, arguments.repeat)
    else:
        profile(loops, arguments.many)


main()
