//! Variables (`{{ … }}`) and references (`$(…)`) in documents, and what they are replaced with.

mod error;
mod lookup;
mod place;
mod references;
mod scan;
mod substitute;
mod template;

pub use error::VariableError;
pub use lookup::Variables;
pub use references::resolve_references;
pub(crate) use scan::filled;
pub use scan::{expressions, has_variables, is_reference, is_variable};
pub(crate) use substitute::substitute_at;
pub use substitute::{substitute, substitute_variables};
pub(crate) use template::Template;
