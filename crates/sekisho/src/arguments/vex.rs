//! The options of `sekisho vex`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::image;
use super::targets::{Targets, VulnerabilityArguments};

/// A format of VEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VexFormat {
    /// OpenVEX 0.2
    Openvex,
    /// CSAF 2.0, profile VEX
    Csaf,
    /// CycloneDX 1.6 in JSON
    Cyclonedx,
}

#[derive(Debug, Args)]
pub(crate) struct VexArguments {
    #[command(flatten)]
    pub(crate) targets: Targets,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = VexFormat::Openvex)]
    pub(crate) format: VexFormat,
    /// Who says it
    #[arg(long, value_name = "NAME")]
    pub(crate) author: String,
    /// Identifier of the document [default: made of what it says]
    #[arg(long, value_name = "IRI")]
    pub(crate) id: Option<String>,
    /// Revision of the document
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) revision: u64,
    /// Write to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) vulnerabilities: VulnerabilityArguments,
    #[command(flatten)]
    pub(crate) images: image::ImageArguments,
}
