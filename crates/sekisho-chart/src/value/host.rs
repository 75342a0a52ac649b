//! Objects of the host: what templates can call methods on.

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use smol_str::SmolStr;

use super::{Text, Type, Value};
use crate::call::Call;
use crate::error::CallError;

/// An object with a type, methods and fields of its own, such as `.Files` or a time.
///
/// A template reaches methods with `.Files.Get "x"` and fields as on a map; a method goes before a field
/// of the same name.
pub trait Host: fmt::Debug {
    /// Go's name of the type: `engine.files`, `*common.Capabilities`, `time.Time`.
    fn type_name(&self) -> &'static str;

    /// Itself, for functions that take their own objects back.
    fn as_any(&self) -> &dyn Any;

    /// What Go would see below the type's name.
    fn kind(&self) -> HostKind {
        HostKind::Struct
    }

    /// The methods that templates may call.
    fn methods(&self) -> &'static [Method] {
        &[]
    }

    /// A field of a struct, or the value of a key.
    fn field(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// The items of a list, or the entries of a map in the order of their keys, or the exported fields of a
    /// struct in the order of their declaration, each with its name (of an item, the empty name).
    fn entries(&self) -> Vec<(SmolStr, Value)> {
        Vec::new()
    }

    /// What printing it shows, where it says that itself (Go's `Stringer`).
    fn display(&self) -> Option<Text> {
        None
    }

    /// What an action shows that prints it. An object that says what it shows by a method of its pointer does
    /// so here, and not where it is the argument of a function.
    fn printed(&self) -> Option<Text> {
        self.display()
    }

    /// What `%#v` shows, where it says that itself (Go's `GoStringer`).
    fn syntax(&self) -> Option<Text> {
        None
    }

    /// Whether a condition takes it for true.
    fn truth(&self) -> bool {
        self.kind() == HostKind::Struct || !self.entries().is_empty()
    }
}

/// What an object of the host is below its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// A struct, or a pointer to one.
    Struct,
    /// A map from strings: `range` goes over its entries.
    Map,
    /// A slice: `range` goes over its items.
    List,
}

/// A method of an object of the host.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    /// Its name.
    pub name: &'static str,
    /// The types of its parameters, the object itself not among them.
    pub parameters: &'static [Type],
    /// What it does; the arguments fit the parameters in number and type.
    pub body: MethodBody,
}

/// What a method does with its object and the arguments.
pub type MethodBody = fn(&mut Call<'_>, &Rc<dyn Host>, &[Value]) -> Result<Value, CallError>;
