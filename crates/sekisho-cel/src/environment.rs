//! What expressions may use: variables, libraries, message types.

use std::collections::HashMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::extension::Extension;
use crate::functions::tables;
use crate::library::Library;
use crate::syntax::macros::Macros;
use crate::types::declaration::{Function, Overload};
use crate::types::reference::Reference;
use crate::types::{StructType, Type};
use crate::value::Value;

/// What expressions may use.
#[derive(Debug, Clone)]
pub struct Environment {
    variables: HashMap<SmolStr, Type>,
    functions: HashMap<SmolStr, Arc<Function>>,
    messages: HashMap<SmolStr, StructType>,
    pub(crate) macros: Macros,
    /// Whether literals of lists and maps have items of one type, and texts of patterns, times and spans
    /// are read when the expression is compiled.
    pub(crate) strict: bool,
    /// Whether `orValue` gives back what is no optional.
    pub(crate) takes_plain_values: bool,
}

impl Environment {
    /// The language with these libraries; the standard one need not be named.
    pub fn new(libraries: &[Library]) -> Self {
        let macros = Macros { enabled: true, ..Macros::default() };
        let empty = Self {
            variables: HashMap::new(),
            functions: HashMap::new(),
            messages: HashMap::new(),
            macros,
            strict: false,
            takes_plain_values: false,
        };
        [Library::Standard].iter().chain(libraries).fold(empty, |made, library| made.with_library(*library))
    }

    /// What the API server of Kubernetes 1.`minor` offers to expressions of policies and of resource
    /// definitions. Variables are the caller's to declare.
    pub fn kubernetes(minor: u32) -> Self {
        let since = [
            (0, Library::KubernetesStrings),
            (0, Library::Urls),
            (0, Library::KubernetesRegex),
            (0, Library::KubernetesLists),
            (27, Library::Authorizer),
            (28, Library::Optionals),
            (28, Library::Quantities),
            (29, Library::Sets),
            (30, Library::Network),
            (31, Library::Formats),
            (31, Library::AuthorizerSelectors),
            (32, Library::TwoVariables),
            (33, Library::Semver),
            (34, Library::Lists),
            (37, Library::KubernetesIncludes),
        ];
        let libraries: Vec<Library> =
            since.into_iter().filter(|(from, _)| *from <= minor).map(|(_, library)| library).collect();
        Self { strict: minor >= 29, ..Self::new(&libraries) }
    }

    /// With this library too.
    #[must_use]
    pub fn with_library(mut self, library: Library) -> Self {
        match library {
            Library::Optionals => self.macros.optionals = true,
            Library::TwoVariables => self.macros.two_variables = true,
            Library::Bindings => self.macros.bindings = true,
            Library::Math => self.macros.math = true,
            Library::Lists => self.macros.sort_by = true,
            _ => {}
        }
        for line in tables(library).iter().copied().flatten() {
            self.add(SmolStr::new_static(line.0), Overload::read(line));
        }
        self
    }

    /// With this function too, or with one more overload of a function that is there. An overload of the same
    /// name and signature is there already and stays.
    #[must_use]
    pub fn with_extension(mut self, extension: Extension) -> Self {
        self.add(extension.name, extension.overload);
        self
    }

    /// With this type of the caller's own too; its name has a dot. Its values are [`Foreign`](crate::Foreign),
    /// and their fields of any type.
    #[must_use]
    pub fn with_foreign_type(self, name: impl Into<SmolStr>) -> Self {
        self.with_message(name, StructType { fields: Vec::new(), open: true })
    }

    fn add(&mut self, name: SmolStr, overload: Overload) {
        let function = self
            .functions
            .entry(name.clone())
            .or_insert_with(|| Arc::new(Function { name, overloads: Vec::new() }));
        if function.overloads.iter().all(|known| known.id != overload.id) {
            Arc::make_mut(function).overloads.push(Arc::new(overload));
        }
    }

    /// With literals of lists and maps whose items may be of several types.
    #[must_use]
    pub fn with_mixed_literals(mut self) -> Self {
        self.strict = false;
        self
    }

    /// With an `orValue` that gives back what is no optional, as Kyverno has it.
    #[must_use]
    pub fn with_or_value_of_plain_values(mut self) -> Self {
        self.takes_plain_values = true;
        self
    }

    /// With this variable too.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<SmolStr>, kind: Type) -> Self {
        self.variables.insert(name.into(), kind);
        self
    }

    /// With this message type too; an open one brings every type whose name begins with its name and a dot.
    #[must_use]
    pub fn with_message(mut self, name: impl Into<SmolStr>, kind: StructType) -> Self {
        self.messages.insert(name.into(), kind);
        self
    }

    /// With the types of which mutating policies make patches: `Object` and every type below it (`Object.spec`,
    /// `Object.spec.template`), whose fields are any, and `JSONPatch`; and with `jsonpatch.escapeKey`.
    #[must_use]
    pub fn with_patch_types(self) -> Self {
        let patch = ["op", "path", "from"].map(|field| (SmolStr::new_static(field), Type::String));
        let value = (SmolStr::new_static("value"), Type::Dyn);
        let patch = StructType { fields: patch.into_iter().chain([value]).collect(), open: false };
        self.with_library(Library::JsonPatch)
            .with_message("Object", StructType { fields: Vec::new(), open: true })
            .with_message("JSONPatch", patch)
    }

    /// Without any macro.
    #[must_use]
    pub fn without_macros(mut self) -> Self {
        self.macros.enabled = false;
        self
    }

    /// The variable, or the type as a value, of this full name.
    pub(crate) fn resolve(&self, name: &str) -> Option<(Reference, Type)> {
        if let Some(kind) = self.variables.get(name) {
            return Some((Reference::Variable(name.into()), kind.clone()));
        }
        let kind = self.type_named(name)?;
        let value = Value::Type(name.into());
        Some((Reference::Constant(value), Type::TypeOf(Arc::new(kind))))
    }

    fn type_named(&self, name: &str) -> Option<Type> {
        Some(match name {
            "bool" => Type::Bool,
            "int" => Type::Int,
            "uint" => Type::UInt,
            "double" => Type::Double,
            "string" => Type::String,
            "bytes" => Type::Bytes,
            "null_type" => Type::Null,
            "list" => Type::list(Type::Dyn),
            "map" => Type::map(Type::Dyn, Type::Dyn),
            "type" => Type::TypeOf(Arc::new(Type::Dyn)),
            "google.protobuf.Timestamp" => Type::Timestamp,
            "google.protobuf.Duration" => Type::Duration,
            "optional_type" if self.functions.contains_key("optional.of") => Type::optional(Type::Dyn),
            "net.IP" | "net.CIDR" if self.functions.contains_key("cidr") => Type::Opaque(name.into()),
            _ => Type::Struct(self.messages.get_key_value(name)?.0.clone()),
        })
    }

    pub(crate) fn function(&self, name: &str) -> Option<Arc<Function>> {
        self.functions.get(name).cloned()
    }

    pub(crate) fn struct_type(&self, name: &str) -> Option<&StructType> {
        if let Some(found) = self.messages.get(name) {
            return Some(found);
        }
        let mut name = name;
        while let Some((head, _)) = name.rsplit_once('.') {
            if let Some(found) = self.messages.get(head).filter(|kind| kind.open) {
                return Some(found);
            }
            name = head;
        }
        None
    }
}
