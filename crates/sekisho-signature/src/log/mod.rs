//! Logs of signatures (Rekor): entries, the proof that the log holds them, and what they say was signed by whom.

mod body;
mod checkpoint;
mod inclusion;

use jiff::Timestamp;

pub use self::body::{BodyError, Material, SignedContent};
pub use self::checkpoint::{Checkpoint, CheckpointError};
pub use self::inclusion::{InclusionError, InclusionProof};
use crate::algorithm::Signed;
use crate::root::Log;

/// The most bytes of an entry.
pub const ENTRY_LIMIT: usize = 96 << 20;

/// An entry of a log, with what shows that the log holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its number, over all parts of the log.
    pub index: u64,
    /// The log.
    pub log: Vec<u8>,
    /// What kind of entry it is, and in which version.
    pub kind: (String, String),
    /// When the log took it in; nothing without the log's promise.
    pub integrated: Option<Timestamp>,
    /// The log's promise that it takes in the entry.
    pub promise: Option<Vec<u8>>,
    /// The proof that it has done so.
    pub proof: Option<InclusionProof>,
    /// The entry.
    pub body: Vec<u8>,
}

/// What is shown of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its number.
    pub index: u64,
    /// The log's address, as the root of trust has it.
    pub log: String,
    /// When the log took it in, where it promised that.
    pub integrated: Option<Timestamp>,
}

/// Why an entry shows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// It is larger than entries are.
    #[error("the log's entry has more than {limit} bytes, the limit")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The log is not trusted.
    #[error("the log `{0}` is not one of the root of trust")]
    Unknown(String),
    /// There is neither proof nor promise.
    #[error("the log's entry has no proof that the log holds it")]
    NoProof,
    /// A promise without a time, or one that a log of this version does not give.
    #[error("the log's promise has no time")]
    NoTime,
    /// The promise does not match.
    #[error("the signature of the log's promise does not match")]
    Promise,
    /// The log's key does not count then.
    #[error("the log's key does not count at {0}")]
    Time(Timestamp),
    /// The proof does not hold.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
    /// The log's statement of its contents does not hold.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is of something else.
    #[error(transparent)]
    Body(#[from] BodyError),
}

impl LogEntry {
    /// Holds the entry against the logs that are trusted and against what was signed. `time` is when that was, as others
    /// than this log say; it is held against the time in which the log's key counts.
    pub fn verify(
        &self,
        material: &Material<'_>,
        logs: &[Log],
        time: Option<Timestamp>,
    ) -> Result<Shown, LogError> {
        if self.body.len() > ENTRY_LIMIT {
            return Err(LogError::TooLarge { limit: ENTRY_LIMIT });
        }
        if self.proof.is_none() && self.promise.is_none() {
            return Err(LogError::NoProof);
        }
        let mut nearest = LogError::Unknown(data_encoding::HEXLOWER.encode(&self.log));
        // Keys that are replaced leave a log with its name, so that several may have it.
        for log in logs.iter().filter(|log| log.id == self.log) {
            match self.verify_with(log, time) {
                Ok(shown) => {
                    material.check(&self.kind, &self.body)?;
                    return Ok(shown);
                }
                Err(error) => nearest = error,
            }
        }
        Err(nearest)
    }

    fn verify_with(&self, log: &Log, time: Option<Timestamp>) -> Result<Shown, LogError> {
        if let Some(proof) = &self.proof {
            let checkpoint = Checkpoint::of_note(&proof.checkpoint)?;
            checkpoint.verify(log)?;
            proof.verify(&self.body, &checkpoint)?;
        }
        let integrated = match &self.promise {
            Some(promise) => {
                let integrated = self.integrated.ok_or(LogError::NoTime)?;
                let signed = self.promised(integrated);
                log.key
                    .verify_with(log.scheme, Signed::Bytes(signed.as_bytes()), promise)
                    .map_err(|_| LogError::Promise)?;
                Some(integrated)
            }
            None => None,
        };
        for time in integrated.into_iter().chain(time) {
            if !log.valid.includes(time) {
                return Err(LogError::Time(time));
            }
        }
        Ok(Shown { index: self.index, log: log.base_url.clone(), integrated })
    }

    /// What the log signs as its promise: JSON with sorted keys and no spaces.
    fn promised(&self, integrated: Timestamp) -> String {
        format!(
            r#"{{"body":"{}","integratedTime":{},"logID":"{}","logIndex":{}}}"#,
            data_encoding::BASE64.encode(&self.body),
            integrated.as_second(),
            data_encoding::HEXLOWER.encode(&self.log),
            self.index,
        )
    }
}
