//! Edits of generated documents in many manners of writing, against the same changes made on plain values.

use proptest::prelude::*;
use sekisho_manifest::edit::{Change, EditErrorKind, edit, edit_groups};
use serde_json::{Value, json};

use crate::edit_support::{Dice, Model, any_change, read, touched_beside, without_repeats};

/// Writes a value as YAML or JSON in a manner that chance decides.
struct Writer {
    dice: Dice,
    step: usize,
    indented: bool,
    comments: bool,
    break_: &'static str,
    out: String,
}

impl Writer {
    fn write(value: &Value, seed: u64) -> String {
        let mut dice = Dice(seed | 1);
        match dice.below(8) {
            0 => return value.to_string(),
            1 => return serde_json::to_string_pretty(value).expect("JSON") + "\n",
            _ => {}
        }
        let step = [2, 2, 2, 1, 3, 4][dice.below(6)];
        let (indented, comments) = (dice.below(2) == 0, dice.below(3) > 0);
        let break_ = if dice.below(5) == 0 { "\r\n" } else { "\n" };
        let mut writer = Self { dice, step, indented, comments, break_, out: String::new() };
        if writer.dice.below(4) == 0 {
            writer.line("---");
        }
        if writer.comments {
            writer.line("# head");
        }
        writer.block(value, 0, false);
        if writer.dice.below(6) == 0 {
            writer.out.truncate(writer.out.trim_end_matches(['\r', '\n']).len());
        }
        writer.out
    }

    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push_str(self.break_);
    }

    fn comment(&mut self, column: usize) {
        if self.comments && self.dice.below(8) == 0 {
            let deeper = usize::from(self.dice.below(4) == 0);
            let text = format!("{}# comment {}", " ".repeat(column + deeper), self.out.len());
            self.line(&text);
        }
        if self.dice.below(12) == 0 {
            self.line("");
        }
    }

    fn end_line(&mut self) {
        if self.comments && self.dice.below(8) == 0 {
            let text = format!(" # behind {}", self.out.len());
            self.out.push_str(&text);
        }
        let break_ = self.break_;
        self.out.push_str(break_);
    }

    /// Writes a collection in block style, or any value behind a `-` on its line.
    fn block(&mut self, value: &Value, column: usize, begun: bool) {
        match value {
            Value::Object(entries) if !entries.is_empty() && self.dice.below(7) > 0 => {
                for (place, (key, value)) in entries.iter().enumerate() {
                    if place > 0 || !begun {
                        self.comment(column);
                        self.out.push_str(&" ".repeat(column));
                    }
                    let key = self.scalar(&json!(key), true);
                    self.out.push_str(&key);
                    self.out.push(':');
                    self.value(value, column);
                }
            }
            Value::Array(items) if !items.is_empty() && self.dice.below(7) > 0 => {
                for (place, item) in items.iter().enumerate() {
                    if place > 0 || !begun {
                        self.comment(column);
                        self.out.push_str(&" ".repeat(column));
                    }
                    self.out.push('-');
                    let gap = 1 + usize::from(self.dice.below(8) == 0);
                    self.out.push_str(&" ".repeat(gap));
                    self.block(item, column + 1 + gap, true);
                }
            }
            value => {
                if !begun {
                    self.out.push_str(&" ".repeat(column));
                }
                let text = self.inline(value);
                self.out.push_str(&text);
                self.end_line();
            }
        }
    }

    /// Writes what stands behind a `:`.
    fn value(&mut self, value: &Value, column: usize) {
        let filled = value.as_object().is_some_and(|entries| !entries.is_empty())
            || value.as_array().is_some_and(|items| !items.is_empty());
        if filled && self.dice.below(6) > 0 {
            self.end_line();
            let deeper = if value.is_array() && !self.indented { column } else { column + self.step };
            let before = self.out.len();
            self.block(value, deeper, false);
            // What was not written in block style after all must be deeper than its key.
            if deeper == column && !self.out[before..].trim_start().starts_with(['-', '#']) {
                self.out.insert(before, ' ');
            }
            return;
        }
        match value {
            Value::Null if self.dice.below(2) == 0 => {}
            Value::String(text)
                if text.contains('\n') && !text.starts_with([' ', '\n']) && self.dice.below(2) == 0 =>
            {
                self.literal(text, column + self.step);
                return;
            }
            value => {
                let text = self.inline(value);
                self.out.push(' ');
                self.out.push_str(&text);
            }
        }
        self.end_line();
    }

    fn literal(&mut self, text: &str, column: usize) {
        let body = text.trim_end_matches('\n');
        let ends = text.len() - body.len();
        let chomp = ["-", "", "+"][ends.min(2)];
        self.out.push_str(" |");
        self.out.push_str(chomp);
        let break_ = self.break_;
        self.out.push_str(break_);
        for line in body.split('\n') {
            let text = if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(column)) };
            self.line(&text);
        }
        for _ in 1..ends {
            self.line("");
        }
    }

    fn inline(&mut self, value: &Value) -> String {
        match value {
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.inline(item)).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Object(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, value)| format!("{}: {}", self.scalar(&json!(key), true), self.inline(value)))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            value => self.scalar(value, false),
        }
    }

    fn scalar(&mut self, value: &Value, key: bool) -> String {
        let Value::String(text) = value else { return value.to_string() };
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic()) && text.len() > 5;
        let short = key && matches!(text.as_str(), "a" | "b" | "name" | "c-d");
        match self.dice.below(4) {
            0 | 1 if plain || short => text.clone(),
            2 if !text.contains(['\n', '\t']) => format!("'{}'", text.replace('\'', "''")),
            _ => json!(text).to_string(),
        }
    }
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(vec!["RuntimeDefault", "yes", "0777", "", "x: y", "it's", "a # b", "-", "null", "nginx:1.2"])
            .prop_map(str::to_owned),
        1 => prop::sample::select(vec!["one\ntwo\n", "one\n\ntwo", "one\ntwo\n\n\n", "# no comment\nx"]).prop_map(str::to_owned),
        1 => "[ -~é\u{2028}]{0,12}",
    ]
}

