//! The store: opens a database, and writes results.

use std::path::PathBuf;
use std::time::Duration;

use crate::database::{Cell, Database, Statements};
use crate::error::StoreError;
use crate::migration::migrate;
use crate::result::{BundleUse, ObjectResult};
use crate::sqlite::Sqlite;

/// Which database.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreTarget {
    /// A file of SQLite.
    File(PathBuf),
    /// PostgreSQL, by its address.
    Postgresql(String),
}

/// How a database is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreOptions {
    /// How long to wait for another program that writes, and for a server.
    pub patience: Duration,
    /// The most bytes of a file.
    pub bytes: Option<u64>,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { patience: Duration::from_secs(5), bytes: None }
    }
}

/// Results that last.
pub struct Store {
    pub(crate) database: Box<dyn Database>,
    name: String,
}

impl StoreTarget {
    /// Reads a target: a path, or `postgresql://user@host/database`.
    pub fn read(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgresql://") || text.starts_with("postgres://") {
            return Ok(Self::Postgresql(text.to_owned()));
        }
        if text.is_empty() || text.contains("://") {
            return Err(StoreError::Target(shown(text)));
        }
        Ok(Self::File(PathBuf::from(text)))
    }
}

impl std::fmt::Display for StoreTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Postgresql(address) => f.write_str(&shown(address)),
        }
    }
}

impl std::fmt::Debug for StoreTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

/// An address without the password.
fn shown(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let rest = rest.split('?').next().unwrap_or(rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("{scheme}://{host}")
}

impl Store {
    /// Opens a database and brings it to the newest layout.
    pub fn open(target: &StoreTarget, options: StoreOptions) -> Result<Self, StoreError> {
        let name = target.to_string();
        let mut database: Box<dyn Database> = match target {
            StoreTarget::File(path) => Box::new(Sqlite::open(path, options.patience, options.bytes)?),
            #[cfg(feature = "postgresql")]
            StoreTarget::Postgresql(address) => {
                Box::new(crate::postgresql::Postgresql::open(address, &name, options.patience)?)
            }
            #[cfg(not(feature = "postgresql"))]
            StoreTarget::Postgresql(_) => return Err(StoreError::NoPostgresql),
        };
        migrate(database.as_mut(), &name)?;
        Ok(Self { database, name })
    }

    /// The database as it is shown.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Enters that a bundle is in use, at a time in seconds since 1970.
    pub fn use_bundle(&mut self, bundle: &BundleUse, now: i64) -> Result<(), StoreError> {
        let BundleUse { digest, source, reference, commit } = bundle;
        let cells: [Cell; 5] = [
            digest.as_str().into(),
            source.as_str().into(),
            reference.as_str().into(),
            commit.as_str().into(),
            now.into(),
        ];
        self.database.transact(true, &mut |statements| {
            statements.execute(
                "INSERT INTO bundles (digest, source, reference, commit_id, first_used, last_used)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5)
                 ON CONFLICT (digest) DO UPDATE SET source = ?2, reference = ?3, commit_id = ?4, last_used = ?5",
                &cells,
            )?;
            Ok(())
        })
    }

    /// Writes what was said of objects of a cluster, in one transaction: what is wrong still keeps the time when it
    /// was first seen, and what is no longer wrong is resolved.
    pub fn write<'r>(
        &mut self,
        cluster: &str,
        results: impl IntoIterator<Item = &'r ObjectResult> + Clone,
        now: i64,
    ) -> Result<(), StoreError> {
        self.database.transact(true, &mut |statements| {
            for result in results.clone() {
                write_one(statements, cluster, result, now)?;
            }
            Ok(())
        })
    }

    /// Takes out the objects of a cluster that are not there any more, and resolves what was wrong with them. How many.
    pub fn sweep(
        &mut self,
        cluster: &str,
        is_there: impl Fn(&str) -> bool,
        now: i64,
    ) -> Result<u64, StoreError> {
        let mut count = 0;
        self.database.transact(true, &mut |statements| {
            count = 0;
            let rows = statements.rows("SELECT object FROM objects WHERE cluster = ?1", &[cluster.into()])?;
            for id in rows.into_iter().filter_map(|mut row| row.pop()).map(|cell| cell.text()) {
                if !is_there(&id) {
                    take_out(statements, cluster, &id, now)?;
                    count += 1;
                }
            }
            Ok(())
        })?;
        Ok(count)
    }

    /// Forgets what was resolved before a time. How many findings.
    pub fn prune(&mut self, before: i64) -> Result<u64, StoreError> {
        let mut count = 0;
        self.database.transact(true, &mut |statements| {
            count = statements.execute("DELETE FROM findings WHERE resolved < ?1", &[before.into()])?;
            Ok(())
        })?;
        Ok(count)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("name", &self.name).finish_non_exhaustive()
    }
}

