//! Files that were opened lately: what is opened again is the same to every rule.

use std::sync::Arc;

use super::State;
use super::file::{File, FileKind};
use super::flag;

/// No more files are remembered, in sets of which each pushes out its oldest.
const FILES: usize = 512;
const SET: usize = 4;

/// What an event tells of a file that was opened, but for its path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Opening {
    pub(crate) flags: u32,
    pub(crate) device: u32,
    pub(crate) inode: u64,
}

impl Opening {
    /// The file, which has this path and was named so.
    pub(crate) fn file(self, name: Arc<[u8]>, raw_name: Arc<[u8]>) -> File {
        let Self { flags, device, inode } = self;
        File {
            kind: if flags & flag::O_DIRECTORY != 0 { FileKind::Folder } else { FileKind::File },
            flags,
            device,
            inode,
            name,
            raw_name,
            is_upper_layer: flags & flag::UPPER_LAYER != 0,
            is_lower_layer: flags & flag::LOWER_LAYER != 0,
            ..File::default()
        }
    }
}

impl State {
    /// A file that was opened lately as this one was, by a path that counted from no folder.
    pub(crate) fn reopened(&self, opening: Opening, path: &[u8]) -> Option<Arc<File>> {
        let is_it = |known: &&Arc<File>| {
            is_of(known, opening) && *known.raw_name == *path && Arc::ptr_eq(&known.name, &known.raw_name)
        };
        self.opened.get(set(path))?.iter().flatten().find(is_it).cloned()
    }

    /// A file that was opened; the one of before where nothing tells them apart.
    pub(crate) fn as_before(&mut self, opening: Opening, name: Arc<[u8]>, raw_name: Arc<[u8]>) -> Arc<File> {
        if self.opened.is_empty() {
            self.opened.resize(FILES / SET, Default::default());
        }
        let place = set(&raw_name);
        let mut files = self.opened.get_mut(place);
        let is_it =
            |known: &&Arc<File>| is_of(known, opening) && known.raw_name == raw_name && known.name == name;
        if let Some(known) = files.as_ref().and_then(|files| files.iter().flatten().find(is_it)) {
            return known.clone();
        }
        let file = Arc::new(opening.file(name, raw_name));
        let mut oldest = None;
        if let Some(files) = &mut files {
            files.rotate_right(1);
            oldest = files.first_mut().and_then(|first| first.replace(file.clone()));
        }
        self.threads.charge(file.bytes());
        self.threads.release_file(oldest);
        file
    }
}

/// The files of a set, newest first.
pub(crate) type OpenedSet = [Option<Arc<File>>; SET];

/// Whether a file that was opened, of which nothing else is known, is as an event tells.
fn is_of(file: &File, opening: Opening) -> bool {
    Opening { flags: file.flags, device: file.device, inode: file.inode } == opening
}

/// The place of the set that a path is in.
fn set(name: &[u8]) -> usize {
    let (words, rest) = name.as_chunks::<8>();
    let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517C_C1B7_2722_0A95);
    let hash = words.iter().fold(name.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let hash = rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)));
    (hash >> 40) as usize % (FILES / SET)
}
