//! PostgreSQL, over TLS where the server has it.

use std::error::Error as _;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::types::private::BytesMut;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use postgres::{Client, Config, Row, Transaction};

use crate::database::{Cell, Database, Statements, Work};
use crate::error::StoreError;
use crate::tls::Tls;

pub(crate) struct Postgresql {
    name: String,
    client: Client,
}

impl Postgresql {
    pub(crate) fn open(address: &str, name: &str, patience: Duration) -> Result<Self, StoreError> {
        let away = |message: String| StoreError::Away { name: name.to_owned(), message };
        let mut config: Config = address
            .parse()
            .map_err(|error: postgres::Error| StoreError::Target(format!("{name}: {error}")))?;
        config.connect_timeout(patience).application_name("sekisho");
        // What waits for another's lock must end.
        let wait = format!(
            "-c lock_timeout={0}ms -c statement_timeout={1}ms",
            patience.as_millis(),
            patience.as_millis() * 12
        );
        let options = config.get_options().map_or_else(|| wait.clone(), |known| format!("{known} {wait}"));
        config.options(&options);
        let tls = Tls::new().map_err(|error| away(error.to_string()))?;
        let client = config.connect(tls).map_err(|error| told(name, &error))?;
        Ok(Self { name: name.to_owned(), client })
    }
}

impl Database for Postgresql {
    fn transact(&mut self, _writes: bool, work: Work<'_>) -> Result<(), StoreError> {
        let transaction = self.client.transaction().map_err(|error| told(&self.name, &error))?;
        let mut open = Open { name: &self.name, transaction };
        work(&mut open)?;
        open.transaction.commit().map_err(|error| told(&self.name, &error))
    }

    fn bytes_type(&self) -> &'static str {
        "BYTEA"
    }

    fn lock_layout(&self) -> Option<&'static str> {
        // Of replicas that start at the same time one lays out.
        Some("SELECT pg_advisory_xact_lock(7355608), 0::bigint")
    }
}

struct Open<'a> {
    name: &'a str,
    transaction: Transaction<'a>,
}

impl ToSql for Cell {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Self::Text(text) => text.to_sql(kind, out),
            Self::Integer(number) => number.to_sql(kind, out),
            Self::Bytes(bytes) => bytes.to_sql(kind, out),
            Self::Null => Ok(IsNull::Yes),
        }
    }

    fn accepts(kind: &Type) -> bool {
        [Type::TEXT, Type::INT8, Type::BYTEA].contains(kind)
    }

    to_sql_checked!();
}

impl Statements for Open<'_> {
    fn execute(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError> {
        let cells: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        self.transaction.execute(&sql.replace('?', "$"), &cells).map_err(|error| told(self.name, &error))
    }

    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, StoreError> {
        let cells: Vec<&(dyn ToSql + Sync)> = cells.iter().map(|cell| cell as _).collect();
        let rows = self.transaction.query(&sql.replace('?', "$"), &cells);
        Ok(rows.map_err(|error| told(self.name, &error))?.iter().map(row).collect())
    }
}

fn row(row: &Row) -> Vec<Cell> {
    let cell = |place: usize| match row.columns().get(place).map(postgres::Column::type_) {
        Some(&Type::INT8) => row.try_get::<_, Option<i64>>(place).ok().flatten().map(Cell::Integer),
        Some(&Type::BYTEA) => row.try_get::<_, Option<Vec<u8>>>(place).ok().flatten().map(Cell::Bytes),
        _ => row.try_get::<_, Option<String>>(place).ok().flatten().map(Cell::Text),
    };
    (0..row.len()).map(|place| cell(place).unwrap_or(Cell::Null)).collect()
}

/// What an error of PostgreSQL means to whoever runs it.
fn told(name: &str, error: &postgres::Error) -> StoreError {
    let name = name.to_owned();
    let message = error.source().map_or_else(|| error.to_string(), ToString::to_string);
    match error.code() {
        Some(
            &(SqlState::LOCK_NOT_AVAILABLE | SqlState::T_R_DEADLOCK_DETECTED | SqlState::QUERY_CANCELED),
        ) => StoreError::Locked { name },
        Some(&(SqlState::DISK_FULL | SqlState::OUT_OF_MEMORY | SqlState::INSUFFICIENT_RESOURCES)) => {
            StoreError::Full { name }
        }
        Some(&(SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED)) => {
            StoreError::Damaged { name, message }
        }
        Some(code) if code.code().starts_with("08") || code.code().starts_with("57P") => {
            StoreError::Away { name, message }
        }
        Some(_) => StoreError::Refused { name, message },
        None => StoreError::Away { name, message },
    }
}
