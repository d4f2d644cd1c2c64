//! Classes made in Rust: `#[pyclass]` and what belongs to it.

mod base;
mod cell;
mod class_guards;
pub(crate) mod contents;
mod elsewhere;
mod gc;
mod guards;
mod initializer;
mod instance;
pub(crate) mod lifecycle;

use std::ffi::CStr;

use crate::impl_::class::Items;
use crate::type_object::PyTypeInfo;

pub use crate::types::CompareOp;
pub use base::{PyClassBaseType, PyNativeTypeInitializer};
pub use cell::ClassCell;
pub(crate) use cell::forget_first;
pub use class_guards::{PyClassGuard, PyClassGuardMap, PyClassGuardMapMut, PyClassGuardMut};
pub use contents::{AnyThread, OneThread, Thread};
pub use gc::{PyTraverseError, PyVisit};
pub use guards::{PyBorrowError, PyBorrowMutError, PyRef, PyRefMut};
pub use initializer::{Arguments, PyClassInitializer, PyObjectInit};

/// Types that say yes or no when the code is compiled.
pub mod boolean_struct {
    /// Yes.
    pub struct True(());
    /// No.
    pub struct False(());
}

/// What `PyClass::Frozen` is of a class whose instances can be borrowed mutably.
#[diagnostic::on_unimplemented(
    message = "a `frozen` class cannot be borrowed mutably",
    label = "needs a class that is not `frozen`",
    note = "drop `frozen` from the `#[pyclass]`, or keep what changes in an atomic or a `Mutex`, behind `&self`"
)]
pub trait NotFrozen: Frozen {}

impl NotFrozen for boolean_struct::False {}

/// What `PyClass::Frozen` is of a class whose instances are read without borrowing them.
#[diagnostic::on_unimplemented(
    message = "only a `frozen` class can be read without borrowing it",
    label = "needs a class that is `frozen`",
    note = "call `borrow`, or write `#[pyclass(frozen)]`"
)]
pub trait IsFrozen: Frozen {}

impl IsFrozen for boolean_struct::True {}

/// Whether a class is frozen.
pub trait Frozen: sealed::Sealed {
    /// As a value.
    const VALUE: bool;
}

impl Frozen for boolean_struct::True {
    const VALUE: bool = true;
}

impl Frozen for boolean_struct::False {
    const VALUE: bool = false;
}

mod sealed {
    use super::boolean_struct::{False, True};

    pub trait Sealed {}
    impl Sealed for True {}
    impl Sealed for False {}
}

/// A Rust type that is a Python class. `#[pyclass]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a Python class",
    label = "not a `#[pyclass]`",
    note = "write `#[pyclass]` on `{Self}`"
)]
pub trait PyClass: PyTypeInfo + PyClassImpl {
    /// Whether instances cannot be borrowed mutably.
    type Frozen: Frozen;
    /// What Python calls it.
    const NAME: &'static str = <Self as PyTypeInfo>::NAME;
}

/// A class whose values are extracted by copying them, if they can be copied.
#[doc(hidden)]
pub trait ExtractPyClassWithClone {}

/// What `#[pyclass]` knows of a class.
#[doc(hidden)]
pub trait PyClassImpl: Sized + 'static {
    /// The class that it extends.
    type BaseType: PyClassBaseType;
    /// Which threads may use an instance.
    type Thread: Thread;

    /// The name with the module's before it.
    const FULL_NAME: &'static CStr;
    /// The text of `__doc__`, without a signature.
    const DOC: &'static str;
    /// What was chosen in the attribute.
    const CHOICES: Choices;

    /// Where the type object is.
    fn cell() -> &'static ClassCell;

    /// Methods, attributes and slots: those of the struct and those of the `impl` block.
    fn items() -> [&'static Items; 2];
}

/// What was chosen in `#[pyclass(…)]`.
#[doc(hidden)]
#[derive(Clone, Copy)]
pub struct Choices {
    /// `subclass`.
    pub subclass: bool,
    /// `dict`.
    pub dict: bool,
    /// `weakref`.
    pub weakref: bool,
    /// `sequence`.
    pub sequence: bool,
    /// `mapping`.
    pub mapping: bool,
}
