//! The registry of checks and their manual pages, from the files of the checks.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, anyhow, ensure};
use sekisho_framework::{Cell, Layer, Mode, Phase};

use crate::workspace::{Output, root};

const CHECKS: &str = "crates/sekisho-posture/src/checks";
const PAGES: &str = "docs/checks";

/// What the file of a check says, read as text.
pub(super) struct CheckFile {
    pub(super) slug: String,
    pub(super) controls: Vec<String>,
    pub(super) cell: Cell,
    module: String,
    manual: String,
}

/// The checks in the order of their slugs.
pub(super) fn read() -> Result<Vec<CheckFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(CHECKS))? {
        let path = entry?.path();
        let module = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if module == "mod" || module == "prelude" || path.extension().is_none_or(|kind| kind != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
        files.push(check_file(module, &text).with_context(|| format!("`{}`", path.display()))?);
    }
    files.sort_by(|a, b| a.module.cmp(&b.module));
    Ok(files)
}

/// Writes the list of checks and a page for each.
pub(super) fn write(files: &[CheckFile], output: &mut Output) -> Result<()> {
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
    for CheckFile { module, slug, manual, .. } in files {
        let page = format!("{PAGES}/{slug}.md");
        writeln!(registry, "    (&{module}::CHECK, include_str!(\"../../../../{page}\")),")?;
        output.put(&page, &format!("# {slug}\n\n{manual}"))?;
        kept.push(page);
    }
    registry.push_str("];\n");
    output.put(&format!("{CHECKS}/mod.rs"), &registry)?;
    output.prune(PAGES, &kept)
}

/// A link to the page of a check from a page of another folder of `docs`.
pub(super) fn link(check: &CheckFile) -> String {
    format!("[{slug}](../checks/{slug}.md)", slug = check.slug)
}

fn check_file(module: String, text: &str) -> Result<CheckFile> {
    let manual: String = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .flat_map(|line| [line.trim_start_matches("//!").strip_prefix(' ').unwrap_or(""), "\n"])
        .collect();
    ensure!(!manual.is_empty(), "has no `//!` manual page");
    let slug = module.replace('_', "-");
    ensure!(
        text.contains(&format!("id: \"{slug}\"")),
        "does not declare the slug of its file name, `{slug}`"
    );
    let controls = between(text, "controls: &[", "]")
        .context("has no `controls: &[…]`")?
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let cell = cell(between(text, "cell: Cell::new(", ")").context("has no `cell: Cell::new(…)`")?)?;
    Ok(CheckFile { slug, controls, cell, module, manual })
}

fn between<'t>(text: &'t str, opening: &str, closing: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(opening)?;
    after.split_once(closing).map(|(inside, _)| inside)
}

/// The cell of `Layer::Container, Phase::Deploy, Mode::Preventive`.
fn cell(text: &str) -> Result<Cell> {
    let names: Vec<_> = text
        .split(',')
        .map(|path| path.rsplit("::").next().unwrap_or("").trim().to_lowercase())
        .filter(|name| !name.is_empty())
        .collect();
    let [layer, phase, mode] = names.as_slice() else {
        return Err(anyhow!("the cell `{text}` is not a layer, a phase and a mode"));
    };
    Ok(Cell::new(
        Layer::ALL.into_iter().find(|known| known.as_str() == layer).context("unknown layer")?,
        Phase::ALL.into_iter().find(|known| known.as_str() == phase).context("unknown phase")?,
        Mode::ALL.into_iter().find(|known| known.as_str() == mode).context("unknown mode")?,
    ))
}
