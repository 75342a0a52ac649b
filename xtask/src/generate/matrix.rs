//! The page of the matrix: which checks guard, watch or answer in which cell, and which cells are empty.

use std::fmt::Write as _;

use anyhow::Result;
use sekisho_framework::{Layer, Mode, Phase};

use super::FRAMEWORK_PAGES;
use super::checks::{CheckFile, link};
use crate::workspace::Output;

/// Writes the page; gives its path.
pub(super) fn write(checks: &[CheckFile], output: &mut Output) -> Result<String> {
    let path = format!("{FRAMEWORK_PAGES}/matrix.md");
    output.put(&path, &page(checks)?)?;
    Ok(path)
}

fn page(checks: &[CheckFile]) -> Result<String> {
    let mut text = String::from(
        "# The matrix\n\nEvery check stands in one cell: the layer that it looks at, and the phase in which it \
         acts. The numbers count checks.\n\n|  |",
    );
    for phase in Phase::ALL {
        write!(text, " {} |", phase.as_str())?;
    }
    text.push_str("\n| --- |");
    text.push_str(&" ---: |".repeat(Phase::ALL.len()));
    text.push('\n');
    for layer in Layer::ALL {
        write!(text, "| **{}** |", layer.as_str())?;
        for phase in Phase::ALL {
            write!(text, " {} |", in_cell(checks, layer, phase).count())?;
        }
        text.push('\n');
    }
    for layer in Layer::ALL {
        for phase in Phase::ALL {
            if in_cell(checks, layer, phase).next().is_none() {
                continue;
            }
            write!(text, "\n## {}, {}\n", layer.as_str(), phase.as_str())?;
            for mode in Mode::ALL {
                let links: Vec<_> =
                    in_cell(checks, layer, phase).filter(|check| check.cell.mode == mode).map(link).collect();
                if !links.is_empty() {
                    write!(text, "\n{}: {}\n", capitalized(mode.as_str()), links.join(", "))?;
                }
            }
        }
    }
    Ok(text)
}

fn in_cell(checks: &[CheckFile], layer: Layer, phase: Phase) -> impl Iterator<Item = &CheckFile> {
    checks.iter().filter(move |check| check.cell.layer == layer && check.cell.phase == phase)
}

fn capitalized(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
