//! SARIF and GitLab's reports.

use sekisho_report::{Format, Options};
use serde_json::Value;

use crate::support::Run;

fn written(run: &Run, format: Format) -> Value {
    serde_json::from_str(&run.write(format, &Options::default())).expect("JSON")
}

#[test]
fn sarif_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Sarif, &Options::default()));
}

#[test]
fn gitlab_code_quality_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::Gitlab, &Options::default()));
}

#[test]
fn gitlab_sast_is_as_it_was() {
    insta::assert_snapshot!(Run::fixed().write(Format::GitlabSast, &Options::default()));
}

#[test]
fn sarif_results_point_at_their_rule_and_rules_at_their_controls() {
    let log = written(&Run::fixed(), Format::Sarif);
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let mut pointed = 0;
    for target in rules
        .iter()
        .flat_map(|rule| rule["relationships"].as_array().expect("relationships"))
        .map(|of| &of["target"])
    {
        let component =
            usize::try_from(target["toolComponent"]["index"].as_u64().expect("an index")).expect("small");
        let taxonomy = &run["taxonomies"][component];
        assert_eq!(taxonomy["name"], target["toolComponent"]["name"]);
        let taxon = usize::try_from(target["index"].as_u64().expect("an index")).expect("small");
        assert_eq!(taxonomy["taxa"][taxon]["id"], target["id"]);
        pointed += 1;
    }
    assert!(pointed > 4);
}

#[test]
fn sarif_columns_count_code_points() {
    let run = Run::over(&[(
        "a.yaml",
        "{kind: Pod, apiVersion: v1, metadata: {name: 監視}, spec: {containers: [{name: 𠮷, image: x}]}}\n",
    )]);
    let log = written(&run, Format::Sarif);
    let regions: Vec<&Value> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| &result["locations"][0]["physicalLocation"]["region"])
        .collect();
    // `name: 𠮷` and `name: 監視`: a character outside the basic plane is one column.
    assert!(
        regions.iter().any(|region| region["startColumn"] == 72 && region["endColumn"] == 79),
        "{regions:?}"
    );
    assert!(
        regions.iter().any(|region| region["startColumn"] == 40 && region["endColumn"] == 48),
        "{regions:?}"
    );
}

#[test]
fn sarif_paths_are_uri_references() {
    for (path, uri, relative) in [
        ("./deploy/a b.yaml", "deploy/a%20b.yaml", true),
        ("deploy/監.yaml", "deploy/%E7%9B%A3.yaml", true),
        ("a:b.yaml", "a%3Ab.yaml", true),
        ("100%#?.yaml", "100%25%23%3F.yaml", true),
        ("/srv/x.yaml", "file:///srv/x.yaml", false),
    ] {
        let run = Run::over(&[(path, "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")]);
        let log = written(&run, Format::Sarif);
        let file = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(file["uri"], uri);
        assert_eq!(file.get("uriBaseId").is_some(), relative, "{path}");
    }
}

#[test]
fn gitlab_gets_each_fingerprint_once() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n";
    let run = Run::over(&[("a.yaml", text), ("b.yaml", text), ("c.yaml", text)]);
    let issues = written(&run, Format::Gitlab);
    let fingerprints: std::collections::BTreeSet<&str> =
        issues.as_array().expect("issues").iter().filter_map(|issue| issue["fingerprint"].as_str()).collect();
    assert_eq!(fingerprints.len(), 3);
}

