//! Our SARIF and JUnit reports against the formats' own schemas, by validators that are not ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Outcome;
use crate::peer::Schemas;
use crate::workspace::root;

/// Says of each report `ok` or what is wrong, a line each.
const VALIDATE: &str = r#"
import json, sys
import jsonschema, xmlschema
sarif_schema, junit_schema, *reports = sys.argv[1:]
sarif = json.load(open(sarif_schema))
sarif = jsonschema.validators.validator_for(sarif)(sarif)
junit = xmlschema.XMLSchema(junit_schema)
for report in reports:
    if report.endswith(".sarif"):
        errors = [error.message for error in sarif.iter_errors(json.load(open(report)))]
    else:
        errors = [error.reason for error in junit.iter_errors(report)]
    print(json.dumps(errors[:3]) if errors else "ok")
"#;

/// Reports on the examples and on each corpus, and asks the validators.
pub(super) fn run(corpora: &Path, schemas: &Schemas) -> Result<Vec<Outcome>> {
    let folder = root().join("target/conformance/formats");
    fs::create_dir_all(&folder)?;
    let mut targets = vec![root().join("examples/shop"), root().join("examples/shop-hardened")];
    for entry in fs::read_dir(corpora)? {
        let path = entry?.path();
        if path.is_dir() {
            targets.push(path);
        }
    }
    targets.sort();
    let mut reports = Vec::new();
    for target in &targets {
        let name = target.file_name().unwrap_or_default().to_string_lossy();
        for (format, ending) in [("sarif", "sarif"), ("junit", "xml")] {
            let report = folder.join(format!("{name}.{ending}"));
            scan(target, format, &report)?;
            reports.push(report);
        }
    }
    let output = Command::new(&schemas.python)
        .args(["-c", VALIDATE])
        .arg(&schemas.sarif)
        .arg(&schemas.junit)
        .args(&reports)
        .output()
        .context("cannot run the validators")?;
    ensure!(output.status.success(), "the validators failed: {}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8(output.stdout)?;
    ensure!(said.lines().count() == reports.len(), "the validators left reports out: {said}");
    let outcomes = reports.iter().zip(said.lines()).map(|(report, said)| Outcome {
        id: report.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        miss: (said != "ok").then(|| said.to_owned()),
    });
    Ok(outcomes.collect())
}

fn scan(target: &Path, format: &str, report: &Path) -> Result<()> {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--package", "sekisho", "--", "scan", "--format", format])
        .args(["--persona", "pedantic", "--fail-on", "none", "--output"])
        .arg(report)
        .arg(target)
        .current_dir(root())
        .status()
        .context("cannot run sekisho")?;
    // A corpus may hold what cannot be examined; its report has to be valid all the same.
    ensure!(matches!(status.code(), Some(0 | 4)), "the scan of `{}` failed", target.display());
    Ok(())
}
