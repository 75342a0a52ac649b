//! A rule as it is evaluated.

use sekisho_manifest::Span;
use smol_str::SmolStr;

use crate::context::ContextEntry;
use crate::matching::{Filter, LabelSelector};
use crate::operators::Conditions;
use crate::patch::Patch;
use crate::pattern::Pattern;
use crate::value::Value;

use super::action::{FailureAction, Override};
use super::expressions::CelRule;
use super::standard::Standard;
use crate::variables::Template;

/// A rule of a policy.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: SmolStr,
    /// Where it stands; a rule made for controllers stands where the one about Pods does.
    pub span: Span,
    /// The controllers for which it was made of a rule about Pods.
    pub copied_for: Option<Vec<SmolStr>>,
    pub(crate) matches: Filter,
    pub(crate) excludes: Option<Filter>,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) preconditions: Option<Conditions>,
    /// The images that are looked for in places of the rule's own choice.
    pub(crate) image_extractors: Option<Value>,
    pub(crate) body: Body,
}

/// What a rule does.
#[derive(Debug)]
pub(crate) enum Body {
    Validate(Box<Validate>),
    Mutate(Box<Mutate>),
    Generate(Box<Generate>),
    /// Signatures are verified, as these entries say.
    VerifyImages(Value),
    /// Nothing that is known.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct Validate {
    pub(crate) message: Option<Message>,
    pub(crate) failure_action: Option<FailureAction>,
    pub(crate) overrides: Vec<Override>,
    /// Whether an object may be changed that did not hold before either.
    pub(crate) allows_existing: bool,
    pub(crate) check: Check,
}

/// A message with variables.
#[derive(Debug)]
pub(crate) struct Message {
    pub(crate) text: SmolStr,
    pub(crate) template: Template,
}

/// What must hold.
#[derive(Debug)]
pub(crate) enum Check {
    Deny(Option<Conditions>),
    Pattern(PatternSource),
    AnyPattern(PatternSource),
    Foreach(Vec<ValidateForeach>),
    PodSecurity(Box<PodSecurityRule>),
    Cel(Box<CelRule>),
    /// Signatures of manifests are verified.
    Manifests,
    Nothing,
}

/// A pattern, or several; with variables it is read anew for each resource.
#[derive(Debug)]
pub(crate) enum PatternSource {
    Ready(Vec<Pattern>),
    One(Template),
    Several(Template),
}

#[derive(Debug)]
pub(crate) struct ValidateForeach {
    pub(crate) list: SmolStr,
    pub(crate) element_scope: Option<bool>,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) preconditions: Option<Conditions>,
    pub(crate) check: Check,
}

#[derive(Debug)]
pub(crate) struct PodSecurityRule {
    pub(crate) level: SmolStr,
    pub(crate) version: SmolStr,
    pub(crate) exclude: Vec<Standard>,
}

#[derive(Debug)]
pub(crate) struct Mutate {
    pub(crate) targets: Vec<Target>,
    pub(crate) work: MutateWork,
}

/// How something is mutated.
#[derive(Debug)]
pub(crate) enum MutateWork {
    Patch(PatchSource),
    Foreach(Vec<MutateForeach>),
    Nothing,
}

#[derive(Debug)]
pub(crate) enum PatchSource {
    Ready(Patch),
    Merge(Template),
    Json(Template),
}

#[derive(Debug)]
pub(crate) struct MutateForeach {
    pub(crate) list: SmolStr,
    /// Whether the last element comes first.
    pub(crate) descending: bool,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) preconditions: Option<Conditions>,
    pub(crate) work: MutateWork,
}

/// Objects that are mutated in place of the one that the rule is asked about.
#[derive(Debug)]
pub(crate) struct Target {
    /// `apiVersion`, `kind`, `namespace`, `name` and `selector`, with variables.
    pub(crate) selector: Template,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) preconditions: Option<Conditions>,
}

#[derive(Debug)]
pub(crate) struct Generate {
    pub(crate) synchronize: bool,
    pub(crate) orphan: bool,
    pub(crate) work: Generated,
}

/// What is generated.
#[derive(Debug)]
pub(crate) enum Generated {
    Once(Template),
    Foreach(Vec<GenerateForeach>),
}

#[derive(Debug)]
pub(crate) struct GenerateForeach {
    pub(crate) list: SmolStr,
    pub(crate) context: Vec<ContextEntry>,
    pub(crate) preconditions: Option<Conditions>,
    pub(crate) pattern: Template,
}

impl Rule {
    /// Whether the rule looks at objects and says whether they hold.
    pub fn validates(&self) -> bool {
        matches!(self.body, Body::Validate(_))
    }

    /// Whether it changes the object that it is asked about, or others.
    pub fn mutates(&self) -> bool {
        matches!(self.body, Body::Mutate(_))
    }

    /// Whether it changes other objects than the one that it is asked about.
    pub fn mutates_existing(&self) -> bool {
        matches!(&self.body, Body::Mutate(mutate) if !mutate.targets.is_empty())
    }

    /// Whether it makes objects.
    pub fn generates(&self) -> bool {
        matches!(self.body, Body::Generate(_))
    }

    /// Whether what it makes is kept as it makes it.
    pub fn synchronizes(&self) -> bool {
        matches!(&self.body, Body::Generate(generate) if generate.synchronize)
    }

    /// Whether what it makes stays when the policy goes.
    pub fn orphans(&self) -> bool {
        matches!(&self.body, Body::Generate(generate) if generate.orphan)
    }

    /// Whether it verifies signatures.
    pub fn verifies_images(&self) -> bool {
        matches!(self.body, Body::VerifyImages(_))
    }

    /// Its entries about signatures, as they are written; none where it verifies none.
    pub fn image_verifications(&self) -> Option<&Value> {
        match &self.body {
            Body::VerifyImages(entries) => Some(entries),
            _ => None,
        }
    }

    /// Whether it looks for images in places of its own choice.
    pub fn extracts_images(&self) -> bool {
        self.image_extractors.is_some()
    }

    /// The kinds that the rule concerns, in the form `Pod` or `apps/v1/Deployment`; none where it does not say.
    pub(crate) fn exact_kinds(&self) -> Option<Vec<SmolStr>> {
        if let Some(kinds) = &self.copied_for
            && self.validates()
        {
            return Some(kinds.clone());
        }
        let mut kinds = Vec::new();
        for block in self.matches.blocks() {
            if block.kinds.is_empty() {
                return None;
            }
            for kind in &block.kinds {
                kinds.push(kind.exact_kind()?.clone());
            }
        }
        Some(kinds)
    }
}

/// Whether labels of a target are selected.
pub(crate) fn target_selector(value: &Value) -> Option<LabelSelector> {
    value.get("selector").filter(|value| !value.is_null()).map(LabelSelector::read)
}
