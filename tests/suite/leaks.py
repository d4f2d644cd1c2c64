"""Runs every test of the suite many times, and fails if there is more after each lot of them: references, memory.

    python leaks.py [PART OF A NAME ...]

``EVERYPY_RUNS`` says how many times; the full form is 1,000, the default 20. Debug builds of CPython count references
(``sys.gettotalrefcount``), every CPython counts the blocks of its allocator, and the module what Rust code has. A test
that would keep a processor longer than ``EVERYPY_SECONDS`` runs less often, and is named with how many times.
"""

import gc
import os
import sys
import time
import warnings

import run_tests

RUNS = int(os.environ.get("EVERYPY_RUNS", "20"))
SECONDS = float(os.environ.get("EVERYPY_SECONDS", "4"))
# So many lots are compared, after as many runs as two of them have to make what is made once. What is made now and then,
# such as a larger table for names, does not make all of them grow.
LOTS = 3
FEWEST = 5

COUNTED = ["references", "blocks", "allocations of Rust"]

# Tests that keep something with each run, and what that is.
KEEPS = {
    "classes::calling::decorators": "a function whose variables hold what it is wrapped in, by a class without `__traverse__`",
}
KEEPS.update(dict.fromkeys(
    ["classes::unsendable::never_dropped_in_another_thread", "classes::unsendable::made_in_another_thread"],
    "what an unsendable object has is not dropped when the object dies in another thread",
))


def settle():
    """Gives back what Python keeps for later."""
    # More than once: destructors may leave something to the next.
    gc.collect()
    gc.collect()
    # The cache of attributes keeps names, up to 4,096 of them.
    for clear in "_clear_type_cache", "_clear_internal_caches":
        getattr(sys, clear, bool)()


def counts(suite):
    """What there is of each of ``COUNTED``; always 0 where it is not counted."""
    references = getattr(sys, "gettotalrefcount", int)()
    blocks = getattr(sys, "getallocatedblocks", int)()
    return references, blocks, suite.allocated()


class Quiet:
    """Nothing is written to standard error meanwhile: what tests report there they would report a thousand times."""

    def __enter__(self):
        sys.stderr.flush()
        self.kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)

    def __exit__(self, *_):
        sys.stderr.flush()
        os.dup2(self.kept, 2)
        os.close(self.kept)


def lot(suite, name, runs):
    """Runs a test so many times, and returns what went wrong, or ``None``."""
    for _ in range(runs):
        error = run_tests.run(suite, lambda: suite.run(name))
        if error is not None:
            return error
    return None


def grown(suite, name, runs):
    """By how much the counts have grown in each of the lots."""
    settle()
    growth = []
    for _ in range(LOTS):
        before = counts(suite)
        error = lot(suite, name, runs)
        if error is not None:
            raise AssertionError(error)
        settle()
        growth.append([now - then for now, then in zip(counts(suite), before)])
    return growth


def check(suite, name):
    """Returns how many times the test has run, and what went wrong, or ``None``."""
    error = lot(suite, name, 1)
    if error is not None:
        return 1, error
    # Of this process, since others may want the processors too.
    start = time.process_time()
    lot(suite, name, 1)
    each = max(time.process_time() - start, 1e-6)
    runs = max(FEWEST, min(RUNS, int(SECONDS / each)) // (LOTS + 2))
    with Quiet():
        error = lot(suite, name, 2 * runs)
        if error is not None:
            return 2 * runs, error
        # What counting itself takes.
        idle = [max(column) for column in zip(*grown(suite, name, 0))]
        growth = [[more - less for more, less in zip(lot, idle)] for lot in grown(suite, name, runs)]
    total = (LOTS + 2) * runs
    # One in ten runs is enough. Less is what Python does by itself.
    least = max(2, runs // 10)
    for place, what in enumerate(COUNTED):
        if all(lot[place] >= least for lot in growth):
            return total, "%s more %s in %d runs each" % (" + ".join(str(lot[place]) for lot in growth), what, runs)
    return total, None


def main(parts):
    # `sys._clear_type_cache` has another name since 3.13, and does something else as well.
    warnings.simplefilter("ignore", DeprecationWarning)
    suite = run_tests.load()
    print("%s, counted are %s" % (
        suite.running(), ", ".join(what for what, count in zip(COUNTED, counts(suite)) if count)), flush=True)
    names = [name for name in suite.names() if not parts or any(part in name for part in parts)]
    # Otherwise each collection would go through all that Python has loaded.
    gc.collect()
    getattr(gc, "freeze", int)()
    failed = fewer = runs = 0
    for name in names:
        often, error = check(suite, name)
        runs += often
        if error is not None and name in KEEPS:
            print("%s: %s (%s)" % (name, error, KEEPS[name]), flush=True)
        elif error is not None:
            failed += 1
            print("FAILED %s: %s" % (name, error.strip()), flush=True)
        elif often < RUNS:
            print("%s: %d times" % (name, often), flush=True)
        fewer += often < RUNS
    print("%d runs of %d tests; %d tests ran less than %d times" % (runs, len(names), fewer, RUNS))
    print("%d passed, %d failed" % (len(names) - failed, failed), flush=True)
    return 1 if failed or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
