//! From what Python passes to the parameters of a Rust function.

use core::convert::Infallible;

use everypy_ffi::{self as ffi, Py_ssize_t, PyObject, PyTypeObject};
use everypy_shims::object;

use crate::conversion::FromPyObject;
use crate::err::{CastError, PyErr, PyResult};
use crate::exceptions::PyTypeError;
use crate::ffi_ptr::FfiPtrExt as _;
use crate::impl_::class::{Exclusive, Shared};
use crate::impl_::slots::is_instance;
use crate::instance::{Borrowed, Bound, Py};
use crate::marker::Python;
use crate::pyclass::NotFrozen;
use crate::pyclass::PyClass;
use crate::state::PerInterpreter;
use crate::type_object::PyTypeCheck;
use crate::types::{
    PyAny, PyAnyMethods as _, PyDict, PyDictMethods as _, PyString, PyStringMethods, PyTuple,
};

/// A type that a parameter can have. `Kind` keeps the implementations below apart; one of them fits each type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made from a Python object",
    label = "no conversion from a Python object",
    note = "a class is taken as `&{Self}`, `&Bound<'_, {Self}>` or `Py<{Self}>`, or copied if it implements `Clone`",
    note = "other types need `FromPyObject`, or `#[pyo3(from_py_with = function)]` on the parameter"
)]
pub trait Argument<'a, 'h, 'py, Kind>: Sized {
    /// What lives as long as the call.
    type Holder: Default;

    /// Converts.
    fn from_object(object: &'a Bound<'py, PyAny>, holder: &'h mut Self::Holder) -> PyResult<Self>;
}

/// Whatever can be extracted.
pub struct Extracted(());
/// A reference to what was passed.
pub struct Cast(());
/// A reference to the contents of an instance of a class of ours.
pub struct Contained(());

#[diagnostic::do_not_recommend]
impl<'a, 'py, T> Argument<'a, '_, 'py, Extracted> for T
where
    T: FromPyObject<'a, 'py>,
{
    type Holder = ();

    #[inline(always)]
    fn from_object(object: &'a Bound<'py, PyAny>, (): &mut ()) -> PyResult<Self> {
        match T::extract(object.as_borrowed()) {
            Ok(value) => Ok(value),
            Err(error) => Err(error.into()),
        }
    }
}

impl<'a, 'py, T: PyTypeCheck> Argument<'a, '_, 'py, Cast> for &'a Bound<'py, T> {
    type Holder = ();

    #[inline(always)]
    fn from_object(object: &'a Bound<'py, PyAny>, (): &mut ()) -> PyResult<Self> {
        object.cast::<T>().map_err(Into::into)
    }
}

impl<'a, 'py, T: PyTypeCheck> Argument<'a, '_, 'py, Cast> for Option<&'a Bound<'py, T>> {
    type Holder = ();

    #[inline(always)]
    fn from_object(object: &'a Bound<'py, PyAny>, (): &mut ()) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { object.cast::<T>().map(Some).map_err(Into::into) }
    }
}

/// Makes sure that an object is an instance of a class of ours.
#[inline(always)]
fn must_be<T: PyClass>(object: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = object.py();
    // SAFETY: attached; a live object.
    if unsafe { is_instance::<T>(py, object.as_ptr()) } {
        Ok(())
    } else {
        Err(is_another(object, T::type_object_raw))
    }
}

#[cold]
#[inline(never)]
fn is_another(object: &Bound<'_, PyAny>, class: fn(Python<'_>) -> *mut PyTypeObject) -> PyErr {
    let py = object.py();
    // SAFETY: attached; a live type.
    let class = unsafe { class(py).cast::<PyObject>().borrowed(py) }.to_owned();
    CastError::new(object.as_borrowed(), class).into()
}

impl<'a, 'h, 'py, T: PyClass> Argument<'a, 'h, 'py, Contained> for &'h T {
    type Holder = Option<Shared<T>>;

    #[inline(always)]
    fn from_object(object: &'a Bound<'py, PyAny>, holder: &'h mut Self::Holder) -> PyResult<Self> {
        must_be::<T>(object)?;
        // SAFETY: an instance of `T`, which the caller keeps alive until the call is over, and the holder goes before.
        Ok(holder.insert(unsafe { Shared::of_instance(object.as_ptr()) }?).get())
    }
}

