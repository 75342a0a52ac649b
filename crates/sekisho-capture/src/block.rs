//! The types of blocks. Captures of before the first release used numbers of their own for some of them.

use std::fmt;

/// The type of a block, with what its version means for reading it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlockType {
    /// Opens a section: a capture, or one of several that were joined.
    Section,
    /// The machine.
    Machine,
    /// Processes and threads; the version, 1 to 9.
    Processes(u8),
    /// Descriptors of one process; whether each record states its length.
    Descriptors(bool),
    /// Network interfaces; whether each record states its length.
    Interfaces(bool),
    /// Users and groups; whether each record states its length.
    Accounts(bool),
    /// An event.
    Event {
        /// Flags stand before it.
        flags: bool,
        /// Its header states the number of parameters.
        counted: bool,
        /// It may be longer than 64 KiB.
        large: bool,
    },
    /// Anything else.
    Unknown(u32),
}

impl BlockType {
    pub(crate) const SECTION: u32 = 0x0A0D_0D0A;

    /// The type that a number stands for.
    pub fn from_number(number: u32) -> Self {
        let event = |flags, counted, large| Self::Event { flags, counted, large };
        match number {
            Self::SECTION => Self::Section,
            0x201 | 0x8002_ABCD => Self::Machine,
            0x202 | 0x8000_ABCD => Self::Processes(1),
            0x207 | 0x8013_ABCD => Self::Processes(2),
            0x209 | 0x8014_ABCD => Self::Processes(3),
            0x210 => Self::Processes(4),
            0x211 => Self::Processes(5),
            0x212 => Self::Processes(6),
            0x213 => Self::Processes(7),
            0x214 => Self::Processes(8),
            0x215 => Self::Processes(9),
            0x203 | 0x8001_ABCD => Self::Descriptors(false),
            0x218 => Self::Descriptors(true),
            0x205 | 0x8011_ABCD => Self::Interfaces(false),
            0x219 => Self::Interfaces(true),
            0x206 | 0x8012_ABCD => Self::Accounts(false),
            0x220 => Self::Accounts(true),
            0x204 | 0x8010_ABCD => event(false, false, false),
            0x208 => event(true, false, false),
            0x216 => event(false, true, false),
            0x217 => event(true, true, false),
            0x221 => event(false, true, true),
            0x222 => event(true, true, true),
            other => Self::Unknown(other),
        }
    }

    /// The number of a type, where it has several the one of released versions.
    pub fn number(self) -> u32 {
        match self {
            Self::Section => Self::SECTION,
            Self::Machine => 0x201,
            Self::Processes(1) => 0x202,
            Self::Processes(2) => 0x207,
            Self::Processes(3) => 0x209,
            Self::Processes(version) => 0x20C + u32::from(version),
            Self::Descriptors(false) => 0x203,
            Self::Descriptors(true) => 0x218,
            Self::Interfaces(false) => 0x205,
            Self::Interfaces(true) => 0x219,
            Self::Accounts(false) => 0x206,
            Self::Accounts(true) => 0x220,
            Self::Event { flags: false, counted: false, .. } => 0x204,
            Self::Event { flags: true, counted: false, .. } => 0x208,
            Self::Event { flags: false, counted: true, large: false } => 0x216,
            Self::Event { flags: true, counted: true, large: false } => 0x217,
            Self::Event { flags: false, counted: true, large: true } => 0x221,
            Self::Event { flags: true, counted: true, large: true } => 0x222,
            Self::Unknown(number) => number,
        }
    }
}

impl fmt::Display for BlockType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Section => "section header",
            Self::Machine => "machine",
            Self::Processes(version) => return write!(f, "process list (version {version})"),
            Self::Descriptors(_) => "descriptor list",
            Self::Interfaces(_) => "interface list",
            Self::Accounts(_) => "account list",
            Self::Event { .. } => "event",
            Self::Unknown(number) => return write!(f, "{number:#x}"),
        };
        f.write_str(name)
    }
}
