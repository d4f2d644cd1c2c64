//! Loads the suite's module where it is not at home: in a Python that is too old, in a program that is no Python, in a
//! program whose Python is out of sight. The message, or that all is well, is what is tested.

#[expect(dead_code, reason = "other tests use the rest")]
mod support;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use object::{Object as _, ObjectSymbol as _};

/// The module asks for nothing of Python's when it is loaded, and shows nothing but how to start it.
#[test]
fn no_symbol_of_python_is_needed() {
    let file = std::fs::read(support::library()).expect("it was built");
    let file = object::File::parse(&*file).expect("a shared library");
    let (mut undefined, mut exported) = (Vec::new(), Vec::new());
    for symbol in file.dynamic_symbols() {
        let name = symbol.name().expect("names are text").to_owned();
        if symbol.is_undefined() {
            undefined.push(name);
        } else if symbol.is_global() {
            exported.push(name);
        }
    }
    assert!(undefined.len() > 10, "a library needs something of the system: {undefined:?}");
    undefined.retain(|name| ["Py", "_Py"].iter().any(|start| name.starts_with(start)));
    assert_eq!(undefined, [""; 0]);
    assert!(exported.iter().any(|name| name == "PyInit_everypy_suite"), "{exported:?}");
    exported
        .retain(|name| !["PyInit_", "PyModExport_"].iter().any(|start| name.starts_with(start)));
    assert_eq!(exported, [""; 0]);
}

/// Where a Python 3.6 may be: on the path, or with pyenv.
fn python_3_6() -> Option<PathBuf> {
    let pyenv = std::env::var_os("PYENV_ROOT")
        .map(PathBuf::from)
        .or_else(|| std::env::home_dir().map(|home| home.join(".pyenv")))
        .map(|root| root.join("versions"));
    let versions = pyenv.and_then(|versions| versions.read_dir().ok()).into_iter().flatten();
    let in_pyenv = versions.flatten().map(|entry| entry.path().join("bin/python3"));
    let is_3_6 = "import sys; sys.exit(sys.version_info[:2] != (3, 6))";
    std::iter::once(PathBuf::from("python3.6"))
        .chain(in_pyenv)
        .find(|candidate| support::runs(candidate, is_3_6))
}

