//! A page for each framework: its controls, what answers them, and the checks that do.

use std::fmt::Write as _;

use anyhow::Result;
use sekisho_framework::{Classification, Control, Evidence, Framework, control, frameworks};

use super::FRAMEWORK_PAGES;
use super::checks::{CheckFile, link};
use crate::workspace::Output;

/// Writes the pages and their index; gives their paths.
pub(super) fn write(checks: &[CheckFile], output: &mut Output) -> Result<Vec<String>> {
    let mut kept = Vec::new();
    let mut put = |name: &str, text: &str| {
        let path = format!("{FRAMEWORK_PAGES}/{name}.md");
        output.put(&path, text)?;
        kept.push(path);
        anyhow::Ok(())
    };
    put("README", &index(checks)?)?;
    for framework in frameworks() {
        put(framework.id, &page(framework, checks)?)?;
    }
    Ok(kept)
}

fn index(checks: &[CheckFile]) -> Result<String> {
    let mut text = String::from(
        "# Frameworks\n\n\
         The published lists of controls that findings refer to. Identifiers and numbers are the publishers'; \
         titles and descriptions are our own words, and the documents themselves are what counts. \
         [matrix](matrix.md) shows the same checks by layer and phase.\n\n\
         | framework | edition | controls | with a check |\n| --- | --- | ---: | ---: |\n",
    );
    for framework in frameworks() {
        let covered = framework.controls().filter(|control| !covering(framework, control, checks).is_empty());
        writeln!(
            text,
            "| [{}]({}.md) | {} | {} | {} |",
            framework.name,
            framework.id,
            framework.version,
            framework.controls().count(),
            covered.count(),
        )?;
    }
    text.push_str(
        "\nA control passes in a report only when everything it needs was examined by every check that answers \
         for it. The states are *failed*, *excepted* (all findings are set aside by exceptions or a baseline), \
         *partly examined* (nothing found, but a full answer takes more), *passed*, *not applicable* (nothing of \
         the kind was there), *not examined*, *not automated* (no check answers it) and *manual* (only a person \
         can).\n",
    );
    Ok(text)
}

fn page(framework: &'static Framework, checks: &[CheckFile]) -> Result<String> {
    let mut text = format!(
        "# {} {}\n\nIdentifier `{}`, published by {}: <{}>. Identifiers are the publisher's, the words are \
         ours. *Evidence* is what a full answer needs; where it names two kinds with \"or\", one is enough.\n",
        framework.name, framework.version, framework.id, framework.publisher, framework.url,
    );
    for section in framework.sections {
        let number = section.id.starts_with(|first: char| first.is_ascii_digit());
        let heading =
            if number { format!("{} {}", section.id, section.title) } else { section.title.to_owned() };
        let fact = section.controls.first().and_then(|control| fact(control.classification));
        let (fact_head, fact_rule) =
            fact.map_or((String::new(), ""), |(name, _)| (format!(" {name} |"), " --- |"));
        write!(
            text,
            "\n## {heading}\n\n| control | title |{fact_head} evidence | checks |\n\
             | --- | --- |{fact_rule} --- | --- |\n",
        )?;
        for control in section.controls {
            let fact =
                self::fact(control.classification).map_or(String::new(), |(_, value)| format!(" {value} |"));
            let links: Vec<_> = covering(framework, control, checks).into_iter().map(link).collect();
            writeln!(
                text,
                "| {} | {} |{fact} {} | {} |",
                control.number,
                control.title,
                evidence(control),
                links.join(", "),
            )?;
        }
    }
    Ok(text)
}

/// The checks that name this control.
fn covering<'c>(framework: &Framework, wanted: &Control, checks: &'c [CheckFile]) -> Vec<&'c CheckFile> {
    checks
        .iter()
        .filter(|check| {
            check.controls.iter().any(|id| {
                control(id).is_some_and(|(of, found)| of.id == framework.id && found.id == wanted.id)
            })
        })
        .collect()
}

/// What the framework says of a control: the column's heading and its value.
fn fact(classification: Classification) -> Option<(&'static str, String)> {
    match classification {
        Classification::None => None,
        Classification::Benchmark { level, automated } => {
            Some(("profile", format!("level {level}, {}", if automated { "automated" } else { "manual" })))
        }
        Classification::PodSecurity { since, .. } => {
            Some(("since", if since == 0 { String::new() } else { format!("1.{since}") }))
        }
        Classification::Technique { tactics } => {
            let names: Vec<_> = tactics.iter().map(|tactic| tactic.as_str()).collect();
            Some(("tactics", names.join(", ")))
        }
    }
}

fn evidence(control: &Control) -> String {
    let needs: Vec<_> = control
        .evidence
        .iter()
        .map(|need| need.iter().map(|kind: &Evidence| kind.as_str()).collect::<Vec<_>>().join(" or "))
        .collect();
    needs.join(", ")
}
