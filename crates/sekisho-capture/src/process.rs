//! The process list, in nine versions that each added fields.

use crate::budget::Budget;
use crate::cursor::{Cursor, record};
use crate::encode::{put_bytes, put_record};
use crate::error::RecordError;

/// Bytes of the fields that a record of version 9 had at first. A record with more behind the root holds the
/// start of the process namespace and the terminal before them.
const FIRST_APPENDED_BYTES: usize = 29;

/// A process or thread as it was when the capture began.
#[derive(Clone, Debug, Eq, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "the format has these flags, which are independent")]
pub struct Process {
    /// The thread.
    pub tid: i64,
    /// Its process.
    pub pid: i64,
    /// The parent process.
    pub parent: i64,
    /// The session; -1 where unknown.
    pub session: i64,
    /// The process group in its own namespace; -1 where unknown.
    pub virtual_group: i64,
    /// The short name.
    pub command: Vec<u8>,
    /// The first argument.
    pub exe: Vec<u8>,
    /// The path of the executable; empty where unknown.
    pub exe_path: Vec<u8>,
    /// The arguments, each ended by a zero byte.
    pub arguments: Vec<u8>,
    /// The working folder.
    pub working_folder: Vec<u8>,
    /// How many descriptors it may open.
    pub descriptor_limit: i64,
    /// Flags of `clone`, as captures number them.
    pub flags: u32,
    /// The effective user.
    pub uid: u32,
    /// The effective group.
    pub gid: u32,
    /// Virtual memory in KiB.
    pub memory_virtual: u32,
    /// Resident memory in KiB.
    pub memory_resident: u32,
    /// Swapped memory in KiB.
    pub memory_swapped: u32,
    /// Page faults that read from a disk.
    pub faults_major: u64,
    /// Page faults that did not.
    pub faults_minor: u64,
    /// The environment, each entry ended by a zero byte.
    pub environment: Vec<u8>,
    /// The thread in its own namespace; -1 where unknown.
    pub virtual_tid: i64,
    /// The process in its own namespace; -1 where unknown.
    pub virtual_pid: i64,
    /// The control groups as `subsystem=path`, each ended by a zero byte.
    pub control_groups: Vec<u8>,
    /// The root folder.
    pub root: Vec<u8>,
    /// When its process namespace began.
    pub namespace_start: u64,
    /// The terminal.
    pub terminal: u32,
    /// The user that logged in; `u32::MAX` where none did.
    pub login_uid: u32,
    /// The process may write to its executable.
    pub exe_writable: bool,
    /// Inheritable capabilities.
    pub inheritable: u64,
    /// Permitted capabilities.
    pub permitted: u64,
    /// Effective capabilities.
    pub effective: u64,
    /// The executable is in the upper layer of an overlay.
    pub exe_upper_layer: bool,
    /// The executable's inode.
    pub exe_inode: u64,
    /// When the inode was last changed.
    pub exe_changed: u64,
    /// When the executable was last modified.
    pub exe_modified: u64,
    /// The executable is a file in memory.
    pub exe_from_memory: bool,
    /// The executable is in the lower layer of an overlay.
    pub exe_lower_layer: bool,
    /// The process group; -1 where unknown.
    pub group: i64,
}

impl Default for Process {
    fn default() -> Self {
        Self {
            tid: 0,
            pid: 0,
            parent: 0,
            session: -1,
            virtual_group: -1,
            command: Vec::new(),
            exe: Vec::new(),
            exe_path: Vec::new(),
            arguments: Vec::new(),
            working_folder: Vec::new(),
            descriptor_limit: 0,
            flags: 0,
            uid: 0,
            gid: 0,
            memory_virtual: 0,
            memory_resident: 0,
            memory_swapped: 0,
            faults_major: 0,
            faults_minor: 0,
            environment: Vec::new(),
            virtual_tid: -1,
            virtual_pid: -1,
            control_groups: Vec::new(),
            root: Vec::new(),
            namespace_start: 0,
            terminal: 0,
            login_uid: u32::MAX,
            exe_writable: false,
            inheritable: 0,
            permitted: 0,
            effective: 0,
            exe_upper_layer: false,
            exe_inode: 0,
            exe_changed: 0,
            exe_modified: 0,
            exe_from_memory: false,
            exe_lower_layer: false,
            group: -1,
        }
    }
}

impl Process {
    pub(crate) fn decode_all(body: &[u8], version: u8, budget: &Budget) -> Result<Vec<Self>, RecordError> {
        let mut cursor = Cursor::new(body);
        let mut processes = Vec::new();
        while cursor.left() >= 4 {
            processes.push(record(&mut cursor, version >= 9, |cursor, more| {
                let mut process = Self::default();
                process.decode(cursor, version, budget)?;
                if more {
                    process.decode_appended(cursor)?;
                }
                Ok(process)
            })?);
        }
        Ok(processes)
    }

