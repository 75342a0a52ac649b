//! Rules about files and packages rather than objects: expired exceptions, ignore comments without effect, keys that
//! stand twice, packages with known vulnerabilities.

use std::borrow::Cow;

use sekisho_framework::{Cell, Layer, Mode, Phase};

use sekisho_manifest::{FieldPath, ObjectRef, Source, Span};

use crate::{
    Argument, Confidence, Finding, Fingerprint, Location, Message, Persona, Rule, Severity, Subject,
};

/// What may be wrong with a file, and what its findings say.
#[derive(Debug)]
pub struct Fault {
    /// The slug of the rule.
    pub id: &'static str,
    /// One line that names the fault, no full stop.
    pub title: &'static str,
    /// What a finding says, with `{name}` places for arguments; lower case, no full stop.
    pub message: &'static str,
    /// Other wordings of the message, by their names.
    pub variants: &'static [(&'static str, &'static str)],
    /// One imperative sentence that says how to mend it, no full stop.
    pub remedy: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
}

/// An exception whose last day has passed. Fills `{owner}` and `{checks}`.
pub const EXPIRED_EXCEPTION: Fault = Fault {
    id: "expired-exception",
    title: "Exception has expired",
    message: "the exception of `{owner}` for {checks} has expired",
    variants: &[],
    remedy: "Mend what the exception accepted, or have its owner renew it with a new last day",
    severity: Severity::Medium,
};

/// An ignore comment that does not count. Fills `{slug}`; the variant `no-reason` needs no argument.
pub const INVALID_IGNORE_COMMENT: Fault = Fault {
    id: "invalid-ignore-comment",
    title: "Ignore comment without effect",
    message: "the ignore comment names the unknown check `{slug}`",
    variants: &[("no-reason", "the ignore comment gives no reason and does not count")],
    remedy: "Write `# sekisho: ignore[slug]: reason` with a slug that exists and a reason",
    severity: Severity::Low,
};

/// A key that stands twice in one mapping. Fills `{key}`.
pub const DUPLICATE_KEY: Fault = Fault {
    id: "duplicate-key",
    title: "Key stands twice",
    message: "key `{key}` stands twice in one mapping, and only the last value holds",
    variants: &[],
    remedy: "Remove one of the two: a reader sees the first, the API server takes the last",
    severity: Severity::Medium,
};

/// A package of which advisories say that it is vulnerable. Fills `{id}`, `{package}`, `{version}` and, but in the
/// variants, `{fix}`; `{about}` adds what is known of attacks.
pub const VULNERABILITY: Fault = Fault {
    id: "vulnerability",
    title: "Package has a known vulnerability",
    message: "{id} in {package} {version}: fixed in {fix}{about}",
    variants: &[
        ("unfixed", "{id} in {package} {version}: no fix is known{about}"),
        ("will-not-fix", "{id} in {package} {version}: the distribution will not fix it{about}"),
        ("end-of-life", "{id} in {package} {version}: the distribution no longer keeps the package{about}"),
        ("deferred", "{id} in {package} {version}: the distribution has put the fix off{about}"),
        ("under-investigation", "{id} in {package} {version}: the distribution has not decided yet{about}"),
    ],
    remedy: "Upgrade the package to a version of which no advisory holds, or say in a VEX document why it is not affected",
    severity: Severity::Medium,
};

/// A package that is malicious itself. Fills `{id}`, `{package}`, `{version}` and `{about}`.
pub const MALICIOUS_PACKAGE: Fault = Fault {
    id: "malicious-package",
    title: "Package is malicious",
    message: "{id}: {package} {version} is a malicious package{about}",
    variants: &[],
    remedy: "Remove the package, take machines and credentials that it could reach for lost, and renew them",
    severity: Severity::Critical,
};

/// A credential in a file. Fills `{what}`, `{rule}` and `{about}`.
pub const LEAKED_CREDENTIAL: Fault = Fault {
    id: "leaked-credential",
    title: "Credential in a file",
    message: "{what} (`{rule}`){about}",
    variants: &[],
    remedy: "Revoke the credential and issue another one, then take it out of the file, and out of the history or the \
             layer that still holds it",
    severity: Severity::High,
};

