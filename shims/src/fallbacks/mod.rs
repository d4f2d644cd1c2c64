//! What stands in for a row that the running interpreter lacks, built from rows that every interpreter has.
//!
//! A fallback lives under the version that brought the real function, so that it is found there and can go one day
//! with the versions before it; those of [`everywhere`] replace functions of 3.7 that PyPy or GraalPy never had.

mod everywhere;
mod since_3_10;
mod since_3_11;
mod since_3_12;
mod since_3_13;
mod since_3_14;
mod since_3_8;
mod since_3_9;

use everypy_ffi as ffi;

macro_rules! fallbacks {
    ($($module:ident { $($header:ident . $name:ident),* $(,)? })*) => {
        /// The fallback of a row. Code, since a table of addresses would cost a relocation for each.
        #[inline(never)]
        pub(crate) fn find(row: usize) -> Option<*const ()> {
            $($({
                // The compiler compares the signatures.
                const _: fn(&mut ffi::Table) = |table| table.$header.$name = $module::$name;
                const ROW: usize = core::mem::offset_of!(ffi::Table, $header.$name) / size_of::<usize>();
                if row == ROW {
                    return Some($module::$name as *const ());
                }
            })*)*
            None
        }
    };
}

fallbacks! {
    everywhere {
        methodobject.PyCFunction_NewEx,
        moduleobject.PyModule_GetFilenameObject,
        moduleobject.PyModule_GetNameObject,
        abstract_.PyObject_Length,
        bytesobject.PyBytes_Size,
        longobject.PyLong_FromUnsignedLongLong,
        pyerrors.PyErr_SetObject,
        objimpl.PyObject_GC_Track,
        objimpl.PyObject_GC_UnTrack,
        object.PyType_IsSubtype,
    }
    since_3_8 {
        abstract_.PyIter_Check,
        pystate.PyInterpreterState_GetDict,
    }
    since_3_9 {
        abstract_.PyObject_CallNoArgs,
        pystate.PyInterpreterState_Get,
        pystate.PyThreadState_GetInterpreter,
    }
    since_3_10 {
        refcount.Py_NewRef,
        refcount.Py_XNewRef,
        object.Py_Is,
    }
    since_3_11 {
        object.PyType_GetName,
        object.PyType_GetQualName,
    }
    since_3_12 {
        abstract_.PyObject_Vectorcall,
        abstract_.PyObject_VectorcallMethod,
        pyerrors.PyErr_GetRaisedException,
        pyerrors.PyErr_SetRaisedException,
    }
    since_3_13 {
        critical_section.PyCriticalSection_Begin,
        critical_section.PyCriticalSection_End,
        dictobject.PyDict_GetItemRef,
        import.PyImport_AddModuleRef,
        listobject.PyList_GetItemRef,
        object.PyObject_DelAttr,
        object.PyObject_GetOptionalAttr,
    }
    since_3_14 {
        object.Py_TYPE,
    }
}
