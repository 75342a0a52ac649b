//! `cargo xtask generate`: the registry of checks and their manual pages, from the files of the checks.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::workspace::{Output, root};

const CHECKS: &str = "crates/sekisho-posture/src/checks";
const PAGES: &str = "docs/checks";

pub(crate) fn run(check: bool) -> Result<()> {
    let mut output = Output::new(check);
    checks(&mut output)?;
    output.finish()
}

/// One check's file: its module name and its manual page.
struct CheckFile {
    module: String,
    manual: String,
}

fn checks(output: &mut Output) -> Result<()> {
    let files = read_checks()?;
    let mut registry = String::from(
        "//! The list of checks. Written by `cargo xtask generate` from the files beside it: do not edit.\n\n",
    );
    let mut modules: Vec<_> = files.iter().map(|file| file.module.as_str()).chain(["prelude"]).collect();
    modules.sort_unstable();
    for module in modules {
        writeln!(registry, "mod {module};")?;
    }
    registry.push_str("\nuse crate::Check;\n\n");
    registry.push_str("/// Every check and its manual page, in the order of their slugs.\n");
    registry.push_str("#[rustfmt::skip]\npub(crate) static CHECKS: &[(&Check, &str)] = &[\n");
    let mut kept = Vec::new();
    for file in &files {
        let slug = file.module.replace('_', "-");
        writeln!(
            registry,
            "    (&{}::CHECK, include_str!(\"../../../../{PAGES}/{slug}.md\")),",
            file.module
        )?;
        let page = format!("{PAGES}/{slug}.md");
        output.put(&page, &format!("# {slug}\n\n{}", file.manual))?;
        kept.push(page);
    }
    registry.push_str("];\n");
    output.put(&format!("{CHECKS}/mod.rs"), &registry)?;
    output.prune(PAGES, &kept)
}

fn read_checks() -> Result<Vec<CheckFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(CHECKS))? {
        let path = entry?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module == "mod" || module == "prelude" || path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let manual: String = text
            .lines()
            .take_while(|line| line.starts_with("//!"))
            .flat_map(|line| [line.trim_start_matches("//!").strip_prefix(' ').unwrap_or(""), "\n"])
            .collect();
        ensure!(!manual.is_empty(), "`{}` has no `//!` manual page", path.display());
        let slug = module.replace('_', "-");
        ensure!(
            text.contains(&format!("id: \"{slug}\"")),
            "`{}` does not declare the slug of its file name, `{slug}`",
            path.display()
        );
        files.push(CheckFile { module, manual });
    }
    files.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(files)
}