    fn decode(&mut self, cursor: &mut Cursor<'_>, version: u8, budget: &Budget) -> Result<(), RecordError> {
        let (path, argument) = (budget.path_bytes, budget.argument_bytes);
        self.tid = cursor.i64("thread id")?;
        self.pid = cursor.i64("process id")?;
        self.parent = cursor.i64("parent id")?;
        if version >= 6 {
            self.session = cursor.i64("session id")?;
        }
        if version >= 8 {
            self.virtual_group = cursor.i64("process group")?;
        }
        self.command = cursor.bytes(path, "command")?;
        self.exe = cursor.bytes(path, "executable")?;
        if version >= 7 {
            self.exe_path = cursor.bytes(path, "executable's path")?;
        }
        self.arguments = ended(cursor.bytes(argument, "arguments")?);
        self.working_folder = cursor.bytes(path, "working folder")?;
        self.descriptor_limit = cursor.i64("descriptor limit")?;
        self.flags = cursor.u32("flags")?;
        self.uid = cursor.u32("user id")?;
        self.gid = cursor.u32("group id")?;
        if version >= 2 {
            self.memory_virtual = cursor.u32("virtual memory")?;
            self.memory_resident = cursor.u32("resident memory")?;
            self.memory_swapped = cursor.u32("swapped memory")?;
            self.faults_major = cursor.u64("major faults")?;
            self.faults_minor = cursor.u64("minor faults")?;
        }
        if version >= 3 {
            self.environment = ended(cursor.bytes(argument, "environment")?);
        }
        if version >= 4 {
            self.virtual_tid = cursor.i64("virtual thread id")?;
            self.virtual_pid = cursor.i64("virtual process id")?;
            self.control_groups = cursor.bytes(argument, "control groups")?;
        }
        if version >= 5 {
            self.root = cursor.bytes(path, "root folder")?;
        }
        Ok(())
    }

    /// The fields that version 9 has as far as a record's length reaches.
    fn decode_appended(&mut self, cursor: &mut Cursor<'_>) -> Result<(), RecordError> {
        let has = |cursor: &Cursor<'_>, bytes: usize| cursor.left() >= bytes;
        if has(cursor, FIRST_APPENDED_BYTES + 1) {
            self.namespace_start = cursor.u64("namespace start")?;
            self.terminal = cursor.u32("terminal")?;
        }
        if has(cursor, 4) {
            self.login_uid = cursor.u32("login user")?;
        }
        if has(cursor, 1) {
            self.exe_writable = cursor.u8("executable's flag")? != 0;
        }
        for set in [&mut self.inheritable, &mut self.permitted, &mut self.effective] {
            if has(cursor, 8) {
                *set = cursor.u64("capabilities")?;
            }
        }
        if has(cursor, 1) {
            self.exe_upper_layer = cursor.u8("executable's flag")? != 0;
        }
        for field in [&mut self.exe_inode, &mut self.exe_changed, &mut self.exe_modified] {
            if has(cursor, 8) {
                *field = cursor.u64("executable's inode")?;
            }
        }
        for flag in [&mut self.exe_from_memory, &mut self.exe_lower_layer] {
            if has(cursor, 1) {
                *flag = cursor.u8("executable's flag")? != 0;
            }
        }
        if has(cursor, 8) {
            self.group = cursor.i64("process group")?;
        }
        Ok(())
    }

    pub(crate) fn encode_all(processes: &[Self], budget: &Budget) -> Vec<u8> {
        let mut out = Vec::new();
        for process in processes {
            put_record(&mut out, |out| process.encode(out, budget));
        }
        out
    }

    fn encode(&self, out: &mut Vec<u8>, budget: &Budget) {
        for number in [self.tid, self.pid, self.parent, self.session, self.virtual_group] {
            out.extend(number.to_le_bytes());
        }
        for text in [&self.command, &self.exe, &self.exe_path] {
            put_bytes(out, text, budget.path_bytes);
        }
        put_bytes(out, &self.arguments, budget.argument_bytes);
        put_bytes(out, &self.working_folder, budget.path_bytes);
        out.extend(self.descriptor_limit.to_le_bytes());
        let memory = [self.memory_virtual, self.memory_resident, self.memory_swapped];
        for number in [self.flags, self.uid, self.gid].into_iter().chain(memory) {
            out.extend(number.to_le_bytes());
        }
        out.extend(self.faults_major.to_le_bytes());
        out.extend(self.faults_minor.to_le_bytes());
        put_bytes(out, &self.environment, budget.argument_bytes);
        out.extend(self.virtual_tid.to_le_bytes());
        out.extend(self.virtual_pid.to_le_bytes());
        put_bytes(out, &self.control_groups, budget.argument_bytes);
        put_bytes(out, &self.root, budget.path_bytes);
        out.extend(self.namespace_start.to_le_bytes());
        out.extend(self.terminal.to_le_bytes());
        out.extend(self.login_uid.to_le_bytes());
        out.push(self.exe_writable.into());
        for set in [self.inheritable, self.permitted, self.effective] {
            out.extend(set.to_le_bytes());
        }
        out.push(self.exe_upper_layer.into());
        for field in [self.exe_inode, self.exe_changed, self.exe_modified] {
            out.extend(field.to_le_bytes());
        }
        out.push(self.exe_from_memory.into());
        out.push(self.exe_lower_layer.into());
        out.extend(self.group.to_le_bytes());
    }
}

/// Texts of which each is ended by a zero byte: some writers leave the last one out.
fn ended(mut texts: Vec<u8>) -> Vec<u8> {
    if texts.last().is_some_and(|last| *last != 0) {
        texts.push(0);
    }
    texts
}
