//! Who vouches for a signature: certificate authorities (Fulcio) that say whose key it is, logs (Rekor 1 and 2) that
//! hold it, and timestamp authorities (RFC 3161) that say when it was made; and who signs where the key lies elsewhere:
//! devices (PKCS #11) and services (AWS, Vault).
//!
//! What they answer is evidence and no more: it goes into a bundle, and the judgement of `sekisho-signature` over the
//! whole bundle decides whether anything of it counts.

mod authority;
mod device;
mod error;
mod identity;
mod log;
mod service;
mod service_key;
mod stamp;

pub use authority::{Issued, request_certificate};
pub use device::{DeviceKey, DeviceSettings};
pub use error::NotaryError;
pub use identity::{Token, token_of_environment};
pub use log::{LogVersion, enter};
pub use service::Services;
pub use service_key::{
    AwsCredentials, ServiceKey, SignedRequest, Surroundings, names_service_key, sign_request,
};
pub use stamp::request_timestamp;
