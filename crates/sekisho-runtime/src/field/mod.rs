//! The fields that rules name, and where their values come from.

pub(crate) mod account;
pub(crate) mod container;
pub(crate) mod errors;
pub(crate) mod event;
pub(crate) mod file;
pub(crate) mod grounds;
pub(crate) mod kubernetes;
pub(crate) mod path;
mod presence;
pub(crate) mod process;
pub(crate) mod shown;
pub(crate) mod time;

use std::borrow::Cow;
use std::sync::LazyLock;

use sekisho_capture::EventType;
use sekisho_falco::{Catalog, Field, Grounds, Identity, Value};

use self::account::AccountField;
use self::container::ContainerField;
use self::event::EventField;
use self::file::FileField;
use self::kubernetes::KubernetesField;
use self::path::PathField;
pub use self::presence::may_have;
use self::process::ProcessField;
use crate::view::{SYSCALL, View};

/// A field by what it is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known {
    Event(EventField),
    Process(ProcessField),
    File(FileField),
    Account(AccountField),
    Path(PathField),
    Container(ContainerField),
    Kubernetes(KubernetesField),
    Unknown,
}

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| Catalog::names().map(by_name).collect());

/// What a field of a rule is.
pub(crate) fn known(field: &Field) -> Known {
    KNOWN.get(field.info.id as usize).copied().unwrap_or(Known::Unknown)
}

impl sekisho_falco::Event for View<'_> {
    fn source(&self) -> &str {
        SYSCALL
    }

    fn event_type(&self) -> Option<EventType> {
        Some(self.event.head.kind)
    }

    fn extract<'e>(&'e self, field: &Field, values: &mut Vec<Value<'e>>) -> bool {
        let argument = field.argument.as_deref();
        match known(field) {
            Known::Event(known) => event::extract(self, known, argument, values),
            Known::Process(known) => process::extract(self, known, argument, values),
            Known::File(known) => file::extract(self, known, argument, values),
            Known::Account(known) => account::extract(self, known, values),
            Known::Path(known) => path::extract(self, known, values),
            Known::Container(known) => container::extract(self, known, argument, values),
            Known::Kubernetes(known) => kubernetes::extract(self, &known, argument, values),
            Known::Unknown => false,
        }
    }

    fn grounds(&self, field: &Field) -> Option<Grounds> {
        grounds::of(self, field)
    }

    fn identity(&self, grounds: Grounds) -> Option<Identity> {
        grounds::identity(self, grounds)
    }
}

/// Whether a field has values here.
pub fn is_known(name: &str) -> bool {
    !matches!(by_name(name), Known::Unknown)
}

fn by_name(name: &str) -> Known {
    let event = || EventField::by_name(name).map(Known::Event);
    let process = || ProcessField::by_name(name).map(Known::Process);
    let file = || FileField::by_name(name).map(Known::File);
    let account = || AccountField::by_name(name).map(Known::Account);
    let path = || PathField::by_name(name).map(Known::Path);
    let container = || ContainerField::by_name(name).map(Known::Container);
    let kubernetes = || KubernetesField::by_name(name).map(Known::Kubernetes);
    event()
        .or_else(process)
        .or_else(file)
        .or_else(account)
        .or_else(path)
        .or_else(container)
        .or_else(kubernetes)
        .unwrap_or(Known::Unknown)
}

/// Fields with their names.
macro_rules! fields {
    ($(#[$doc:meta])* $kind:ident { $($variant:ident $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub(crate) enum $kind {
            $($variant,)*
        }

        impl $kind {
            /// The field of this name.
            pub(crate) fn by_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}
pub(crate) use fields;

/// A text that was made for the field.
pub(crate) fn made<'e>(text: impl Into<Vec<u8>>) -> Value<'e> {
    Value::Text(Cow::Owned(text.into()))
}

/// The argument of a field as a number.
pub(crate) fn index(argument: Option<&[u8]>) -> Option<usize> {
    std::str::from_utf8(argument?).ok()?.parse().ok()
}

/// Pushes a value where there is one.
pub(crate) fn push<'e>(values: &mut Vec<Value<'e>>, value: Option<Value<'e>>) -> bool {
    let is_there = value.is_some();
    values.extend(value);
    is_there
}
