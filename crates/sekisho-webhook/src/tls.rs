//! TLS: which certificate is shown, and who may call. Both can change while connections stand; the next connection
//! has the new ones.

mod authority;
mod certificate;
mod der;
mod serving;
mod source;
mod store;
mod trust;

pub use authority::{Authorities, AuthorityError, Rotation};
pub use certificate::{Certificate, CertificateError};
pub use der::{Described, describe};
pub use serving::{Serving, TlsError};
pub use source::{CertificateSource, Given, Own, SourceError};
pub use store::{Folder, InSecret, Publication, Store, StoreError};
pub use trust::{ClientSource, Clients, TrustError};
