//! Exceptions that would have kept rules from telling what was seen: proposed for review, never applied.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use sekisho_falco::{RemarkCode, RuleSet};
use sekisho_runtime::{Alert, iso_time};

use super::counted;
use super::rules::{self, RuleFiles};
use crate::whole_file::write_atomically;

/// Stands in front of what outputs show for learning alone.
const MARK: char = '\u{1f}';
/// Different things that are remembered of a rule.
const REMEMBERED: usize = 5_000;
/// So many events must have come of one kind before a value that changes often is taken for one that stays.
const FIRM: u64 = 3;

/// What things are told by: fields, in the order in which they are asked for.
struct Traits {
    source: &'static str,
    fields: &'static [&'static str],
    /// How many of them always belong to an exception, where they have a value.
    base: usize,
    /// Those whose values change from time to time.
    passing: &'static [&'static str],
}

const TRAITS: &[Traits] = &[
    Traits {
        source: "syscall",
        fields: &[
            "container.image.repository",
            "proc.name",
            "k8s.ns.name",
            "proc.pname",
            "proc.exepath",
            "user.name",
            "fd.name",
        ],
        base: 2,
        passing: &["fd.name", "user.name"],
    },
    Traits {
        source: sekisho_audit::SOURCE,
        fields: &["ka.user.name", "ka.target.resource", "ka.target.namespace", "ka.verb", "ka.target.name"],
        base: 2,
        passing: &["ka.target.name"],
    },
];

/// Texts that outputs show too, so that alerts have these fields.
pub(crate) fn also() -> Vec<(String, String)> {
    let of = |traits: &Traits| {
        let fields: Vec<String> = traits.fields.iter().map(|field| format!("%{field}")).collect();
        (traits.source.to_owned(), format!("{MARK}{}", fields.join(" ")))
    };
    TRAITS.iter().map(of).collect()
}

/// Values by the places of their fields; none where an event had none.
type Values = Vec<Option<String>>;

/// What was seen of one rule.
#[derive(Default)]
struct Seen {
    source: String,
    tuples: BTreeMap<Values, u64>,
    total: u64,
    forgotten: u64,
    first: u64,
    last: u64,
    /// The first alert of each kind, for the comments.
    outputs: BTreeMap<Values, (u64, String)>,
}

/// Collects what was seen.
#[derive(Default)]
pub(crate) struct Lessons {
    rules: BTreeMap<String, Seen>,
}

/// An exception that is proposed.
struct Proposal {
    fields: Vec<&'static str>,
    /// The values of each field but the one that may have several, which stands last.
    rows: Vec<Row>,
}

struct Row {
    values: Vec<String>,
    /// The values of the last field.
    last: BTreeSet<String>,
    count: u64,
    output: String,
}

impl Lessons {
    /// Takes an alert of rules that show what [`also`] says. The output is told without it.
    pub(crate) fn take(&mut self, alert: &mut Alert) {
        if let Some((own, _)) = alert.output.split_once(MARK) {
            alert.output = own.trim_end().to_owned();
        }
        let Some(traits) = TRAITS.iter().find(|traits| traits.source == alert.source) else { return };
        let value = |name: &&str| {
            let field = alert.fields.iter().find(|field| field.name == **name)?;
            field.value.clone().filter(|value| !value.is_empty() && value != "<NA>")
        };
        let values: Values = traits.fields.iter().map(value).collect();
        let seen = self.rules.entry(alert.rule.clone()).or_default();
        if seen.total == 0 {
            (seen.source, seen.first) = (alert.source.clone(), alert.time);
        }
        seen.total += 1;
        seen.last = seen.last.max(alert.time);
        if let Some(count) = seen.tuples.get_mut(&values) {
            *count += 1;
        } else if seen.tuples.len() < REMEMBERED {
            seen.outputs.insert(values.clone(), (seen.total, alert.output.clone()));
            seen.tuples.insert(values, 1);
        } else {
            seen.forgotten += 1;
        }
    }

    /// Writes what is proposed for rules that were read from these texts.
    pub(crate) fn write(&self, path: &Path, texts: &[(String, String)], from: &str) -> Result<()> {
        let text = self.text(texts, from);
        if path == Path::new("-") {
            return crate::terminal::write(None, |out| out.write_all(text.as_bytes()));
        }
        write_atomically(path, text.as_bytes())
    }

    fn text(&self, texts: &[(String, String)], from: &str) -> String {
        let mut out = format!(
            "# Exceptions that `sekisho watch --learn` proposes of what was seen in {from}.\n# Nothing is applied: an \
             exception keeps silent about attackers who do the same. Take over what is meant,\n# and load this file \
             behind the rules.\n"
        );
        if self.rules.is_empty() {
            out.push_str("\n# No rule found anything: there is nothing to except.\n[]\n");
            return out;
        }
        let mut proposed = false;
        for (rule, seen) in &self.rules {
            let Some(traits) = TRAITS.iter().find(|traits| traits.source == seen.source) else { continue };
            let period = format!("{} to {}", iso_time(seen.first), iso_time(seen.last));
            let _ = write!(out, "\n# {} from {period}\n", count(seen.total, "alert"));
            if seen.forgotten > 0 {
                let _ =
                    writeln!(out, "# {} of too many kinds are not excepted", count(seen.forgotten, "alert"));
            }
            let (proposals, refused) = propose(seen, traits);
            let body = written(rule, &proposals);
            let too_broad = (!proposals.is_empty()).then(|| dies(rule, &body, texts)).flatten();
            if let Some(why) = too_broad {
                let _ = writeln!(out, "# refused for the rule `{}`: {why}", plain(rule));
                continue;
            }
            if refused > 0 {
                let _ = writeln!(
                    out,
                    "# refused for {} of `{}`: fewer than two values tell them from others",
                    count(refused, "alert"),
                    plain(rule)
                );
            }
            if !proposals.is_empty() {
                proposed = true;
                out.push_str(&body);
            }
        }
        if !proposed {
            out.push_str("[]\n");
        }
        out
    }
}

