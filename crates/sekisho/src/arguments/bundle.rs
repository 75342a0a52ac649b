//! The options of `sekisho policy bundle`, and of whatever else reads a bundle of policies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::cluster::ClusterArguments;
use super::rows::RowFormat;
use super::signer::{SignerArguments, StoredAs};

/// Which verb about bundles.
#[derive(Debug, Args)]
pub(crate) struct BundleArguments {
    #[command(subcommand)]
    pub(crate) verb: BundleVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BundleVerb {
    /// Say what a bundle holds, where it comes from, and what it demands
    Show(ShowArguments),
    /// Check signatures and approvals of a bundle, compile it, and run its tests
    Verify(VerifyArguments),
    /// Verify a bundle and write its files to a folder
    Pull(PullArguments),
    /// Verify a bundle, put it into a registry, and sign it there
    Push(Box<PushArguments>),
}

/// How a source is read.
#[derive(Debug, Clone, Args)]
pub(crate) struct SourceArguments {
    /// File of the keys that may sign commits, as OpenSSH and git have it; without it signatures are not asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) allowed_signers: Option<PathBuf>,
    /// Folder of copies of repositories and of the last good bundle [default: `sekisho` in the user's cache]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) cache: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) artifacts: ArtifactArguments,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

/// Whose artifacts count, where a bundle lies in a registry.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Options for bundles in registries")]
pub(crate) struct ArtifactArguments {
    /// Public key that must have signed the artifact: a file of PEM, or `env://NAME`; without a key and an identity signatures
    /// are not asked for
    #[arg(long = "bundle-key", id = "bundle_key", value_name = "KEY")]
    pub(crate) key: Vec<String>,
    /// Who must have signed the artifact: the name in the certificate
    #[arg(
        long = "bundle-identity",
        id = "bundle_identity",
        value_name = "NAME",
        requires = "bundle_issuer",
        conflicts_with = "bundle_key"
    )]
    pub(crate) identity: Option<String>,
    /// Who must have vouched for the name
    #[arg(long = "bundle-issuer", id = "bundle_issuer", value_name = "URL", requires = "bundle_identity")]
    pub(crate) issuer: Option<String>,
    /// Root of trust of these signatures: a file, or `public-good` [default: none for keys, `public-good` for names]
    #[arg(long = "bundle-root", id = "bundle_root", value_name = "FILE")]
    pub(crate) root: Option<String>,
    /// File of credentials for the registry: Docker's, Podman's, or a pull secret; before those of the user
    #[arg(long = "bundle-credentials", id = "bundle_credentials", value_name = "FILE")]
    pub(crate) credentials: Vec<PathBuf>,
    /// Registry that may be spoken to without TLS, or with a certificate that nobody vouches for
    #[arg(long = "bundle-insecure-registry", id = "bundle_insecure_registry", value_name = "HOST")]
    pub(crate) insecure_registry: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// Folder, `git+https://host/repository@reference#folder`, `oci://registry/repository:tag`, `configmap://namespace` or
    /// `cluster://`
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) reading: SourceArguments,
    /// Output format; `json` has also the commits of the lines of each file
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    /// Folder, `git+https://host/repository@reference#folder`, `oci://registry/repository:tag`, `configmap://namespace` or
    /// `cluster://`
    #[arg(value_name = "SOURCE")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) reading: SourceArguments,
    /// Digest that the bundle must have
    #[arg(long, value_name = "DIGEST")]
    pub(crate) digest: Option<String>,
    /// Commit that the bundle must follow on, as the one that is in use
    #[arg(long, value_name = "COMMIT")]
    pub(crate) since: Option<String>,
    /// Do not run the tests of the bundle
    #[arg(long)]
    pub(crate) without_tests: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PullArguments {
    #[command(flatten)]
    pub(crate) verify: VerifyArguments,
    /// Folder that the files are written to; it must not exist yet, or be empty
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct PushArguments {
    #[command(flatten)]
    pub(crate) verify: VerifyArguments,
    /// Where it is put: `oci://registry/repository:tag`
    #[arg(value_name = "ARTIFACT")]
    pub(crate) target: String,
    #[command(flatten)]
    pub(crate) signer: SignerArguments,
    /// How the signature is stored
    #[arg(long, value_enum, value_name = "LAYOUT", default_value = "bundle")]
    pub(crate) layout: StoredAs,
}