/// A package whose licence the policy refuses. Fills `{package}`, `{version}` and `{license}`.
pub const REFUSED_LICENSE: Fault = Fault {
    id: "refused-license",
    title: "Package under a licence that the policy refuses",
    message: "{package} {version} is under `{license}`, which the policy refuses",
    variants: &[
        ("unknown", "{package} {version} is under `{license}`, which is no licence that the policy knows"),
        ("missing", "{package} {version} says no licence"),
    ],
    remedy: "Replace the package, or enter an exception with its reason under `licenses` in sekisho.yaml",
    severity: Severity::Medium,
};

/// An image that runs under a tag which names another one by now. Fills `{image}`, `{running}` and `{named}`.
pub const IMAGE_DRIFT: Fault = Fault {
    id: "image-drift",
    title: "Running image is not what its tag names",
    message: "`{image}` runs as {running}, and its tag now names {named}",
    variants: &[],
    remedy: "Name the image by its digest, or roll the workload out again so that all of it runs what the tag names",
    severity: Severity::Medium,
};

/// A file whose digest is on a list of the user, or of which a rule of the user holds. Fills `{digest}`, `{called}` and
/// `{about}`.
pub const DENIED_FILE: Fault = Fault {
    id: "denied-file",
    title: "File is on a list of denied files",
    message: "the file has the denied digest {digest}{called}{about}",
    variants: &[("rule", "the YARA rule {called} holds of the file{about}")],
    remedy: "Remove the file, find out how it came there, and take what could reach it for lost",
    severity: Severity::Critical,
};

/// An image that is built on what the configuration does not allow. Fills `{base}` in the variants.
pub const REFUSED_BASE: Fault = Fault {
    id: "refused-base-image",
    title: "Image is not built on an allowed base",
    message: "the image does not begin with the layers of an allowed base, and names none that it is built on",
    variants: &[
        ("other", "the image is built on `{base}` by its own words, which is no allowed base"),
        ("stage", "the last stage is built on `{base}`, which is no allowed base"),
        (
            "unproved",
            "the image is built on `{base}` by its own words, and does not begin with the layers of that",
        ),
    ],
    remedy: "Build the image on a base of `images.bases` in sekisho.yaml, or have the base allowed there",
    severity: Severity::High,
};

/// Every fault of a file or a package.
pub const FAULTS: [&Fault; 10] = [
    &EXPIRED_EXCEPTION,
    &INVALID_IGNORE_COMMENT,
    &DUPLICATE_KEY,
    &VULNERABILITY,
    &MALICIOUS_PACKAGE,
    &LEAKED_CREDENTIAL,
    &REFUSED_LICENSE,
    &IMAGE_DRIFT,
    &DENIED_FILE,
    &REFUSED_BASE,
];

impl Fault {
    /// The fault as reports show it.
    pub fn rule(&self) -> Rule {
        Rule {
            id: self.id.into(),
            title: self.title.into(),
            remedy: self.remedy.into(),
            manual: Cow::Borrowed(""),
            severity: self.severity,
            confidence: Confidence::High,
            persona: Persona::Default,
            controls: Vec::new(),
            cell: Cell::new(Layer::Code, Phase::Develop, Mode::Detective),
        }
    }

    /// What a finding says: the message, or the variant of this name.
    pub fn says(&self, variant: Option<&'static str>, arguments: Vec<Argument>) -> Message {
        let other = variant.and_then(|name| self.variants.iter().find(|(known, _)| *known == name));
        match other {
            Some((name, template)) => Message {
                key: format!("{}.{name}", self.id).into(),
                template: Cow::Borrowed(template),
                arguments,
            },
            None => Message { key: self.id.into(), template: self.message.into(), arguments },
        }
    }

    /// A finding of the fault at a span of a source.
    pub fn finding(&self, message: Message, source: &Source, span: Span) -> Finding {
        let (start, end) = source.range(span);
        let file = source.name.clone();
        let object =
            ObjectRef { api_version: "".into(), kind: "File".into(), namespace: None, name: file.clone() };
        let location =
            Location { source: span.source, span, start, end, field: FieldPath::root(), value: None, file };
        Finding {
            rule: self.id.into(),
            names: Vec::new(),
            severity: self.severity,
            confidence: Confidence::High,
            subject: Subject { object, container: None },
            location,
            secret: false,
            related: Vec::new(),
            fingerprint: Fingerprint::of([self.id, source.name.as_str(), &message.to_string()]),
            message,
            fix: None,
            value_sets: Vec::new(),
            suppressed: None,
            risk: 0.0,
        }
    }
}
