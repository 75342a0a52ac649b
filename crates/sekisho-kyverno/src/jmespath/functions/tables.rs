//! The tables of functions.

use super::super::tree::FunctionPlace;
use super::function::Function;
use super::{
    addresses, arithmetic, certificates, collections, encodings, numbers, order, patterns, random, strings,
    times,
};

const TABLES: [&[Function]; 11] = [
    addresses::TABLE,
    arithmetic::TABLE,
    certificates::TABLE,
    collections::TABLE,
    encodings::TABLE,
    numbers::TABLE,
    order::TABLE,
    patterns::TABLE,
    strings::TABLE,
    times::TABLE,
    random::TABLE,
];

/// Where the function of this name stands.
pub(in crate::jmespath) fn find(name: &str) -> Option<FunctionPlace> {
    TABLES.iter().enumerate().find_map(|(table, functions)| {
        let row = functions.iter().position(|function| function.name == name)?;
        Some(FunctionPlace { table, row })
    })
}

/// The function at a place.
pub(in crate::jmespath) fn at(place: FunctionPlace) -> Option<&'static Function> {
    TABLES.get(place.table)?.get(place.row)
}
