//! Packages → findings about licences that the policy of `sekisho.yaml` refuses.

use std::borrow::Cow;

use sekisho_contents::Contents;
use sekisho_finding::fault::REFUSED_LICENSE;
use sekisho_finding::{Confidence, Finding, Fingerprint, Rule, Subject};
use sekisho_framework::{Cell, Layer, Mode, Phase};
use sekisho_manifest::ObjectRef;
use sekisho_package::{LicensePolicy, Refusal, Refused};

use crate::vulnerable::Places;

/// The findings about the packages of one target, with what their risk is multiplied by: nothing.
pub(crate) fn findings(
    policy: &LicensePolicy,
    contents: &Contents,
    places: &mut Places<'_>,
) -> Vec<(Finding, f64)> {
    let refusals = policy.refusals(contents);
    refusals.iter().filter_map(|refusal| Some((finding(refusal, places)?, 1.0))).collect()
}

fn finding(refusal: &Refusal<'_>, places: &mut Places<'_>) -> Option<Finding> {
    let package = refusal.package;
    let location = places.location(package, package.places.first())?;
    let url = package.url.to_string();
    let mut arguments = vec![
        ("package", package.url.package_name().into()),
        ("version", package.url.version().unwrap_or_default().into()),
    ];
    let (variant, words) = match refusal.reason {
        Refused::License(license) => (None, license.text()),
        Refused::Unknown(license) => (Some("unknown"), license.text()),
        Refused::Missing => (Some("missing"), ""),
    };
    arguments.push(("license", words.into()));
    let object = ObjectRef {
        api_version: "".into(),
        kind: "Package".into(),
        namespace: None,
        name: url.as_str().into(),
    };
    Some(Finding {
        rule: REFUSED_LICENSE.id.into(),
        names: Vec::new(),
        severity: REFUSED_LICENSE.severity,
        confidence: Confidence::High,
        subject: Subject { object, container: None },
        fingerprint: Fingerprint::of([REFUSED_LICENSE.id, &url, words, location.file.as_str()]),
        location,
        secret: false,
        related: Vec::new(),
        message: REFUSED_LICENSE.says(variant, arguments),
        fix: None,
        value_sets: Vec::new(),
        suppressed: None,
        risk: 0.0,
    })
}

/// The rule that these findings have, as reports show it.
pub(crate) fn rule() -> Rule {
    Rule {
        controls: ["pci/12", "nist-800-190/4.1.2"].into_iter().map(Cow::Borrowed).collect(),
        cell: Cell::new(Layer::Code, Phase::Distribute, Mode::Detective),
        ..REFUSED_LICENSE.rule()
    }
}
