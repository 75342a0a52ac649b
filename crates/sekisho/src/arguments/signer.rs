//! With what is signed, and how signatures are stored.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// With what is signed, and who vouches for it.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options for signers")]
pub(crate) struct SignerArguments {
    /// Private key: a file of PEM, also as cosign encrypts it, or `env://NAME`, its password read from
    /// `SEKISHO_PASSWORD` or `COSIGN_PASSWORD`; or one that stays where it is: `pkcs11:…`, `awskms://…`, `hashivault://…`
    #[arg(long, value_name = "KEY", conflicts_with = "fulcio")]
    pub(crate) key: Option<String>,
    /// Address of a certificate authority: a new key is made and forgotten, and the certificate names who you are
    #[arg(long, value_name = "URL")]
    pub(crate) fulcio: Option<String>,
    /// File with the identity token for the certificate authority [default: the one of the CI]
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    pub(crate) identity_token: Option<PathBuf>,
    /// Address of a log that takes in the signature
    #[arg(long, value_name = "URL")]
    pub(crate) rekor: Option<String>,
    /// Version that the log speaks
    #[arg(long, value_name = "VERSION", default_value = "1", value_parser = clap::value_parser!(u8).range(1..=2))]
    pub(crate) rekor_version: u8,
    /// Address of an authority that says when it was signed
    #[arg(long, value_name = "URL")]
    pub(crate) timestamp_authority: Option<String>,
    /// Who is asked instead of these: a signing configuration of sigstore, or `public-good` for the one that `sekisho trust
    /// update` has fetched
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fulcio", "rekor", "timestamp_authority"])]
    pub(crate) signing_config: Option<String>,
}

/// How signatures are stored beside an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum StoredAs {
    /// As bundles that refer to the image, as cosign 3 does
    #[default]
    Bundle,
    /// Under tags made of the digest, as cosign did before
    Tag,
}
