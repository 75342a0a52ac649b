//! Captures: read, written, converted, broken.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bad_input;
mod conversion;
mod round_trip;
mod versions;

use sekisho_capture::{
    Budget, CaptureError, CaptureReader, CaptureWriter, EventBuf, EventType, Head, Item, Profile, Statistics,
};

/// What a capture holds, with owned events.
#[derive(Debug, Default)]
struct Read {
    machines: Vec<sekisho_capture::Machine>,
    processes: Vec<sekisho_capture::Process>,
    tables: Vec<sekisho_capture::DescriptorTable>,
    interfaces: Vec<sekisho_capture::Interface>,
    accounts: Vec<sekisho_capture::Accounts>,
    sections: usize,
    events: Vec<EventBuf>,
    errors: Vec<CaptureError>,
    statistics: Statistics,
}

fn read(bytes: &[u8], profile: Profile) -> Read {
    read_within(bytes, profile, Budget::default())
}

fn read_within(bytes: &[u8], profile: Profile, budget: Budget) -> Read {
    let mut found = Read::default();
    let mut reader = match CaptureReader::new(bytes, profile, budget) {
        Ok(reader) => reader,
        Err(error) => {
            found.errors.push(error);
            return found;
        }
    };
    loop {
        match reader.next_item() {
            Ok(None) => break,
            Ok(Some(Item::Section(_))) => found.sections += 1,
            Ok(Some(Item::Machine(machine))) => found.machines.push(machine),
            Ok(Some(Item::Processes(processes))) => found.processes.extend(processes),
            Ok(Some(Item::Descriptors(table))) => found.tables.push(table),
            Ok(Some(Item::Interfaces(interfaces))) => found.interfaces.extend(interfaces),
            Ok(Some(Item::Accounts(accounts))) => found.accounts.push(accounts),
            Ok(Some(Item::Event(event))) => found.events.push(event.into()),
            Err(error) => found.errors.push(error),
        }
    }
    found.statistics = reader.statistics();
    found
}

fn head(constant: &str) -> Head {
    let kind = EventType::named(constant).unwrap_or_else(|| panic!("no event type {constant}"));
    Head { time: 1_700_000_000_000_000_000, thread: 7, cpu: 1, flags: 0, kind }
}

fn event(constant: &str, parameters: &[&[u8]]) -> EventBuf {
    parameters.iter().fold(EventBuf::new(head(constant)), |event, value| event.with(value))
}

fn capture(events: &[EventBuf]) -> Vec<u8> {
    let mut writer = CaptureWriter::new(Vec::new()).unwrap();
    for event in events {
        writer.event(&event.as_event()).unwrap();
    }
    writer.finish().unwrap()
}
