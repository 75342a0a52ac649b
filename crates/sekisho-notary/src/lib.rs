//! Who vouches for a signature: certificate authorities (Fulcio) that say whose key it is, logs (Rekor 1 and 2) that
//! hold it, and timestamp authorities (RFC 3161) that say when it was made.
//!
//! What they answer is evidence and no more: it goes into a bundle, and the judgement of `sekisho-signature` over the
//! whole bundle decides whether anything of it counts.

mod authority;
mod error;
mod identity;
mod log;
mod service;
mod stamp;

pub use authority::{Issued, request_certificate};
pub use error::NotaryError;
pub use identity::{Token, token_of_environment};
pub use log::{LogVersion, enter};
pub use service::Services;
pub use stamp::request_timestamp;
