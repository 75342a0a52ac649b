//! The names of bits and values in parameters.

use std::collections::HashMap;
use std::sync::LazyLock;

static TABLES: LazyLock<HashMap<&'static str, FlagTable>> = LazyLock::new(|| {
    let lines = include_str!("../data/flags.txt").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(table).collect()
});

/// Names with their values, in the order in which they are rendered.
#[derive(Clone, Debug)]
pub struct FlagTable {
    names: Vec<(&'static str, u32)>,
}

impl FlagTable {
    /// The names with their values.
    pub fn names(&self) -> &[(&'static str, u32)] {
        &self.names
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<u32> {
        self.names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }
}

/// The table of this name.
pub fn flag_table(name: &str) -> Option<&'static FlagTable> {
    TABLES.get(name)
}

fn table(line: &'static str) -> Option<(&'static str, FlagTable)> {
    let (name, entries) = line.split_once(' ')?;
    let names = entries.split(' ').filter_map(|entry| {
        let (name, value) = entry.split_once('=')?;
        Some((name, value.parse().ok()?))
    });
    Some((name, FlagTable { names: names.collect() }))
}
