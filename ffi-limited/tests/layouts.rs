//! The structs and constants, compared with what interpreters' own headers say (`data/layouts.tsv`).

// What was measured is one platform; the others are as good as their C compilers.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::collections::BTreeMap;
use std::mem::{offset_of, size_of};

use everypy_ffi::*;

/// The values of each struct, field and kind of value, by interpreter; without those that have none.
struct Layouts(BTreeMap<(&'static str, &'static str, &'static str), BTreeMap<&'static str, i128>>);

impl Layouts {
    fn read() -> Self {
        let mut lines =
            include_str!("../data/layouts.tsv").lines().map(|line| line.split('\t').collect());
        let heading: Vec<&str> = lines.next().unwrap();
        let of_line = |fields: Vec<&'static str>| {
            let values = heading[3..]
                .iter()
                .zip(&fields[3..])
                .filter_map(|(interpreter, value)| Some((*interpreter, value.parse().ok()?)))
                .collect();
            ((fields[0], fields[1], fields[2]), values)
        };
        Layouts(lines.map(of_line).collect())
    }

    /// Insists that the interpreters which have a value have this one.
    #[track_caller]
    fn check(&self, of: &'static str, field: &'static str, what: &'static str, ours: usize) {
        let ours = i128::try_from(ours).unwrap();
        for (interpreter, value) in self.values(of, field, what) {
            assert_eq!(ours, *value, "{what} of {of} {field} on {interpreter}");
        }
    }

    #[track_caller]
    fn values(
        &self,
        of: &'static str,
        field: &'static str,
        what: &'static str,
    ) -> &BTreeMap<&'static str, i128> {
        let values = &self.0[&(of, field, what)];
        assert!(!values.is_empty(), "no interpreter has {what} of {of} {field}");
        values
    }
}

/// The size of a place that is not there.
fn size_behind<T, F>(_field: impl Fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// Compares the fields of a struct, each under the name that C has for it, and its size.
macro_rules! check_struct {
    ($layouts:ident, $name:ident { $($field:ident $(= $c_field:literal)?),* $(,)? }) => {
        $layouts.check(stringify!($name), "", "sizeof", size_of::<$name>());
        check_fields!($layouts, $name { $($field $(= $c_field)?),* });
    };
}

macro_rules! check_fields {
    ($layouts:ident, $name:ident { $($field:ident $(= $c_field:literal)?),* $(,)? }) => {$(
        let field = [$($c_field,)? stringify!($field)][0];
        $layouts.check(stringify!($name), field, "offset", offset_of!($name, $field));
        $layouts.check(
            stringify!($name),
            field,
            "fieldsize",
            size_behind(|value: &$name| &value.$field),
        );
    )*};
}

#[test]
fn structs_are_laid_out_as_in_c() {
    let layouts = Layouts::read();
    check_struct!(layouts, PyMethodDef { ml_name, ml_meth, ml_flags, ml_doc });
    check_struct!(layouts, PyGetSetDef { name, get, set, doc, closure });
    check_struct!(layouts, PyMemberDef { name, type_code = "type", offset, flags, doc });
    check_struct!(layouts, PyType_Slot { slot, pfunc });
    check_struct!(layouts, PyType_Spec { name, basicsize, itemsize, flags, slots });
    check_struct!(layouts, PyModuleDef_Slot { slot, value });
    check_struct!(layouts, PyStructSequence_Field { name, doc });
    check_struct!(layouts, PyStructSequence_Desc { name, doc, fields, n_in_sequence });
    check_struct!(layouts, Py_complex { real, imag });
    check_struct!(layouts, PySlot { sl_id, sl_flags, value = "sl_ptr" });
    check_struct!(
        layouts,
        PyABIInfo {
            abiinfo_major_version,
            abiinfo_minor_version,
            flags,
            build_version,
            abi_version
        }
    );
    check_struct!(layouts, PyCriticalSection {});
    check_struct!(layouts, PyCriticalSection2 {});
    check_fields!(
        layouts,
        Py_buffer {
            buf,
            obj,
            len,
            itemsize,
            readonly,
            ndim,
            format,
            shape,
            strides,
            suboffsets,
            internal
        }
    );
    for (interpreter, size) in layouts.values("Py_buffer", "", "sizeof") {
        // PyPy writes behind the fields, which is why nobody may rely on this size there.
        let ours = i128::try_from(size_of::<Py_buffer>()).unwrap();
        assert!(ours == *size || interpreter.starts_with("pypy") && ours < *size);
    }
}

#[test]
fn plain_types_are_those_of_c() {
    let layouts = Layouts::read();
    layouts.check("long", "", "sizeof", size_of::<core::ffi::c_long>());
    layouts.check("size_t", "", "sizeof", size_of::<usize>());
    layouts.check("Py_ssize_t", "", "sizeof", size_of::<Py_ssize_t>());
    layouts.check("Py_hash_t", "", "sizeof", size_of::<Py_hash_t>());
    layouts.check("Py_UCS4", "", "sizeof", size_of::<Py_UCS4>());
    layouts.check("wchar_t", "", "sizeof", size_of::<wchar_t>());
    layouts.check("PyGILState_STATE", "", "sizeof", size_of::<PyGILState_STATE>());
}

/// The constants in `src/headers/`, as their text has them: Rust has no list of them.
fn constants() -> BTreeMap<String, i128> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/headers");
    let mut constants = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for line in text.lines().filter_map(|line| line.strip_prefix("pub const ")) {
            let (name, rest) = line.split_once(": ").unwrap();
            let (_, value) = rest.trim_end_matches(';').split_once(" = ").unwrap();
            let value = match value.split_once(" << ") {
                Some((bit, shift)) => bit.parse::<i128>().unwrap() << shift.parse::<u32>().unwrap(),
                None => value.parse().unwrap(),
            };
            constants.insert(name.to_owned(), value);
        }
    }
    constants
}

