//! What a check is, and how it says what it found.

use std::borrow::Cow;

use sekisho_finding::{Confidence, Edit, Fix, Message, Persona, Rule, Safety, Severity};
use sekisho_framework::{Cell, ControlId};
use sekisho_manifest::edit::{Change, Operation};
use sekisho_manifest::workload::{Container, Pod};
use sekisho_manifest::{Object, Place};
use smol_str::SmolStr;

use crate::Examination;
use crate::build::Build;
use crate::component::{Component, ComponentSettings};

/// A built-in check: one file, one value.
#[derive(Debug)]
pub struct Check {
    /// The readable slug, also the name of the file: `privileged-container`.
    pub id: &'static str,
    /// One line that names the fault, no full stop: `Container runs privileged`.
    pub title: &'static str,
    /// What a finding says, with `{name}` places for arguments; lower case, no full stop.
    pub message: &'static str,
    /// Other wordings of the message, by a name that [`Found::variant`] chooses.
    pub variants: &'static [(&'static str, &'static str)],
    /// One imperative sentence that says how to mend it, no full stop.
    pub remedy: &'static str,
    /// How bad a finding usually is.
    pub severity: Severity,
    /// How sure a finding usually is.
    pub confidence: Confidence,
    /// Who wants to see it.
    pub persona: Persona,
    /// Its cell of the matrix.
    pub cell: Cell,
    /// The controls it gives evidence for.
    pub controls: &'static [ControlId],
    /// The same check as a CEL expression that is true for a good object, where it can be said in CEL:
    /// over `container` and `pod` (its `spec`) for [`Examine::Container`], over `pod` and `metadata` for
    /// [`Examine::Pod`], over `object` for [`Examine::Object`].
    pub cel: Option<&'static str>,
    /// What it looks at, and the function that looks.
    pub examine: Examine,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy)]
