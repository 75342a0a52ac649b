//! One entry of a layer or of a folder, as the adapter hands it over.

/// One entry of a layer or of a folder.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'e> {
    /// The path as the archive says it, from the root of the image or folder.
    pub path: &'e str,
    /// What it is.
    pub kind: Kind<'e>,
    /// Permission bits with set-user-id, set-group-id and sticky; `0o644` where nothing is known.
    pub mode: u32,
    /// Bytes of a regular file.
    pub size: u64,
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'e> {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link and where it leads.
    Symlink(&'e str),
    /// Another name of a file of the same layer, which it names.
    Hardlink(&'e str),
    /// A device, a pipe, a socket.
    Special,
}
