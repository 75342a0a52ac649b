//! One thread.

use std::cell::Cell;
use std::sync::Arc;

use sekisho_capture::EventBuf;

use super::image::{ControlGroups, Image};
use super::table::Descriptors;
use super::{NONE, Slot, flag};

/// What is known of a thread. What belongs to the whole process is in its main thread.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "threads have these properties, which are independent")]
pub(crate) struct Thread {
    pub(crate) tid: i64,
    /// Its process; -1 where nothing is known of the thread but that it did something.
    pub(crate) pid: i64,
    /// The parent as it was told.
    pub(crate) parent_tid: i64,
    pub(crate) virtual_tid: i64,
    pub(crate) virtual_pid: i64,
    pub(crate) session: i64,
    pub(crate) virtual_group: i64,
    pub(crate) group: i64,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) login_uid: u32,
    pub(crate) terminal: u32,
    pub(crate) flags: u32,
    pub(crate) descriptor_limit: i64,
    pub(crate) memory_virtual: u32,
    pub(crate) memory_resident: u32,
    pub(crate) memory_swapped: u32,
    pub(crate) faults_major: u64,
    pub(crate) faults_minor: u64,
    pub(crate) inheritable: u64,
    pub(crate) permitted: u64,
    pub(crate) effective: u64,
    pub(crate) exe_inode: u64,
    pub(crate) exe_changed: u64,
    pub(crate) exe_modified: u64,
    pub(crate) exe_changed_before_start: u64,
    pub(crate) exe_changed_after_namespace: u64,
    pub(crate) namespace_start: u64,
    pub(crate) started: u64,
    pub(crate) exe_writable: bool,
    pub(crate) exe_upper_layer: bool,
    pub(crate) exe_lower_layer: bool,
    pub(crate) exe_from_memory: bool,
    pub(crate) image: Arc<Image>,
    pub(crate) control_groups: Arc<ControlGroups>,
    pub(crate) working_folder: Arc<[u8]>,
    pub(crate) root: Arc<[u8]>,
    pub(crate) descriptors: Arc<Descriptors>,
    /// The descriptor that its last event was about; -1 where there was none.
    pub(crate) descriptor: i64,
    /// The enter event that its exit needs.
    pub(crate) entered: Option<Box<EventBuf>>,
    /// When its last event was.
    pub(crate) seen: u64,
    /// The time that its last call took.
    pub(crate) latency: u64,
    /// Processor time that switches told of.
    pub(crate) ran: u64,
    /// Processor time that the last notice told of.
    pub(crate) processor_time: u64,
    /// The process was told to have ended, and other threads of it have not.
    pub(crate) is_dead: bool,
    /// Orphans below it come to it.
    pub(crate) is_reaper: bool,
    /// It did something since the last look for what can be forgotten.
    pub(crate) is_recent: bool,
    /// It is counted among the threads of its process.
    pub(crate) is_linked: bool,
    /// Threads of the process that have not ended, the main one among them; held by the main thread.
    pub(crate) live: u32,
    /// The number of what rules can ask of the process, and the edition of the threads that it was had in.
    pub(crate) identity: Cell<(u64, u64)>,
    pub(crate) above: Slot,
    pub(crate) first_below: Slot,
    pub(crate) next_beside: Slot,
    pub(crate) last_beside: Slot,
}

impl Thread {
    pub(crate) fn new(tid: i64) -> Self {
        Self {
            tid,
            pid: -1,
            parent_tid: -1,
            virtual_tid: -1,
            virtual_pid: -1,
            session: -1,
            virtual_group: -1,
            group: -1,
            uid: u32::MAX,
            gid: u32::MAX,
            login_uid: u32::MAX,
            terminal: 0,
            flags: 0,
            descriptor_limit: -1,
            memory_virtual: 0,
            memory_resident: 0,
            memory_swapped: 0,
            faults_major: 0,
            faults_minor: 0,
            inheritable: 0,
            permitted: 0,
            effective: 0,
            exe_inode: 0,
            exe_changed: 0,
            exe_modified: 0,
            exe_changed_before_start: 0,
            exe_changed_after_namespace: 0,
            namespace_start: 0,
            started: 0,
            exe_writable: false,
            exe_upper_layer: false,
            exe_lower_layer: false,
            exe_from_memory: false,
            image: Arc::default(),
            control_groups: Arc::default(),
            working_folder: Arc::default(),
            root: Arc::default(),
            descriptors: Arc::default(),
            descriptor: -1,
            entered: None,
            seen: 0,
            latency: 0,
            ran: 0,
            processor_time: 0,
            is_dead: false,
            is_reaper: false,
            is_recent: true,
            is_linked: false,
            live: 0,
            identity: Cell::new((0, 0)),
            above: NONE,
            first_below: NONE,
            next_beside: NONE,
            last_beside: NONE,
        }
    }

    /// Whether it stands for its process.
    pub(crate) fn is_main(&self) -> bool {
        self.tid == self.pid
    }

    /// Whether nothing is known of it but that it did something.
    pub(crate) fn is_unknown(&self) -> bool {
        self.pid < 0
    }

    /// Whether its descriptors are those of the process.
    pub(crate) fn shares_descriptors(&self) -> bool {
        self.flags & flag::CLONE_FILES != 0 && !self.is_main()
    }

    /// Whether its process numbers are of a namespace below the machine's.
    pub(crate) fn is_in_namespace(&self) -> bool {
        self.flags & flag::CHILD_IN_PID_NAMESPACE != 0 || self.tid != self.virtual_tid
    }
}
