"""Asks for everything by many threads at once, in process after process where nothing has been made yet.

    python cold_start.py

``EVERYPY_PROCESSES`` says how many processes; the full form is 1000, the default 100. A process is a fork of this one,
which has not loaded the module; where there is no fork, it is a new Python, and there are a hundredth of them.
"""

import os
import subprocess
import sys
import traceback

import run_tests

PROCESSES = int(os.environ.get("EVERYPY_PROCESSES", "100"))
THREADS = 8


def start():
    m = run_tests.load()
    m.race(THREADS)
    m.race(THREADS)
    m.check()


def forked():
    """Runs ``start`` in a fork, and returns its exit status."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            start()
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    return os.waitpid(child, 0)[1]


def started():
    """Runs ``start`` in a new Python, and returns its exit status."""
    return subprocess.call([sys.executable, "-c", "import cold_start; cold_start.start()"])


def main():
    run, processes = forked, PROCESSES
    if not hasattr(os, "fork"):
        run, processes = started, max(1, PROCESSES // 100)
        print("NOT TESTED: this Python cannot fork, so it starts only %d processes" % processes)
    failed = sum(run() != 0 for _ in range(processes))
    print("%d passed, %d failed" % (processes - failed, failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
