//! The machine block.

use crate::cursor::Cursor;
use crate::error::RecordError;

const HOST_NAME_BYTES: usize = 128;

/// The machine that a capture was taken on.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Machine {
    /// Processors.
    pub cpus: u32,
    /// Physical memory in bytes.
    pub memory_bytes: u64,
    /// The highest process id.
    pub max_pid: u64,
    /// The host's name.
    pub host_name: Vec<u8>,
    /// When it was started, in nanoseconds since 1970; zero where unknown.
    pub boot_time: u64,
    /// Flags of the capturing program.
    pub flags: u64,
}

impl Machine {
    pub(crate) fn decode(body: &[u8]) -> Result<Self, RecordError> {
        let mut cursor = Cursor::new(body);
        let (cpus, memory_bytes) = (cursor.u32("processor count")?, cursor.u64("memory size")?);
        let max_pid = cursor.u64("highest process id")?;
        let name = cursor.take(HOST_NAME_BYTES, "host name")?;
        let host_name = name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        // What follows was reserved, and zero, in older versions.
        let boot_time = cursor.u64("start time").unwrap_or_default();
        let flags = cursor.u64("flags").unwrap_or_default();
        Ok(Self { cpus, memory_bytes, max_pid, host_name, boot_time, flags })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.cpus.to_le_bytes());
        out.extend(self.memory_bytes.to_le_bytes());
        out.extend(self.max_pid.to_le_bytes());
        let name = self.host_name.iter().take(HOST_NAME_BYTES - 1).copied();
        out.extend(name.chain(std::iter::repeat(0)).take(HOST_NAME_BYTES));
        for word in [self.boot_time, self.flags, 0, 0] {
            out.extend(word.to_le_bytes());
        }
        out
    }
}
