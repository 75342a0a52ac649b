//! What variables stand for.

mod facts;
mod settings;

pub use facts::{ApiCall, FactError, Facts, NoFacts, Service};
pub use settings::Settings;
