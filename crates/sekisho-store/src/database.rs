//! What a database must be able to do here.

use crate::error::StoreError;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    Integer(i64),
    Bytes(Vec<u8>),
    Null,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<Option<i64>> for Cell {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Integer)
    }
}

impl From<&[u8]> for Cell {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_vec())
    }
}

impl Cell {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes,
            _ => Vec::new(),
        }
    }
}

/// Statements in one transaction. Parameters are `?1`, `?2`, …
pub(crate) trait Statements {
    fn execute(&mut self, sql: &str, cells: &[Cell]) -> Result<u64, StoreError>;
    fn rows(&mut self, sql: &str, cells: &[Cell]) -> Result<Vec<Vec<Cell>>, StoreError>;
}

/// What is done in a transaction.
pub(crate) type Work<'a> = &'a mut dyn FnMut(&mut dyn Statements) -> Result<(), StoreError>;

/// A database.
pub(crate) trait Database: Send {
    /// Does some work in one transaction, which is undone where the work fails.
    /// One that writes waits at its beginning for others that do.
    fn transact(&mut self, writes: bool, work: Work<'_>) -> Result<(), StoreError>;

    /// The word for the type of bytes.
    fn bytes_type(&self) -> &'static str;

    /// What keeps others from laying out the database at the same time, where transactions alone do not.
    fn lock_layout(&self) -> Option<&'static str> {
        None
    }
}
