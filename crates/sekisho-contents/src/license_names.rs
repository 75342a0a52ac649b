//! The words by which packages name their licences, as SPDX expressions.

use crate::License;

/// The longest text that is taken for the name of a licence, in bytes.
const LONGEST: usize = 1024;

/// Names that distributions and languages use for licences of SPDX's list; in lower case.
const NAMES: &[(&str, &str)] = &[
    ("agplv3", "AGPL-3.0-only"),
    ("agplv3+", "AGPL-3.0-or-later"),
    ("apache", "Apache-2.0"),
    ("apache 2", "Apache-2.0"),
    ("apache 2.0", "Apache-2.0"),
    ("apache license 2.0", "Apache-2.0"),
    ("apache license version 2.0", "Apache-2.0"),
    ("apache license, version 2.0", "Apache-2.0"),
    ("apache software license", "Apache-2.0"),
    ("apache software license, version 2.0", "Apache-2.0"),
    ("apache-2", "Apache-2.0"),
    ("apache2", "Apache-2.0"),
    ("artistic", "Artistic-1.0-Perl"),
    ("artistic-1", "Artistic-1.0-Perl"),
    ("artistic-2", "Artistic-2.0"),
    ("asl 1.1", "Apache-1.1"),
    ("asl 2.0", "Apache-2.0"),
    ("boost", "BSL-1.0"),
    ("boost-1.0", "BSL-1.0"),
    ("bsd license", "BSD-3-Clause"),
    ("bsd-2-clauses", "BSD-2-Clause"),
    ("bsd-3-clauses", "BSD-3-Clause"),
    ("bsd 2-clause", "BSD-2-Clause"),
    ("bsd 3-clause", "BSD-3-Clause"),
    ("cc0", "CC0-1.0"),
    ("cddl", "CDDL-1.0"),
    ("common development and distribution license", "CDDL-1.0"),
    ("eclipse public license 1.0", "EPL-1.0"),
    ("eclipse public license 2.0", "EPL-2.0"),
    ("eclipse public license - v 1.0", "EPL-1.0"),
    ("eclipse public license - v 2.0", "EPL-2.0"),
    ("eclipse public license v2.0", "EPL-2.0"),
    ("expat", "MIT"),
    ("expat license", "MIT"),
    ("gnu general public license v2", "GPL-2.0-only"),
    ("gnu general public license v3", "GPL-3.0-only"),
    ("isc license", "ISC"),
    ("isc license (iscl)", "ISC"),
    ("mit license", "MIT"),
    ("mit/x11", "MIT"),
    ("mozilla public license 2.0 (mpl 2.0)", "MPL-2.0"),
    ("mpl 2.0", "MPL-2.0"),
    ("mpl-1.1+", "MPL-1.1"),
    ("mpl-2", "MPL-2.0"),
    ("mplv1.1", "MPL-1.1"),
    ("mplv2.0", "MPL-2.0"),
    ("new bsd license", "BSD-3-Clause"),
    ("ofl", "OFL-1.1"),
    ("openldap", "OLDAP-2.8"),
    ("openssl", "OpenSSL"),
    ("postgresql", "PostgreSQL"),
    ("psf", "PSF-2.0"),
    ("psf-2", "PSF-2.0"),
    ("python", "PSF-2.0"),
    ("python software foundation license", "PSF-2.0"),
    ("simplified bsd license", "BSD-2-Clause"),
    ("sil-1.1", "OFL-1.1"),
    ("the apache license, version 2.0", "Apache-2.0"),
    ("the apache software license, version 2.0", "Apache-2.0"),
    ("the mit license", "MIT"),
    ("unlicense", "Unlicense"),
    ("vim", "Vim"),
    ("w3c", "W3C"),
    ("wtfpl-2", "WTFPL"),
    ("zlib/libpng", "zlib-acknowledgement"),
    ("zope public license", "ZPL-2.1"),
];