fn any_key() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "a",
        "b",
        "name",
        "c-d",
        "yes",
        "securityContext",
        "1",
        "<<",
        "x/y",
        "",
        "two words",
    ])
    .prop_map(str::to_owned)
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5..2000_i64).prop_map(Value::from),
        Just(json!(1.5)),
        any_text().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(any_key(), inner, 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    prop::collection::btree_map(any_key(), any_value(), 1..5)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn changes_of_the_text_are_changes_of_the_tree(
        document in any_document(), seed in any::<u64>(), new in prop::collection::vec(any_value(), 1..6)
    ) {
        let text = Writer::write(&document, seed);
        let loaded = read(&text);
        // Some of what is written so reads as something else: what was read counts.
        prop_assume!(loaded.errors.is_empty() && loaded.documents.len() == 1);
        let root = loaded.documents[0].root.to_json();
        prop_assume!(root == document);
        let mut dice = Dice(seed.rotate_left(17) | 1);
        let changes: Vec<Change> = new.iter().map(|value| any_change(&root, &mut dice, value)).collect();

        let mut model = Model::new(&root);
        let possible = without_repeats(&changes).iter().all(|change| model.change(change.path.segments(), &change.operation));
        match edit(&text, &changes) {
            Ok(new) => {
                prop_assert!(possible, "made what is impossible\n{changes:?}\n{text}");
                let again = read(&new);
                prop_assert!(again.errors.is_empty(), "{:?}\n{new}", again.errors);
                let found = again.documents.first().map_or(Value::Null, |document| document.root.to_json());
                prop_assert_eq!(found, model.value(), "{:?}\n{}\nbecame\n{}", changes, text, new);
                if let [change] = &changes[..] {
                    prop_assert_eq!(touched_beside(&text, &loaded, change, &new), None, "{:?}\n{}\nbecame\n{}", change, text, new);
                }
                let breaks = |text: &str| (text.matches("\r\n").count(), text.matches('\n').count());
                let (windows, all) = breaks(&text);
                if windows == all && all > 0 {
                    let (windows, all) = breaks(&new);
                    prop_assert_eq!(windows, all, "line breaks are mixed\n{:?}\n{:?}", text, new);
                }
            }
            Err(error) => {
                prop_assert!(!possible, "{error}\n{changes:?}\n{text}");
                prop_assert!(error.kind != EditErrorKind::Layout && error.kind != EditErrorKind::Shared, "{error}");
            }
        }
    }

    #[test]
    fn groups_that_are_not_refused_are_made_whole(
        document in any_document(), seed in any::<u64>(), new in prop::collection::vec(any_value(), 1..8)
    ) {
        let text = Writer::write(&document, seed);
        let loaded = read(&text);
        prop_assume!(loaded.errors.is_empty() && loaded.documents.len() == 1);
        let root = loaded.documents[0].root.to_json();
        let mut dice = Dice(seed.rotate_left(29) | 1);
        let changes: Vec<Change> = new.iter().map(|value| any_change(&root, &mut dice, value)).collect();
        let groups: Vec<Vec<Change>> = changes.chunks(2).map(<[Change]>::to_vec).collect();
        let edited = edit_groups(&text, &groups);
        let refused: Vec<usize> = edited.refused.iter().map(|(place, _)| *place).collect();

        let mut model = Model::new(&root);
        let made = groups.iter().enumerate().filter(|(place, _)| !refused.contains(place));
        let made: Vec<Change> = made.flat_map(|(_, group)| group.clone()).collect();
        for change in without_repeats(&made) {
            prop_assert!(model.change(change.path.segments(), &change.operation), "{change:?} is impossible");
        }
        let found = read(&edited.text).documents.first().map_or(Value::Null, |document| document.root.to_json());
        prop_assert_eq!(found, model.value(), "{:?} refused {:?}\n{}\nbecame\n{}", groups, refused, text, edited.text);
    }

    #[test]
    fn no_text_panics(text in "[-:#?&*!|>{}\\[\\]a,\"' \t\r\n]{0,40}", seed in any::<u64>()) {
        let loaded = read(&text);
        let mut dice = Dice(seed | 1);
        for document in &loaded.documents {
            let root = document.root.to_json();
            let change = Change { document: document.index, ..any_change(&root, &mut dice, &json!({"k": ["v"]})) };
            if let Ok(new) = edit(&text, std::slice::from_ref(&change)) {
                prop_assert_eq!(read(&new).documents.len() , loaded.documents.len(), "{:?} {:?} {:?}", text, change, new);
            }
        }
    }
}
