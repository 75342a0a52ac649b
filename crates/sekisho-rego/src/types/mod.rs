//! Types of terms, and what they find out about rules.

mod check;
mod lattice;

pub(crate) use self::check::check;
