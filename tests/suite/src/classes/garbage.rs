//! `__traverse__` and `__clear__`: what the cyclic garbage collector is told.
//!
//! PyPy never asks extension types, so a cycle through one of them lives until it is broken by hand. GraalPy finds cycles
//! of objects made natively, but none that goes through a container of its own.

use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use super::helpers::{Mark, Tally, collect, script_with};
use crate::check::{after_collection, is_cpython, is_pypy};

tests![
    cycles_of_one,
    cycles_of_several,
    cycles_of_python_subclasses,
    references_are_told,
    references_of_the_base_are_told,
    collected_while_borrowed,
    traversal_that_visits_nothing,
    cleared_once,
    cycles_with_weak_references,
    cycles_over_a_native_base,
    cycles_through_containers,
    cycles_broken_by_hand,
    chains_without_a_cycle,
    reachable_objects_stay,
];

#[pyclass(subclass, weakref)]
struct Node {
    #[pyo3(get, set)]
    next: Option<Py<PyAny>>,
    others: Vec<Py<PyAny>>,
    _mark: Mark,
}

#[pymethods]
impl Node {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> Node {
        Node { next: None, others: Vec::new(), _mark: Mark::new(tally) }
    }

    fn add(&mut self, other: Py<PyAny>) {
        self.others.push(other);
    }

    fn call(&mut self, function: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        Ok(function.call0()?.unbind())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.next)?;
        for other in &self.others {
            visit.call(other)?;
        }
        Ok(())
    }

    fn __clear__(&mut self) {
        self.next = None;
        self.others.clear();
    }
}

/// Runs the code, drops its variables, and returns the tally.
fn nodes<'py>(py: Python<'py>, code: &str) -> Bound<'py, Tally> {
    let tally = Bound::new(py, Tally::default()).unwrap();
    let classes = [py.get_type::<Node>(), py.get_type::<Leaf>(), py.get_type::<DictNode>()];
    script_with(py, &classes, &[("tally", tally.as_any())], code).clear();
    tally
}

/// As [`nodes`], for cycles: all are there until somebody collects, and none afterwards.
#[track_caller]
fn collected_at_once(py: Python<'_>, code: &str, made: usize) {
    // A collection might begin by itself.
    py.run(c"import gc; gc.disable()", None, None).unwrap();
    let tally = nodes(py, code);
    let dropped = tally.get().dropped();
    py.run(c"import gc; gc.enable()", None, None).unwrap();
    assert_eq!((tally.get().made(), dropped), (made, 0));
    collect(py);
    assert_eq!(tally.get().dropped(), made);
}

/// All are dropped; on PyPy none is, and the test leaves them behind.
#[track_caller]
fn collected_unless_on_pypy(py: Python<'_>, tally: &Bound<'_, Tally>) {
    if is_pypy(py) {
        collect(py);
        assert_eq!(tally.get().dropped(), 0);
    } else {
        // CPython, too, has to look for them.
        collect(py);
        after_collection(py, || tally.get().dropped() == tally.get().made());
    }
}

fn cycles_of_one(py: Python<'_>) {
    let tally = nodes(py, "node = Node(tally)\nnode.next = node");
    collected_unless_on_pypy(py, &tally);
}

fn cycles_of_several(py: Python<'_>) {
    let code = "
for _ in range(10):
    a, b, c = Node(tally), Node(tally), Node(tally)
    a.next, b.next, c.next = b, c, a
    a.add(c)
    a.add(a)
";
    let tally = nodes(py, code);
    assert_eq!(tally.get().made(), 30);
    collected_unless_on_pypy(py, &tally);
}

fn cycles_through_containers(py: Python<'_>) {
    if is_cpython(py) {
        // Without a GIL CPython 3.13 keeps functions that belong to no other one for ever, once there was a second thread.
        let code = "
def function_of(node):
    return lambda: node

for container in ([], {}, None):
    node = Node(tally)
    if container is None:
        node.next = (node,)
    elif type(container) is dict:
        container['key'] = node
        node.next = container
    else:
        container.append(node)
        node.add(container)
        node.next = function_of(node)
del container
";
        collected_at_once(py, code, 3);
    }
}

fn cycles_of_python_subclasses(py: Python<'_>) {
    if is_cpython(py) {
        let code = "
class Sub(Node):
    pass

class Slots(Node):
    __slots__ = ('slot',)

a, b = Sub(tally), Slots(tally)
a.attribute, b.slot = b, a
c = Sub(tally)
c.next = c
c.attribute = c
";
        collected_at_once(py, code, 3);
    }
}

fn cycles_broken_by_hand(py: Python<'_>) {
    let tally = nodes(py, "a, b = Node(tally), Node(tally)\na.next, b.next = b, a\na.next = None");
    after_collection(py, || tally.get().dropped() == 2);
}

/// A collector that runs destructors afterwards frees a link at a time.
fn chains_without_a_cycle(py: Python<'_>) {
    let code = "
first = node = Node(tally)
for _ in range(20):
    node.next = Node(tally)
    node = node.next
";
    let tally = nodes(py, code);
    after_collection(py, || tally.get().dropped() == 21);
}

