//! The tests of package-url/purl-spec, whose checkout `--data` names: package URLs read, built and round-tripped.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sekisho_version::PackageUrl;
use serde::Deserialize;
use serde_json::Value;

use super::Outcome;

#[derive(Deserialize)]
struct Suite {
    tests: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    description: String,
    test_type: String,
    input: Value,
    #[serde(default)]
    expected_output: Value,
    expected_failure: bool,
}

pub(crate) fn run(data: &Path) -> Result<Vec<Outcome>> {
    let mut outcomes = Vec::new();
    for folder in ["tests/spec", "tests/types"] {
        let folder = data.join(folder);
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read `{}`", folder.display()))?;
        let mut paths: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
        paths.sort();
        for path in paths {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let suite: Suite = serde_json::from_str(&fs::read_to_string(&path)?)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            for (place, case) in suite.tests.iter().enumerate() {
                let miss = miss(case)?.map(|why| format!("{}: {why}", case.description));
                outcomes.push(Outcome { id: format!("{name}:{}", place + 1), miss });
            }
        }
    }
    Ok(outcomes)
}

/// Why a case does not pass.
fn miss(case: &Case) -> Result<Option<String>> {
    let url = match case.input.as_str() {
        Some(text) => PackageUrl::parse(text).map_err(|error| error.to_string()),
        None => build(&case.input),
    };
    let url = match (url, case.expected_failure) {
        (Err(_), true) => return Ok(None),
        (Err(error), false) => return Ok(Some(error)),
        (Ok(url), true) => return Ok(Some(format!("`{url}` is to be refused"))),
        (Ok(url), false) => url,
    };
    let same = match case.test_type.as_str() {
        "parse" => {
            build(&case.expected_output).as_ref() == Ok(&url) && parts(&url) == known(&case.expected_output)
        }
        "build" | "validate" => case.expected_output.as_str() == Some(&url.to_string()),
        other => bail!("the kind of test `{other}` is unknown"),
    };
    Ok((!same).then(|| format!("gives `{url}` for {}, not {}", case.input, case.expected_output)))
}

fn build(parts: &Value) -> Result<PackageUrl, String> {
    let part = |key: &str| parts.get(key).and_then(Value::as_str);
    let qualifiers: BTreeMap<String, String> = parts
        .get("qualifiers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    PackageUrl::build(
        part("type").unwrap_or_default(),
        part("namespace"),
        part("name").unwrap_or_default(),
        part("version"),
        qualifiers,
        part("subpath"),
    )
    .map_err(|error| error.to_string())
}

fn parts(url: &PackageUrl) -> [String; 5] {
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    [
        url.kind().to_owned(),
        text(url.namespace()),
        url.name().to_owned(),
        text(url.version()),
        text(url.subpath()),
    ]
}

fn known(parts: &Value) -> [String; 5] {
    ["type", "namespace", "name", "version", "subpath"]
        .map(|key| parts.get(key).and_then(Value::as_str).unwrap_or_default().to_owned())
}
