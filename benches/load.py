"""Times how long the table of C-API entries takes to fill in this Python.

    python load.py LIBRARY [--beside FOLDER] [--wake MODULE]

Prints JSON: microseconds of the first time in the process, and of the best of
many further times. `cargo xtask bench` runs it.
"""

import argparse
import ctypes
import importlib.machinery
import json
import os


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", help="the built table-load")
    parser.add_argument("--beside", help="a folder of libraries to load before")
    parser.add_argument("--wake", help="a module to import if the C API is not loaded yet")
    parser.add_argument("--rounds", type=int, default=200)
    arguments = parser.parse_args()
    others = []
    if arguments.beside:
        for name in sorted(os.listdir(arguments.beside)):
            path = os.path.join(arguments.beside, name)
            others.append(ctypes.CDLL(path, ctypes.RTLD_GLOBAL))
    library = getattr(ctypes, "PyDLL", ctypes.CDLL)(arguments.library)
    library.first_fill.restype = library.best_fill.restype = ctypes.c_uint64
    loader = importlib.machinery.ExtensionFileLoader("bench_module", arguments.wake or "")
    wake = importlib.machinery.ModuleSpec("bench_module", loader, origin=arguments.wake)
    first = library.first_fill()
    if first == 0:
        # GraalPy loads its C API with the first extension module.
        loader.create_module(wake)
        raise SystemExit("there is no C API in this process")
    best = library.best_fill(arguments.rounds)
    print(json.dumps({"first": first / 1000, "best": best / 1000, "others": len(others)}))


main()
