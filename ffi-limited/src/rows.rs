//! What a row is, and the macros that turn the lists in `headers/` into the table.

use core::ffi::{c_double, c_int, c_long, c_longlong, c_uint, c_ulong, c_ulonglong};

/// What a C function returns to say that it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A pointer: null.
    Null,
    /// An integer of any width: -1.
    MinusOne,
    /// A floating-point number: -1.0.
    MinusOnePointZero,
    /// Nothing is returned, so the exception alone says it.
    Nothing,
    /// Not a function but an object or a variable.
    Data,
}

/// One entry of the C API, as the limited API of some version declares it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The name in CPython, as in `PyList_New`.
    pub name: &'static str,
    /// The first CPython whose limited API has it: `(3, 7)` stands for 3.7 or earlier.
    pub since: (u8, u8),
    /// Whether every interpreter that we know has it, so that loading may insist on it.
    pub required: bool,
    /// How a call of it fails.
    pub failure: Failure,
    /// How many of its arguments are integers or pointers; those behind C's `...` do not count.
    pub arguments: u8,
    /// Whether there are more of them, as many as the caller likes.
    pub variadic: bool,
    /// Whether its result fills a word, as pointers do.
    pub wide: bool,
}

/// Maps the return type of a function to the way it reports failure.
pub(crate) trait Returned {
    const FAILURE: Failure;
}

/// 1 for the type of an argument that is an integer or a pointer.
pub(crate) const fn is_word<T: Returned>() -> u8 {
    !matches!(T::FAILURE, Failure::MinusOnePointZero) as u8
}

/// Whether a result of this type fills a word.
pub(crate) const fn is_wide<T>() -> bool {
    size_of::<T>() == size_of::<usize>()
}

macro_rules! returned {
    ($($ty:ty => $failure:ident),* $(,)?) => {
        $(impl Returned for $ty { const FAILURE: Failure = Failure::$failure; })*
    };
}

impl<T> Returned for *mut T {
    const FAILURE: Failure = Failure::Null;
}
impl<T> Returned for *const T {
    const FAILURE: Failure = Failure::Null;
}
impl<T> Returned for Option<T> {
    const FAILURE: Failure = Failure::Null;
}

/// The integer types of C are spelled through these wrappers, since several of them are one type to Rust.
macro_rules! integers {
    ($($ty:ty),*) => { returned!($($ty => MinusOne),*); };
}
integers!(i8, u8, i16, u16, i32, u32, i64, u64, isize, usize);
returned!(c_double => MinusOnePointZero, () => Nothing);

const _: () = {
    // Every C integer is one of those above, whatever its width is here.
    const fn covered<T: Returned>() {}
    covered::<c_int>();
    covered::<c_uint>();
    covered::<c_long>();
    covered::<c_ulong>();
    covered::<c_longlong>();
    covered::<c_ulonglong>();
};

