//! Certificates and requests for them.

use super::function::{Function, Type, function, text};
use crate::certificate::decode;
use crate::jmespath::error::JmespathError;

pub(super) const TABLE: &[Function] = &[function(("x509_decode", &[&[Type::String]], |given, around| {
    let source = text(given, 0)?;
    around.meter.work(source.len())?;
    decode(&source).map_err(JmespathError::refused)
}))];
