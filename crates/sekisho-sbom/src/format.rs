//! The formats: which one bytes are of, and the way into and out of each.

use std::str::FromStr;

use sekisho_manifest::Node;

use crate::bill::Bill;
use crate::budget::{Budget, SbomError};
use crate::{cyclonedx, encoding, envelope, markup, spdx2, spdx3, tree};

/// A format with its version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// CycloneDX 1.x as JSON, with the minor version, 4 to 7.
    CycloneDxJson(u8),
    /// CycloneDX 1.x as XML, with the minor version, 4 to 7.
    CycloneDxXml(u8),
    /// SPDX 2.x as JSON, with the minor version, 2 or 3.
    SpdxJson(u8),
    /// SPDX 2.x as tag-value, with the minor version, 2 or 3.
    SpdxTagValue(u8),
    /// SPDX 3.0 as JSON-LD.
    Spdx3,
}

impl Format {
    /// Every format that is written, the one of each name that is usual first.
    pub const ALL: [Self; 13] = [
        Self::CycloneDxJson(6),
        Self::CycloneDxJson(4),
        Self::CycloneDxJson(5),
        Self::CycloneDxJson(7),
        Self::CycloneDxXml(6),
        Self::CycloneDxXml(4),
        Self::CycloneDxXml(5),
        Self::CycloneDxXml(7),
        Self::SpdxJson(3),
        Self::SpdxJson(2),
        Self::SpdxTagValue(3),
        Self::SpdxTagValue(2),
        Self::Spdx3,
    ];

    /// The names of formats, without versions.
    pub const NAMES: [&str; 5] = ["cyclonedx", "cyclonedx-xml", "spdx", "spdx-tag-value", "spdx-3"];

    /// The name, without version.
    pub fn name(self) -> &'static str {
        match self {
            Self::CycloneDxJson(_) => "cyclonedx",
            Self::CycloneDxXml(_) => "cyclonedx-xml",
            Self::SpdxJson(_) => "spdx",
            Self::SpdxTagValue(_) => "spdx-tag-value",
            Self::Spdx3 => "spdx-3",
        }
    }

    /// The version.
    pub fn version(self) -> String {
        match self {
            Self::CycloneDxJson(minor) | Self::CycloneDxXml(minor) => format!("1.{minor}"),
            Self::SpdxJson(minor) | Self::SpdxTagValue(minor) => format!("2.{minor}"),
            Self::Spdx3 => "3.0.1".to_owned(),
        }
    }

    /// The same format in another version.
    pub fn in_version(self, version: &str) -> Result<Self, SbomError> {
        let is_meant = |one: &&Self| {
            one.version() == version || (**one == Self::Spdx3 && matches!(version, "3" | "3.0"))
        };
        let same = Self::ALL.iter().filter(|one| one.name() == self.name());
        same.copied().find(|one| is_meant(&one)).ok_or_else(|| {
            let (format, known) = match self {
                Self::CycloneDxJson(_) | Self::CycloneDxXml(_) => ("CycloneDX", "1.4, 1.5, 1.6 or 1.7"),
                Self::SpdxJson(_) | Self::SpdxTagValue(_) => ("SPDX", "2.2 or 2.3, or the format spdx-3"),
                Self::Spdx3 => ("SPDX 3", "3.0.1"),
            };
            SbomError::Version { format, version: version.to_owned(), known }
        })
    }
}

impl FromStr for Format {
    type Err = String;

    /// The format of a name, in its usual version.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| format!("`{name}` is no format of bills: use {}", Self::NAMES.join(", ")))
    }
}

