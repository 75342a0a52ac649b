//! VEX: what a supplier says of a vulnerability in a product. OpenVEX, CSAF and CycloneDX, in and out.

mod csaf;
mod cyclonedx;
mod openvex;

use crate::budget::{AdvisoryError, Budget};

/// A document of statements.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    /// Its identifier: an IRI, a tracking id, a serial number.
    pub id: String,
    /// Who says it.
    pub author: String,
    /// When, in RFC 3339.
    pub timestamp: String,
    /// The revision, from 1 on.
    pub version: u64,
    /// What is said, in the order in which it is said.
    pub statements: Vec<Statement>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The vulnerability.
    pub vulnerability: String,
    /// Other identifiers of it.
    pub aliases: Vec<String>,
    /// The products.
    pub products: Vec<Product>,
    /// What holds of them.
    pub status: Status,
    /// Why they are not affected.
    pub justification: Option<Justification>,
    /// The same in words.
    pub impact: String,
    /// What to do about it, in words.
    pub action: String,
    /// When it was said, where that is not the document's time.
    pub timestamp: Option<String>,
}

/// A product, or a component of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Product {
    /// A package URL where there is one, else any identifier.
    pub id: String,
    /// The versions that are meant, as a range of the VERS specification; none where the identifier says it.
    pub versions: Option<String>,
    /// The components of it that are meant, by the same kinds of identifiers; none means the product itself.
    pub components: Vec<String>,
}

/// What holds of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It is not affected.
    NotAffected,
    /// It is affected.
    Affected,
    /// It was, and is fixed.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

/// Why a product is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Justification {
    /// The component is not there.
    ComponentNotPresent,
    /// The component is there without the code.
    VulnerableCodeNotPresent,
    /// The code is there and never runs.
    VulnerableCodeNotInExecutePath,
    /// The code runs and no attacker can steer it.
    VulnerableCodeCannotBeControlledByAdversary,
    /// Something stands in front of it.
    InlineMitigationsAlreadyExist,
}

impl Status {
    const ALL: [(Self, &'static str); 4] = [
        (Self::NotAffected, "not_affected"),
        (Self::Affected, "affected"),
        (Self::Fixed, "fixed"),
        (Self::UnderInvestigation, "under_investigation"),
    ];

    /// The word of OpenVEX.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == name).map(|(status, _)| *status)
    }
}

impl Justification {
    const ALL: [(Self, &'static str); 5] = [
        (Self::ComponentNotPresent, "component_not_present"),
        (Self::VulnerableCodeNotPresent, "vulnerable_code_not_present"),
        (Self::VulnerableCodeNotInExecutePath, "vulnerable_code_not_in_execute_path"),
        (
            Self::VulnerableCodeCannotBeControlledByAdversary,
            "vulnerable_code_cannot_be_controlled_by_adversary",
        ),
        (Self::InlineMitigationsAlreadyExist, "inline_mitigations_already_exist"),
    ];

    /// The word of OpenVEX, which is CSAF's too.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    /// The words of all.
    pub fn words() -> [&'static str; 5] {
        Self::ALL.map(|(_, word)| word)
    }

    /// The one that a word names.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, word)| *word == name).map(|(known, _)| *known)
    }
}

/// A format of VEX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// OpenVEX 0.2.
    OpenVex,
    /// CSAF 2.0, profile VEX.
    Csaf,
    /// CycloneDX 1.4 and later, in JSON.
    CycloneDx,
}

/// Reads a document of any format.
pub fn read(text: &str, budget: &Budget) -> Result<Document, AdvisoryError> {
    budget.admit(text)?;
    match detect(text)? {
        Format::OpenVex => openvex::read(text),
        Format::Csaf => csaf::read(text),
        Format::CycloneDx => cyclonedx::read(text),
    }
}

/// Writes a document, the same bytes each time.
pub fn write(document: &Document, format: Format) -> Result<String, AdvisoryError> {
    let value = match format {
        Format::OpenVex => openvex::write(document),
        Format::Csaf => csaf::write(document),
        Format::CycloneDx => cyclonedx::write(document),
    };
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

/// The format of a text, by the fields that name it.
fn detect(text: &str) -> Result<Format, AdvisoryError> {
    #[derive(serde::Deserialize)]
    struct Marks {
        #[serde(rename = "@context", default)]
        context: serde_json::Value,
        #[serde(rename = "bomFormat", default)]
        bom_format: serde_json::Value,
        #[serde(default)]
        document: Option<serde::de::IgnoredAny>,
    }
    let marks: Marks = serde_json::from_str(text)?;
    if marks.context.as_str().is_some_and(|context| context.contains("openvex")) {
        Ok(Format::OpenVex)
    } else if marks.bom_format == "CycloneDX" {
        Ok(Format::CycloneDx)
    } else if marks.document.is_some() {
        Ok(Format::Csaf)
    } else {
        let shown = marks.context.as_str().unwrap_or("this document").chars().take(80).collect();
        Err(AdvisoryError::Unknown(shown))
    }
}
