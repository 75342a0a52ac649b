//! What is read: findings and counts.

use std::sync::Arc;

use crate::database::Cell;
use crate::error::StoreError;
use crate::result::{BundleUse, FindingRow, RuleRow};
use crate::store::Store;

/// Which findings. What is none stands for any.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// The cluster.
    pub cluster: Option<String>,
    /// The namespace.
    pub namespace: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// The owner of the rule, as a part of the owners.
    pub owner: Option<String>,
    /// Whether what was resolved is meant too.
    pub resolved: bool,
    /// The most rows; none: all.
    pub limit: Option<u32>,
}

/// A finding as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StoredFinding {
    /// The cluster.
    pub cluster: String,
    /// The kind of the object.
    pub kind: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// What is wrong.
    pub finding: FindingRow,
    /// The bundle that said so last.
    pub bundle: String,
    /// When it was first seen, in seconds since 1970.
    pub first_seen: i64,
    /// When it was last looked at.
    pub last_seen: i64,
    /// Since when it is no longer there.
    pub resolved: Option<i64>,
}

/// How many of something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Of what.
    pub of: String,
    /// How many.
    pub count: i64,
    /// When the oldest was first seen, in seconds since 1970.
    pub since: i64,
}

const COLUMNS: &str = "cluster, kind, namespace, name, fingerprint, rule, severity, outcome, consequence, message, path, \
                       bundle, file, line, commit_id, author, owner, first_seen, last_seen, resolved";

impl Filter {
    /// The condition and its cells.
    fn condition(&self) -> (String, Vec<Cell>) {
        let mut parts = vec!["1 = 1".to_owned()];
        let mut cells: Vec<Cell> = Vec::new();
        for (column, wanted) in
            [("cluster", &self.cluster), ("namespace", &self.namespace), ("rule", &self.rule)]
        {
            if let Some(wanted) = wanted {
                cells.push(wanted.as_str().into());
                parts.push(format!("{column} = ?{}", cells.len()));
            }
        }
        if let Some(owner) = &self.owner {
            // Owners are parted by spaces.
            cells.push(format!(" {owner} ").as_str().into());
            parts.push(format!("REPLACE(' ' || owner || ' ', ?{}, '') <> ' ' || owner || ' '", cells.len()));
        }
        if !self.resolved {
            parts.push("resolved IS NULL".to_owned());
        }
        (parts.join(" AND "), cells)
    }
}

impl Store {
    /// Findings, in the order of cluster, namespace, kind, name and rule.
    pub fn findings(&mut self, filter: &Filter) -> Result<Vec<StoredFinding>, StoreError> {
        let (condition, cells) = filter.condition();
        let limit = filter.limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        let sql = format!(
            "SELECT {COLUMNS} FROM findings WHERE {condition}
             ORDER BY cluster, namespace, kind, name, rule, fingerprint{limit}"
        );
        Ok(self.select(&sql, &cells)?.iter().map(|row| stored(row)).collect())
    }

    /// How many findings each rule has, the most first.
    pub fn by_rule(&mut self, filter: &Filter) -> Result<Vec<Count>, StoreError> {
        self.counted("rule", filter)
    }

    /// How many findings each namespace has, the most first.
    pub fn by_namespace(&mut self, filter: &Filter) -> Result<Vec<Count>, StoreError> {
        self.counted("namespace", filter)
    }

    fn counted(&mut self, column: &str, filter: &Filter) -> Result<Vec<Count>, StoreError> {
        let (condition, cells) = filter.condition();
        let sql = format!(
            "SELECT {column}, COUNT(*), MIN(first_seen) FROM findings WHERE {condition}
             GROUP BY {column} ORDER BY 2 DESC, 1"
        );
        let count = |row: &Vec<Cell>| {
            let integer = |place: usize| row.get(place).and_then(Cell::integer).unwrap_or(0);
            Count {
                of: row.first().map(Cell::text).unwrap_or_default(),
                count: integer(1),
                since: integer(2),
            }
        };
        Ok(self.select(&sql, &cells)?.iter().map(count).collect())
    }

    /// How many objects were looked at, and when the one was that was looked at longest ago.
    pub fn coverage(&mut self, cluster: Option<&str>) -> Result<(i64, Option<i64>), StoreError> {
        let filter = Filter { cluster: cluster.map(str::to_owned), resolved: true, ..Filter::default() };
        let (condition, cells) = filter.condition();
        let rows =
            self.select(&format!("SELECT COUNT(*), MIN(evaluated) FROM objects WHERE {condition}"), &cells)?;
        let cell = |place: usize| rows.first().and_then(|row| row.get(place)?.integer());
        Ok((cell(0).unwrap_or(0), cell(1)))
    }

    /// The bundles that were in use, the latest first, with when they were used first and last.
    pub fn bundles(&mut self) -> Result<Vec<(BundleUse, i64, i64)>, StoreError> {
        let sql = "SELECT digest, source, reference, commit_id, first_used, last_used FROM bundles
                   ORDER BY last_used DESC, digest";
        let bundle = |row: &Vec<Cell>| {
            let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
            let integer = |place: usize| row.get(place).and_then(Cell::integer).unwrap_or(0);
            let used = BundleUse { digest: text(0), source: text(1), reference: text(2), commit: text(3) };
            (used, integer(4), integer(5))
        };
        Ok(self.select(sql, &[])?.iter().map(bundle).collect())
    }

    pub(crate) fn select(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, StoreError> {
        let mut found = Vec::new();
        self.database.transact(false, &mut |statements| {
            found = statements.rows(sql, cells)?;
            Ok(())
        })?;
        Ok(found)
    }
}

fn stored(row: &[Cell]) -> StoredFinding {
    let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
    let integer = |place: usize| row.get(place).and_then(Cell::integer);
    StoredFinding {
        cluster: text(0),
        kind: text(1),
        namespace: text(2),
        name: text(3),
        finding: FindingRow {
            fingerprint: text(4).into(),
            rule: Arc::new(RuleRow {
                name: text(5),
                severity: text(6),
                consequence: text(8),
                file: text(12),
                line: integer(13).and_then(|line| u32::try_from(line).ok()).unwrap_or(0),
                commit: text(14),
                author: text(15),
                owner: text(16),
            }),
            outcome: text(7).into(),
            message: text(9).into(),
            path: text(10).into(),
        },
        bundle: text(11),
        first_seen: integer(17).unwrap_or(0),
        last_seen: integer(18).unwrap_or(0),
        resolved: integer(19),
    }
}
