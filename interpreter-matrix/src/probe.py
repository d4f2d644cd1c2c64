# everypy-probe: asks the interpreter that runs this what it is.
#
# Prints one line, a JSON object with the fields of `Facts` (facts.rs). An
# interpreter that cannot load our modules answers too: `refused` says why.
# Runs on Python 2.7 and on every 3.x, as the argument of `-c`. GraalPy needs
# seconds to import `json`, `platform` or `sysconfig`: they are not used there.
import sys

# `-c` puts the current folder in front: nothing may be imported from there.
sys.path[:] = [entry for entry in sys.path if entry]

import os
import struct


def dotted(version):
    """(3, 15, 0, "candidate", 1) -> "3.15.0rc1"."""
    text = ".".join(str(part) for part in version[:3])
    level = {"alpha": "a", "beta": "b", "candidate": "rc"}.get(str(version[3]))
    return text + level + str(version[4]) if level else text


def implementation():
    """The name, its spelling for people, and the version of the implementation."""
    named = getattr(sys, "implementation", None)
    name = named.name if named else "pypy" if "__pypy__" in sys.builtin_module_names else "cpython"
    version = getattr(sys, "pypy_version_info", None) or getattr(named, "version", sys.version_info)
    labels = {"cpython": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
    return name, labels.get(name, name), dotted(version)


def pointer_bits():
    # Not `sys.maxsize`: GraalPy's is that of a Java integer.
    return struct.calcsize("P") * 8


def architecture():
    """What this process is, which the kernel does not know: i686 on x86_64."""
    if hasattr(os, "uname"):
        machine = os.uname()[4].lower()
    else:
        import platform

        machine = platform.machine().lower()
    if pointer_bits() == 32:
        return {"x86_64": "i686", "amd64": "i686", "aarch64": "armv8l"}.get(machine, machine)
    return {"amd64": "x86_64"}.get(machine, machine)


def configuration(name):
    """One of the build's settings; only CPython's are to be relied on."""
    if implementation()[0] != "cpython":
        return None
    import sysconfig

    return sysconfig.get_config_var(name)


def platform_tag():
    if implementation()[0] == "graalpy" and sys.platform.startswith("linux"):
        return "linux-" + architecture()
    import sysconfig

    return sysconfig.get_platform()


def libc():
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
        return name, version
    except (AttributeError, ValueError, OSError):
        pass
    if sys.platform.startswith("linux"):
        for folder in ("/lib", "/usr/lib"):
            if os.path.isdir(folder) and any(f.startswith("ld-musl-") for f in os.listdir(folder)):
                return "musl", None
    return None, None


def loaded_library():
    """The libpython or libpypy that is in this process, if the system tells."""
    try:
        with open("/proc/self/maps") as maps:
            for line in maps:
                path = line.rstrip("\n").split(" ")[-1]
                if os.path.basename(path).startswith(("libpython2", "libpython3", "libpypy")):
                    return path
    except (IOError, OSError):
        pass
    return None


def libpython():
    """A shared library to embed: the one in use, else one that is installed."""
    found = loaded_library()
    if found:
        return found
    base = getattr(sys, "base_prefix", sys.prefix)
    if os.name == "nt":
        places = [os.path.join(base, "python%d%d.dll" % sys.version_info[:2])]
    elif implementation()[0] == "cpython":
        names = [configuration("INSTSONAME"), configuration("LDLIBRARY")]
        folder = configuration("LIBDIR") or ""
        folders = [folder, os.path.join(folder, configuration("MULTIARCH") or "")]
        places = [os.path.join(d, n) for d in folders if d for n in names if n and not n.endswith(".a")]
    else:
        # PyPy's and GraalPy's configuration names libraries that are not there.
        here = os.path.dirname(os.path.realpath(sys.executable))
        name = "libpypy%d.%d-c.so" % sys.version_info[:2]
        places = [os.path.join(d, name) for d in (here, os.path.join(here, "..", "lib"))]
    for place in places:
        if os.path.isfile(place):
            return os.path.realpath(place)
    return None


def extension_suffixes():
    try:
        from importlib.machinery import EXTENSION_SUFFIXES

        return list(EXTENSION_SUFFIXES)
    except ImportError:
        import imp

        return [suffix for suffix, _, kind in imp.get_suffixes() if kind == imp.C_EXTENSION]


def base_executable(base_prefix):
    """The interpreter that a virtual environment was made from."""
    direct = getattr(sys, "_base_executable", None)
    if direct and os.path.abspath(direct) != os.path.abspath(sys.executable):
        return direct
    homes = []
    try:
        with open(os.path.join(sys.prefix, "pyvenv.cfg")) as lines:
            for line in lines:
                key, _, value = line.partition("=")
                if key.strip() == "home":
                    homes.append(value.strip())
    except (IOError, OSError):
        pass
    homes += [os.path.join(base_prefix, "bin"), base_prefix]
    real = os.path.basename(os.path.realpath(sys.executable))
    exe = ".exe" if os.name == "nt" else ""
    major, minor = sys.version_info[:2]
    flags = getattr(sys, "abiflags", "").replace("m", "")
    names = [real, "python%d.%d%s%s" % (major, minor, flags, exe), "python%d%s" % (major, exe)]
    names += ["pypy3" + exe, "graalpy" + exe, "python" + exe]
    for home in homes:
        for name in names:
            path = os.path.join(home, name)
            if os.path.isfile(path):
                return path
    return None


def refusal(label, version):
    if sys.version_info < (3, 7):
        running = label + " " + version
        if label != "CPython":
            running += " (Python %s)" % dotted(sys.version_info)
        return "everypy modules need CPython 3.7 or newer; this is " + running
    return None


def json(value):
    """The value as JSON, in ASCII."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(json(item) for item in value) + "]"
    if isinstance(value, dict):
        items = sorted(value.items())
        return "{" + ", ".join(json(key) + ": " + json(item) for key, item in items) + "}"
    text = ""
    for unit in value:
        code = ord(unit)
        if code > 0xFFFF:
            code -= 0x10000
            text += "\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
        elif 32 <= code < 127 and unit not in '"\\':
            text += unit
        else:
            text += "\\u%04x" % code
    return '"' + text + '"'


def facts():
    name, label, version = implementation()
    base_prefix = getattr(sys, "base_prefix", getattr(sys, "real_prefix", sys.prefix))
    virtual = os.path.realpath(base_prefix) != os.path.realpath(sys.prefix)
    libc_name, libc_version = libc()
    return {
        "implementation": name,
        "implementation_version": version,
        "python_version": dotted(sys.version_info),
        "free_threaded": configuration("Py_GIL_DISABLED") == 1,
        "debug": hasattr(sys, "gettotalrefcount"),
        "architecture": architecture(),
        "pointer_bits": pointer_bits(),
        "platform": platform_tag(),
        "libc": libc_name,
        "libc_version": libc_version,
        "libpython": libpython(),
        "extension_suffixes": extension_suffixes(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "base_prefix": os.path.realpath(base_prefix),
        "virtual_environment": virtual,
        "base_executable": base_executable(base_prefix) if virtual else None,
        "refused": refusal(label, version),
    }


sys.stdout.write(json(facts()) + "\n")
