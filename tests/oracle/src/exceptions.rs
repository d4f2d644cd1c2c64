//! Where pyo3-ffi cannot be compared with, or says something else, and why.
//!
//! Every name here is checked, too: one that pyo3-ffi declares after all, or not in the way that is told here, does
//! not compile.

use core::ffi::{c_char, c_int, c_long, c_void};

use everypy_ffi::{PyOS_sighandler_t, wchar_t};
use pyo3_ffi::{Py_ssize_t, PyMethodDef, PyObject, PyThreadState};

/// Turns the lists below into the macros that compare one entry each, which know an exception by its name.
///
/// `$d` is a dollar sign, which the inner macros need and an outer macro cannot write.
macro_rules! exceptions {
    (
        ($d:tt)
        lacking { $($lacking:ident)* }
        differing { $($differing:ident: $theirs:ty;)* }
        lacking_constants { $($lacking_constant:ident)* }
        differing_constants { $($differing_constant:ident: $value:expr;)* }
        lacking_types { $($lacking_type:ident)* }
        differing_types { $($differing_type:ident: $their_type:ty;)* }
    ) => {
        /// Compares a function's signature.
        macro_rules! function {
            $(($lacking $d signature:ty) => {
                const _: Option<$d signature> = None;
            };)*
            $(($differing $d signature:ty) => {
                const _: Option<$d signature> = None;
                const _: crate::exceptions::theirs::$differing = pyo3_ffi::$differing;
            };)*
            ($d name:ident $d signature:ty) => {
                const _: $d signature = pyo3_ffi::$d name;
            };
        }

        /// Compares a variable's type.
        macro_rules! data {
            $(($lacking $d ty:ty) => {
                const _: Option<*const $d ty> = None;
            };)*
            ($d name:ident $d ty:ty) => {
                const _: fn() = || {
                    let _: *const $d ty = &raw const pyo3_ffi::$d name;
                };
            };
        }

        /// Compares a constant's value.
        macro_rules! constant {
            $(($lacking_constant) => {};)*
            $(($differing_constant) => {
                const _: () = assert!(pyo3_ffi::$differing_constant as i128 == $value as i128);
            };)*
            ($d name:ident) => {
                const _: () =
                    assert!(crate::headers::$d name as i128 == pyo3_ffi::$d name as i128);
            };
        }

        /// Compares a function type.
        macro_rules! function_type {
            $(($lacking_type) => {};)*
            $(($differing_type) => {
                const _: fn(pyo3_ffi::$differing_type) -> crate::exceptions::theirs::$differing_type =
                    |function| function;
            };)*
            ($d name:ident) => {
                const _: fn(crate::functions::$d name) -> pyo3_ffi::$d name = |function| function;
            };
        }

        /// Says how the comparison of an entry came out, as one that did not come out does not compile.
        macro_rules! outcome {
            $(($lacking) => { $crate::Outcome::Lacking };)*
            $(($differing) => { $crate::Outcome::Different };)*
            $(($lacking_constant) => { $crate::Outcome::Lacking };)*
            $(($differing_constant) => { $crate::Outcome::Different };)*
            $(($lacking_type) => { $crate::Outcome::Lacking };)*
            $(($differing_type) => { $crate::Outcome::Different };)*
            ($d name:ident) => { $crate::Outcome::Same };
        }

        /// The signatures that pyo3-ffi is said to have.
        pub(crate) mod theirs {
            use super::*;

            $(pub(crate) type $differing = $theirs;)*
            $(pub(crate) type $differing_type = $their_type;)*
        }

        /// Each name that pyo3-ffi is said to lack; one that it has is ambiguous.
        mod lacking {
            mod said_to_be_lacking {
                $(pub(super) const $lacking: () = ();)*
                $(pub(super) const $lacking_constant: () = ();)*
            }
            mod types_said_to_be_lacking {
                $(pub(super) struct $lacking_type;)*
            }

            #[expect(unused_imports, reason = "none of it is used if the lists are right")]
            use pyo3_ffi::*;
            use said_to_be_lacking::*;
            use types_said_to_be_lacking::*;

            $(const _: () = $lacking;)*
            $(const _: () = $lacking_constant;)*
            $(const _: Option<$lacking_type> = None;)*
        }
    };
}

