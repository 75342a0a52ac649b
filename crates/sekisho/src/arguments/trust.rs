//! Options of `trust`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    #[command(subcommand)]
    pub(crate) verb: TrustVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TrustVerb {
    /// Fetch what is new from a repository of The Update Framework, and keep what is proved
    Update(UpdateArguments),
    /// Say what is kept, and until when it counts
    Show(ShowArguments),
}

/// Where what is proved is kept.
#[derive(Debug, Args)]
pub(crate) struct KeptArguments {
    /// Folder with what is proved [default: one for the repository in the folder of this user]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) kept: Option<PathBuf>,
    /// Address or folder of the repository [default: the one of sigstore's public instance]
    #[arg(long, value_name = "URL")]
    pub(crate) repository: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    #[command(flatten)]
    pub(crate) kept: KeptArguments,
    /// The first root that is trusted, where none is kept yet; for sigstore's public instance the program has one
    #[arg(long, value_name = "FILE")]
    pub(crate) root: Option<PathBuf>,
    /// Address or folder of the files [default: `targets` in the repository]
    #[arg(long, value_name = "URL")]
    pub(crate) files: Option<String>,
    /// Folder that the files are written to [default: `targets` in the folder with what is proved]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,
    /// Fetch no files
    #[arg(long, conflicts_with_all = ["files", "output", "file"])]
    pub(crate) metadata_only: bool,
    /// File to fetch; may be given more than once [default: the root of trust, and the signing configuration where there
    /// is one]
    #[arg(long, value_name = "PATH")]
    pub(crate) file: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) kept: KeptArguments,
}
