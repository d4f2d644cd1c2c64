# everypy-embed: asks the interpreter that runs this what it is and which library a program could open.
#
# Prints lines `everypy-embed KEY=VALUE`; what else start-up files print is not looked at. One that cannot be embedded
# says why: `refused`, and what to do: `hint`. Runs on Python 2.7 and on every 3.x as the argument of `-c`.
import sys

# `-c` puts the current folder in front: nothing may be imported from there.
sys.path[:] = [entry for entry in sys.path if entry]

import os
import struct


def dotted(version):
    return ".".join(str(part) for part in version[:3])


def setting(name):
    """One of the build's settings. PyPy's and GraalPy's name files that are not there."""
    if IMPLEMENTATION != "cpython":
        return None
    import sysconfig

    return sysconfig.get_config_var(name)


def loaded_library():
    """The library that this process runs, if the system tells."""
    try:
        with open("/proc/self/maps", "rb") as maps:
            for line in maps:
                path = line.rstrip(b"\n").split(b" ", 5)[-1].strip()
                if os.path.basename(path).startswith((b"libpython2", b"libpython3", b"libpypy")):
                    return path
    except (IOError, OSError):
        pass
    return None


def installed_libraries():
    """Where a library may be that this process does not run itself, or that the system does not tell of."""
    executable = os.path.realpath(sys.executable)
    here = os.path.dirname(executable)
    major, minor = sys.version_info[:2]
    multiarch = getattr(sys.implementation, "_multiarch", "")
    names = [setting("INSTSONAME"), setting("LDLIBRARY")]
    folders = [setting("LIBDIR"), setting("PYTHONFRAMEWORKPREFIX")]
    folders += [os.path.join(BASE, "lib"), here, os.path.join(here, "..", "lib")]
    if IMPLEMENTATION == "pypy":
        stem = "libpypy%d.%d-c" % (major, minor)
        names = [stem + ".so", stem + ".dylib", stem + ".dll", "libpypy3-c.so"]
    elif os.name == "nt":
        names = ["python%d%d%s.dll" % (major, minor, "t" if FREE_THREADED else "")]
        folders.append(BASE)
    for folder in [folder for folder in folders if folder]:
        for name in [name for name in names if name and not name.endswith(".a")]:
            yield os.path.join(folder, name)
            if multiarch:
                yield os.path.join(folder, multiarch, name)


def library():
    found = loaded_library()
    if found:
        return found
    for path in installed_libraries():
        if os.path.isfile(path):
            return os.path.realpath(path)
    return None


def refusal(found):
    """Why a program cannot embed this interpreter, and what to do instead."""
    if sys.version_info < (3, 7):
        return (
            "it is %s, which is older than 3.7" % LABEL,
            "install a Python from 3.7 on, or name another one",
        )
    if IMPLEMENTATION == "graalpy":
        return (
            "it is %s, which runs in a Java virtual machine and has no library that a program can open" % LABEL,
            "GraalPy imports modules made with everypy: start it, and let it import yours",
        )
    if not found:
        return (
            "it is %s, which is linked into its executable, and there is no shared library of it" % LABEL,
            "install the package that has the library (Debian: libpython%d.%d), or a Python that was built with "
            "--enable-shared" % sys.version_info[:2],
        )
    return None, None


NAMED = getattr(sys, "implementation", None)
IMPLEMENTATION = NAMED.name if NAMED else "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"
RELEASE = dotted(getattr(sys, "pypy_version_info", None) or getattr(NAMED, "version", sys.version_info))
PYTHON = dotted(sys.version_info)
FREE_THREADED = setting("Py_GIL_DISABLED") == 1
BASE = getattr(sys, "base_prefix", sys.prefix)
LABEL = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}.get(IMPLEMENTATION, IMPLEMENTATION)
LABEL += " " + RELEASE
if RELEASE != PYTHON:
    LABEL += " (Python %s)" % PYTHON

found = None if sys.version_info < (3, 7) or IMPLEMENTATION == "graalpy" else library()
refused, hint = refusal(found)
facts = [
    ("implementation", IMPLEMENTATION),
    ("python", PYTHON),
    ("release", RELEASE),
    ("free_threaded", "1" if FREE_THREADED else "0"),
    ("debug", "1" if hasattr(sys, "gettotalrefcount") else "0"),
    ("pointer_bits", str(struct.calcsize("P") * 8)),
    ("executable", sys.executable),
    ("library", found),
    ("refused", refused),
    ("hint", hint),
    ("end", "1"),
]
lines = b""
for key, value in facts:
    if value is not None:
        if not isinstance(value, bytes):
            value = os.fsencode(value) if hasattr(os, "fsencode") else value.encode("utf-8")
        lines += b"everypy-embed " + key.encode("ascii") + b"=" + value + b"\n"
sys.stdout.flush()
os.write(1, lines)