exceptions! {
    ($)

    lacking {
        // Takes a `va_list`, for which pyo3-ffi has no type.
        PyArg_VaParse
        PyArg_VaParseTupleAndKeywords
        PyBytes_FromFormatV
        PyErr_FormatV
        PyOS_vsnprintf
        PyUnicode_FromFormatV
        Py_VaBuildValue
        _PyArg_VaParseTupleAndKeywords_SizeT
        _PyArg_VaParse_SizeT
        _Py_VaBuildValue_SizeT

        // The singletons: since 3.13 pyo3-ffi gets them from `Py_GetConstantBorrowed`.
        _Py_EllipsisObject
        _Py_FalseStruct
        _Py_NoneStruct
        _Py_NotImplementedStruct
        _Py_TrueStruct

        // Declared by pyo3-ffi for versions before 3.15 only, or for what is not the limited API.
        PyCFunction_Call
        PyEval_AcquireLock
        PyEval_CallFunction
        PyEval_CallMethod
        PyEval_CallObjectWithKeywords
        PyEval_ReleaseLock
        PyEval_ThreadsInitialized
        PyImport_ImportModuleNoBlock
        PyMarshal_ReadObjectFromString
        PyMarshal_WriteObjectToString
        PyMem_RawCalloc
        PyMem_RawFree
        PyMem_RawMalloc
        PyMem_RawRealloc
        PySys_ResetWarnOptions
        PyThreadState_DeleteCurrent
        PyUnicode_AsDecodedObject
        PyUnicode_AsDecodedUnicode
        PyUnicode_AsEncodedObject
        PyUnicode_AsEncodedUnicode
        PyUnicode_GetSize
        PyUnicode_InternImmortal
        PyWeakref_GetObject
        Py_GetArgcArgv
        Py_GetExecPrefix
        Py_GetPath
        Py_GetPrefix
        Py_GetProgramFullPath
        Py_GetProgramName
        Py_GetPythonHome
        Py_HashBuffer
        Py_SIZE
        Py_SetPath
        _PyErr_BadInternalCall
        _PyObject_CallFunction_SizeT
        _PyObject_GC_New
        _PyObject_GC_NewVar
        _PyObject_GC_Resize
        _PyObject_New
        _PyObject_NewVar
        _PyWeakref_CallableProxyType
        _PyWeakref_ProxyType
        _Py_Dealloc
        _Py_DecRef
        _Py_IncRef

        // Private names, which macros of some version lead to.
        _PyArg_ParseTupleAndKeywords_SizeT
        _PyArg_ParseTuple_SizeT
        _PyArg_Parse_SizeT
        _PyObject_CallMethod_SizeT
        _PyState_AddModule
        _PyThreadState_Init
        _PyThreadState_Prealloc
        _Py_BuildValue_SizeT
        _Py_CheckRecursiveCall
        _Py_SetRefcnt
        _Py_SwappedOp

        // Of `pythread.h` pyo3-ffi has the thread-specific storage only.
        PyThread_GetInfo
        PyThread_ReInitTLS
        PyThread_acquire_lock
        PyThread_acquire_lock_timed
        PyThread_allocate_lock
        PyThread_create_key
        PyThread_delete_key
        PyThread_delete_key_value
        PyThread_exit_thread
        PyThread_free_lock
        PyThread_get_key_value
        PyThread_get_stacksize
        PyThread_get_thread_native_id
        PyThread_init_thread
        PyThread_release_lock
        PyThread_set_key_value
        PyThread_set_stacksize
        PyThread_start_new_thread

        // Came with 3.13 … 3.15.
        PyInterpreterGuard_Close
        PyInterpreterGuard_FromCurrent
        PyInterpreterGuard_FromView
        PyInterpreterView_Close
        PyInterpreterView_FromCurrent
        PyInterpreterView_FromMain
        PyLong_AsInt
        PySys_Audit
        PySys_AuditTuple
        PySys_GetAttr
        PySys_GetAttrString
        PySys_GetOptionalAttr
        PySys_GetOptionalAttrString
        PyThreadState_Ensure
        PyThreadState_EnsureFromView
        PyThreadState_Release
        Py_PACK_FULL_VERSION
        Py_PACK_VERSION
        Py_SET_SIZE

        // Long gone from the headers.
        PyObject_AsCharBuffer
        PyObject_AsReadBuffer
        PyObject_AsWriteBuffer
        PyObject_CheckReadBuffer

        // The others that pyo3-ffi skips.
        PyCodec_NameReplaceErrors
        PyExceptionClass_Name
        PyException_GetArgs
        PyException_SetArgs
        PyOS_InputHook
        PyOS_mystricmp
        PyOS_mystrnicmp
        PyOS_snprintf
        Py_UTF8Mode
    }

    differing {
        // Functions of Rust in pyo3-ffi, as macros and inline functions are in the headers of some version.
        PyCFunction_New: unsafe fn(*mut PyMethodDef, *mut PyObject) -> *mut PyObject;
        PyCFunction_NewEx: unsafe fn(*mut PyMethodDef, *mut PyObject, *mut PyObject) -> *mut PyObject;
        PyErr_BadInternalCall: unsafe fn();
        PySlice_GetIndicesEx: unsafe fn(
            *mut PyObject,
            Py_ssize_t,
            *mut Py_ssize_t,
            *mut Py_ssize_t,
            *mut Py_ssize_t,
            *mut Py_ssize_t,
        ) -> c_int;
        Py_Is: unsafe fn(*mut PyObject, *mut PyObject) -> c_int;
        Py_IsFalse: unsafe fn(*mut PyObject) -> c_int;
        Py_IsNone: unsafe fn(*mut PyObject) -> c_int;
        Py_IsTrue: unsafe fn(*mut PyObject) -> c_int;

        // Enumerations of Rust in pyo3-ffi; ours are C's integers, since an enumeration must not have another value.
        PyGILState_Ensure: unsafe extern "C" fn() -> pyo3_ffi::PyGILState_STATE;
        PyGILState_Release: unsafe extern "C" fn(pyo3_ffi::PyGILState_STATE);
        PyIter_Send: unsafe extern "C" fn(
            *mut PyObject,
            *mut PyObject,
            *mut *mut PyObject,
        ) -> pyo3_ffi::PySendResult;

        // Never return, and neither would their stubs be of any use if they could not.
        Py_Exit: unsafe extern "C" fn(c_int) -> !;
        Py_FatalError: unsafe extern "C" fn(*const c_char) -> !;

        // Take or give null for no handler, which pyo3-ffi does not say.
        PyOS_getsig: unsafe extern "C" fn(c_int) -> PyOS_sighandler_t;
        PyOS_setsig: unsafe extern "C" fn(c_int, PyOS_sighandler_t) -> PyOS_sighandler_t;

        // What is called is safe to call in pyo3-ffi.
        Py_AddPendingCall: unsafe extern "C" fn(
            Option<extern "C" fn(*mut c_void) -> c_int>,
            *mut c_void,
        ) -> c_int;
        Py_AtExit: unsafe extern "C" fn(Option<extern "C" fn()>) -> c_int;

        // C has `size_t *`.
        Py_DecodeLocale: unsafe extern "C" fn(*const c_char, *mut Py_ssize_t) -> *mut wchar_t;
        Py_EncodeLocale: unsafe extern "C" fn(*const wchar_t, *mut Py_ssize_t) -> *mut c_char;

        // C has `uint64_t` and `unsigned long`.
        PyThreadState_GetID: unsafe extern "C" fn(*mut PyThreadState) -> i64;
        PyThreadState_SetAsyncExc: unsafe extern "C" fn(c_long, *mut PyObject) -> c_int;

        // C has `char * const *`; pyo3-ffi takes C++'s `const char * const *`.
        PyArg_ParseTupleAndKeywords: unsafe extern "C" fn(
            *mut PyObject,
            *mut PyObject,
            *const c_char,
            *const *const c_char,
            ...
        ) -> c_int;
    }

    lacking_constants {
        // The names that `Py_T_*`, `Py_READONLY` and others replace; pyo3-ffi has them in a module of their own.
        PY_AUDIT_READ
        PY_WRITE_RESTRICTED
        READONLY
        READ_RESTRICTED
        RESTRICTED
        T_BOOL
        T_BYTE
        T_CHAR
        T_DOUBLE
        T_FLOAT
        T_INT
        T_LONG
        T_LONGLONG
        T_NONE
        T_OBJECT
        T_OBJECT_EX
        T_PYSSIZET
        T_SHORT
        T_STRING
        T_STRING_INPLACE
        T_UBYTE
        T_UINT
        T_ULONG
        T_ULONGLONG
        T_USHORT

        // Members of what is an enumeration in pyo3-ffi, too.
        PYGEN_ERROR
        PYGEN_NEXT
        PYGEN_RETURN
        PyGILState_LOCKED
        PyGILState_UNLOCKED

        // The second names that we give to renumbered slots; see `differing_constants`.
        Py_bf_getbuffer_3_15
        Py_bf_releasebuffer_3_15
        Py_mod_create_3_15
        Py_mod_exec_3_15
        Py_mod_gil_3_15
        Py_mod_multiple_interpreters_3_15
        Py_mp_ass_subscript_3_15
        Py_mp_length_3_15

        // The others that pyo3-ffi skips.
        METH_METHOD
        METH_STACKLESS
        NOWAIT_LOCK
        PY_LOCK_ACQUIRED
        PY_LOCK_FAILURE
        PY_LOCK_INTR
        PyImport_LAZY_ALL
        PyImport_LAZY_NORMAL
        Py_DTSF_NO_NEG_0
        Py_TPFLAGS_HAVE_STACKLESS_EXTENSION
        WAIT_LOCK
    }

    differing_constants {
        // pyo3-ffi has the value of 3.10 and later, which older versions do not get along with.
        Py_TPFLAGS_DEFAULT: 0;

        // Slots that 3.15 renumbered: theirs is the new number, ours the old one, which all versions understand.
        Py_bf_getbuffer: crate::headers::Py_bf_getbuffer_3_15;
        Py_bf_releasebuffer: crate::headers::Py_bf_releasebuffer_3_15;
        Py_mod_create: crate::headers::Py_mod_create_3_15;
        Py_mod_exec: crate::headers::Py_mod_exec_3_15;
        Py_mod_gil: crate::headers::Py_mod_gil_3_15;
        Py_mod_multiple_interpreters: crate::headers::Py_mod_multiple_interpreters_3_15;
        Py_mp_ass_subscript: crate::headers::Py_mp_ass_subscript_3_15;
        Py_mp_length: crate::headers::Py_mp_length_3_15;
    }

    lacking_types {
        // Not for the limited API in pyo3-ffi.
        PyCMethod
        // Private in pyo3-ffi, or left out.
        PyOS_sighandler_t
        sendfunc
    }

    differing_types {
        // C has `PyObject *const *`.
        PyCFunctionFast: unsafe extern "C" fn(
            *mut PyObject,
            *mut *mut PyObject,
            Py_ssize_t,
        ) -> *mut PyObject;
    }
}
