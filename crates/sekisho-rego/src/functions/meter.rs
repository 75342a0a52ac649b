//! What an evaluation may spend, and what it has left.

/// What an evaluation may still spend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meter {
    work: u64,
    bytes: u64,
}

/// Why an evaluation ends before its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MeterError {
    /// It does more than it may.
    #[error("the evaluation takes more work than its budget allows: simplify the policy, or allow it more")]
    Work,
    /// It makes more than it may.
    #[error("the evaluation takes more memory than its budget allows: simplify the policy, or allow it more")]
    Bytes,
}

impl Meter {
    /// A meter of so many steps, each about what one expression without functions costs, and so many bytes.
    pub fn new(work: u64, bytes: u64) -> Self {
        Self { work, bytes }
    }

    /// Takes steps of work.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn charge(&mut self, steps: u64) -> Result<(), MeterError> {
        if let Some(left) = self.work.checked_sub(steps) {
            self.work = left;
            Ok(())
        } else {
            self.work = 0;
            Err(MeterError::Work)
        }
    }

    /// Takes bytes of memory; they are not given back.
    ///
    /// # Errors
    /// Where there are not so many left.
    pub fn allocate(&mut self, bytes: u64) -> Result<(), MeterError> {
        if let Some(left) = self.bytes.checked_sub(bytes) {
            self.bytes = left;
            Ok(())
        } else {
            self.bytes = 0;
            Err(MeterError::Bytes)
        }
    }

    /// The steps and bytes that are left.
    pub fn left(&self) -> (u64, u64) {
        (self.work, self.bytes)
    }
}