fn take_out(statements: &mut dyn Statements, cluster: &str, id: &str, now: i64) -> Result<(), StoreError> {
    let cells: [Cell; 3] = [cluster.into(), id.into(), now.into()];
    statements.execute(
        "UPDATE findings SET resolved = ?3 WHERE cluster = ?1 AND object = ?2 AND resolved IS NULL",
        &cells,
    )?;
    statements.execute("DELETE FROM objects WHERE cluster = ?1 AND object = ?2", &cells[..2])?;
    Ok(())
}

fn write_one(
    statements: &mut dyn Statements,
    cluster: &str,
    result: &ObjectResult,
    now: i64,
) -> Result<(), StoreError> {
    let (key, id) = (&result.key, result.key.id());
    if result.gone {
        return take_out(statements, cluster, &id, now);
    }
    statements.execute(
        "INSERT INTO objects (cluster, object, api_version, kind, namespace, name, uid, version, bundle, evaluated,
             passed, failed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
         ON CONFLICT (cluster, object) DO UPDATE SET api_version = ?3, uid = ?7, version = ?8, bundle = ?9,
             evaluated = ?10, passed = ?11, failed = ?12",
        &[
            cluster.into(),
            id.as_str().into(),
            key.api_version.as_str().into(),
            key.kind.as_str().into(),
            key.namespace.as_str().into(),
            key.name.as_str().into(),
            result.uid.as_str().into(),
            result.version.as_str().into(),
            result.bundle.as_str().into(),
            now.into(),
            i64::from(result.passed).into(),
            i64::try_from(result.findings.len()).unwrap_or(i64::MAX).into(),
        ],
    )?;
    for finding in &result.findings {
        let rule = &finding.rule;
        statements.execute(
            "INSERT INTO findings (cluster, fingerprint, object, kind, namespace, name, rule, severity, outcome,
                 consequence, message, path, bundle, file, line, commit_id, author, owner, first_seen, last_seen,
                 resolved)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?19, NULL)
             ON CONFLICT (cluster, fingerprint) DO UPDATE SET severity = ?8, outcome = ?9, consequence = ?10,
                 message = ?11, path = ?12, bundle = ?13, file = ?14, line = ?15, commit_id = ?16, author = ?17,
                 owner = ?18, last_seen = ?19,
                 first_seen = CASE WHEN findings.resolved IS NULL THEN findings.first_seen ELSE ?19 END,
                 resolved = NULL",
            &[
                cluster.into(),
                (&*finding.fingerprint).into(),
                id.as_str().into(),
                key.kind.as_str().into(),
                key.namespace.as_str().into(),
                key.name.as_str().into(),
                rule.name.as_str().into(),
                rule.severity.as_str().into(),
                finding.outcome.as_str().into(),
                rule.consequence.as_str().into(),
                (&*finding.message).into(),
                (&*finding.path).into(),
                result.bundle.as_str().into(),
                rule.file.as_str().into(),
                i64::from(rule.line).into(),
                rule.commit.as_str().into(),
                rule.author.as_str().into(),
                rule.owner.as_str().into(),
                now.into(),
            ],
        )?;
    }
    // What this look did not find any more.
    let known = statements.rows(
        "SELECT fingerprint FROM findings WHERE cluster = ?1 AND object = ?2 AND resolved IS NULL",
        &[cluster.into(), id.as_str().into()],
    )?;
    for row in known {
        let fingerprint = row.first().map(Cell::text).unwrap_or_default();
        if !result.findings.iter().any(|finding| *finding.fingerprint == *fingerprint) {
            statements.execute(
                "UPDATE findings SET resolved = ?3 WHERE cluster = ?1 AND fingerprint = ?2",
                &[cluster.into(), fingerprint.as_str().into(), now.into()],
            )?;
        }
    }
    Ok(())
}