/// Makes one header's part of the table: `Rows` (the entries as a struct), `ROWS` (what is known of each)
/// and a callable wrapper per entry.
///
/// - `functions`: `fn NAME(ARG: TYPE, …) -> TYPE, (MAJOR, MINOR) [, required];`, called like any function.
/// - `variadic`: the same with C's `...` after the last argument. A wrapper cannot be variadic, so `NAME()`
///   returns the function and is called as `NAME()(…)`.
/// - `data`: `static NAME: TYPE, (MAJOR, MINOR) [, required];`, where `NAME()` gives the address of the C variable.
macro_rules! rows {
    (
        header $header:ident;
        functions { $(
            $(#[$fn_meta:meta])*
            fn $fn_name:ident($($arg:ident: $arg_ty:ty),* $(,)?) -> $fn_ret:ty, ($fn_major:literal, $fn_minor:literal) $(, $fn_required:ident)?;
        )* }
        variadic { $(
            $(#[$var_meta:meta])*
            fn $var_name:ident($($var_arg:ident: $var_ty:ty),* $(,)?) -> $var_ret:ty, ($var_major:literal, $var_minor:literal) $(, $var_required:ident)?;
        )* }
        data { $(
            $(#[$data_meta:meta])*
            static $data_name:ident: $data_ty:ty, ($data_major:literal, $data_minor:literal) $(, $data_required:ident)?;
        )* }
    ) => {
        /// This header's part of the table.
        #[repr(C)]
        #[expect(missing_docs, reason = "the fields are the names of the C API, which documents them")]
        pub struct Rows {
            $(pub $fn_name: unsafe extern "C" fn($($arg: $arg_ty),*) -> $fn_ret,)*
            $(pub $var_name: unsafe extern "C" fn($($var_arg: $var_ty,)* ...) -> $var_ret,)*
            $(pub $data_name: *mut $data_ty,)*
        }

        /// The number of rows.
        pub(crate) const LEN: usize = core::mem::size_of::<Rows>() / core::mem::size_of::<usize>();

        /// The place of the first row in the whole table.
        #[cfg(not(everypy_sled))]
        const BASE: usize = core::mem::offset_of!(crate::Table, $header) / core::mem::size_of::<usize>();

        /// What is known of each row, in the order of [`Rows`].
        pub(crate) const ROWS: [crate::Row; LEN] = [
            $(crate::Row {
                name: stringify!($fn_name),
                since: ($fn_major, $fn_minor),
                required: rows!(@required $($fn_required)?),
                failure: <$fn_ret as crate::rows::Returned>::FAILURE,
                arguments: 0 $(+ crate::rows::is_word::<$arg_ty>())*,
                variadic: false,
                wide: crate::rows::is_wide::<$fn_ret>(),
            },)*
            $(crate::Row {
                name: stringify!($var_name),
                since: ($var_major, $var_minor),
                required: rows!(@required $($var_required)?),
                failure: <$var_ret as crate::rows::Returned>::FAILURE,
                arguments: 0 $(+ crate::rows::is_word::<$var_ty>())*,
                variadic: true,
                wide: crate::rows::is_wide::<$var_ret>(),
            },)*
            $(crate::Row {
                name: stringify!($data_name),
                since: ($data_major, $data_minor),
                required: rows!(@required $($data_required)?),
                failure: crate::Failure::Data,
                arguments: 0,
                variadic: false,
                wide: true,
            },)*
        ];

        /// The stub of each row, for processors that have no common one.
        #[cfg(not(everypy_sled))]
        pub(crate) const STUBS: [crate::stubs::Stub; LEN] = [
            $(rows!(@stub $fn_name),)*
            $(rows!(@stub $var_name),)*
            $(rows!(@stub $data_name),)*
        ];

        $(
            #[doc = concat!("[`", stringify!($fn_name), "`](https://docs.python.org/3/search.html?q=", stringify!($fn_name), "), limited API since ", stringify!($fn_major), ".", stringify!($fn_minor), ".")]
            ///
            /// # Safety
            ///
            /// The table is loaded, this thread is attached unless the C documentation says otherwise, and the
            /// arguments are what the C function requires.
            $(#[$fn_meta])*
            #[inline(always)]
            pub unsafe fn $fn_name($($arg: $arg_ty),*) -> $fn_ret {
                // SAFETY: the caller says that the table is loaded and the arguments are right.
                unsafe { (crate::table().$header.$fn_name)($($arg),*) }
            }
        )*
        $(
            #[doc = concat!("[`", stringify!($var_name), "`](https://docs.python.org/3/search.html?q=", stringify!($var_name), "), limited API since ", stringify!($var_major), ".", stringify!($var_minor), "; to be called as `", stringify!($var_name), "()(…)`.")]
            ///
            /// # Safety
            ///
            /// The table is loaded.
            $(#[$var_meta])*
            #[inline(always)]
            pub unsafe fn $var_name() -> unsafe extern "C" fn($($var_ty,)* ...) -> $var_ret {
                // SAFETY: the caller says that the table is loaded.
                unsafe { crate::table().$header.$var_name }
            }
        )*
        $(
            #[doc = concat!("The address of [`", stringify!($data_name), "`](https://docs.python.org/3/search.html?q=", stringify!($data_name), "), limited API since ", stringify!($data_major), ".", stringify!($data_minor), "; null where the interpreter has none.")]
            ///
            /// # Safety
            ///
            /// The table is loaded.
            $(#[$data_meta])*
            #[inline(always)]
            pub unsafe fn $data_name() -> *mut $data_ty {
                // SAFETY: the caller says that the table is loaded.
                unsafe { crate::table().$header.$data_name }
            }
        )*
    };
    (@required required) => { true };
    (@required) => { false };
    (@stub $name:ident) => {{
        const LOCAL: usize = core::mem::offset_of!(Rows, $name) / core::mem::size_of::<usize>();
        crate::stubs::of_row::<{ BASE + LOCAL }>(ROWS[LOCAL].failure)
    }};
}

/// Declares the modules of `headers/`, and the table as their concatenation in this order.
macro_rules! headers {
    ($($header:ident),* $(,)?) => {
        $(#[doc = concat!("The entries of CPython's `", stringify!($header), ".h`.")] pub mod $header;)*
        $(pub use $header::*;)*

        /// The entries of the C API as the running interpreter has them.
        ///
        /// Filled once by `everypy-shims`, before anything else of ours runs, and immutable from then on.
        #[repr(C)]
        pub struct Table {
            $(
                #[doc = concat!("The entries of CPython's `", stringify!($header), ".h`.")]
                pub $header: $header::Rows,
            )*
        }

        /// The number of rows.
        pub const LEN: usize = core::mem::size_of::<Table>() / core::mem::size_of::<usize>();

        pub(crate) const fn all_rows() -> [crate::Row; LEN] {
            crate::rows::concat(&[$(&$header::ROWS),*], crate::rows::NO_ROW)
        }

        #[cfg(not(everypy_sled))]
        pub(crate) const fn all_stubs() -> [crate::stubs::Stub; LEN] {
            crate::rows::concat(&[$(&$header::STUBS),*], crate::stubs::of_row::<0>(crate::Failure::Null))
        }
    };
}

/// What [`concat`] starts from; none is left when it is done.
pub(crate) const NO_ROW: Row = Row {
    name: "",
    since: (0, 0),
    required: false,
    failure: Failure::Nothing,
    arguments: 0,
    variadic: false,
    wide: false,
};

/// Joins the parts of the headers.
pub(crate) const fn concat<T: Copy, const N: usize>(parts: &[&[T]], fill: T) -> [T; N] {
    let mut all = [fill; N];
    let mut at = 0;
    let mut part = 0;
    while part < parts.len() {
        let mut i = 0;
        while i < parts[part].len() {
            all[at] = parts[part][i];
            at += 1;
            i += 1;
        }
        part += 1;
    }
    assert!(at == N, "the rows and the table differ in number");
    all
}
