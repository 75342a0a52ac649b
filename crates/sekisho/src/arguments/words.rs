//! Words that options take, as help and completion list them.

use std::error::Error;
use std::str::FromStr;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use sekisho_finding::{Persona, Severity};
use sekisho_report::{Format, Language};

use crate::config::FailOn;

/// A parser of words that help and completion can list.
fn words<T>(known: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err: Into<Box<dyn Error + Send + Sync>>> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(known).try_map(|word| word.parse::<T>())
}

pub(super) fn formats() -> impl TypedValueParser<Value = Format> {
    words(Format::ALL.iter().map(|format| format.as_str()))
}

pub(super) fn severities() -> impl TypedValueParser<Value = Severity> {
    PossibleValuesParser::new(Severity::ALL.iter().rev().map(|severity| severity.as_str()))
        .try_map(|word| word.to_ascii_lowercase().parse::<Severity>())
}

pub(super) fn personas() -> impl TypedValueParser<Value = Persona> {
    words(Persona::ALL.iter().map(|persona| persona.as_str()))
}

pub(super) fn languages() -> impl TypedValueParser<Value = Language> {
    words(Language::ALL.iter().map(|language| language.as_str()))
}

pub(super) fn limits() -> impl TypedValueParser<Value = FailOn> {
    words(Severity::ALL.iter().rev().map(|severity| severity.as_str()).chain(["none"]))
}
