//! Elixir: `mix.lock`.

use sekisho_contents::Evidence;

use crate::analyzer::{Analyzer, Select};
use crate::fault::Fault;
use crate::listing::{Listed, Listing, WHOLE, listed};
use crate::sheet::Sheet;
use crate::term::{Term, terms};

/// The analyzer.
pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "mix-lock",
    version: 1,
    evidence: Evidence::Locked,
    selects: &[Select::Name("mix.lock")],
    access: WHOLE,
    read: |file, report| listed(file, report, "lock file of Mix", read),
    join: None,
};

/// `"name": {:hex, :package, "version", "sum", [:mix], [needs], "repository", "sum"}`, or `{:git, "address", "commit", []}`.
fn read(sheet: &Sheet<'_>, listing: &mut Listing) {
    let (found, failed) = terms(&sheet.text);
    if let Some(at) = failed {
        let message = String::from("no term of Elixir can be read from here on");
        listing.fault(Fault::Syntax { line: sheet.line_at(at), message });
    }
    let entries = found.first().map_or(&[][..], Term::items);
    for pair in entries.chunks(2) {
        let [key, value] = pair else { continue };
        let items = value.items();
        let text = |index: usize| items.get(index).map_or("", Term::text);
        let span = sheet.span(key.span.clone());
        match text(0) {
            "hex" => {
                let mut package = Listed::new("hex", text(1), text(2), span).known_as(key.text());
                if !matches!(text(6), "hexpm" | "") {
                    package = package.qualified("repository_url", text(6));
                }
                if text(7).len() == 64 {
                    package.digests.push((String::from("sha256"), text(7).to_owned()));
                }
                let needs = items.get(5).map_or(&[][..], Term::items);
                package.needs = needs
                    .iter()
                    .filter_map(|need| need.items().first())
                    .map(|name| name.text().to_owned())
                    .collect();
                listing.add(package);
            }
            "git" => {
                let address = format!("git+{}@{}", text(1), text(2));
                listing.add(Listed::new("hex", key.text(), text(2), span).qualified("vcs_url", &address));
            }
            _ => {}
        }
    }
}