/// Reads a bill of any format that it is told to be by its content; attestations about images are unwrapped.
pub fn read(bytes: &[u8], budget: &Budget) -> Result<Bill, SbomError> {
    let text = encoding::text(bytes, budget)?;
    let begin = text.trim_start();
    match begin.chars().next() {
        Some('{') => {
            let values = tree::json_lines(&text, budget)?;
            of_values(&values, budget)
        }
        Some('<') => {
            let root = markup::read(&text, budget)?;
            match root.name.as_str() {
                "bom" => cyclonedx::read(&cyclonedx::of_xml(&root), budget).map(Bill::without_foreign),
                "RDF" => Err(SbomError::Serialization("SPDX as RDF")),
                "Document" => Err(SbomError::Serialization("SPDX as XML")),
                _ => Err(SbomError::Unrecognized),
            }
        }
        Some(_) if is_tag_value(begin) => {
            spdx2::read(&spdx2::of_tag_value(&text, budget)?, budget).map(Bill::without_foreign)
        }
        Some(_) if begin.lines().take(200).any(is_key_of_yaml) => {
            of_value(&tree::yaml(&text, budget)?, budget)
        }
        _ => Err(SbomError::Unrecognized),
    }
}

/// The first value that is a bill; where none is, why the first is none.
fn of_values(values: &[Node], budget: &Budget) -> Result<Bill, SbomError> {
    let mut first = None;
    for value in values {
        match of_value(value, budget) {
            Ok(bill) => return Ok(bill),
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(SbomError::Unrecognized))
}

fn of_value(root: &Node, budget: &Budget) -> Result<Bill, SbomError> {
    if let Some(bill) = plain(root, budget) {
        return bill;
    }
    let unwrapped = envelope::unwrap(root, budget)?.ok_or(SbomError::Unrecognized)?;
    plain(&unwrapped, budget).unwrap_or_else(|| {
        let kind = unwrapped.str("predicateType");
        Err(SbomError::Predicate(kind.chars().take(200).collect()))
    })
}

fn plain(root: &Node, budget: &Budget) -> Option<Result<Bill, SbomError>> {
    if root.str("bomFormat") == "CycloneDX"
        || (root.get("specVersion").is_some() && root.get("components").is_some())
    {
        return Some(cyclonedx::read(root, budget));
    }
    if root.get("spdxVersion").is_some() {
        return Some(spdx2::read(root, budget));
    }
    let context = root.get("@context")?;
    let names = context.as_str().into_iter().chain(context.items().iter().filter_map(Node::as_str));
    names.into_iter().any(|name| name.contains("spdx.org/rdf/3")).then(|| spdx3::read(root, budget))
}

fn is_tag_value(text: &str) -> bool {
    let is_tag = |line: &str| line.trim_start().starts_with("SPDXVersion:");
    text.lines().take(200).find(|line| !line.trim().is_empty() && !line.starts_with('#')).is_some_and(is_tag)
        || text.lines().take(200).any(|line| line.starts_with("SPDXVersion:"))
}

fn is_key_of_yaml(line: &str) -> bool {
    let line = line.trim_start_matches(['"', '\'']);
    ["spdxVersion", "bomFormat"].iter().any(|key| line.starts_with(key))
}

/// Whether the beginning of a file looks like that of a bill; cheap, and wrong at times.
pub fn looks_like_bill(head: &[u8]) -> bool {
    let head = head.get(..head.len().min(4096)).unwrap_or_default();
    let has = |words: &str| head.windows(words.len()).any(|window| window == words.as_bytes());
    has("\"bomFormat\"")
        || has("cyclonedx.org/schema/bom")
        || has("\"spdxVersion\"")
        || has("SPDXVersion:")
        || has("spdxVersion:")
        || has("spdx.org/rdf/3")
        || has("application/vnd.dev.sigstore.bundle")
        || (has("application/vnd.in-toto+json") || has("in-toto.io/Statement"))
}

/// Writes a bill. The same bill gives the same bytes.
pub fn write(bill: &Bill, format: Format) -> String {
    match format {
        Format::CycloneDxJson(minor) => cyclonedx::write_json(bill, minor),
        Format::CycloneDxXml(minor) => cyclonedx::write_xml(bill, minor),
        Format::SpdxJson(minor) => spdx2::write_json(bill, minor),
        Format::SpdxTagValue(minor) => spdx2::write_tag_value(bill, minor),
        Format::Spdx3 => spdx3::write(bill),
    }
}