#[test]
fn an_old_python_is_refused() {
    let Some(python) = python_3_6() else {
        support::not_tested("no CPython 3.6 was found, so that it is refused");
        return;
    };
    let code = "
import sys
try:
    import everypy_suite
except ImportError as error:
    version = '.'.join(map(str, sys.version_info[:3]))
    assert str(error) == 'everypy modules need CPython 3.7 or newer; this is CPython ' + version, error
else:
    assert False
try:
    import everypy_suite
except ImportError:
    print('refused twice')
";
    let output = Command::new(python)
        .args(["-c", code])
        .current_dir(support::folder("old"))
        .output()
        .expect("it has just run");
    assert!(output.status.success(), "{}", support::all_of(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "refused twice");
}

#[test]
fn a_program_without_python() {
    let output =
        support::host("program_without_python", &[("EVERYPY_TEST_MODULE", support::library())]);
    assert!(output.status.success(), "{}", support::all_of(&output));
    let stderr = String::from_utf8_lossy(&output.stderr);
    let message = "ImportError: everypy: this process has no Python: ";
    assert!(stderr.lines().any(|line| line.starts_with(message)), "{}", support::all_of(&output));
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn program_without_python() {
    // SAFETY: the library has no initialisers but those of the Rust standard library, and it is never unloaded.
    unsafe {
        let library = libloading::Library::new(support::path_in("EVERYPY_TEST_MODULE"))
            .expect("it loads anywhere");
        let init = library
            .get::<unsafe extern "C" fn() -> *mut core::ffi::c_void>(b"PyInit_everypy_suite")
            .expect("it is exported");
        // As often as it is asked.
        assert!(init().is_null());
        assert!(init().is_null());
        core::mem::forget(library);
    }
}

/// What a Python gets to hear that is not good enough: one that only claims to be one, for what it says of itself.
#[cfg(unix)]
#[test]
fn what_cannot_be_used_is_refused() {
    #[track_caller]
    fn check(library: &Path, version: &str, expected: [&str; 2]) {
        let variables = [
            ("EVERYPY_TEST_MODULE", support::library().as_os_str()),
            ("EVERYPY_TEST_LIBPYTHON", library.as_os_str()),
            ("EVERYPY_FAKE_VERSION", OsStr::new(version)),
        ];
        let output = support::host("program_with_a_fake", &variables);
        assert!(output.status.success(), "{}", support::all_of(&output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        let raised: Vec<_> =
            stderr.lines().filter_map(|line| line.strip_prefix("FAKE: ")).collect();
        let [start, end] = expected;
        assert_eq!(raised.len(), 2, "{}", support::all_of(&output));
        assert!(raised[0].starts_with(start) && raised[0].ends_with(end), "{}", raised[0]);
        assert_eq!(raised[0], raised[1]);
    }
    // Copied, since the next build puts another into its place.
    let build = |name: &str, arguments: &[&str]| {
        let library = support::build("everypy-fake-python", arguments);
        let copy = library.with_file_name(name);
        std::fs::copy(library, &copy).expect("it was built");
        copy
    };
    let cpython = build("fake-cpython.so", &[]);
    let old = "everypy modules need CPython 3.7 or newer; this is CPython ";
    check(&cpython, "3.6.15 (default, Mar 1 2022, 10:00:00) \n[GCC 12]", [old, "3.6.15"]);
    check(&cpython, "2.7.18 (default)", [old, "2.7.18"]);
    let unreadable = ["everypy: cannot read the version of this Python: `", "three point twelve`"];
    check(&cpython, "three point twelve", unreadable);
    let known = "although every Python that everypy knows has it";
    check(
        &cpython,
        "3.12.1 (main)",
        ["everypy: `", &format!("` is missing in CPython 3.12.1, {known}")],
    );
    let graalpy = build("fake-graalpy.so", &["--features=graalpy"]);
    let newer = "everypy modules need GraalPy 25.0 or newer; ";
    check(
        &graalpy,
        "3.11.7 (GraalPy)",
        [newer, "this GraalPy implements Python 3.11.7, as 24 and older do"],
    );
    let missing = format!("` is missing in GraalPy (Python 3.12.8), {known}");
    check(&graalpy, "3.12.8 (GraalPy)", ["everypy: `", &missing]);
}

/// An unknown value is told of; a process that has rights which its user does not have is not told what to do.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn instruments_are_for_those_who_may_have_them() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    let folder = std::env::temp_dir().join(format!("everypy-instruments-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("there is room for temporary files");
    let bring = |file: &Path, name: &str| {
        let copy = folder.join(name);
        std::fs::copy(file, &copy).expect("it was built");
        copy
    };
    let program = bring(&std::env::current_exe().expect("it has a path"), "program");
    let fake = bring(&support::build("everypy-fake-python", &[]), "fake.so");
    let module = bring(support::library(), "module.so");
    let run = || {
        Command::new(&program)
            .args([
                "--exact",
                "program_with_a_fake",
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("EVERYPY_TEST_MODULE", &module)
            .env("EVERYPY_TEST_LIBPYTHON", &fake)
            .env("EVERYPY_FAKE_VERSION", "3.6.15")
            .env("EVERYPY_SHIM", "everything")
            .current_dir("/")
            .output()
            .expect("it is a program")
    };
    let warning = "everypy: EVERYPY_SHIM is not trace, check, check:abort or fault:N, nor several with commas between";
    let told = |output: &Output| {
        assert!(output.status.success(), "{}", support::all_of(output));
        let stderr = String::from_utf8_lossy(&output.stderr);
        stderr.lines().filter(|line| *line == warning).count()
    };
    assert_eq!(told(&run()), 1);
    // Somebody else's program, run with that one's rights.
    if std::os::unix::fs::chown(&program, Some(65534), Some(65534)).is_ok() {
        std::fs::set_permissions(&program, Permissions::from_mode(0o6755)).expect("it is ours");
        std::fs::set_permissions(&folder, Permissions::from_mode(0o755)).expect("it is ours");
        assert_eq!(told(&run()), 0);
    } else {
        support::not_tested("only root can make a program that is run with other rights");
    }
    let _ = std::fs::remove_dir_all(&folder);
}

#[cfg(unix)]
#[test]
#[ignore = "run by another test in a process of its own"]
fn program_with_a_fake() {
    use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

    // SAFETY: libraries of ours, which do nothing when they are loaded and are never unloaded.
    unsafe {
        let fake = support::path_in("EVERYPY_TEST_LIBPYTHON");
        core::mem::forget(Library::open(Some(fake), RTLD_NOW | RTLD_GLOBAL).expect("it loads"));
        let module = support::path_in("EVERYPY_TEST_MODULE");
        let module = Library::open(Some(module), RTLD_NOW).expect("it loads anywhere");
        let init = module
            .get::<unsafe extern "C" fn() -> *mut core::ffi::c_void>(b"PyInit_everypy_suite")
            .expect("it is exported");
        assert!(init().is_null());
        assert!(init().is_null());
        core::mem::forget(module);
    }
}

/// A program in C that is linked to its Python may have copies of the interpreter's variables, `None` among them. They are
/// the ones that count.
#[cfg(target_os = "linux")]
#[test]
fn a_program_with_copies_of_variables() {
    let Some((library, prefix)) = support::shared_library(&support::python()) else {
        support::not_tested("this Python has no shared library, to be linked to a program in C");
        return;
    };
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/loading/host.c");
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("host");
    let mut folder = std::ffi::OsString::from("-Wl,-rpath,");
    folder.push(library.parent().expect("a file is in a folder"));
    // What links Rust's programs.
    let mut compiler = Command::new("cc");
    compiler.args(["-fno-pic", "-no-pie", "-o"]).args([&program, &source, &library]).arg(folder);
    let compiled = compiler.output().expect("there is a C compiler");
    assert!(compiled.status.success(), "{}", support::all_of(&compiled));
    let file = std::fs::read(&program).expect("it was built");
    let file = object::File::parse(&*file).expect("a program");
    let copied: Vec<_> = file
        .dynamic_symbols()
        .filter(|symbol| symbol.is_definition())
        .filter_map(|symbol| symbol.name().ok())
        .collect();
    for name in ["PyExc_ValueError", "PyLong_Type", "_Py_NoneStruct"] {
        assert!(copied.contains(&name), "{name} is none of {copied:?}");
    }
    let code = "
import sys
sys.path.insert(0, '.')
import everypy_suite
run = 0
for name in everypy_suite.names():
    if name.startswith(('token::', 'integers::', 'strings::', 'containers::', 'exceptions::')):
        everypy_suite.run(name)
        run += 1
print('ran', run)
";
    let mut host = Command::new(&program);
    host.arg(code).current_dir(support::folder("copies")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = host.env("PYTHONHOME", prefix).output().expect("it was just built");
    let stdout = String::from_utf8_lossy(&output.stdout);
    let run = stdout.trim().strip_prefix("ran ").and_then(|count| count.parse::<u32>().ok());
    assert!(
        output.status.success() && run.is_some_and(|run| run > 50),
        "{}",
        support::all_of(&output)
    );
}

/// A program may load its Python so that the symbols are not seen by what it loads afterwards.
#[cfg(unix)]
#[test]
fn a_python_that_is_out_of_sight() {
    support::host_with_python(
        "program_with_python_out_of_sight",
        || support::folder("local"),
        "ran in a program of its own",
        "to be loaded with RTLD_LOCAL",
    );
}

#[cfg(unix)]
#[test]
#[ignore = "run by another test in a process of its own"]
fn program_with_python_out_of_sight() {
    use core::ffi::{c_char, c_int};
    use std::ffi::CString;

    use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW};

    // What the standard library has in C cannot be imported here, so only tests that need none of it are run.
    let code = format!(
        "
import sys
sys.dont_write_bytecode = True
sys.path.insert(0, {:?})
import everypy_suite
for name in everypy_suite.names():
    if name.startswith(('integers::', 'strings::characters', 'calls::methods_', 'panics::messages')):
        everypy_suite.run(name)
print('ran in a program of its own')
",
        support::path_in("EVERYPY_TEST_FOLDER").display()
    );
    let code = CString::new(code).expect("no NUL in it");
    // SAFETY: a libpython, whose functions have had these signatures in every Python 3; it is never unloaded.
    unsafe {
        let library =
            Library::open(Some(support::path_in("EVERYPY_TEST_LIBPYTHON")), RTLD_NOW | RTLD_LOCAL)
                .expect("it has just been found");
        let initialize =
            library.get::<unsafe extern "C" fn(c_int)>(b"Py_InitializeEx").expect("a libpython");
        let run = library
            .get::<unsafe extern "C" fn(*const c_char) -> c_int>(b"PyRun_SimpleString")
            .expect("a libpython");
        initialize(0);
        assert_eq!(run(code.as_ptr()), 0, "the code fails");
        core::mem::forget(library);
    }
}
