//! Bits of flags as captures number them.

pub(crate) const O_RDONLY: u32 = 1;
pub(crate) const O_WRONLY: u32 = 1 << 1;
pub(crate) const O_CREAT: u32 = 1 << 2;
pub(crate) const O_DIRECTORY: u32 = 1 << 10;
pub(crate) const O_CLOEXEC: u32 = 1 << 12;
pub(crate) const O_TMPFILE: u32 = 1 << 13;
pub(crate) const O_CREATED: u32 = 1 << 14;
pub(crate) const UPPER_LAYER: u32 = 1 << 15;
pub(crate) const LOWER_LAYER: u32 = 1 << 16;

pub(crate) const CLONE_FILES: u32 = 1;
pub(crate) const CLONE_NEWPID: u32 = 1 << 6;
pub(crate) const CLONE_PARENT: u32 = 1 << 8;
pub(crate) const CLONE_THREAD: u32 = 1 << 13;
pub(crate) const CLONE_INVERTED: u32 = 1 << 16;
pub(crate) const CLONE_NEWUSER: u32 = 1 << 20;
pub(crate) const CLONE_VFORK: u32 = 1 << 27;
pub(crate) const CHILD_IN_PID_NAMESPACE: u32 = 1 << 29;

pub(crate) const EXE_WRITABLE: u32 = 1;
pub(crate) const EXE_UPPER_LAYER: u32 = 1 << 1;
pub(crate) const EXE_FROM_MEMORY: u32 = 1 << 2;
pub(crate) const EXE_LOWER_LAYER: u32 = 1 << 3;

/// What stands for the working folder where a descriptor of a folder may.
pub(crate) const AT_WORKING_FOLDER: i64 = -100;
