//! Rules laid over other rules.

use std::collections::HashSet;

use smol_str::SmolStr;

use super::{Rule, RuleSet};

/// What is laid over: the rules of a file, and the names of those below that it does not want.
pub(super) struct Overlay<'d> {
    pub(super) set: RuleSet,
    pub(super) disabled: &'d HashSet<SmolStr>,
}

/// Rules below with others over them: of two of one name, the upper one's fields count where they are given, and
/// lists are joined.
pub(super) fn extend(below: RuleSet, over: Overlay<'_>) -> RuleSet {
    let Overlay { mut set, disabled } = over;
    for id in disabled {
        if below.rules.iter().all(|rule| rule.id != *id) {
            set.notes.push(format!("the rule `{id}` is disabled, but what is extended does not have it"));
        }
    }
    for base in below.rules {
        if disabled.contains(&base.id) {
            continue;
        }
        match set.rules.iter_mut().find(|rule| rule.id == base.id) {
            Some(rule) => *rule = laid_over(base, std::mem::take(rule)),
            None => set.rules.push(base),
        }
    }
    set.rules.sort_by(|left, right| left.id.cmp(&right.id));
    set.allowlists.extend(below.allowlists);
    set.notes.extend(below.notes);
    set
}

fn laid_over(base: Rule, over: Rule) -> Rule {
    let joined = |mut below: Vec<SmolStr>, over: Vec<SmolStr>| {
        below.extend(over);
        below
    };
    let mut allowlists = base.allowlists;
    allowlists.extend(over.allowlists);
    Rule {
        description: if over.description.is_empty() { base.description } else { over.description },
        entropy: if over.entropy.abs() < f64::EPSILON { base.entropy } else { over.entropy },
        secret_group: if over.secret_group == 0 { base.secret_group } else { over.secret_group },
        regex: over.regex.or(base.regex),
        path: over.path.or(base.path),
        tags: joined(base.tags, over.tags),
        keywords: joined(base.keywords, over.keywords),
        allowlists,
        required: base.required,
        is_silent: base.is_silent,
        id: base.id,
    }
}
