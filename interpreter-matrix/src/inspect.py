# everypy-inspect: imports a module and tells which file it came from.
#
# Runs as `python -c SCRIPT NAME` in the folder where the tests ran, so it
# finds what they found.
import importlib
import json
import sys

module = importlib.import_module(sys.argv[1])
spec = getattr(module, "__spec__", None)
origin = getattr(spec, "origin", None) or getattr(module, "__file__", None)
sys.stdout.write("\n" + json.dumps({"file": origin}) + "\n")
