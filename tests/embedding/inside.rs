//! Programs that embed: each is run by another test in a process of its own.

use std::io::Write as _;

use everypy::embed::{self, Error, Interpreter, Request};
use everypy::prelude::*;
use everypy::{Implementation, ffi};

/// Lists every candidate on this machine.
#[test]
#[ignore = "run by another test in a process of its own"]
fn program_that_lists() {
    for candidate in Interpreter::all(&Request::Any) {
        match candidate {
            Ok(interpreter) => {
                let runtime = interpreter.runtime().expect("its executable was asked");
                let (major, minor) = runtime.python.feature();
                let stem = match runtime.implementation {
                    Implementation::CPython => "cp",
                    _ => "pypy",
                };
                let t = if runtime.free_threaded { "t" } else { "" };
                let d = if runtime.debug { "d" } else { "" };
                let executable = interpreter.executable().expect("it was asked");
                println!(
                    "\nembeddable\t{stem}{major}{minor}{t}{d}\t{}\t{}\t{}",
                    runtime.release,
                    executable.display(),
                    interpreter.library().display(),
                );
            }
            Err(refusal) => println!("\nrefused\t{refusal}"),
        }
    }
}

fn text(py: Python<'_>, expression: &core::ffi::CStr) -> String {
    py.eval(expression, None, None).and_then(|value| value.extract()).expect("it is a str")
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn program_that_looks_around() {
    // Nothing starts by itself, except by `attach`.
    assert!(Python::try_attach(|_| ()).is_none());
    let request = Request::from_environment().expect("set by another test");
    let counts: Vec<i64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number: i64| {
                scope.spawn(move || {
                    (0..50)
                        .map(|_| {
                            Python::attach(|py| {
                                let half = py.eval(c"lambda n: n // 2", None, None).unwrap();
                                let nested = Python::attach(|py| text(py, c"'nested'"));
                                assert_eq!(nested, "nested");
                                py.detach(std::thread::yield_now);
                                half.call1((2 * number,)).unwrap().extract::<i64>().unwrap()
                            })
                        })
                        .sum()
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(counts, (0..8).map(|number| 50 * number).collect::<Vec<i64>>());

    // Starting it again does nothing; another one is refused.
    embed::start(&request).expect("it runs");
    embed::start(&Request::Any).expect("it runs");
    Python::initialize();
    let runtime = Python::attach(|py| py.runtime().clone());
    let other = "<3.7".parse::<Request>().unwrap();
    let error = embed::start(&other).unwrap_err();
    let expected = format!(
        "cannot embed `<3.7`: this process runs {runtime} already, and can have one Python only"
    );
    assert_eq!(error.to_string(), expected);
    assert!(error.hint().contains("a process for each"), "{}", error.hint());
    for candidate in Interpreter::all(&Request::Any).flatten() {
        if candidate.runtime() != Some(&runtime) {
            let other = Request::parse(candidate.executable().unwrap().as_os_str()).unwrap();
            let error = embed::start(&other).unwrap_err();
            assert!(matches!(error, Error::Second { .. }), "{error}");
            let error = candidate.run_command_line([]).unwrap_err();
            assert!(matches!(error, Error::Second { .. }), "{error}");
            break;
        }
    }

    Python::attach(|py| {
        // SAFETY: attached.
        assert!(unsafe { ffi::Py_IsInitialized() } != 0);
        for module in ["ctypes", "ssl", "sqlite3", "threading", "json"] {
            py.import(module).unwrap_or_else(|error| panic!("{module}: {error}"));
        }
        assert_eq!(text(py, c"repr(__import__('sys').argv)"), "['']");
        let executable = text(py, c"__import__('sys').executable");
        assert!(std::path::Path::new(&executable).is_absolute(), "{executable}");
        // Nothing needs a Python function that called it.
        for (code, exception) in [
            (c"1 / 0", "ZeroDivisionError"),
            (c"x =", "SyntaxError"),
            (c"import no_such_module", "ModuleNotFoundError"),
            (c"class A(Exception): pass\ndef f(): raise A\nf()", "A"),
        ] {
            let error = py.run(code, None, None).unwrap_err();
            assert_eq!(error.get_type(py).qualname().unwrap().to_str().unwrap(), exception);
            error.display(py);
        }
        // A child is started as it is from the interpreter's own program.
        let code = c"__import__('subprocess').check_output([__import__('sys').executable, '-c', 'print(7)']).decode()";
        assert_eq!(text(py, code).trim(), "7");
        py.run(c"import sys; sys.stdout.write('printed by Python')", None, None).unwrap();
    });
    println!("\nlooked around");
    std::io::stdout().flush().unwrap();
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn program_in_an_environment() {
    let folder = std::env::var("EVERYPY_TEST_PREFIX").expect("set by another test");
    Python::attach(|py| {
        // In the C locale a PyPy has no letters for these bytes, in its own program too.
        let path = |expression: &str| -> String {
            let code = format!("__import__('os').fsencode({expression})\0");
            let code = core::ffi::CStr::from_bytes_with_nul(code.as_bytes()).unwrap();
            let bytes: Vec<u8> = py.eval(code, None, None).unwrap().extract().unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(path("__import__('sys').prefix"), folder);
        assert_ne!(path("__import__('sys').base_prefix"), folder);
        assert!(path("__import__('sys').executable").starts_with(&folder));
        let sites = "'\\n'.join(p for p in __import__('sys').path if 'site-packages' in p)";
        let sites = path(sites);
        assert!(sites.starts_with(&folder) && sites.lines().count() == 1, "{sites}");
    });
    println!("\nin the environment");
}

#[test]
#[ignore = "run by another test in a process of its own"]
fn program_with_numpy() {
    Python::attach(|py| {
        for module in ["ctypes", "ssl", "sqlite3"] {
            py.import(module).unwrap_or_else(|error| panic!("{module}: {error}"));
        }
        let code = c"str(__import__('numpy').linalg.inv([[2.0, 0.0], [0.0, 4.0]]).trace())";
        assert_eq!(text(py, code), "0.75");
    });
    println!("\nnumpy works");
}
