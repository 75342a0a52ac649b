//! Numbers for what is alike: two processes that no rule can tell apart have the same one, however often such a process
//! begins. They are given once and never again.

use std::collections::HashMap;

use super::image::Image;

/// No more is remembered of programs, about.
const IMAGE_BYTES: usize = 1 << 20;
/// No more processes are told apart at a time.
const PROCESSES: usize = 4_096;

/// Numbers for what is alike.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    last: u64,
    /// Programs by their texts.
    images: HashMap<Box<[u8]>, u64>,
    image_bytes: usize,
    /// Processes by all that rules can ask of them.
    processes: HashMap<Box<[u64]>, u64>,
    texts: Vec<u8>,
    /// Room for what is known of a process.
    pub(crate) numbers: Vec<u64>,
}

impl Identities {
    /// A number that was never given before.
    pub(crate) fn next(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// The number of a program, by all but its environment.
    pub(crate) fn of_image(&mut self, image: &Image) -> u64 {
        self.texts.clear();
        for text in [&image.command, &image.exe, &image.path, &image.arguments] {
            self.texts.extend((text.len() as u64).to_le_bytes());
            self.texts.extend_from_slice(text);
        }
        if let Some(known) = self.images.get(&self.texts[..]) {
            return *known;
        }
        if self.image_bytes + self.texts.len() > IMAGE_BYTES {
            self.images.clear();
            self.image_bytes = 0;
        }
        self.image_bytes += self.texts.len() + 64;
        let number = self.next();
        self.images.insert(self.texts[..].into(), number);
        number
    }

    /// The number of a process of which this is known.
    pub(crate) fn of_process(&mut self) -> u64 {
        if let Some(known) = self.processes.get(&self.numbers[..]) {
            return *known;
        }
        if self.processes.len() >= PROCESSES {
            self.processes.clear();
        }
        let number = self.next();
        self.processes.insert(self.numbers[..].into(), number);
        number
    }
}
