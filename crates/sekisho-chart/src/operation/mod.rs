//! What the template language does with values: how they are shown, compared, indexed, escaped and read as numbers.

pub(crate) mod compare;
pub(crate) mod complex;
pub(crate) mod escape;
pub(crate) mod format;
pub(crate) mod index;
pub(crate) mod number;
