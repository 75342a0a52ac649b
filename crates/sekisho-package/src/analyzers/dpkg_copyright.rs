//! Licences of Debian's packages, from `usr/share/doc/*/copyright`.
//!
//! A file in the machine-readable form gives the licences of its paragraphs; another one those of the texts in
//! `usr/share/common-licenses` that it points to. Full texts are not compared.

use std::collections::BTreeSet;

use sekisho_contents::Evidence;

use super::prelude::*;
use crate::path::base_name;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "dpkg-copyright",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Under("usr/share/doc/", "/copyright")],
    access: Access::Head(1 << 20),
    read,
    join: None,
};

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    const COMMON: &str = "/usr/share/common-licenses/";
    let text = file.text();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    let is_machine_readable = text.lines().take(20).any(|line| {
        line.split_once(':').is_some_and(|(key, value)| {
            (key == "Format" || key == "Format-Specification") && value.contains("copyright-format")
                || value.contains("dep5")
        })
    });
    if is_machine_readable {
        names.extend(text.lines().filter_map(|line| line.strip_prefix("License:")).map(str::trim));
    } else {
        for (at, _) in text.match_indices(COMMON) {
            let rest = text.get(at + COMMON.len()..).unwrap_or_default();
            let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-+.".contains(&byte);
            let length = rest.bytes().take_while(|byte| is_part(*byte)).count();
            names.insert(rest.get(..length).unwrap_or_default().trim_end_matches('.'));
        }
    }
    names.remove("");
    if !names.is_empty() {
        // Files may be thousands; what names their licences repeats.
        let licenses: BTreeSet<_> = names.into_iter().take(100).map(crate::license).collect();
        report.fact(Fact::Licenses {
            package: base_name(file.folder()).into(),
            licenses: licenses.into_iter().collect(),
        });
    }
    Ok(())
}
