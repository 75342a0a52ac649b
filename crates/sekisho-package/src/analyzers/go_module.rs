//! Go: `go.mod`, `go.sum` and `go.work.sum`.
//!
//! Since Go 1.17 `go.mod` names every module of a build; `go.sum` beside it then says nothing more. Of an older module
//! it gives those that `go.mod` does not name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use sekisho_contents::Evidence;
use smol_str::SmolStr;

use crate::Joining;
use crate::analyzer::{Analyzer, Select};
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::path::{base_name, folder};
use crate::report::Fact;
use crate::sheet::{Line, Sheet};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "go-module",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("go.mod"), Select::Name("go.sum"), Select::Name("go.work.sum")],
    access: WHOLE,
    read: |file, report| {
        let result = listed(file, report, "file of Go modules", read);
        if file.name() == "go.mod" && is_complete(&file.text()) {
            report.fact(Fact::Note(SmolStr::new_static(COMPLETE), String::new()));
        }
        result
    },
    join: Some(join),
};

const NAME: &str = "go-module";
/// The note that a module names all modules of its build.
const COMPLETE: &str = "complete";

fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    if sheet.file_name() == "go.mod" {
        module(sheet, listing);
    } else {
        sums(sheet, listing);
    }
}

/// Whether the directive `go` says 1.17 or later.
fn is_complete(text: &str) -> bool {
    let version = text.lines().find_map(|line| line.trim().strip_prefix("go "));
    let mut numbers = version.unwrap_or_default().trim().split('.').map(|part| part.parse().unwrap_or(0_u32));
    (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default()) >= (1, 17)
}

/// The words of a directive, without its comment and quotes.
fn words<'l>(line: &Line<'l>) -> (Vec<&'l str>, &'l str) {
    let (text, comment) = line.text.split_once("//").unwrap_or((line.text, ""));
    (text.split_whitespace().map(|word| word.trim_matches(['"', '`'])).collect(), comment.trim())
}

/// Another module and its version, or a folder, which has none.
type Replacement = Option<(String, String)>;

fn module(sheet: &Sheet<'_>, listing: &mut Listing) {
    let mut block = String::new();
    let mut replaced: BTreeMap<(String, Option<String>), Replacement> = BTreeMap::new();
    let mut required: Vec<(String, String, bool, Range<u32>)> = Vec::new();
    for line in sheet.lines() {
        let (mut words, comment) = words(&line);
        match words.as_slice() {
            [] => continue,
            [")"] => {
                block.clear();
                continue;
            }
            [directive, "("] => {
                (*directive).clone_into(&mut block);
                continue;
            }
            _ => {}
        }
        let directive = if block.is_empty() { words.remove(0) } else { block.as_str() };
        match (directive, words.as_slice()) {
            ("require", [name, version]) => {
                let is_indirect = comment.split([';', ',']).any(|part| part.trim() == "indirect")
                    || comment.starts_with("indirect");
                required.push((
                    (*name).to_owned(),
                    (*version).to_owned(),
                    is_indirect,
                    sheet.line_span(&line),
                ));
            }
            ("replace", words) => {
                let Some(arrow) = words.iter().position(|word| *word == "=>") else { continue };
                let (old, new) =
                    (words.get(..arrow).unwrap_or_default(), words.get(arrow + 1..).unwrap_or_default());
                let Some(name) = old.first() else { continue };
                let key = ((*name).to_owned(), old.get(1).map(|version| (*version).to_owned()));
                let value = new
                    .first()
                    .zip(new.get(1))
                    .map(|(name, version)| ((*name).to_owned(), (*version).to_owned()));
                replaced.insert(key, value);
            }
            _ => {}
        }
    }
    for (name, version, is_indirect, span) in required {
        let of = |version: Option<String>| replaced.get(&(name.clone(), version));
        let (name, version) = match of(Some(version.clone())).or_else(|| of(None)) {
            Some(Some((name, version))) => (name.clone(), version.clone()),
            Some(None) => continue,
            None => (name, version),
        };
        let relation = if is_indirect { Relation::Transitive } else { Relation::Direct };
        listing.add(Listed { relation, ..Listed::scoped("golang", &name, &version, span).known_as(name) });
    }
}

/// Lines of name, version and sum; those of `go.mod` files alone do not show that the module is used.
fn sums(sheet: &Sheet<'_>, listing: &mut Listing) {
    for line in sheet.lines() {
        let (words, _) = words(&line);
        if let [name, version, _] = words.as_slice()
            && !version.ends_with("/go.mod")
        {
            listing.add(Listed::scoped("golang", name, version, sheet.line_span(&line)));
        }
    }
}

/// Takes from the sums what the module beside them says better.
fn join(joining: &mut Joining<'_>) {
    let mut modules: HashMap<String, (bool, BTreeSet<String>)> = HashMap::new();
    for seen in joining.of(NAME).filter(|seen| base_name(&seen.report.path) == "go.mod") {
        let is_complete =
            seen.report.facts.iter().any(|fact| matches!(fact, Fact::Note(key, _) if key == COMPLETE));
        let names = seen.report.found.iter().map(|found| found.package.url.package_name()).collect();
        modules.insert(folder(&seen.report.path).to_owned(), (is_complete, names));
    }
    for seen in joining.of_mut(NAME).filter(|seen| base_name(&seen.report.path) == "go.sum") {
        if let Some((is_complete, names)) = modules.get(folder(&seen.report.path)) {
            seen.report
                .found
                .retain(|found| !is_complete && !names.contains(&found.package.url.package_name()));
        }
    }
}