/// The fewest exceptions for what was seen, each as narrow as it can be for that, and how many alerts have too little to
/// be told by.
fn propose(seen: &Seen, traits: &Traits) -> (Vec<Proposal>, u64) {
    // What has the same base, and values in the same places, is one group.
    let mut groups: BTreeMap<Values, Vec<(&Values, u64)>> = BTreeMap::new();
    for (values, count) in &seen.tuples {
        let base: Values = values.iter().take(traits.base).cloned().collect();
        groups.entry(base).or_default().push((values, *count));
    }
    let mut by_fields: BTreeMap<Vec<usize>, Vec<Row>> = BTreeMap::new();
    let mut refused = 0;
    for (base, members) in groups {
        let mut chosen: Vec<usize> =
            (0..base.len()).filter(|place| base.get(*place).is_some_and(Option::is_some)).collect();
        let total: u64 = members.iter().map(|(_, count)| count).sum();
        for place in traits.base..traits.fields.len() {
            let values: BTreeSet<_> = members.iter().filter_map(|(values, _)| values.get(place)).collect();
            let is_one = values.len() == 1 && values.iter().all(|value| value.is_some());
            let is_passing = traits.fields.get(place).is_some_and(|field| traits.passing.contains(field));
            // Without a base the next best must do.
            let is_needed = chosen.len() < 2;
            if is_one && (is_needed || !is_passing || total >= FIRM) {
                chosen.push(place);
            }
        }
        if chosen.len() < 2 {
            refused += total;
            continue;
        }
        let Some((first, _)) = members.first() else { continue };
        let value = |place: &usize| first.get(*place).cloned().flatten().unwrap_or_default();
        let outputs = members.iter().filter_map(|(values, _)| seen.outputs.get(*values));
        let output =
            outputs.min_by_key(|(number, _)| number).map(|(_, output)| output.clone()).unwrap_or_default();
        let last = chosen.iter().rposition(|place| *place == 1).unwrap_or(chosen.len() - 1);
        let varying = chosen.remove(last);
        let row = Row {
            values: chosen.iter().map(value).collect(),
            last: BTreeSet::from([value(&varying)]),
            count: total,
            output,
        };
        chosen.push(varying);
        let rows = by_fields.entry(chosen).or_default();
        // Rows that differ in what stands last alone are one.
        match rows.iter_mut().find(|known| known.values == row.values) {
            Some(known) => {
                known.last.extend(row.last);
                known.count += row.count;
            }
            None => rows.push(row),
        }
    }
    let proposals = by_fields.into_iter().map(|(places, rows)| Proposal {
        fields: places.iter().filter_map(|place| traits.fields.get(*place).copied()).collect(),
        rows,
    });
    (proposals.collect(), refused)
}

fn written(rule: &str, proposals: &[Proposal]) -> String {
    let mut out = format!("- rule: {}\n  exceptions:\n", quoted_yaml(rule));
    for proposal in proposals {
        let name = sekisho_finding::Fingerprint::of(proposal.fields.iter().copied().chain(
            proposal.rows.iter().flat_map(|row| row.values.iter().chain(&row.last).map(String::as_str)),
        ));
        let name: String = name.to_string().chars().take(8).collect();
        let mut operators = vec!["="; proposal.fields.len().saturating_sub(1)];
        operators.push("in");
        let _ = writeln!(out, "  - name: learned_{name}");
        let _ = writeln!(out, "    fields: [{}]", proposal.fields.join(", "));
        let _ = writeln!(out, "    comps: ['{}']", operators.join("', '"));
        out.push_str("    values:\n");
        for row in &proposal.rows {
            let _ = writeln!(out, "    # {}, the first: {}", count(row.count, "alert"), plain(&row.output));
            let values: Vec<_> = row.values.iter().map(|value| quoted(value)).collect();
            let last: Vec<_> = row.last.iter().map(|value| quoted(value)).collect();
            let before = if values.is_empty() { String::new() } else { format!("{}, ", values.join(", ")) };
            let _ = writeln!(out, "    - [{before}[{}]]", last.join(", "));
        }
    }
    out.push_str("  override:\n    exceptions: append\n");
    out
}

/// Why the rule would find nothing any more with these exceptions; none where it still can.
fn dies(rule: &str, body: &str, texts: &[(String, String)]) -> Option<String> {
    let mut all = texts.to_vec();
    all.push(("learned".to_owned(), body.to_owned()));
    let loaded: RuleFiles = rules::compile(all, &[]);
    if let Some(failure) = loaded.failures().first() {
        return Some(format!("it cannot have exceptions: {}", plain(failure)));
    }
    let rules: &RuleSet = loaded.rules.as_ref()?;
    let remarks = sekisho_falco::remarks(&loaded.loader, rules, &sekisho_runtime::may_have);
    let is_dead =
        remarks.iter().any(|remark| remark.code == RemarkCode::NeverFires && remark.item.name == rule);
    is_dead.then(|| "with exceptions for what was seen it could never fire".to_owned())
}

/// A value as exceptions have it: quoted, so that it is never taken for a list, and quoted for YAML.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other => text.push(other),
        }
    }
    text.push('"');
    quoted_yaml(&text)
}

fn quoted_yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text that can stand in a comment.
fn plain(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

fn count(number: u64, what: &str) -> String {
    counted(number, what, &format!("{what}s"))
}