fn reachable_objects_stay(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let node = Bound::new(py, Node::new(&tally))?;
    let other = Bound::new(py, Node::new(&tally))?;
    node.setattr("next", &other)?;
    other.setattr("next", &node)?;
    drop(other);
    collect(py);
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    assert!(node.getattr("next")?.getattr("next")?.is(&node));
    node.borrow_mut().next = None;
    drop(node);
    after_collection(py, || tally.get().dropped() == 2);
    Ok(())
}

/// CPython alone tells what its collector sees.
fn references_are_told(py: Python<'_>) {
    if is_cpython(py) {
        let code = "
import gc
node, first, second = Node(tally), [], object()
assert not any(each is first or each is second for each in gc.get_referents(node))
node.next = first
node.add(second)
node.add(first)
told = gc.get_referents(node)
assert sum(each is first for each in told) == 2 and sum(each is second for each in told) == 1, told
assert any(each is node for each in gc.get_referrers(first)) and gc.is_tracked(node)
node.next = None
";
        nodes(py, code);
    }
}

#[pyclass(extends = Node, subclass)]
struct Leaf {
    own: Option<Py<PyAny>>,
}

#[pymethods]
impl Leaf {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> PyClassInitializer<Leaf> {
        PyClassInitializer::from(Node::new(tally)).add_subclass(Leaf { own: None })
    }

    fn keep(&mut self, own: Py<PyAny>) {
        self.own = Some(own);
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.own)
    }

    fn __clear__(&mut self) {
        self.own = None;
    }
}

fn references_of_the_base_are_told(py: Python<'_>) {
    if is_cpython(py) {
        let code = "
import gc
leaf, first, second = Leaf(tally), [], []
leaf.next = first
leaf.keep(second)
told = gc.get_referents(leaf)
assert any(each is first for each in told) and any(each is second for each in told)
# One cycle through each level.
leaf.next = leaf
other = Leaf(tally)
other.keep(other)

class Sub(Leaf):
    pass

sub = Sub(tally)
sub.next = sub
sub.keep(sub)
";
        let tally = nodes(py, code);
        collect(py);
        assert_eq!((tally.get().made(), tally.get().dropped()), (3, 3));
    }
}

/// What is mutably borrowed cannot be looked at, so it counts as reachable, and nothing breaks.
fn collected_while_borrowed(py: Python<'_>) {
    let code = "
import gc
node = Node(tally)
node.next = node
assert node.call(lambda: [gc.collect(), gc.collect()])
assert node.next is node
node.next = None
";
    let tally = nodes(py, code);
    after_collection(py, || tally.get().dropped() == 1);
}

#[pyclass]
struct Silent {
    _mark: Mark,
}

#[pymethods]
impl Silent {
    fn __traverse__(&self, _visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        Ok(())
    }
}

fn traversal_that_visits_nothing(py: Python<'_>) -> PyResult<()> {
    let tally = Bound::new(py, Tally::default())?;
    let silent = Bound::new(py, Silent { _mark: Mark::new(&tally) })?;
    collect(py);
    assert_eq!(tally.get().dropped(), 0);
    drop(silent);
    after_collection(py, || tally.get().dropped() == 1);
    Ok(())
}

/// What is cleared is dropped later, and once.
fn cleared_once(py: Python<'_>) {
    if !is_pypy(py) {
        let code = "
for _ in range(50):
    node = Node(tally)
    node.next = node
    node.add(Node(tally))
";
        let tally = nodes(py, code);
        for _ in 0..3 {
            collect(py);
        }
        after_collection(py, || tally.get().dropped() == 100);
        collect(py);
        assert_eq!(tally.get().dropped(), 100);
    }
}

fn cycles_with_weak_references(py: Python<'_>) -> PyResult<()> {
    if is_cpython(py) {
        let code = "
import gc, weakref
seen = []
node = Node(tally)
node.next = node
reference = weakref.ref(node, seen.append)
del node
gc.collect()
assert reference() is None and seen == [reference] and tally.dropped == 1
";
        nodes(py, code);
    }
    Ok(())
}

#[pyclass(extends = pyo3::types::PyDict, subclass)]
struct DictNode {
    next: Option<Py<PyAny>>,
    _mark: Mark,
}

#[pymethods]
impl DictNode {
    #[new]
    fn new(tally: &Bound<'_, Tally>) -> DictNode {
        DictNode { next: None, _mark: Mark::new(tally) }
    }

    #[pyo3(signature = (*_args))]
    fn __init__(&self, _args: &Bound<'_, pyo3::types::PyTuple>) {}

    #[setter]
    fn set_next(&mut self, next: Option<Py<PyAny>>) {
        self.next = next;
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.next)
    }

    fn __clear__(&mut self) {
        self.next = None;
    }
}

/// Through the items of the base, through our fields, and through the dict of a subclass.
fn cycles_over_a_native_base(py: Python<'_>) {
    if is_cpython(py) {
        let code = "
by_item, by_field = DictNode(tally), DictNode(tally)
by_item['itself'] = by_item
by_field.next = by_field

class Sub(DictNode):
    pass

sub = Sub(tally)
sub.attribute = sub
sub.next = sub
sub['itself'] = sub
";
        collected_at_once(py, code, 3);
    }
}