pub enum Examine {
    /// Every container of every Pod that an object is or makes.
    Container(for<'a> fn(&'a Container<'a>, &mut Examination<'a>)),
    /// Every Pod that an object is or makes.
    Pod(for<'a> fn(&'a Pod<'a>, &mut Examination<'a>)),
    /// Every object of these kinds, in any version.
    Object(&'static [KindName], for<'a> fn(&'a Object, &mut Examination<'a>)),
    /// Every object of any kind.
    AnyObject(for<'a> fn(&'a Object, &mut Examination<'a>)),
    /// Every set-up of one of these components that an object holds, whatever its kind.
    Component(&'static [Component], for<'a> fn(&'a ComponentSettings<'a>, &mut Examination<'a>)),
    /// Every Dockerfile, and the history of every image.
    Build(for<'a> fn(&Build<'a>, &mut Examination<'a>)),
    /// The inventory as a whole, once ([`Examination::inventory`]). The kinds are those that the check speaks of:
    /// without an object of them it has nothing to say. The kind `Pod` stands here for all Pods, those too that
    /// other objects make.
    Inventory(&'static [KindName], for<'a> fn(&mut Examination<'a>)),
}

/// A group and a kind: `("apps", "Deployment")`; the core group is empty.
pub type KindName = (&'static str, &'static str);

/// One thing that a check found; handed to [`Examination::report`].
#[derive(Debug)]
pub struct Found<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) variant: Option<&'static str>,
    pub(crate) arguments: Vec<(&'static str, SmolStr)>,
    pub(crate) container: Option<SmolStr>,
    pub(crate) severity: Option<Severity>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) secret: bool,
    pub(crate) related: Vec<(Place<'a>, Message)>,
    pub(crate) mend: Option<Mend>,
    pub(crate) identity: Option<SmolStr>,
}

impl<'a> Found<'a> {
    /// Something at this place.
    pub fn at(place: Place<'a>) -> Self {
        Self {
            place,
            variant: None,
            arguments: Vec::new(),
            container: None,
            severity: None,
            confidence: None,
            secret: false,
            related: Vec::new(),
            mend: None,
            identity: None,
        }
    }

    /// Says it in another wording of the check: one of [`Check::variants`] by its name.
    #[must_use]
    pub fn variant(mut self, name: &'static str) -> Self {
        self.variant = Some(name);
        self
    }

    /// Fills the place `{name}` of the message.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Into<SmolStr>) -> Self {
        self.arguments.push((name, value.into()));
        self
    }

    /// It is about this container; fills `{container}`. Checks of containers need not say so.
    #[must_use]
    pub fn container(mut self, container: &Container<'_>) -> Self {
        self.container = Some(container.name());
        self
    }

    /// It is about the container of this name.
    #[must_use]
    pub(crate) fn container_named(mut self, name: SmolStr) -> Self {
        self.container = Some(name);
        self
    }

    /// Worse or less bad than usual.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Surer or less sure than usual.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = Some(confidence);
        self
    }

    /// A credential stands at the place: reports mask it wherever they show that line.
    #[must_use]
    pub fn secret(mut self) -> Self {
        self.secret = true;
        self
    }

    /// Another place that belongs to it, and what it has to do with it.
    #[must_use]
    pub fn related(mut self, place: Place<'a>, text: impl Into<Cow<'static, str>>) -> Self {
        self.related.push((place, Message::text(text)));
        self
    }

    /// Tells it apart from other findings of the check at the same place. Needed where the place holds
    /// several, and where it is a credential in a list: the fingerprint then holds this word in place of
    /// the item's text.
    #[must_use]
    pub fn identity(mut self, word: impl Into<SmolStr>) -> Self {
        self.identity = Some(word.into());
        self
    }

    /// It can be mended by program, or cannot where there is none.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<Option<Mend>>) -> Self {
        self.mend = mend.into();
        self
    }
}

/// A fix in the making: what it does in words, then the edits.
#[derive(Debug)]
pub struct Mend(Fix);

impl Mend {
    /// A fix that may be applied unseen. `description` is one imperative clause, the same words for the
    /// same change in every object: `` set `allowPrivilegeEscalation: false` ``.
    pub fn safe(description: impl Into<Cow<'static, str>>) -> Self {
        Self(Fix { safety: Safety::Safe, description: description.into(), edits: Vec::new(), by_hand: false })
    }

    /// A fix that may stop a workload that works.
    pub fn risky(description: impl Into<Cow<'static, str>>) -> Self {
        Self(Fix {
            safety: Safety::Unsafe,
            description: description.into(),
            edits: Vec::new(),
            by_hand: false,
        })
    }

    /// Gives a field a value; mappings on the way are made where they are missing.
    #[must_use]
    pub fn set(self, place: &Place<'_>, value: impl Into<serde_json::Value>) -> Self {
        self.edit(place, Operation::Set(value.into()))
    }

    /// Takes a field or an item away.
    #[must_use]
    pub fn remove(self, place: &Place<'_>) -> Self {
        self.edit(place, Operation::Remove)
    }

    /// Adds an item to a sequence, which is made where it is missing.
    #[must_use]
    pub fn append(self, place: &Place<'_>, item: impl Into<serde_json::Value>) -> Self {
        self.edit(place, Operation::Append(item.into()))
    }

    pub(crate) fn into_fix(self) -> Fix {
        self.0
    }

    fn edit(mut self, place: &Place<'_>, operation: Operation) -> Self {
        self.0.edits.push(Edit {
            source: place.object.source,
            change: Change {
                document: place.object.document,
                path: place.object.within.join(&place.path),
                operation,
            },
        });
        self
    }
}

impl Check {
    /// The check as reports show it.
    pub fn rule(&self) -> Rule {
        Rule {
            id: self.id.into(),
            title: self.title.into(),
            remedy: self.remedy.into(),
            manual: crate::manual(self.id).unwrap_or("").into(),
            severity: self.severity,
            confidence: self.confidence,
            persona: self.persona,
            controls: self.controls.iter().map(|control| Cow::Borrowed(*control)).collect(),
            cell: self.cell,
        }
    }

    /// The English template of a variant, or of the message itself.
    pub(crate) fn template(&self, variant: Option<&str>) -> &'static str {
        variant
            .and_then(|variant| self.variants.iter().find(|(name, _)| *name == variant))
            .map_or(self.message, |(_, template)| template)
    }
}
