//! The account list: users and groups.

use crate::budget::Budget;
use crate::cursor::{Cursor, record};
use crate::encode::{put_bytes, put_record};
use crate::error::RecordError;

/// The users and groups of the machine.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Accounts {
    /// Users in the order of the file.
    pub users: Vec<User>,
    /// Groups in the order of the file.
    pub groups: Vec<Group>,
}

/// A user.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct User {
    /// The user's number.
    pub uid: u32,
    /// The number of the main group.
    pub gid: u32,
    /// The name.
    pub name: Vec<u8>,
    /// The home folder.
    pub home: Vec<u8>,
    /// The login shell.
    pub shell: Vec<u8>,
}

/// A group.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Group {
    /// The group's number.
    pub gid: u32,
    /// The name.
    pub name: Vec<u8>,
}

impl Accounts {
    pub(crate) fn decode(body: &[u8], sized: bool, budget: &Budget) -> Result<Self, RecordError> {
        let mut cursor = Cursor::new(body);
        let mut accounts = Self::default();
        while cursor.left() >= 4 {
            record(&mut cursor, sized, |cursor, _| accounts.decode_one(cursor, budget.account_bytes))?;
        }
        Ok(accounts)
    }

    fn decode_one(&mut self, cursor: &mut Cursor<'_>, limit: u16) -> Result<(), RecordError> {
        if cursor.u8("account type")? == 0 {
            self.users.push(User {
                uid: cursor.u32("user id")?,
                gid: cursor.u32("group id")?,
                name: cursor.bytes(limit, "user name")?,
                home: cursor.bytes(limit, "home folder")?,
                shell: cursor.bytes(limit, "shell")?,
            });
        } else {
            self.groups
                .push(Group { gid: cursor.u32("group id")?, name: cursor.bytes(limit, "group name")? });
        }
        Ok(())
    }

    pub(crate) fn encode(&self, limit: u16) -> Vec<u8> {
        let mut out = Vec::new();
        for user in &self.users {
            put_record(&mut out, |out| {
                out.push(0);
                out.extend(user.uid.to_le_bytes());
                out.extend(user.gid.to_le_bytes());
                for text in [&user.name, &user.home, &user.shell] {
                    put_bytes(out, text, limit);
                }
            });
        }
        for group in &self.groups {
            put_record(&mut out, |out| {
                out.push(1);
                out.extend(group.gid.to_le_bytes());
                put_bytes(out, &group.name, limit);
            });
        }
        out
    }
}
