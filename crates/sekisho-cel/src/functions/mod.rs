//! The functions, a file for each library, each with a table of its overloads.

pub(crate) mod authorizer;
pub(crate) mod convert;
mod encoders;
pub(crate) mod format;
mod format_kubernetes;
pub(crate) mod formats;
mod lists;
mod math;
pub(crate) mod network;
mod optionals;
mod patch;
pub(crate) mod quantities;
mod regexes;
pub(crate) mod semver;
mod standard;
mod strings;
mod times;
pub(crate) mod urls;

use crate::error::Failure;
use crate::library::Library;
use crate::types::declaration::Line;
use crate::value::Value;

/// What a function gives.
type Given = Result<Value, Failure>;

/// The tables of a library.
pub(crate) fn tables(library: Library) -> &'static [&'static [Line]] {
    match library {
        Library::Standard => &[
            standard::LOGIC,
            standard::ARITHMETIC,
            standard::COMPARISON,
            convert::TABLE,
            times::POINTS,
            times::SPANS,
        ],
        Library::Optionals => &[optionals::TABLE],
        Library::Strings => &[strings::TABLE, format::TABLE],
        Library::KubernetesStrings => &[strings::TABLE, format_kubernetes::TABLE],
        Library::StringReverse => &[strings::REVERSE],
        Library::Math => math::TABLES,
        Library::Lists => lists::TABLES,
        Library::Sets => &[lists::SETS],
        Library::Encoders => &[encoders::TABLE],
        Library::Bindings => &[],
        Library::TwoVariables => &[lists::INSERT],
        Library::Regex => &[regexes::TABLE],
        Library::Network => &[network::TABLE],
        Library::NetworkMask => &[network::MASK],
        Library::KubernetesLists => lists::KUBERNETES,
        Library::KubernetesIncludes => &[lists::INCLUDES],
        Library::KubernetesRegex => &[regexes::KUBERNETES],
        Library::Urls => &[urls::TABLE],
        Library::Quantities => &[quantities::TABLE],
        Library::Semver => &[semver::TABLE],
        Library::Formats => &[formats::TABLE],
        Library::Authorizer => &[authorizer::TABLE],
        Library::AuthorizerSelectors => &[authorizer::SELECTORS],
        Library::JsonPatch => &[patch::TABLE],
    }
}
