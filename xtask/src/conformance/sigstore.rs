//! The bundles of sigstore-conformance: each must be verified, or refused where its name ends in `_fail`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use sekisho_signature::algorithm::Signed;
use sekisho_signature::bundle::Bundle;
use sekisho_signature::identity::{IdentityPattern, Pattern};
use sekisho_signature::key::PublicKey;
use sekisho_signature::root::TrustedRoot;
use sekisho_signature::verification::{Demands, Signers, verify};

use super::Outcome;

/// Who signed the cases that name nobody.
const IDENTITY: &str = "https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/\
                        workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main";
const ISSUER: &str = "https://token.actions.githubusercontent.com";

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let cases = data.join("test/assets/bundle-verify");
    let mut folders: Vec<_> = fs::read_dir(&cases)
        .with_context(|| format!("cannot read `{}`", cases.display()))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    let usual_root = fs::read_to_string(data.join("public-good-trusted-root.json"))?;
    let usual_artifact = fs::read(cases.join("a.txt"))?;
    let mut outcomes = Vec::new();
    for folder in folders {
        let id = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let judged = judge(&folder, &usual_root, &usual_artifact)?;
        let miss = match judged {
            Ok(()) if id.ends_with("_fail") => Some("it is verified, and must be refused".to_owned()),
            Err(_) if id.ends_with("_fail") => None,
            Ok(()) => None,
            Err(reason) => Some(reason),
        };
        outcomes.push(Outcome { id, miss });
    }
    Ok(outcomes)
}

/// What becomes of a case; a refusal with its reason. What cannot be read of the suite itself is an error.
fn judge(folder: &Path, usual_root: &str, usual_artifact: &[u8]) -> Result<Result<(), String>> {
    let given = |name: &str| {
        let path = folder.join(name);
        path.is_file().then(|| fs::read(&path)).transpose()
    };
    let text = |name: &str, usual: &str| -> Result<String> {
        let bytes = given(name)?;
        Ok(bytes.map_or_else(
            || usual.to_owned(),
            |bytes| String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned(),
        ))
    };
    let bundle = fs::read(folder.join("bundle.sigstore.json"))?;
    let artifact = given("artifact")?.unwrap_or_else(|| usual_artifact.to_vec());
    let (root, identity, issuer) =
        (text("trusted_root.json", usual_root)?, text("identity", IDENTITY)?, text("issuer", ISSUER)?);
    let key = given("key.pub")?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let pattern = IdentityPattern {
        subject: Some(Pattern::Exact(identity)),
        issuer: Some(Pattern::Exact(issuer)),
        ..IdentityPattern::default()
    };
    let judged = || {
        let root = TrustedRoot::of_json(&root).map_err(|error| error.to_string())?;
        let bundle = Bundle::of_json(&bundle).map_err(|error| error.to_string())?;
        let keys = match &key {
            Some(text) => vec![PublicKey::of_pem(text).map_err(|error| error.to_string())?],
            None => Vec::new(),
        };
        let patterns = [pattern];
        let signers = if keys.is_empty() { Signers::Identities(&patterns) } else { Signers::Keys(&keys) };
        verify(&bundle, Signed::Bytes(&artifact), &root, &Demands::usual(signers))
            .map(drop)
            .map_err(|error| error.to_string())
    };
    Ok(judged())
}
