//! `extends =` further native types that Python lets a class extend with fields, and that PyO3 0.30 does not: `str`,
//! `bytearray`, modules.

use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyModule, PyString, PyTuple};

use super::helpers::{Mark, Tally, script, script_with};
use crate::check::after_collection;

tests![
    strings_with_fields,
    byte_arrays_with_fields,
    modules_with_fields,
    fields_live_as_long_as_the_object,
];

#[pyclass(extends = PyString, subclass)]
struct Tagged {
    #[pyo3(get, set)]
    tag: i32,
}

#[pymethods]
impl Tagged {
    #[new]
    #[pyo3(signature = (*_args))]
    fn new(_args: &Bound<'_, PyTuple>) -> Tagged {
        Tagged { tag: 5 }
    }
}

fn strings_with_fields(py: Python<'_>) {
    let code = "
tagged = Tagged()
assert tagged == '' and tagged + 'a' == 'a' and hash(tagged) == hash('') and tagged.tag == 5
tagged.tag = 6
assert isinstance(tagged, str) and len(tagged) == 0 and {tagged: 1}[''] == 1 and tagged.tag == 6
";
    script(py, &[py.get_type::<Tagged>()], code);
}

#[pyclass(extends = PyByteArray, subclass)]
struct Packet {
    #[pyo3(get, set)]
    port: u16,
    _mark: Option<Mark>,
}

#[pymethods]
impl Packet {
    #[new]
    #[pyo3(signature = (*_args, tally = None))]
    fn new(_args: &Bound<'_, PyTuple>, tally: Option<&Bound<'_, Tally>>) -> Packet {
        Packet { port: 80, _mark: tally.map(Mark::new) }
    }
}

fn byte_arrays_with_fields(py: Python<'_>) {
    let code = "
packet = Packet(b'ab')
packet.append(99)
packet.port += 1
assert packet == b'abc' and packet[0] == 97 and packet.port == 81 and isinstance(packet, bytearray)
assert bytes(packet) == b'abc' and memoryview(packet).nbytes == 3

class Sub(Packet):
    pass

sub = Sub(b'x')
sub.attribute = 5
assert sub == b'x' and sub.port == 80 and sub.attribute == 5
";
    script(py, &[py.get_type::<Packet>()], code);
}

#[pyclass(extends = PyModule, subclass)]
struct Plugin {
    #[pyo3(get, set)]
    version: i32,
}

#[pymethods]
impl Plugin {
    #[new]
    #[pyo3(signature = (*_args))]
    fn new(_args: &Bound<'_, PyTuple>) -> Plugin {
        Plugin { version: 3 }
    }
}

fn modules_with_fields(py: Python<'_>) {
    let code = "
plugin = Plugin('name', 'documentation')
plugin.attribute = 5
assert (plugin.__name__, plugin.__doc__, plugin.attribute, plugin.version) == ('name', 'documentation', 5, 3)
assert isinstance(plugin, type(__import__('sys')))
";
    script(py, &[py.get_type::<Plugin>()], code);
}

fn fields_live_as_long_as_the_object(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let code = "
class Sub(Packet):
    pass

kept = [kind.__new__(kind, tally=tally) for kind in (Packet, Sub) * 20]
assert tally.made == 40 and tally.dropped == 0
";
    script_with(py, &[py.get_type::<Packet>()], &[("tally", tally.as_any())], code).clear();
    after_collection(py, || tally.get().dropped() == 40);
    Ok(())
}
