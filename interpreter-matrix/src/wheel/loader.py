# Loads the compiled module MODULE from MODULE_FILE beside this file.
#
# Most interpreters import MODULE_FILE themselves and never read this file.
# PyPy looks for its own suffix only, comes here, and gets the same module.
#
# No docstring and no names left behind: when importlib.reload() runs this file
# again, it runs in the namespace of the compiled module.


def _load(namespace):
    import sys
    from importlib.machinery import ExtensionFileLoader
    from importlib.util import module_from_spec, spec_from_file_location
    from os.path import abspath, dirname, join

    name = namespace["__name__"]
    spec = namespace.get("__everypy_spec__")
    if spec is not None:
        # A reload. The import system has just described the module as this
        # file; put that right, then do what it does for a compiled module.
        module = sys.modules[name]
        module.__spec__, module.__loader__ = spec, spec.loader
        module.__file__, module.__cached__ = spec.origin, None
        spec.loader.exec_module(module)
        return
    path = join(dirname(abspath(namespace["__file__"])), "MODULE_FILE")
    spec = spec_from_file_location(name, path, loader=ExtensionFileLoader(name, path))
    module = module_from_spec(spec)
    # The import system returns what stands in sys.modules when this file is
    # done, so the compiled module takes the place of this one.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        module.__everypy_spec__ = spec
    except BaseException:
        sys.modules.pop(name, None)
        raise


try:
    _load(globals())
finally:
    del _load
