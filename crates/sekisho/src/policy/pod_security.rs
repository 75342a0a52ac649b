//! Pod Security from the command line: the short form of levels, and where the level of a verdict is said.

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use sekisho_finding::Location;
use sekisho_manifest::{Object, Place, field};
use sekisho_policy::pod_security::{LevelVersion, Mode, PodSecurity, Preset};
use sekisho_policy::{Bundle, Request, RuleName};

use super::{Origin, Resources};

/// The kind of the verdicts of Pod Security.
pub(crate) const KIND: &str = "PodSecurity";

/// A level for a mode, or for all that a label `enforce` stands for: `restricted`, `warn=restricted:v1.31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wanted {
    mode: Option<Mode>,
    level: LevelVersion,
}

impl FromStr for Wanted {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (mode, level) = match text.split_once('=') {
            None => (None, text),
            Some((word, level)) => {
                let mode = MODES.into_iter().find(|mode| mode.as_str() == word);
                let mode =
                    mode.with_context(|| format!("`{word}` is no mode: use enforce, audit or warn"))?;
                (Some(mode), level)
            }
        };
        let level = LevelVersion::parse(level).map_err(|error| anyhow!("`{level}` {error}"))?;
        Ok(Self { mode, level })
    }
}

const MODES: [Mode; 3] = [Mode::Enforce, Mode::Audit, Mode::Warn];

/// The levels of namespaces that name none. A level without a mode is enforced and, as by the label `enforce`,
/// warned of where no other one is.
pub(crate) fn preset(wanted: &[Wanted]) -> Result<Preset> {
    let mut preset = Preset::default();
    for one in wanted {
        let (place, word) = match one.mode {
            None | Some(Mode::Enforce) => (&mut preset.enforce, "enforce"),
            Some(Mode::Audit) => (&mut preset.audit, "audit"),
            Some(Mode::Warn) => (&mut preset.warn, "warn"),
        };
        if place.replace(one.level).is_some() {
            bail!("`--pod-security` names the level of `{word}` twice: leave one out");
        }
    }
    if let Some(one) = wanted.iter().find(|one| one.mode.is_none()) {
        preset.warn.get_or_insert(one.level);
    }
    Ok(preset)
}

/// Where the level of a verdict is said: in a label of the namespace, else in the configuration. None where it
/// was said on the command line.
pub(super) fn origin(
    rule: &RuleName,
    request: &Request,
    resources: &Resources,
    bundle: &Bundle,
) -> Option<Origin> {
    let namespace = resources.objects.iter().find(|object| {
        object.kind == "Namespace" && object.group().is_empty() && object.name == request.namespace
    });
    let labelled = namespace.and_then(|object| {
        // Who enforces a level and does not say of what to warn is warned of that level.
        let implied = || if rule.rule == "warn" { label(object, "enforce") } else { None };
        label(object, &rule.rule).or_else(implied)
    });
    if let Some(place) = labelled {
        return Location::of(&place, &resources.sources).as_ref().map(Origin::of);
    }
    let object = bundle.objects.iter().find(|object| sekisho_policy::pod_security::is_policy(object))?;
    let field = PodSecurity::default_field(&object.root, &rule.rule);
    let place = match object.root.resolve(&field) {
        Some(_) if MODES.iter().any(|mode| mode.as_str() == rule.rule) => object.place(field),
        _ => object.head(),
    };
    Location::of(&place, &bundle.sources).as_ref().map(Origin::of)
}

/// The label of a namespace for a mode, if there is one.
fn label<'o>(object: &'o Object, mode: &str) -> Option<Place<'o>> {
    let label = format!("pod-security.kubernetes.io/{mode}");
    let path = field!["metadata", "labels", label.as_str()];
    object.root.resolve(&path).map(|_| object.place(path))
}

/// The slug of a verdict of Pod Security: the level, whatever the mode and the version.
pub(super) fn slug(name: &RuleName) -> String {
    match name.policy.split_once(':') {
        Some((level, _)) => format!("pod-security/{level}"),
        None => name.policy.to_string(),
    }
}
