# everypy-pip: `python -c SCRIPT SEED install …` runs the pip in SEED.
import runpy
import sys

sys.path.insert(0, sys.argv.pop(1))
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
