//! Writing captures, in the newest version of the format.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::account::Accounts;
use crate::block::BlockType;
use crate::budget::Budget;
use crate::descriptor::DescriptorTable;
use crate::event::{self, Event};
use crate::event_type::EventFlags;
use crate::interface::Interface;
use crate::machine::Machine;
use crate::process::Process;
use crate::reader::Item;

/// Writes a capture to a stream.
pub struct CaptureWriter<W: Write> {
    output: W,
    budget: Budget,
}

impl<W: Write> CaptureWriter<W> {
    /// Begins a capture with the header of its section. Texts longer than the budget's limits, which are those of
    /// readers, are cut off.
    pub fn new(output: W) -> io::Result<Self> {
        let mut writer = Self { output, budget: Budget::default() };
        let mut body = 0x1A2B_3C4D_u32.to_le_bytes().to_vec();
        body.extend(1_u16.to_le_bytes());
        body.extend(2_u16.to_le_bytes());
        // The length of the section: not known.
        body.extend(u64::MAX.to_le_bytes());
        writer.block(BlockType::Section, &body)?;
        Ok(writer)
    }

    /// Writes an item as a block. A section header begins anew.
    pub fn item(&mut self, item: &Item<'_>) -> io::Result<()> {
        match item {
            Item::Section(_) => Ok(()),
            Item::Machine(machine) => self.machine(machine),
            Item::Processes(processes) => self.processes(processes),
            Item::Descriptors(table) => self.descriptors(table),
            Item::Interfaces(interfaces) => self.interfaces(interfaces),
            Item::Accounts(accounts) => self.accounts(accounts),
            Item::Event(event) => self.event(event),
        }
    }

    /// Writes the machine.
    pub fn machine(&mut self, machine: &Machine) -> io::Result<()> {
        self.block(BlockType::Machine, &machine.encode())
    }

    /// Writes processes and threads.
    pub fn processes(&mut self, processes: &[Process]) -> io::Result<()> {
        let body = Process::encode_all(processes, &self.budget);
        self.block(BlockType::Processes(9), &body)
    }

    /// Writes the open descriptors of a process.
    pub fn descriptors(&mut self, table: &DescriptorTable) -> io::Result<()> {
        let body = table.encode(self.budget.path_bytes);
        self.block(BlockType::Descriptors(true), &body)
    }

    /// Writes network interfaces.
    pub fn interfaces(&mut self, interfaces: &[Interface]) -> io::Result<()> {
        let body = Interface::encode_all(interfaces, self.budget.path_bytes);
        self.block(BlockType::Interfaces(true), &body)
    }

    /// Writes users and groups.
    pub fn accounts(&mut self, accounts: &Accounts) -> io::Result<()> {
        let body = accounts.encode(self.budget.account_bytes);
        self.block(BlockType::Accounts(true), &body)
    }

    /// Writes an event.
    pub fn event(&mut self, event: &Event<'_>) -> io::Result<()> {
        let flags = event.head.flags != 0;
        let large = event.head.kind.info().flags.contains(EventFlags::LARGE);
        self.block(BlockType::Event { flags, counted: true, large }, &event::encode(event, flags))
    }

    /// Writes a block of any type around its body, filled up to four bytes.
    pub fn block(&mut self, kind: BlockType, body: &[u8]) -> io::Result<()> {
        let padding = body.len().next_multiple_of(4) - body.len();
        let length = u32::try_from(body.len() + padding + 12)
            .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a block cannot hold 4 GiB"))?;
        self.output.write_all(&kind.number().to_le_bytes())?;
        self.output.write_all(&length.to_le_bytes())?;
        self.output.write_all(body)?;
        io::copy(&mut io::repeat(0).take(padding as u64), &mut self.output)?;
        self.output.write_all(&length.to_le_bytes())
    }

    /// Ends the capture and gives the stream back.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }
}

impl<W: Write> CaptureWriter<GzEncoder<W>> {
    /// Begins a compressed capture. [`CaptureWriter::finish_compressed`] ends it.
    pub fn compressed(output: W) -> io::Result<Self> {
        Self::new(GzEncoder::new(output, Compression::default()))
    }

    /// Ends a compressed capture and gives the stream back.
    pub fn finish_compressed(self) -> io::Result<W> {
        self.output.finish()
    }
}
