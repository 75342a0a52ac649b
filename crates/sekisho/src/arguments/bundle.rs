//! The options of `sekisho policy bundle`, and of whatever else reads a bundle of policies.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ClusterArguments;
use super::rows::RowFormat;
use crate::bundle::SourceSettings;

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
    pub(crate) live: ClusterArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// Folder, `git+https://host/repository@reference#folder`, `configmap://namespace` or `cluster://`
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
    /// Folder, `git+https://host/repository@reference#folder`, `configmap://namespace` or `cluster://`
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

impl SourceArguments {
    /// How these options have a source read.
    pub(crate) fn settings(self, offline: bool) -> SourceSettings {
        let Self { allowed_signers, cache, live } = self;
        SourceSettings { allowed_signers, allow_rewrite: false, cache, live: live.live(offline) }
    }
}
