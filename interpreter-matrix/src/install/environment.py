# everypy-environment: makes a virtual environment and finds a pip for it.
#
# `python -c SCRIPT FOLDER SEED` runs in the interpreter that the environment
# is for. Installing pip into every environment would take longer than most
# test suites, so SEED becomes a folder that pip can be imported from: a link to
# this interpreter's own pip and nothing else of it, or what `ensurepip` holds.
import glob
import importlib.util
import os
import sys
import sysconfig
import venv
import zipfile


def bundled_wheels():
    folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), "/usr/share/python-wheels"]
    spec = importlib.util.find_spec("ensurepip")
    if spec and spec.origin:
        folders.insert(0, os.path.join(os.path.dirname(spec.origin), "_bundled"))
    return [wheel for f in folders if f for wheel in sorted(glob.glob(os.path.join(f, "pip-*.whl")))]


def main(folder, seed):
    venv.create(folder, symlinks=True)
    pip = importlib.util.find_spec("pip")
    os.mkdir(seed)
    if pip and pip.origin and os.path.isfile(pip.origin):
        os.symlink(os.path.dirname(pip.origin), os.path.join(seed, "pip"))
        return
    wheels = bundled_wheels()
    if not wheels:
        sys.exit("it has neither pip nor ensurepip (Debian: apt install python3-venv)")
    zipfile.ZipFile(wheels[-1]).extractall(seed)


main(*sys.argv[1:])
