//! The registry of package analyzers and the page about them, from the files of the analyzers.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::workspace::{Output, root};

const ANALYZERS: &str = "crates/sekisho-package/src/analyzers";
const PAGE: &str = "docs/analyzers.md";

/// Writes the list of analyzers and their page.
pub(super) fn write(output: &mut Output) -> Result<()> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(ANALYZERS))? {
        let path = entry?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module == "mod" || module == "prelude" || path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let name = module.replace('_', "-");
        ensure!(
            text.contains(&format!("name: \"{name}\"")),
            "`{}` does not declare the name of its file, `{name}`",
            path.display()
        );
        let manual: String = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .flat_map(|line| [line.trim_start_matches("//!").strip_prefix(' ').unwrap_or(""), "\n"])
            .collect();
        ensure!(!manual.is_empty(), "`{}` has no `//!` text", path.display());
        files.push((module, name, manual));
    }
    files.sort();
    let mut registry = String::from(
        "//! The list of analyzers. Written by `cargo xtask generate` from the files beside it: do not edit.\n\n\
         #![allow(clippy::unnecessary_wraps, reason = \"every analyzer has the signature of the table\")]\n\n",
    );
    let mut modules: Vec<_> = files.iter().map(|(module, ..)| module.as_str()).chain(["prelude"]).collect();
    modules.sort_unstable();
    for module in modules {
        writeln!(registry, "mod {module};")?;
    }
    registry.push_str("\nuse crate::Analyzer;\n\n/// Every analyzer, in the order of their names.\n");
    registry.push_str("#[rustfmt::skip]\npub(crate) static ANALYZERS: &[&Analyzer] = &[\n");
    let mut page = String::from("# Analyzers\n\nWhat finds packages, in the order of their names.\n");
    for (module, name, manual) in &files {
        writeln!(registry, "    &{module}::ANALYZER,")?;
        write!(page, "\n## {name}\n\n{manual}")?;
    }
    registry.push_str("];\n");
    output.put(&format!("{ANALYZERS}/mod.rs"), &registry)?;
    output.put(PAGE, &page)
}