impl<'a, 'h, 'py, T: PyClass<Frozen: NotFrozen>> Argument<'a, 'h, 'py, Contained> for &'h mut T {
    type Holder = Option<Exclusive<T>>;

    #[inline(always)]
    fn from_object(object: &'a Bound<'py, PyAny>, holder: &'h mut Self::Holder) -> PyResult<Self> {
        must_be::<T>(object)?;
        // SAFETY: as above.
        Ok(holder.insert(unsafe { Exclusive::of_instance(object.as_ptr()) }?).get())
    }
}

impl<'a, 'h, 'py, T: PyClass> Argument<'a, 'h, 'py, Contained> for Option<&'h T> {
    type Holder = Option<Shared<T>>;

    #[inline]
    fn from_object(object: &'a Bound<'py, PyAny>, holder: &'h mut Self::Holder) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { <&'h T>::from_object(object, holder).map(Some) }
    }
}

impl<'a, 'h, 'py, T> Argument<'a, 'h, 'py, Contained> for Option<&'h mut T>
where
    T: PyClass<Frozen: NotFrozen>,
{
    type Holder = Option<Exclusive<T>>;

    #[inline]
    fn from_object(object: &'a Bound<'py, PyAny>, holder: &'h mut Self::Holder) -> PyResult<Self> {
        if object.is_none() { Ok(None) } else { <&'h mut T>::from_object(object, holder).map(Some) }
    }
}

/// The argument at a place of the vector.
///
/// # Safety
///
/// `place` is valid for `'a` and holds a live object during it.
///
/// # Errors
///
/// The conversion's; a `TypeError` tells the name of the parameter.
#[inline(always)]
pub unsafe fn argument<'a, 'h, 'py, T: Argument<'a, 'h, 'py, Kind>, Kind>(
    py: Python<'py>,
    place: *const *mut PyObject,
    holder: &'h mut T::Holder,
    name: &'static str,
) -> PyResult<T>
where
    'py: 'a,
{
    // SAFETY: as the caller says.
    match T::from_object(unsafe { Bound::ref_from_ptr(py, place) }, holder) {
        Ok(value) => Ok(value),
        Err(error) => Err(named(py, error, name)),
    }
}

/// Whether there is an argument for a parameter that has a default.
///
/// # Safety
///
/// `places` holds `given` objects or nulls.
#[inline(always)]
pub unsafe fn was_passed(places: *const *mut PyObject, number: usize, given: usize) -> bool {
    // SAFETY: as the caller says.
    number < given && unsafe { !(*places.add(number)).is_null() }
}

/// An argument that is converted by a function of the user's.
///
/// # Safety
///
/// As [`argument`].
///
/// # Errors
///
/// As [`argument`].
#[inline(always)]
pub unsafe fn argument_with<'a, 'py, T>(
    py: Python<'py>,
    place: *const *mut PyObject,
    name: &'static str,
    convert: impl FnOnce(&'a Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<T>
where
    'py: 'a,
{
    // SAFETY: as the caller says.
    convert(unsafe { Bound::ref_from_ptr(py, place) }).map_err(|error| named(py, error, name))
}

/// The module that a function belongs to, for `pass_module`.
///
/// # Safety
///
/// `place` is valid for `'a` and holds the module during it.
///
/// # Errors
///
/// If the function belongs to no module.
pub unsafe fn module_argument<'a, 'py, T: From<&'a Bound<'py, crate::types::PyModule>>>(
    py: Python<'py>,
    place: *const *mut PyObject,
) -> PyResult<T>
where
    'py: 'a,
{
    // SAFETY: as the caller says.
    unsafe {
        if (*place).is_null() {
            return Err(PyTypeError::new_err("the function belongs to no module"));
        }
        Ok(T::from(Bound::ref_from_ptr(py, place).cast_unchecked()))
    }
}

/// Puts the name of the parameter before the text of a `TypeError`.
#[cold]
#[inline(never)]
fn named(py: Python<'_>, error: PyErr, name: &str) -> PyErr {
    if error.get_type(py).is(py.get_type::<PyTypeError>()) {
        let cause = error.cause(py);
        let text = error.value(py).as_any().str();
        let text = text.as_ref().map_or("?".into(), |text| text.to_string_lossy());
        let error = PyTypeError::new_err(format!("argument '{name}': {text}"));
        error.set_cause(py, cause);
        return error;
    }
    error
}

/// What a function takes, for all but the plainest calls.
pub struct Signature {
    /// The name of the class that the function belongs to, if it does.
    pub class: Option<&'static str>,
    /// The name of the function in Python.
    pub function: &'static str,
    /// The names of the parameters: positional ones, then those by keyword only.
    pub names: &'static [&'static str],
    /// How many are positional.
    pub positional: usize,
    /// How many of those cannot be passed by keyword.
    pub positional_only: usize,
    /// How many of the positional ones have no default.
    pub required: usize,
    /// For each of those by keyword only whether it has no default.
    pub keyword_only_required: &'static [bool],
    /// Whether there is `*args`.
    pub varargs: bool,
    /// Whether there is `**kwargs`.
    pub varkeywords: bool,
    /// `names` as interned strings.
    pub interned: Names,
}

/// The names of parameters as interned strings, made when they are first needed.
pub struct Names(PerInterpreter<Vec<Py<PyString>>>);

impl Names {
    /// None yet.
    #[expect(clippy::new_without_default, reason = "only for statics")]
    pub const fn new() -> Self {
        Self(PerInterpreter::new())
    }

    #[inline]
    fn get(&self, py: Python<'_>, names: &[&str]) -> &[Py<PyString>] {
        let make = || {
            Ok::<_, Infallible>(
                names.iter().map(|name| PyString::intern(py, name).unbind()).collect(),
            )
        };
        match self.0.get_or_try_init(py, make) {
            Ok(names) => names,
            Err(never) => match never {},
        }
    }
}

/// What goes into `*args` and `**kwargs`.
pub struct Rest<'py> {
    /// The tuple.
    pub args: Option<Bound<'py, PyTuple>>,
    /// The dict, if there is anything in it.
    pub kwargs: Option<Bound<'py, PyDict>>,
}

impl Signature {
    /// Whether a vector holds an argument for each parameter in the order of the parameters, so that it can be used as it
    /// is: callers mostly write keywords in that order.
    ///
    /// # Safety
    ///
    /// As [`sort`](Self::sort).
    pub unsafe fn is_in_order(
        &self,
        py: Python<'_>,
        nargs: Py_ssize_t,
        kwnames: *mut PyObject,
    ) -> bool {
        // SAFETY: `kwnames` is a tuple, says the caller.
        if let Some(names) = unsafe { object::tuple_items(kwnames) }
            && let Some(known) = self.interned.0.seen(py)
        {
            let mut pairs = known.get(nargs as usize..).unwrap_or_default().iter().zip(names);
            return self.may_be_in_order(nargs as usize, names.len())
                && pairs.all(|(known, &name)| known.as_ptr() == name);
        }
        // SAFETY: as above.
        unsafe { self.is_in_order_by_calls(py, nargs, kwnames) }
    }

    /// The same where the tuple cannot be read, or the names are not there yet.
    #[inline(never)]
    unsafe fn is_in_order_by_calls(
        &self,
        py: Python<'_>,
        nargs: Py_ssize_t,
        kwnames: *mut PyObject,
    ) -> bool {
        let nargs = nargs as usize;
        // SAFETY: `kwnames` is a tuple, says the caller of `is_in_order`.
        let count = unsafe { ffi::PyTuple_Size(kwnames) as usize };
        if !self.may_be_in_order(nargs, count) {
            return false;
        }
        let mut known = self.interned.get(py, self.names)[nargs..].iter().enumerate();
        known.all(|(index, known)| {
            // SAFETY: as above; there are so many.
            known.as_ptr() == unsafe { ffi::PyTuple_GetItem(kwnames, index as Py_ssize_t) }
        })
    }

    /// Whether so many arguments by position and keyword are one for each parameter.
    #[inline(always)]
    fn may_be_in_order(&self, nargs: usize, count: usize) -> bool {
        nargs + count == self.names.len()
            && (self.positional_only..=self.positional).contains(&nargs)
    }

    /// Sorts what was passed into `room`, one place per parameter, null where nothing was passed.
    ///
    /// # Safety
    ///
    /// `args` holds `nargs` objects and one more for each name in the tuple `kwnames`, or `kwnames` is null; `room` has
    /// a place for each of `self.names`, all null. The places borrow from the vector.
    ///
    /// # Errors
    ///
    /// `TypeError` for what Python itself would refuse.
    #[inline(never)]
    pub unsafe fn sort<'py>(
        &self,
        py: Python<'py>,
        args: *const *mut PyObject,
        nargs: Py_ssize_t,
        kwnames: *mut PyObject,
        room: &mut [*mut PyObject],
    ) -> PyResult<Rest<'py>> {
        let nargs = nargs as usize;
        let direct = nargs.min(self.positional);
        // SAFETY: as the caller says.
        unsafe {
            core::ptr::copy_nonoverlapping(args, room.as_mut_ptr(), direct);
        }
        let mut rest = Rest { args: None, kwargs: None };
        if self.varargs {
            // Where there are no arguments the vector may be null, so it is not made a slice.
            // SAFETY: as the caller says; the vector's objects are alive.
            let objects =
                (direct..nargs).map(|index| unsafe { (*args.add(index)).borrowed(py) }.to_owned());
            rest.args = Some(PyTuple::of_objects(py, objects)?);
        } else if nargs > self.positional {
            return Err(self.too_many(nargs));
        }
        if !kwnames.is_null() {
            // SAFETY: as the caller says.
            unsafe { self.sort_keywords(py, args.add(nargs), kwnames, room, &mut rest)? };
        }
        let missing =
            |required: usize, from: usize| room[from..required].iter().any(|place| place.is_null());
        if nargs < self.required && missing(self.required, nargs) {
            return Err(self.missing_positional(room));
        }
        let keyword_only = &room[self.positional..];
        if keyword_only
            .iter()
            .zip(self.keyword_only_required)
            .any(|(place, required)| *required && place.is_null())
        {
            return Err(self.missing_keywords(keyword_only));
        }
        Ok(rest)
    }

    #[inline]
    unsafe fn sort_keywords<'py>(
        &self,
        py: Python<'py>,
        values: *const *mut PyObject,
        kwnames: *mut PyObject,
        room: &mut [*mut PyObject],
        rest: &mut Rest<'py>,
    ) -> PyResult<()> {
        let interned = self.interned.get(py, self.names);
        // SAFETY: `kwnames` is a tuple of str, and there is a value for each, by the protocol.
        unsafe {
            let names = object::tuple_items(kwnames);
            let count = names.map_or_else(|| ffi::PyTuple_Size(kwnames) as usize, <[_]>::len);
            for index in 0..count {
                let name = match names {
                    Some(names) => names[index],
                    None => ffi::PyTuple_GetItem(kwnames, index as Py_ssize_t),
                };
                let value = *values.add(index);
                let place = match interned.iter().position(|known| known.as_ptr() == name) {
                    Some(place) => Some(place),
                    None => self.place_by_text(name.borrowed(py).cast_unchecked())?,
                };
                match place {
                    Some(place) if place >= self.positional_only => {
                        if !core::mem::replace(&mut room[place], value).is_null() {
                            return Err(self.twice(place));
                        }
                    }
                    _ if self.varkeywords => {
                        rest.kwargs
                            .get_or_insert_with(|| PyDict::new(py))
                            .set_item(name.borrowed(py), value.borrowed(py))?;
                    }
                    Some(place) => return Err(self.positional_only_by_keyword(place)),
                    None => return Err(self.unexpected(name.borrowed(py))),
                }
            }
        }
        Ok(())
    }

    /// The place of a name that is not interned, as `f(**{…})` may pass.
    #[cold]
    fn place_by_text(&self, name: Borrowed<'_, '_, PyString>) -> PyResult<Option<usize>> {
        // SAFETY: attached; a str, whose text lives as long as it does.
        unsafe {
            if let Some(text) = object::utf8(name.as_ptr()) {
                return Ok(self.names.iter().position(|&known| known == text));
            }
            // No name of ours has a lone surrogate.
            if ffi::PyErr_ExceptionMatches(*ffi::PyExc_UnicodeEncodeError()) == 0 {
                return Err(PyErr::fetch(name.py()));
            }
            ffi::PyErr_Clear();
        }
        Ok(None)
    }

    #[cold]
    fn error(&self, text: core::fmt::Arguments<'_>) -> PyErr {
        let Self { class, function, .. } = self;
        let (class, dot) = class.map_or(("", ""), |class| (class, "."));
        PyTypeError::new_err(format!("{class}{dot}{function}() {text}"))
    }

    #[cold]
    fn too_many(&self, given: usize) -> PyErr {
        let Self { positional, required, .. } = *self;
        let plural = if positional == 1 { "" } else { "s" };
        let were = if given == 1 { "was" } else { "were" };
        if required == positional {
            self.error(format_args!(
                "takes {positional} positional argument{plural} but {given} {were} given"
            ))
        } else {
            self.error(format_args!(
                "takes from {required} to {positional} positional arguments but {given} {were} given"
            ))
        }
    }

    #[cold]
    fn twice(&self, place: usize) -> PyErr {
        self.error(format_args!("got multiple values for argument '{}'", self.names[place]))
    }

    #[cold]
    fn unexpected(&self, name: Borrowed<'_, '_, PyAny>) -> PyErr {
        let name = name.str();
        let name = name.as_ref().map_or("?".into(), |name| name.to_string_lossy());
        self.error(format_args!("got an unexpected keyword argument '{name}'"))
    }

    #[cold]
    fn positional_only_by_keyword(&self, place: usize) -> PyErr {
        self.error(format_args!(
            "got some positional-only arguments passed as keyword arguments: '{}'",
            self.names[place]
        ))
    }

    #[cold]
    fn missing_positional(&self, room: &[*mut PyObject]) -> PyErr {
        self.missing("positional", &self.names[..self.required], &|place| room[place].is_null())
    }

    #[cold]
    fn missing_keywords(&self, room: &[*mut PyObject]) -> PyErr {
        let is_missing = |place: usize| room[place].is_null() && self.keyword_only_required[place];
        self.missing("keyword-only", &self.names[self.positional..], &is_missing)
    }

    fn missing(&self, kind: &str, names: &[&str], is_missing: &dyn Fn(usize) -> bool) -> PyErr {
        let places = || (0..names.len()).filter(|&place| is_missing(place));
        let count = places().count();
        let mut list = String::new();
        for (number, place) in places().enumerate() {
            let after = match (count - number, count) {
                (1, _) => "'",
                (2, 2) => "' and ",
                (2, _) => "', and ",
                _ => "', ",
            };
            list.push('\'');
            list.push_str(names[place]);
            list.push_str(after);
        }
        let plural = if count == 1 { "" } else { "s" };
        self.error(format_args!("missing {count} required {kind} argument{plural}: {list}"))
    }
}

/// The `**kwargs` of a function, whose parameter is an `Option`: `None` if none were passed.
///
/// # Errors
///
/// The conversion's; a `TypeError` tells the name of the parameter.
pub fn keywords<'a, 'h, 'py, T: Argument<'a, 'h, 'py, Kind>, Kind>(
    kwargs: Option<&'a Bound<'py, PyDict>>,
    py: Python<'py>,
    holder: &'h mut T::Holder,
    name: &'static str,
) -> PyResult<Option<T>> {
    kwargs
        .map(|kwargs| {
            T::from_object(kwargs.as_any(), holder).map_err(|error| named(py, error, name))
        })
        .transpose()
}

/// The `*args` of a function.
///
/// # Errors
///
/// The conversion's; a `TypeError` tells the name of the parameter.
pub fn rest_argument<'a, 'h, 'py, T: Argument<'a, 'h, 'py, Kind>, Kind>(
    args: &'a Bound<'py, PyTuple>,
    holder: &'h mut T::Holder,
    name: &'static str,
) -> PyResult<T> {
    T::from_object(args.as_any(), holder).map_err(|error| named(args.py(), error, name))
}
