//! What `sekisho watch` is made of: rules are loaded, sources gone over, alerts told.

pub(crate) mod audit;
pub(crate) mod capture;
pub(crate) mod desk;
mod findings;
pub(crate) mod learn;
pub(crate) mod replay;
pub(crate) mod rules;
mod workloads;

/// A number with what there is so often.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
