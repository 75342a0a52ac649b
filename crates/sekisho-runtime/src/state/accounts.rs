//! Users and groups, of the machine and of containers.

use std::collections::HashMap;

use sekisho_capture::{Group, User};

/// Users and groups by container (empty for the machine) and number.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    users: HashMap<(Vec<u8>, u32), User>,
    groups: HashMap<(Vec<u8>, u32), Group>,
    limit: usize,
    /// Accounts that were not kept because there were too many.
    pub(crate) dropped: u64,
}

impl Accounts {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub(crate) fn clear(&mut self) {
        self.users.clear();
        self.groups.clear();
    }

    pub(crate) fn add_user(&mut self, container: &[u8], user: User) {
        if self.users.len() >= self.limit {
            self.dropped += 1;
            return;
        }
        self.users.insert((container.to_vec(), user.uid), user);
    }

    pub(crate) fn add_group(&mut self, container: &[u8], group: Group) {
        if self.groups.len() >= self.limit {
            self.dropped += 1;
            return;
        }
        self.groups.insert((container.to_vec(), group.gid), group);
    }

    pub(crate) fn remove_user(&mut self, container: &[u8], uid: u32) {
        self.users.remove(&(container.to_vec(), uid));
    }

    pub(crate) fn remove_group(&mut self, container: &[u8], gid: u32) {
        self.groups.remove(&(container.to_vec(), gid));
    }

    pub(crate) fn user(&self, container: &[u8], uid: u32) -> Option<&User> {
        self.users.get(&(container.to_vec(), uid))
    }

    pub(crate) fn group(&self, container: &[u8], gid: u32) -> Option<&Group> {
        self.groups.get(&(container.to_vec(), gid))
    }
}
