//! What was examined and what was not, so that "0 findings" can be believed.

use std::fmt;

use smol_str::SmolStr;

/// What a run examined and what it did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Files (standard input included) that were read whole.
    pub files: usize,
    /// Documents in them, empty ones left out.
    pub documents: usize,
    /// Kubernetes objects among the documents, the items of lists counted.
    pub objects: usize,
    /// Layers of images, and root file systems, that were read to their end.
    pub layers: usize,
    /// Packages that advisories were looked up for.
    pub packages: usize,
    /// Rules that were evaluated.
    pub rules: usize,
    /// Inputs that were left out, each with its reason.
    pub skipped: Vec<Skip>,
}

/// An input, or a part of one, that was not examined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skip {
    /// The file, as shown to the user.
    pub path: SmolStr,
    /// The line, where a part of the file is meant.
    pub line: Option<u32>,
    /// Why.
    pub reason: SkipReason,
}

/// Why an input was not examined.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// Not of a kind that is examined, by its content: no Kubernetes object in it.
    NotKubernetes,
    /// A template of a chart or a kustomization that was not rendered; says which kind.
    NotRendered(&'static str),
    /// A symbolic link, which is not followed; what it leads to is examined where it lies.
    Link,
    /// Packages of which nothing is known: says how many, of what, and why.
    Unjudged(String),
    /// Left out as the image has it, such as a layer that lies elsewhere or another platform: says why.
    NotExamined(String),
    /// Could not be read or understood: the message. The run then ends with status 4.
    Unreadable(String),
}

impl Coverage {
    /// Whether there was nothing that rules or advisories could be held against.
    pub fn examined_nothing(&self) -> bool {
        self.objects == 0 && self.packages == 0 && self.layers == 0
    }

    /// The inputs that should have been examined and could not be.
    pub fn failures(&self) -> impl Iterator<Item = &Skip> {
        self.skipped.iter().filter(|skip| matches!(skip.reason, SkipReason::Unreadable(_)))
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotKubernetes => f.write_str("no Kubernetes object in it"),
            Self::Link => f.write_str("a symbolic link, not followed"),
            Self::NotRendered(what) => write!(f, "{what}, not rendered"),
            Self::NotExamined(why) | Self::Unjudged(why) | Self::Unreadable(why) => f.write_str(why),
        }
    }
}
