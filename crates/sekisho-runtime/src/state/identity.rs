//! Numbers for what is alike: two processes or files that no rule can tell apart have the same one, however often such a
//! process begins or such a file is opened. They are given once and never again.

use std::collections::HashMap;
use std::net::IpAddr;

use sekisho_capture::{NumberHash, Socket};

use super::file::File;
use super::image::Image;

/// No more is remembered of programs, files, folders and environments, about.
const TEXT_BYTES: usize = 1 << 20;
/// No more is remembered of processes, about.
const PROCESS_BYTES: usize = 1 << 20;
/// What remembering something takes beside its key.
const ENTRY_BYTES: usize = 64;

/// What a text is of.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    Image,
    File,
    Folder,
    Environment,
}

/// Numbers for what is alike.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    last: u64,
    /// Programs, files, folders and environments by all that rules can ask of them.
    texts: HashMap<Box<[u8]>, u64, NumberHash>,
    text_bytes: usize,
    /// Processes by the same.
    processes: HashMap<Box<[u64]>, u64, NumberHash>,
    process_bytes: usize,
    text: Vec<u8>,
    /// Room for what is known of a process.
    pub(crate) numbers: Vec<u64>,
}

impl Identities {
    /// The bytes that it takes, about.
    pub(crate) fn bytes(&self) -> usize {
        self.text_bytes + self.process_bytes
    }

    /// A number that was never given before.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The number of a program, by all but its environment.
    pub(crate) fn of_image(&mut self, image: &Image) -> u64 {
        self.begin(Text::Image);
        for text in [&image.command, &image.exe, &image.path, &image.arguments] {
            self.add(text);
        }
        self.of_begun()
    }

    /// The number of a text.
    pub(crate) fn of_text(&mut self, kind: Text, text: &[u8]) -> u64 {
        self.begin(kind);
        self.add(text);
        self.of_begun()
    }

    /// The number of what a descriptor stands for.
    pub(crate) fn of_file(&mut self, file: &File) -> u64 {
        if let Some(known) = file.identity.known() {
            return known;
        }
        self.begin(Text::File);
        let properties = [file.is_connected, file.is_upper_layer, file.is_lower_layer, file.ends.is_some()];
        self.text.extend([file.kind as u8, file.role as u8, file.protocol as u8]);
        self.text.extend(properties.map(u8::from));
        self.text.extend(file.flags.to_le_bytes());
        self.text.extend(file.device.to_le_bytes());
        self.text.extend(file.inode.to_le_bytes());
        self.text.extend(file.process.to_le_bytes());
        for end in file.ends.iter().flat_map(|(source, destination)| [source, destination]) {
            let Socket { address, port } = *end;
            self.text.push(u8::from(address.is_ipv4()));
            match address {
                IpAddr::V4(address) => self.text.extend(address.octets()),
                IpAddr::V6(address) => self.text.extend(address.octets()),
            }
            self.text.extend(port.to_le_bytes());
        }
        self.add(&file.name);
        self.add(&file.raw_name);
        let number = self.of_begun();
        file.identity.learn(number);
        number
    }

    fn begin(&mut self, kind: Text) {
        self.text.clear();
        self.text.push(kind as u8);
    }

    fn add(&mut self, text: &[u8]) {
        self.text.extend((text.len() as u64).to_le_bytes());
        self.text.extend_from_slice(text);
    }

    fn of_begun(&mut self) -> u64 {
        if let Some(known) = self.texts.get(&self.text[..]) {
            return *known;
        }
        if self.text_bytes + self.text.len() > TEXT_BYTES {
            self.texts.clear();
            self.text_bytes = 0;
        }
        self.text_bytes += self.text.len() + ENTRY_BYTES;
        let number = self.next();
        self.texts.insert(self.text[..].into(), number);
        number
    }

    /// The number of a process of which this is known.
    pub(crate) fn of_process(&mut self) -> u64 {
        if let Some(known) = self.processes.get(&self.numbers[..]) {
            return *known;
        }
        if self.process_bytes > PROCESS_BYTES {
            self.processes.clear();
            self.process_bytes = 0;
        }
        self.process_bytes += size_of_val(&self.numbers[..]) + ENTRY_BYTES;
        let number = self.next();
        self.processes.insert(self.numbers[..].into(), number);
        number
    }
}
