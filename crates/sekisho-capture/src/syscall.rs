//! The names of system calls.

use std::sync::LazyLock;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    include_str!("../data/syscalls.txt").lines().filter(|line| !line.starts_with('#')).collect()
});

/// The name of a system call by the number that captures give it, which is the same on every architecture.
pub fn syscall_name(number: u16) -> Option<&'static str> {
    NAMES.get(usize::from(number)).copied().filter(|name| *name != "-")
}
