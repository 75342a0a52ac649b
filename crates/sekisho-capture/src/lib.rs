//! Captures of system calls (scap files) ↔ model: state blocks and events, of all versions, plain or gzip.
//!
//! [`CaptureReader`] goes through a stream block by block and gives [`Item`]s: what the machine looked like when
//! the capture began (processes, descriptors, interfaces, accounts) and then its [`Event`]s. [`CaptureWriter`]
//! writes them. [`EventType`] is the table of every event and its parameters. [`Converter`] turns events of
//! older versions into current ones.
//!
//! The format is a relative of pcapng: blocks of a type, a length, a body and the length again, all
//! little-endian. This crate opens no file; it reads from and writes to streams that it is given, and every
//! length that a file states is held against the bytes that are there and against a [`Budget`].
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

mod account;
mod block;
mod budget;
mod convert;
mod cursor;
mod descriptor;
mod encode;
mod error;
mod event;
mod event_type;
mod flags;
mod hash;
mod interface;
mod machine;
mod process;
mod reader;
mod syscall;
mod window;
mod writer;

pub use account::{Accounts, Group, User};
pub use block::BlockType;
pub use budget::Budget;
pub use convert::Converter;
pub use descriptor::{Descriptor, DescriptorKind, DescriptorTable, Socket};
pub use error::{CaptureError, ConvertError, RecordError};
pub use event::{Event, EventBuf, Head};
pub use event_type::{
    Category, Direction, EventFlags, EventInfo, EventType, Format, Origin, Parameter, Type,
};
pub use flags::{FlagTable, flag_table};
pub use hash::{NumberHash, NumberHasher};
pub use interface::Interface;
pub use machine::Machine;
pub use process::Process;
pub use reader::{CaptureReader, Item, Profile, Section, Statistics};
pub use syscall::syscall_name;
pub use writer::CaptureWriter;
