"""Adds up the references that a piece of Rust code takes and gives back, from what ``EVERYPY_SHIM=trace`` writes.

Counted are the calls that Rust code makes by itself. A call that is made while another one lasts belongs to a fallback
or to a function of ours that Python has called, whose result goes to Python unseen. The same goes for threads that
Python has started. Such calls are counted apart, and so are those of destructors: what they give back more than they
take was handed to them, as the contents of an instance are, and makes up for what Rust code has kept of the same
object. What a function stores through a pointer is not in the trace: it counts as some object. So what is found wrong
is wrong, but for what Rust code keeps on purpose.
"""

import collections
import os

PREFIX = b"everypy "
GIVE_BACK = b"Py_DecRef("


def read_effects():
    """What each function does to references, from ``references.txt``.

    ``new``: the result is owned; ``+0``, ``-0``: a reference to the argument of that number is taken, given back or
    away; ``-2?``: unless it fails; ``out``: if it returns a positive number it has stored a reference, ``out?``: the
    same with 0, ``outs``: it stores up to three; ``swap``: it replaces a reference by another one.
    """
    effects = {}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "references.txt")
    with open(path, "rb") as file:
        for line in file:
            words = line.split()
            if words[1:] != [b"borrowed"]:
                effects[words[0]] = words[1:]
    return effects


class Trace:
    """A file that a module writes its trace to, read in parts."""

    def __init__(self, path):
        self.path = path
        self.at = 0
        self.effects = read_effects()

    def read(self):
        """Returns the lines since the last call."""
        try:
            with open(self.path, "rb") as file:
                file.seek(self.at)
                text = file.read()
        except FileNotFoundError:
            return []
        self.at += len(text)
        return text.splitlines()


class Balance:
    """The references that remain at the end of some lines of a trace."""

    def __init__(self, lines, effects, thread):
        self.objects = collections.Counter()
        # The same of calls that are not made by Rust code itself, and of those that `Py_DecRef` alone has led to.
        self.below = collections.Counter()
        self.destructors = collections.Counter()
        # What was stored where the trace does not see it: for certain, and at most; references that were replaced.
        self.unseen = 0
        self.perhaps = 0
        self.swaps = 0
        # Whether the rest is that of a garbage collection.
        self.collected = False
        self.broken = []
        self.faults = []
        # By thread: how many calls last, how many of them are of other functions than `Py_DecRef`, and how often it was
        # attached by Rust code.
        self.depths = collections.Counter()
        self.others = collections.Counter()
        self.attached = collections.Counter({thread: 1})
        for line in lines:
            self.add(line, effects)

    def add(self, line, effects):
        if not line.startswith(PREFIX):
            raise ValueError("no line of a trace: %r" % line)
        mark, thread, call = line[len(PREFIX) :].split(b" ", 2)
        if mark == b">":
            self.depths[thread] += 1
            self.others[thread] += not call.startswith(GIVE_BACK)
        elif mark == b"!":
            self.broken.append(line.decode())
        elif mark == b"*":
            self.faults.append(line.decode())
        else:
            self.depths[thread] -= 1
            self.others[thread] -= not call.startswith(GIVE_BACK)
            name, _, rest = call.partition(b"(")
            itself = self.depths[thread] == 0 and not self.collected
            if itself and name == b"PyGILState_Ensure":
                self.attached[thread] += 1
            elif itself and name == b"PyGILState_Release":
                self.attached[thread] -= 1
            elif name in effects:
                if itself and self.attached[thread]:
                    objects = self.objects
                elif not self.others[thread] and (self.depths[thread] or self.collected):
                    objects = self.destructors
                else:
                    objects = self.below
                self.count(effects[name], rest, objects)

    def add_below(self, lines, effects):
        """Adds calls none of which Rust code makes by itself: those of a garbage collection."""
        self.collected = True
        for line in lines:
            self.add(line, effects)

    def count(self, effects, rest, objects):
        arguments, _, result = rest.partition(b") = ")
        result = int(result.split(b" ", 1)[0], 16)
        for effect in effects:
            if effect == b"new":
                if result:
                    objects[result] += 1
            elif effect[:1] in (b"+", b"-"):
                place = int(effect[1:2])
                pointer = int(arguments.split(b", ")[place], 16)
                if pointer and (not effect.endswith(b"?") or result == 0):
                    objects[pointer] += 1 if effect[:1] == b"+" else -1
            elif objects is not self.objects:
                pass
            elif effect in (b"out", b"out?"):
                # Results are printed as words: what is negative has the highest bit.
                low = 1 if effect == b"out" else 0
                self.unseen += low <= result < 1 << 63
            elif effect == b"outs":
                self.perhaps += 3
            elif effect == b"swap":
                self.swaps += 1
            else:
                raise ValueError("unknown effect %r" % effect)

    def without(self, other):
        """Takes the balance of other lines off this one."""
        self.objects.subtract(other.objects)
        return self

    def left(self, pointer):
        """How many references to an object are left; negative if more are given back than taken."""
        count = self.objects[pointer]
        if count > 0:
            count += min(0, self.below[pointer]) + min(0, self.destructors[pointer])
            return max(0, count)
        return count

    def wrong(self):
        """What does not balance, as text, or ``None``."""
        kept = {pointer: self.left(pointer) for pointer in self.objects if self.left(pointer)}
        total = sum(kept.values()) + self.unseen
        missing = -sum(count for count in kept.values() if count < 0)
        if -self.perhaps <= total <= 0 and missing <= self.unseen + self.perhaps + self.swaps:
            return None
        objects = ", ".join("%#x: %+d" % pair for pair in sorted(kept.items()))
        return "%+d references (%s)" % (total, objects or "stored where a pointer says")
