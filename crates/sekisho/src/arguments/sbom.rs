//! The options of `sekisho sbom`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use sekisho_sbom::Format;

use super::cluster::ClusterArguments;
use super::image::ImageArguments;
use super::targets::VulnerabilityArguments;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SbomArguments {
    #[command(subcommand)]
    pub(crate) verb: Option<SbomVerb>,
    /// Image, archive, folder, lock file, bill of materials (`-` on standard input), or `cluster`
    #[arg(value_name = "TARGET", default_value = ".")]
    pub(crate) target: PathBuf,
    #[command(flatten)]
    pub(crate) written: WrittenArguments,
    /// Say in CycloneDX also which vulnerabilities are known of the packages
    #[arg(long)]
    pub(crate) with_vulnerabilities: bool,
    /// Configuration file [default: `sekisho.yaml`, looked for upward from the target]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Of a cluster, the only namespace whose Pods and Services are listed
    #[arg(short, long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// Read files that git ignores too
    #[arg(long)]
    pub(crate) no_ignore: bool,
    #[command(flatten)]
    pub(crate) vulnerabilities: VulnerabilityArguments,
    #[command(flatten)]
    pub(crate) images: ImageArguments,
    #[command(flatten)]
    pub(crate) live: ClusterArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SbomVerb {
    /// Make one bill of materials of several
    Merge(MergeArguments),
    /// Say what changed between two images, folders or bills of materials
    Diff(DiffArguments),
}

/// How a bill is written.
#[derive(Debug, Args)]
pub(crate) struct WrittenArguments {
    /// Format
    #[arg(short, long, value_name = "FORMAT", default_value = "cyclonedx", value_parser = formats())]
    pub(crate) format: Format,
    /// Version of the format [default: 1.6 of CycloneDX, 2.3 of SPDX]
    #[arg(long, value_name = "VERSION")]
    pub(crate) format_version: Option<String>,
    /// Time to write into it: `now`, or as RFC 3339 [default: `SOURCE_DATE_EPOCH`, else none]
    #[arg(long, value_name = "TIME")]
    pub(crate) created: Option<String>,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct MergeArguments {
    /// Images, folders and bills of materials
    #[arg(value_name = "TARGET", required = true)]
    pub(crate) targets: Vec<PathBuf>,
    /// Name of what all of them are parts of
    #[arg(long, value_name = "NAME", default_value = "merged")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) written: WrittenArguments,
    #[command(flatten)]
    pub(crate) images: ImageArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// Image, folder or bill of materials as it was
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// Image, folder or bill of materials as it is
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value = "table")]
    pub(crate) format: DiffFormat,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) images: ImageArguments,
}

/// How a difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people
    Table,
    /// For programs
    Json,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::NAMES).try_map(|name| name.parse::<Format>())
}
