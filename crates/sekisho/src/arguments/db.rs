//! The options of `sekisho db`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct DbArguments {
    #[command(subcommand)]
    pub(crate) verb: DbVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DbVerb {
    /// Build a database of advisories in folders, archives and other scanners' databases
    Build(BuildArguments),
    /// Put a newer database, or what leads to it, into the place of the one that is there
    Update(UpdateArguments),
    /// Say which database is used, how old it is, and what it holds
    Status(StatusArguments),
    /// Write the database in use to a file, for machines without a network
    Export(ExportArguments),
    /// Put a database of a file into its place: ours, Trivy's or Grype's
    Import(ImportArguments),
    /// Say what an advisory is about: packages, versions, fixes, attacks
    Show(ShowArguments),
    /// Say which images that were scanned have a vulnerability, and which workloads run them
    Affected(AffectedArguments),
}

/// Where the database lies.
#[derive(Debug, Args)]
pub(crate) struct PlaceArguments {
    /// Database [default: `SEKISHO_DATABASE`, else `sekisho/vulnerabilities.db` in the folder for caches]
    #[arg(long, value_name = "FILE")]
    pub(crate) database: Option<PathBuf>,
}

/// What a database must show to be taken.
#[derive(Debug, Args)]
pub(crate) struct TrustArguments {
    /// Public key in PEM of which a signature is demanded; may be given more than once [default: those of `sekisho.yaml`]
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Vec<PathBuf>,
    /// Take also a database that was built earlier than the one in place
    #[arg(long)]
    pub(crate) force: bool,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from here]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct BuildArguments {
    /// Folders, archives (`tar`, `tar.gz`, `tar.zst`, `zip`) and files with OSV, RustSec, FriendsOfPHP, KEV or EPSS; \
    /// databases of sekisho, Trivy and Grype
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Leave out the one line about each advisory
    #[arg(long)]
    pub(crate) facts_only: bool,
    /// Private key in PEM (Ed25519) to sign with; may be given more than once
    #[arg(long, value_name = "FILE")]
    pub(crate) sign: Vec<PathBuf>,
    /// Older database from which a delta is written as well, beside the new one
    #[arg(long, value_name = "FILE")]
    pub(crate) delta_from: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArguments {
    /// File or `https://` address of a database or a delta [default: `vulnerabilities.source` of `sekisho.yaml`]
    #[arg(value_name = "SOURCE")]
    pub(crate) source: Option<String>,
    /// Where inventories of images are kept: a file, or an address of PostgreSQL [default: that of `sekisho.yaml`, else
    /// `sekisho/inventories.db` in the folder for caches]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) inventories: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

/// How a status is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct StatusArguments {
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
    /// Read all of it, and prove that it is whole
    #[arg(long)]
    pub(crate) verify: bool,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = StatusFormat::Table)]
    pub(crate) format: StatusFormat,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// File to write
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// Database of sekisho, a delta, Trivy's `trivy.db`, or Grype's `vulnerability.db`
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where inventories of images are kept: a file, or an address of PostgreSQL [default: that of `sekisho.yaml`, else
    /// `sekisho/inventories.db` in the folder for caches]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) inventories: Option<String>,
    #[command(flatten)]
    pub(crate) trust: TrustArguments,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// Identifier: of a CVE or of an advisory
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}

#[derive(Debug, Args)]
pub(crate) struct AffectedArguments {
    /// Identifiers: of CVEs or of advisories
    #[arg(value_name = "ID", required = true)]
    pub(crate) ids: Vec<String>,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = StatusFormat::Table)]
    pub(crate) format: StatusFormat,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from here]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where inventories of images are kept: a file, or an address of PostgreSQL [default: that of `sekisho.yaml`, else
    /// `sekisho/inventories.db` in the folder for caches]
    #[arg(long, value_name = "DATABASE")]
    pub(crate) inventories: Option<String>,
    #[command(flatten)]
    pub(crate) place: PlaceArguments,
}
