//! Which licences a policy takes: lists of what is allowed and refused, and exceptions for single packages.

use sekisho_contents::{Contents, License, Package};
use serde::{Deserialize, Serialize};
use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};

/// A policy on licences. Names are those of SPDX's list, with their exception where one counts (`GPL-2.0-only WITH
/// Classpath-exception-2.0`); a `*` at the end stands for any rest, and `GPL-3.0` takes in `-only` and `-or-later`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicensePolicy {
    /// The licences that are taken; empty: all that are not refused.
    #[serde(default)]
    pub allow: Vec<String>,
    /// The licences that are refused, also where they are allowed.
    #[serde(default)]
    pub deny: Vec<String>,
    /// Packages for which the lists do not hold.
    #[serde(default)]
    pub exceptions: Vec<LicenseException>,
    /// Whether a licence that is none of SPDX's is refused unless its words are allowed.
    #[serde(default)]
    pub refuse_unknown: bool,
    /// Whether a package that says no licence is refused.
    #[serde(default)]
    pub refuse_missing: bool,
}

/// A package for which the lists do not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LicenseException {
    /// Its package URL without version, or the beginning of package URLs with a `*` behind it.
    pub package: String,
    /// The licences that are taken there; empty: any.
    #[serde(default)]
    pub licenses: Vec<String>,
    /// Why.
    pub reason: String,
}

/// A package that the policy refuses.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal<'c> {
    /// The package.
    pub package: &'c Package,
    /// Why.
    pub reason: Refused<'c>,
}

/// Why a package is refused.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Refused<'c> {
    /// Its licence, of which no choice is taken.
    License(&'c License),
    /// Its licence is none of SPDX's list.
    Unknown(&'c License),
    /// It says none.
    Missing,
}

impl LicensePolicy {
    /// Whether it refuses anything at all.
    pub fn is_empty(&self) -> bool {
        self.allow.is_empty() && self.deny.is_empty() && !self.refuse_unknown && !self.refuse_missing
    }

    /// The packages that it refuses, in their order. Of licences between `OR` one must be taken, of those between
    /// `AND`, and of several licences, all.
    pub fn refusals<'c>(&self, contents: &'c Contents) -> Vec<Refusal<'c>> {
        if self.is_empty() {
            return Vec::new();
        }
        let refused = |package| self.refused(package).map(|reason| Refusal { package, reason });
        contents.packages.iter().filter_map(refused).collect()
    }

    fn refused<'c>(&self, package: &'c Package) -> Option<Refused<'c>> {
        let url = package.url.without_version().to_string();
        let exception = self.exceptions.iter().find(|exception| match exception.package.strip_suffix('*') {
            Some(beginning) => url.starts_with(beginning),
            None => url == exception.package,
        });
        if exception.is_some_and(|exception| exception.licenses.is_empty()) {
            return None;
        }
        let also = exception.map_or(&[][..], |exception| &exception.licenses);
        if package.licenses.is_empty() {
            return self.refuse_missing.then_some(Refused::Missing);
        }
        package.licenses.iter().find_map(|license| self.refused_license(license, also))
    }

    fn refused_license<'c>(&self, license: &'c License, also: &[String]) -> Option<Refused<'c>> {
        let is_in = |list: &[String], name: &str| list.iter().any(|pattern| takes(pattern, name));
        let is_taken = |name: &str| {
            is_in(also, name)
                || (!is_in(&self.deny, name) && (self.allow.is_empty() || is_in(&self.allow, name)))
        };
        let expression = match license {
            License::Expression(text) => Expression::parse_mode(text, ParseMode::LAX).ok(),
            License::Words(_) => None,
        };
        match expression {
            Some(expression) => {
                let is_taken = expression.evaluate(|requirement| is_taken(&name(requirement)));
                (!is_taken).then_some(Refused::License(license))
            }
            None if is_in(also, license.text()) || is_in(&self.allow, license.text()) => None,
            None if is_in(&self.deny, license.text()) => Some(Refused::License(license)),
            None => self.refuse_unknown.then_some(Refused::Unknown(license)),
        }
    }
}

/// A licence of an expression by its name, `+` and exception as SPDX writes them.
fn name(requirement: &LicenseReq) -> String {
    let mut name = match &requirement.license {
        LicenseItem::Spdx { id, or_later: true } if !id.name.ends_with("-or-later") => {
            format!("{}+", id.name)
        }
        LicenseItem::Spdx { id, .. } => id.name.to_owned(),
        other @ LicenseItem::Other { .. } => other.to_string(),
    };
    if let Some(addition) = &requirement.addition {
        name.push_str(" WITH ");
        name.push_str(&addition.to_string());
    }
    name
}

/// Whether a pattern of the policy takes in a licence.
fn takes(pattern: &str, name: &str) -> bool {
    if let Some(beginning) = pattern.strip_suffix('*') {
        return name.get(..beginning.len()).is_some_and(|start| start.eq_ignore_ascii_case(beginning));
    }
    let rest = name.get(pattern.len()..);
    let is_begun = name.get(..pattern.len()).is_some_and(|start| start.eq_ignore_ascii_case(pattern));
    is_begun && matches!(rest, Some("" | "-only" | "-or-later" | "+"))
}
