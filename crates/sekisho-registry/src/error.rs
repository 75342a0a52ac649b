//! Why an image could not be had.

use std::io;
use std::path::PathBuf;

use sekisho_oci::archive::SelectError;
use sekisho_oci::digest::Digest;
use sekisho_oci::document::DocumentError;
use sekisho_oci::error::ArchiveError;
use sekisho_oci::image::ImageError;

use crate::credential::CredentialError;

/// Why a registry did not give what was asked for. Addresses are shown without what follows `?`, which may be a
/// credential.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The registry cannot be reached, or not be understood.
    #[error("cannot reach `{server}`: {message}")]
    Unreachable {
        /// The server.
        server: String,
        /// Why.
        message: String,
    },
    /// The registry does not let us.
    #[error("`{registry}` refuses `{repository}` to {user}: {hint}")]
    Denied {
        /// The registry.
        registry: String,
        /// The repository.
        repository: String,
        /// Whom it refuses.
        user: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// There is no such thing.
    #[error("`{registry}` has no {what}")]
    NotFound {
        /// The registry.
        registry: String,
        /// What it has not.
        what: String,
    },
    /// The registry answers with an error.
    #[error("`{server}` answers with status {status}{message}")]
    Status {
        /// The server.
        server: String,
        /// The status.
        status: u16,
        /// What it says, behind a colon.
        message: String,
    },
    /// The registry asks to wait longer than we do, or too often.
    #[error(
        "`{server}` is too busy: it asks to wait; try again later, or sign in where anonymous pulls are few"
    )]
    Busy {
        /// The server.
        server: String,
    },
    /// There is no more time.
    #[error("`{server}` takes longer than there is time")]
    Late {
        /// The server.
        server: String,
    },
    /// Redirections have no end.
    #[error("`{server}` redirects more than {limit} times, the limit")]
    Redirects {
        /// The server.
        server: String,
        /// The limit.
        limit: u32,
    },
    /// A redirection leads where no bytes of an image are.
    #[error("`{server}` redirects to `{target}`, which is not followed: {why}")]
    Redirect {
        /// The server.
        server: String,
        /// Where to.
        target: String,
        /// Why not.
        why: &'static str,
    },
    /// The service that gives tokens is not one to be trusted with a credential.
    #[error("`{server}` sends us for a token to `{realm}`, which has no TLS")]
    Realm {
        /// The server.
        server: String,
        /// Where to.
        realm: String,
    },
    /// The service that gives tokens gave none.
    #[error("`{realm}` gives no token")]
    NoToken {
        /// The service.
        realm: String,
    },
    /// The answer is larger than it may be.
    #[error("the answer of `{server}` has more than {limit} bytes, the limit")]
    TooLarge {
        /// The server.
        server: String,
        /// The limit.
        limit: u64,
    },
    /// Bytes come too slowly.
    #[error("`{server}` gives fewer than {limit} bytes a second, the limit")]
    TooSlow {
        /// The server.
        server: String,
        /// The limit.
        limit: u64,
    },
    /// The bytes are not those that were asked for.
    #[error("`{server}` gives a manifest with the digest {found}, and {expected} was asked for or announced")]
    Digest {
        /// The server.
        server: String,
        /// What was asked for.
        expected: Digest,
        /// What came.
        found: Digest,
    },
    /// No credential could be had.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

/// Why an image cannot be examined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The registry does not give it.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// A file cannot be read.
    #[error("cannot read `{}`: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// An archive cannot be read, or a document is not what was announced.
    #[error("{what}: {source}")]
    Archive {
        /// What.
        what: String,
        /// Why.
        source: ArchiveError,
    },
    /// A document is wrong.
    #[error("{what}: {source}")]
    Document {
        /// Which.
        what: String,
        /// What is wrong with it.
        source: DocumentError,
    },
    /// Manifest and configuration make no image.
    #[error("{what}: {source}")]
    Image {
        /// Which.
        what: String,
        /// Why.
        source: ImageError,
    },
    /// The image that was asked for is not there, or it was not said which.
    #[error("{what}: {source}")]
    Select {
        /// Where.
        what: String,
        /// Why.
        source: SelectError,
    },
    /// A file that an archive or a layout must have is not there.
    #[error("{what} lacks `{path}`")]
    Missing {
        /// Where.
        what: String,
        /// The file.
        path: String,
    },
    /// No image for the platform.
    #[error("{what} has no image for `{wanted}`, only for {known}: name one with `--platform`")]
    Platform {
        /// Where.
        what: String,
        /// The platform.
        wanted: String,
        /// The platforms that there are.
        known: String,
    },
    /// Indexes lie in each other without end.
    #[error("{what}: indexes lie in each other more than {limit} deep, the limit")]
    Nesting {
        /// Where.
        what: String,
        /// The limit.
        limit: u32,
    },
    /// The store of a runtime cannot be read.
    #[error("{what}: {message}")]
    Store {
        /// Which.
        what: String,
        /// Why.
        message: String,
    },
}
