//! Credentials in plain text: what a value looks like, what its name says, and how sure that makes us.
//!
//! Precision comes before recall. A value in the form of a well-known credential is one, whatever its name.
//! Otherwise the name must end in a word for a credential, and the value must be neither a reference, a
//! placeholder, a path, a flag nor a small number; how random it is decides how sure we are.
//!
//! INVARIANT: nothing here keeps a value or a part of one. Results name the kind of credential only.

mod name;
mod shape;
mod text;
mod value;

use sekisho_finding::Confidence;
use smol_str::SmolStr;

pub(crate) use self::text::{Syntax, arguments, scan};
pub(crate) use self::value::{Worth, decode, worth};

/// What was found, without its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Credential {
    /// What kind of credential, for a message: `private key`, `GitHub token`, `password`.
    pub(crate) kind: &'static str,
    /// How sure it is.
    pub(crate) confidence: Confidence,
}

/// A credential in a longer text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The name it stands under, as written; empty where it has none.
    pub(crate) name: SmolStr,
    /// The line of the text, from 1.
    pub(crate) line: usize,
    /// What it is.
    pub(crate) credential: Credential,
}

/// Every word or two by which messages may name what they found, some more than once.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    shape::kinds().chain(name::Family::ALL.into_iter().map(name::Family::kind))
}

/// Whether the value that stands under a name is a credential.
pub(crate) fn judge(name: &str, value: &str) -> Option<Credential> {
    by_shape(value).or_else(|| by_name(name, value))
}

/// Whether a text holds a credential of a well-known form.
pub(crate) fn by_shape(text: &str) -> Option<Credential> {
    shape::find_all(text).next().map(|found| found.credential)
}

/// Whether the name promises a credential and the value is worth one.
pub(crate) fn by_name(name: &str, value: &str) -> Option<Credential> {
    let family = name::family(name)?;
    let confidence = match (worth(value), family) {
        // Manuals end their keys with this word.
        (Worth::Random, _) if value.to_ascii_uppercase().contains("EXAMPLE") => Confidence::Low,
        (Worth::Random, _) => Confidence::Medium,
        (Worth::Number, name::Family::Password) => Confidence::Low,
        (Worth::Word, _) if family.takes_word(value) => Confidence::Low,
        _ => return None,
    };
    Some(Credential { kind: family.kind(), confidence })
}

/// Whether a text stands for a value that someone or something fills in: empty, a reference, a placeholder.
pub(crate) fn is_stand_in(text: &str) -> bool {
    value::is_stand_in(text) || value::is_default_word(text)
}

/// Whether the last word of the name is one for a credential.
pub(crate) fn names_credential(name: &str) -> bool {
    name::family(name).is_some()
}