/// GitLab refuses a report that its schema, 15.0.4, does not allow.
#[test]
fn gitlab_sast_has_what_its_schema_asks_for() {
    for run in [Run::fixed(), Run::over(&[])] {
        let document = written(&run, Format::GitlabSast);
        let scan = &document["scan"];
        for time in ["start_time", "end_time"] {
            assert_eq!(scan[time].as_str().map(str::len), Some("2026-03-01T09:30:00".len()));
        }
        assert!(["success", "failure"].contains(&scan["status"].as_str().expect("a status")));
        for program in ["analyzer", "scanner"] {
            for field in ["id", "name", "version"] {
                assert!(
                    scan[program][field].as_str().is_some_and(|text| !text.is_empty()),
                    "{program}.{field}"
                );
            }
            assert!(scan[program]["vendor"]["name"].is_string());
        }
        for found in document["vulnerabilities"].as_array().expect("a list") {
            assert!(found["id"].as_str().is_some_and(|text| !text.is_empty()));
            assert!(found["name"].as_str().is_some_and(|text| text.chars().count() <= 255));
            assert!(found["solution"].as_str().is_some_and(|text| text.len() <= 7_000));
            for identifier in found["identifiers"].as_array().expect("a list") {
                for field in ["type", "name", "value"] {
                    assert!(identifier[field].as_str().is_some_and(|text| !text.is_empty()), "{field}");
                }
            }
        }
    }
}

/// The text with a replacement of SARIF made in it.
fn replaced(text: &str, replacement: &Value) -> String {
    let region = &replacement["deletedRegion"];
    let offset = |line: &str, column: &str| {
        let number = |field: &str| usize::try_from(region[field].as_u64().expect("a number")).expect("small");
        let (line, column) = (number(line), number(column));
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        let rest = &text[start..];
        start + rest.char_indices().nth(column - 1).map_or(rest.len(), |(at, _)| at)
    };
    let (start, end) = (offset("startLine", "startColumn"), offset("endLine", "endColumn"));
    let inserted = replacement["insertedContent"]["text"].as_str().expect("a text");
    format!("{}{inserted}{}", &text[..start], &text[end..])
}

#[test]
fn sarif_fixes_are_those_of_the_editor() {
    let run = Run::fixed();
    let log = written(&run, Format::Sarif);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let mut fixed = 0;
    for (finding, result) in run.findings.iter().zip(results) {
        let Some(fix) = &finding.fix else {
            assert!(result.get("fixes").is_none());
            continue;
        };
        let changes: Vec<_> = fix.edits.iter().map(|edit| edit.change.clone()).collect();
        let source = run.inventory.source(finding.location.span.source).expect("a source");
        let expected = sekisho_manifest::edit::edit(&source.text, &changes).expect("it can be made");
        let change = &result["fixes"][0]["artifactChanges"][0];
        assert_eq!(change["artifactLocation"]["uri"], finding.location.file.as_str());
        assert_eq!(replaced(&source.text, &change["replacements"][0]), expected);
        fixed += 1;
    }
    assert_eq!(fixed, 4);
}

#[test]
fn a_fix_that_cannot_be_made_is_left_out() {
    let anchored = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - &c\n      name: a\n      image: b\n    - *c\n";
    let log = written(&Run::over(&[("a.yaml", anchored)]), Format::Sarif);
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|result| result["ruleId"] == "privilege-escalation"));
    assert!(results.iter().all(|result| result.get("fixes").is_none()), "{results:#?}");
}

#[test]
fn a_fix_shows_no_credential_that_stands_between_its_edits() {
    let mut run = Run::fixed();
    let edits: Vec<_> =
        run.findings.iter().filter_map(|finding| finding.fix.clone()).flat_map(|fix| fix.edits).collect();
    let source = run.findings[0].location.span.source;
    let before_and_behind: Vec<_> = edits.into_iter().filter(|edit| edit.source == source).collect();
    assert!(before_and_behind.len() > 1);
    let fix = run.findings[0].fix.as_mut().expect("a fix");
    fix.edits = before_and_behind;
    let text = run.write(Format::Sarif, &Options::default());
    assert!(!text.contains("battery"));
    let log: Value = serde_json::from_str(&text).expect("JSON");
    assert!(log["runs"][0]["results"][0].get("fixes").is_none());
    assert!(log["runs"][0]["results"][2].get("fixes").is_some());
}
