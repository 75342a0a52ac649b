//! What an identity used and what not, for people.

use std::fmt::Write as _;

use sekisho_access::{GrantUse, RoleRule};
use smol_str::SmolStr;

use super::said::Said;

/// Writes what is said of an identity. Writing to a string cannot fail.
pub(super) fn write(said: &Said<'_>, out: &mut String) {
    let _ = writeln!(out, "{}", said.identity);
    if said.roles.roles.is_empty() {
        let _ = writeln!(out, "  needs no role: it did only what everyone may");
    } else {
        let _ = writeln!(out, "  needs");
    }
    for role in &said.roles.roles {
        let place = match &role.namespace {
            Some(namespace) => format!("in {namespace}"),
            None => "in the cluster".to_owned(),
        };
        for rule in &role.rules {
            let _ = writeln!(out, "    {place}: {}", shown(rule));
        }
    }
    if let Some(compared) = &said.compared {
        for found in &compared.grants {
            granted(found, out);
        }
        for asked in &compared.unexplained {
            let _ = writeln!(out, "  did, and has no role among these that allows it: {asked}");
        }
    }
    if !said.used.refused.is_empty() {
        let _ = writeln!(out, "  was refused");
        for (asked, count) in &said.used.refused {
            let _ = writeln!(out, "    {asked} ({count} times)");
        }
    }
    out.push('\n');
}

fn granted(found: &GrantUse<'_>, out: &mut String) {
    let grant = &found.grant;
    let place = grant.namespace.as_deref().map_or_else(String::new, |namespace| format!(" in {namespace}"));
    let head = format!(
        "{} `{}` by {} `{}`{place}",
        grant.role.kind, grant.role.name, grant.binding.kind, grant.binding.name
    );
    if found.is_unused() {
        let _ = writeln!(out, "  has and never used: {head}");
        return;
    }
    let mut lines = Vec::new();
    for (place, (rule, used)) in grant.rules.iter().zip(&found.used).enumerate() {
        let (verbs, targets) = found.unused(rule, used.as_ref());
        let list =
            |items: &[&str]| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
        match used {
            None => lines.push(format!("rule {place} altogether: {} on {}", list(&verbs), list(&targets))),
            Some(used) => {
                if !verbs.is_empty() {
                    lines.push(format!("rule {place}, verbs {}", list(&verbs)));
                }
                if !targets.is_empty() {
                    lines.push(format!("rule {place}, resources {}", list(&targets)));
                }
                if GrantUse::is_open(rule) {
                    let all = |items: &std::collections::BTreeSet<SmolStr>| {
                        items.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", ")
                    };
                    let (verbs, targets) = (all(&used.verbs), all(&used.targets));
                    lines.push(format!("rule {place} beyond {verbs} on {targets}: it grants by `*`"));
                }
            }
        }
    }
    if lines.is_empty() {
        let _ = writeln!(out, "  has and used: {head}");
    } else {
        let _ = writeln!(out, "  has, and did not use all of: {head}");
        for line in lines {
            let _ = writeln!(out, "    {line}");
        }
    }
}

/// A rule in one line.
fn shown(rule: &RoleRule) -> String {
    let verbs = rule.verbs.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", ");
    if !rule.paths.is_empty() {
        return format!("{verbs} {}", rule.paths.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", "));
    }
    let group = rule.groups.first().map_or("", SmolStr::as_str);
    let resources: Vec<String> = rule
        .resources
        .iter()
        .map(|resource| if group.is_empty() { resource.to_string() } else { format!("{resource}.{group}") })
        .collect();
    let names = if rule.names.is_empty() {
        String::new()
    } else {
        format!(" named {}", rule.names.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(", "))
    };
    format!("{verbs} {}{names}", resources.join(", "))
}
