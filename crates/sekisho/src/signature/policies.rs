//! Trust policies: those of `sekisho.yaml`, and files with policies of policy-controller and of Kyverno.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use jiff::SignedDuration;
use sekisho_manifest::{Budget, Format, SourceId, load};
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use sekisho_trust::{
    Authority, Claim, Condition, Evidence, Group, ImagePattern, Policy, Trusted, of_cluster_image_policy,
    of_kyverno_rule,
};
use serde_json::Value;

use super::predicate_type;
use super::trust::{PUBLIC_GOOD_NAME, root_of};
use crate::config::Config;
use crate::config::trust::{AttestationEntry, SignerEntry, TrustEntry};

/// The type of the claim that an image passed.
pub(crate) const GATE_PREDICATE: &str = "https://sekisho.dev/attestations/gate/v1";

/// The policies of a configuration.
pub(crate) fn of_config(config: &Config) -> Result<Vec<Policy>> {
    let file = config.source.as_ref().map(|source| PathBuf::from(source.name.as_str()));
    let folder = file.as_deref().and_then(Path::parent).map(Path::to_owned).unwrap_or_default();
    config.document.trust.iter().map(|entry| of_entry(entry, &folder)).collect()
}

fn of_entry(entry: &TrustEntry, folder: &Path) -> Result<Policy> {
    let named = || format!("trust policy `{}`", entry.name);
    let patterns =
        |globs: &[String]| globs.iter().map(|glob| ImagePattern::Path(glob.clone())).collect::<Vec<_>>();
    let authorities = entry
        .signers
        .iter()
        .map(|signer| authority(signer, folder).map(Arc::new))
        .collect::<Result<Vec<_>>>()
        .with_context(named)?;
    let claims = entry.attestations.iter().map(claim).collect::<Result<_>>().with_context(named)?;
    let policy = Policy {
        name: entry.name.clone(),
        images: patterns(&entry.images),
        except: patterns(&entry.except),
        groups: vec![Group { needed: entry.threshold.unwrap_or(1), authorities }],
        claims,
        bundle: None,
    };
    Ok(policy.check()?)
}

fn authority(signer: &SignerEntry, folder: &Path) -> Result<Authority> {
    let trusted = match (&signer.key, &signer.identity) {
        (Some(key), None) => {
            let text = if key.contains("-----BEGIN") {
                key.clone()
            } else {
                let path = folder.join(key);
                fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?
            };
            Trusted::Keys(PublicKey::all_of_pem(&text)?)
        }
        (None, Some(identity)) => Trusted::Identities(vec![IdentityPattern {
            subject: Some(Pattern::Glob(identity.subject.clone())),
            issuer: Some(Pattern::Glob(identity.issuer.clone())),
            ..IdentityPattern::default()
        }]),
        _ => bail!("the signer `{}` must have `key` or `identity`", signer.name),
    };
    let named = match (&signer.trusted_root, &signer.identity) {
        (Some(name), _) if name == PUBLIC_GOOD_NAME => Some(name.clone()),
        (Some(path), _) => Some(folder.join(path).display().to_string()),
        (None, Some(_)) => Some(PUBLIC_GOOD_NAME.to_owned()),
        (None, None) => None,
    };
    let evidence = Evidence {
        log: signer.log.unwrap_or(named.is_some()),
        certificate_log: signer.certificate_log.unwrap_or(true),
        timestamp: signer.timestamp,
    };
    let root = Arc::new(root_of(named.as_deref())?);
    Ok(Authority { name: signer.name.clone(), trusted, root, evidence, claims: Vec::new() })
}

fn claim(entry: &AttestationEntry) -> Result<Claim> {
    let kind = match entry.predicate_type.as_str() {
        "gate" => GATE_PREDICATE,
        other => predicate_type(other),
    };
    Ok(Claim {
        predicate_type: kind.to_owned(),
        conditions: entry.conditions.iter().map(|text| Condition::of(text)).collect::<Result<_, _>>()?,
        max_age: entry.max_age_hours.map(|hours| SignedDuration::from_hours(i64::from(hours))),
        authorities: entry.signers.clone(),
    })
}

/// The policies in files: `ClusterImagePolicy`, and rules of Kyverno that verify images.
pub(crate) fn of_files(paths: &[PathBuf], root: Option<&str>) -> Result<Vec<Policy>> {
    let root = Arc::new(root_of(Some(root.unwrap_or(PUBLIC_GOOD_NAME)))?);
    let mut policies = Vec::new();
    for path in paths {
        let named = || format!("`{}`", path.display());
        let text = fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let loaded = load(SourceId(0), &text, Format::Detect, &Budget::default());
        if let Some(error) = loaded.errors.first() {
            bail!("`{}`: {error}", path.display());
        }
        let before = policies.len();
        for document in &loaded.documents {
            policies.extend(of_object(&document.root.to_json(), &root).with_context(named)?);
        }
        if policies.len() == before {
            bail!("`{}` holds no policy that verifies images", path.display());
        }
    }
    Ok(policies)
}

fn of_object(object: &Value, root: &Arc<TrustedRoot>) -> Result<Vec<Policy>> {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    match text("/kind") {
        "ClusterImagePolicy" => {
            let roots = |name: Option<&str>| name.is_none().then(|| Arc::clone(root));
            Ok(vec![of_cluster_image_policy(object, &roots)?])
        }
        "ClusterPolicy" | "Policy" => {
            let rules = object.pointer("/spec/rules").and_then(Value::as_array);
            let mut found = Vec::new();
            for rule in rules.into_iter().flatten().filter(|rule| rule.get("verifyImages").is_some()) {
                found.extend(of_kyverno_rule(text("/metadata/name"), rule, root)?);
            }
            Ok(found)
        }
        "ImageValidatingPolicy" => {
            bail!("`ImageValidatingPolicy` is not applied to images of a registry yet")
        }
        _ => Ok(Vec::new()),
    }
}