/// The licence that a text names: an expression of SPDX where it is one, or can be read as one without guessing
/// (`GPL-2+ or Artistic`, `Apache License, Version 2.0`), else the words as they are.
pub fn license(text: &str) -> License {
    let text = text.trim();
    let expression = (text.len() <= LONGEST).then(|| expression(text)).flatten();
    expression.map_or_else(|| License::Words(shortened(text)), License::Expression)
}

fn shortened(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(200).collect()
}

fn expression(text: &str) -> Option<String> {
    if spdx::Expression::parse(text).is_ok() {
        return Some(text.to_owned());
    }
    if let Some(known) = leaf(text) {
        return Some(known);
    }
    let mut parts: Vec<String> = Vec::new();
    let mut name = String::new();
    // Operators are words of their own; parentheses may touch the names.
    let spaced = text.replace('(', " ( ").replace(')', " ) ").replace(" / ", " or ").replace(", ", " and ");
    for word in spaced.split_whitespace() {
        let operator = match word {
            "and" | "AND" | "&" => "AND",
            "or" | "OR" | "|" | "||" => "OR",
            "with" | "WITH" => "WITH",
            "(" => "(",
            ")" => ")",
            word => {
                if !name.is_empty() {
                    name.push(' ');
                }
                name.push_str(word);
                continue;
            }
        };
        close(&mut name, &mut parts)?;
        if operator == "AND" && parts.last().is_some_and(|last| last == "AND" || last == "OR") {
            continue;
        }
        parts.push(operator.to_owned());
    }
    close(&mut name, &mut parts)?;
    let built = parts.join(" ").replace("( ", "(").replace(" )", ")");
    spdx::Expression::parse(&built).is_ok().then_some(built)
}

/// Ends a name, which must be known.
fn close(name: &mut String, parts: &mut Vec<String>) -> Option<()> {
    if !name.is_empty() {
        let is_exception = parts.last().is_some_and(|last| last == "WITH");
        parts.push(if is_exception { exception(name)? } else { leaf(name)? });
        name.clear();
    }
    Some(())
}

fn exception(name: &str) -> Option<String> {
    let name = name.strip_suffix(" exception").unwrap_or(name);
    [name.to_owned(), format!("{name}-exception"), format!("{}-exception", name.to_lowercase())]
        .into_iter()
        .find_map(|name| spdx::exception_id(&name).map(|id| id.name.to_owned()))
}

/// One licence under one of its names.
fn leaf(name: &str) -> Option<String> {
    let name = name.trim().trim_matches('"');
    let lower = name.to_lowercase();
    if let Some(known) = gnu(&lower) {
        return Some(known);
    }
    if let Some(id) = spdx::license_id(name) {
        return Some(id.name.to_owned());
    }
    if let Some((_, known)) = NAMES.iter().find(|(known, _)| *known == lower) {
        return Some((*known).to_owned());
    }
    let mut all = spdx::identifiers::LICENSES.iter();
    all.find(|known| known.name.eq_ignore_ascii_case(name)).map(|known| known.name.to_owned())
}

/// A licence of GNU by its family, version and what stands for "or any later": `gpl-2+`, `lgplv2.1+`, `gfdl-1.3`.
fn gnu(name: &str) -> Option<String> {
    let (family, rest) = ["agpl", "lgpl", "gpl", "gfdl"]
        .iter()
        .find_map(|family| Some((family.to_uppercase(), name.strip_prefix(family)?)))?;
    let rest = rest.trim_start_matches(['-', ' ']).trim_start_matches('v');
    let (version, later) = match rest.strip_suffix('+').or_else(|| rest.strip_suffix("-or-later")) {
        Some(version) => (version, "or-later"),
        None => (rest.strip_suffix("-only").unwrap_or(rest), "only"),
    };
    let version = if version.contains('.') { version.to_owned() } else { format!("{version}.0") };
    let id = format!("{family}-{version}-{later}");
    spdx::license_id(&id).map(|id| id.name.to_owned())
}
