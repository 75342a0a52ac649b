//! What `sekisho watch` is made of: rules are loaded, sources gone over, alerts told.

pub(crate) mod audit;
pub(crate) mod capture;
pub(crate) mod desk;
pub(crate) mod replay;
pub(crate) mod rules;