#[test]
fn constants_have_the_values_that_c_has() {
    let constants = constants();
    let layouts = Layouts::read();
    let mut compared = 0;
    for ((of, name, _), values) in &layouts.0 {
        let Some(ours) = constants.get(*name).filter(|_| *of == "(const)") else {
            continue;
        };
        // What has two values says so by its name.
        let later = constants.get(&format!("{name}_3_15")).unwrap_or(ours);
        for (interpreter, value) in values {
            if *name == "Py_TPFLAGS_DEFAULT" {
                // The versions that do not set this flag ignore it.
                assert_eq!(*ours, i128::from(Py_TPFLAGS_HAVE_VERSION_TAG));
                assert!(*value == *ours || *value == 0, "{name} is {value} on {interpreter}");
            } else if interpreter.starts_with("cp315") {
                assert_eq!(later, value, "{name} on {interpreter}");
            } else {
                assert_eq!(ours, value, "{name} on {interpreter}");
            }
        }
        compared += values.len();
    }
    assert!(compared > 1000, "only {compared} values were compared");
}

#[test]
fn constants_written_by_hand_have_the_values_that_c_has() {
    let layouts = Layouts::read();
    let check = |name, ours: i128| {
        for (interpreter, value) in layouts.values("(const)", name, "value") {
            assert_eq!(ours, *value, "{name} on {interpreter}");
        }
    };
    // `layouts.tsv` has it as a signed number.
    check("PY_VECTORCALL_ARGUMENTS_OFFSET", i128::from(PY_VECTORCALL_ARGUMENTS_OFFSET as i64));
    check("Py_TPFLAGS_MANAGED_WEAKREF", i128::from(Py_TPFLAGS_MANAGED_WEAKREF));
    check("Py_TPFLAGS_MANAGED_DICT", i128::from(Py_TPFLAGS_MANAGED_DICT));
    check("Py_TPFLAGS_SEQUENCE", i128::from(Py_TPFLAGS_SEQUENCE));
    check("Py_TPFLAGS_MAPPING", i128::from(Py_TPFLAGS_MAPPING));
    for (name, ours) in [
        (
            "(long)Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED",
            Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED,
        ),
        ("(long)Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED", Py_MOD_MULTIPLE_INTERPRETERS_SUPPORTED),
        ("(long)Py_MOD_PER_INTERPRETER_GIL_SUPPORTED", Py_MOD_PER_INTERPRETER_GIL_SUPPORTED),
        ("(long)Py_MOD_GIL_USED", Py_MOD_GIL_USED),
        ("(long)Py_MOD_GIL_NOT_USED", Py_MOD_GIL_NOT_USED),
    ] {
        check(name, i128::try_from(ours.addr()).unwrap());
    }
}
