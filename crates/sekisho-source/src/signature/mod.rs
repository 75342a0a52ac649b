//! Signatures of commits by SSH keys, as git makes and checks them with `gpg.format = ssh`.

mod allowed;
mod armor;
mod key;

pub use allowed::{AllowedSigners, AllowedSignersError};

use armor::Armored;

/// The namespace that git signs in.
const NAMESPACE: &str = "git";

/// Why a signature does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// There is none.
    #[error("it is not signed")]
    Missing,
    /// It is made by OpenPGP.
    #[error(
        "it is signed with OpenPGP, which is not verified here: sign with an SSH key (`git config gpg.format ssh`) \
         and enter the key among the allowed signers"
    )]
    OpenPgp,
    /// It is made with an X.509 certificate.
    #[error("it is signed with an X.509 certificate, which is not verified here: sign with an SSH key")]
    X509,
    /// It cannot be read.
    #[error("its signature cannot be read: {0}")]
    Unreadable(&'static str),
    /// It is made for something else than a commit.
    #[error("its signature is made for `{0}`, not for git")]
    Namespace(String),
    /// The key is of a kind that is not taken.
    #[error("it is signed with a key of kind `{0}`: use ed25519, ecdsa or rsa with at least 2048 bits")]
    Kind(String),
    /// The key is nobody's.
    #[error("its key {0} is not among the allowed signers")]
    Unknown(String),
    /// The key was allowed at another time.
    #[error("its key is not allowed for {principal} at the time of the commit")]
    Time {
        /// Whose key it is.
        principal: String,
    },
    /// The signature is not that of the content.
    #[error("its signature does not fit its content")]
    Wrong,
}

/// Who signed `content` with `signature`, the text of a commit's `gpgsig` header; `time` is that of the commit, in
/// seconds since 1970.
pub fn verify(
    signature: Option<&[u8]>,
    content: &[u8],
    time: i64,
    allowed: &AllowedSigners,
) -> Result<String, SignatureError> {
    let text = signature.ok_or(SignatureError::Missing)?;
    let text = std::str::from_utf8(text).map_err(|_| SignatureError::Unreadable("it is no text"))?;
    let text = text.trim_start();
    if text.starts_with("-----BEGIN PGP") {
        return Err(SignatureError::OpenPgp);
    }
    if text.starts_with("-----BEGIN SIGNED MESSAGE") {
        return Err(SignatureError::X509);
    }
    let armored = Armored::read(text)?;
    if armored.namespace != NAMESPACE {
        return Err(SignatureError::Namespace(armored.namespace));
    }
    let principal = allowed.principal(&armored.key, NAMESPACE, time)?;
    key::verify(&armored, &armored.message(content)?)?;
    Ok(principal)
}
