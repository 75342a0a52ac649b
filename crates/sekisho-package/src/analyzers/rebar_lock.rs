//! Erlang: `rebar.lock`.

use std::collections::HashMap;

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, Relation, WHOLE, listed};
use crate::sheet::Sheet;
use crate::term::{Term, terms};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "rebar-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("rebar.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Rebar", read),
    join: None,
};

/// `{"1.2.0", [packages]}.` and a list of checksums; the oldest form is the list of packages alone.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (found, failed) = terms(&sheet.text);
    if let Some(at) = failed {
        let message = String::from("no term of Erlang can be read from here on");
        listing.fault(Fault::Syntax { line: sheet.line_at(at), message });
    }
    let Some(first) = found.first() else { return };
    let is_versioned = first.items().first().is_some_and(|version| version.items().is_empty());
    let packages =
        if is_versioned { first.items().get(1).map_or(&[][..], Term::items) } else { first.items() };
    let mut sums: HashMap<&str, &str> = HashMap::new();
    for group in found
        .get(1)
        .map_or(&[][..], Term::items)
        .iter()
        .filter(|group| group.items().first().is_some_and(|name| name.text() == "pkg_hash_ext"))
    {
        for pair in group.items().get(1).map_or(&[][..], Term::items) {
            if let [name, sum] = pair.items() {
                sums.insert(name.text(), sum.text());
            }
        }
    }
    for package in packages {
        let [name, source, depth] = package.items() else { continue };
        let text = |index: usize| source.items().get(index).map_or("", Term::text);
        let span = sheet.span(name.span.clone());
        let mut listed = match text(0) {
            "pkg" => Listed::new("hex", text(1), text(2), span).known_as(name.text()),
            "git" => {
                let commit = source
                    .items()
                    .get(2)
                    .and_then(|reference| reference.items().get(1))
                    .map_or("", Term::text);
                let address = format!("git+{}@{commit}", text(1));
                Listed::new("hex", name.text(), commit, span).qualified("vcs_url", &address)
            }
            _ => continue,
        };
        listed.relation = if depth.text() == "0" { Relation::Direct } else { Relation::Transitive };
        if let Some(sum) = sums.get(name.text()) {
            listed.digests.push((String::from("sha256"), sum.to_lowercase()));
        }
        listing.add(listed);
    }
}
