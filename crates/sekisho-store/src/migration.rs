//! The layout of the database, step by step: a step that was released is never changed.

use crate::database::{Database, Statements};
use crate::error::StoreError;

/// The steps. `{bytes}` is the database's word for bytes.
const STEPS: [&[&str]; 3] = [STEP_1, STEP_2, STEP_3];

const STEP_1: &[&str] = &[
    "CREATE TABLE bundles (
        digest TEXT PRIMARY KEY, source TEXT NOT NULL, reference TEXT NOT NULL, commit_id TEXT NOT NULL,
        first_used BIGINT NOT NULL, last_used BIGINT NOT NULL)",
    "CREATE TABLE objects (
        cluster TEXT NOT NULL, object TEXT NOT NULL, api_version TEXT NOT NULL, kind TEXT NOT NULL,
        namespace TEXT NOT NULL, name TEXT NOT NULL, uid TEXT NOT NULL, version TEXT NOT NULL,
        bundle TEXT NOT NULL, evaluated BIGINT NOT NULL, passed BIGINT NOT NULL, failed BIGINT NOT NULL,
        PRIMARY KEY (cluster, object))",
    "CREATE TABLE findings (
        cluster TEXT NOT NULL, fingerprint TEXT NOT NULL, object TEXT NOT NULL, kind TEXT NOT NULL,
        namespace TEXT NOT NULL, name TEXT NOT NULL, rule TEXT NOT NULL, severity TEXT NOT NULL,
        outcome TEXT NOT NULL, consequence TEXT NOT NULL, message TEXT NOT NULL, path TEXT NOT NULL,
        bundle TEXT NOT NULL, file TEXT NOT NULL, line BIGINT NOT NULL, commit_id TEXT NOT NULL,
        author TEXT NOT NULL, owner TEXT NOT NULL,
        first_seen BIGINT NOT NULL, last_seen BIGINT NOT NULL, resolved BIGINT,
        PRIMARY KEY (cluster, fingerprint))",
    "CREATE INDEX findings_by_object ON findings (cluster, object)",
    "CREATE INDEX findings_by_rule ON findings (rule, cluster)",
    "CREATE TABLE inventories (
        digest TEXT NOT NULL, format TEXT NOT NULL, tool TEXT NOT NULL, made BIGINT NOT NULL,
        document {bytes} NOT NULL, PRIMARY KEY (digest, format))",
];

const STEP_2: &[&str] = &[
    "CREATE TABLE image_uses (
        cluster TEXT NOT NULL, digest TEXT NOT NULL, reference TEXT NOT NULL, workload TEXT NOT NULL,
        seen BIGINT NOT NULL, PRIMARY KEY (cluster, digest, reference, workload))",
    "CREATE INDEX image_uses_by_digest ON image_uses (digest)",
];

const STEP_3: &[&str] = &[
    "CREATE TABLE approvals (
        cluster TEXT NOT NULL, image TEXT NOT NULL, reference TEXT NOT NULL, state TEXT NOT NULL,
        since BIGINT NOT NULL, checked BIGINT NOT NULL, reasons TEXT NOT NULL, PRIMARY KEY (cluster, image))",
];

/// Brings a database to the newest layout.
pub(crate) fn migrate(database: &mut dyn Database, name: &str) -> Result<(), StoreError> {
    let bytes = database.bytes_type();
    let lock = database.lock_layout();
    database.transact(true, &mut |statements| {
        if let Some(lock) = lock {
            statements.rows(lock, &[])?;
        }
        statements.execute("CREATE TABLE IF NOT EXISTS sekisho_schema (version BIGINT NOT NULL)", &[])?;
        let version = version(statements)?;
        let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
        if version > known {
            return Err(StoreError::Newer { name: name.to_owned(), found: version, known });
        }
        let done = usize::try_from(version).unwrap_or(0);
        for statement in STEPS.iter().skip(done).copied().flatten() {
            statements.execute(&statement.replace("{bytes}", bytes), &[])?;
        }
        if version < known {
            statements.execute("DELETE FROM sekisho_schema", &[])?;
            statements.execute("INSERT INTO sekisho_schema (version) VALUES (?1)", &[known.into()])?;
        }
        Ok(())
    })
}

fn version(statements: &mut dyn Statements) -> Result<i64, StoreError> {
    let rows = statements.rows("SELECT version FROM sekisho_schema", &[])?;
    Ok(rows.first().and_then(|row| row.first()?.integer()).unwrap_or(0))
}
