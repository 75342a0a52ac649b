//! A file of SQLite.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior, params_from_iter};

use crate::database::{Cell, Database, Statements, Work};
use crate::error::StoreError;

pub(crate) struct Sqlite {
    name: String,
    connection: Connection,
}

impl Sqlite {
    /// Opens a file, which is made where there is none. `bytes` is the most that it may grow to.
    pub(crate) fn open(path: &Path, patience: Duration, bytes: Option<u64>) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|error| told(&name, &error))?;
        let sqlite = Self { name, connection };
        sqlite.prepare(patience, bytes).map_err(|error| told(&sqlite.name, &error))?;
        Ok(sqlite)
    }

    fn prepare(&self, patience: Duration, bytes: Option<u64>) -> rusqlite::Result<()> {
        self.connection.busy_timeout(patience)?;
        // Readers do not wait for the writer, and a crash leaves whole transactions.
        self.connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        // Findings come in the order of their digests, which is none: the index of many does not fit into two megabytes.
        self.connection.execute_batch(
            "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000; \
             PRAGMA wal_autocheckpoint = 4000;",
        )?;
        if let Some(bytes) = bytes {
            let page: i64 = self.connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
            let pages = i64::try_from(bytes).unwrap_or(i64::MAX) / page.max(1);
            self.connection.query_row(
                &format!("PRAGMA max_page_count = {}", pages.max(1)),
                [],
                |_| Ok(()),
            )?;
        }
        Ok(())
    }
}

impl Database for Sqlite {
    fn transact(&mut self, writes: bool, work: Work<'_>) -> Result<(), StoreError> {
        let name = self.name.clone();
        let behavior = if writes { TransactionBehavior::Immediate } else { TransactionBehavior::Deferred };
        let transaction = self.connection.transaction_with_behavior(behavior);
        let transaction = transaction.map_err(|error| told(&name, &error))?;
        let mut open = Open { name: &name, transaction };
        // What is dropped without a commit is undone.
        work(&mut open)?;
        open.transaction.commit().map_err(|error| told(&name, &error))
    }

    fn bytes_type(&self) -> &'static str {
        "BLOB"
    }
}

struct Open<'a> {
    name: &'a str,
    transaction: Transaction<'a>,
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Null => ValueRef::Null,
        }))
    }
}

impl Statements for Open<'_> {
    fn execute(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError> {
        let mut statement = self.transaction.prepare_cached(sql).map_err(|error| told(self.name, &error))?;
        let changed = statement.execute(params_from_iter(cells)).map_err(|error| told(self.name, &error))?;
        Ok(changed as u64)
    }

    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, StoreError> {
        let told = |error: rusqlite::Error| told(self.name, &error);
        let mut statement = self.transaction.prepare_cached(sql).map_err(told)?;
        let columns = statement.column_count();
        let mut rows = statement.query(params_from_iter(cells)).map_err(told)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(told)? {
            let cell = |column| {
                Ok(match row.get_ref(column)? {
                    ValueRef::Integer(number) => Cell::Integer(number),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
                    ValueRef::Null | ValueRef::Real(_) => Cell::Null,
                })
            };
            let cells: rusqlite::Result<Vec<Cell>> = (0..columns).map(cell).collect();
            found.push(cells.map_err(told)?);
        }
        Ok(found)
    }
}

/// What an error of SQLite means to whoever has the file.
fn told(name: &str, error: &rusqlite::Error) -> StoreError {
    let (name, message) = (name.to_owned(), error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Locked { name },
        Some(ErrorCode::DiskFull) => StoreError::Full { name },
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged { name, message },
        Some(
            ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied,
        ) => StoreError::Away { name, message },
        _ => StoreError::Refused { name, message },
    }
}
