//! Threads begin, execute programs, change themselves and end; notices tell of containers and accounts.

use std::sync::Arc;

use sekisho_capture::{Event, Group, User};

use super::{Context, Parameters, result};
use crate::state::container::Container;
use crate::state::file::{File, FileKind};
use crate::state::image::{self, ControlGroups, Image};
use crate::state::thread::Thread;
use crate::state::{NONE, Slot, State, flag, path};

/// A thread that was begun so long ago was another one of the same number.
const STALE_NANOSECONDS: u64 = 2_000_000_000;
/// Every capability.
const ALL_CAPABILITIES: u64 = (1 << 41) - 1;
/// The limit of descriptors, among resources.
const DESCRIPTORS: u8 = 7;
/// Commands of `prctl` that make a process one that takes orphans, or ask whether it does.
const SUBREAPER: [u32; 2] = [36, 37];

impl State {
    pub(super) fn clone_exit(&mut self, event: &Event<'_>, context: &mut Context) {
        let child = result(event);
        if child < 0 {
            return;
        }
        if child == 0 { self.begin_child(event, context) } else { self.begin_other(event, child, context) }
    }

    /// The parent tells of the child.
    fn begin_other(&mut self, event: &Event<'_>, child: i64, context: &mut Context) {
        let Some(caller) = context.thread else { return };
        let flags = event.u32(15).unwrap_or_default();
        let Some(parent) = self.threads.get(caller) else { return };
        let is_vfork = flags & flag::CLONE_VFORK != 0 || event.head.kind.info().name == "vfork";
        let is_elsewhere = flags & (flag::CHILD_IN_PID_NAMESPACE | flag::CLONE_NEWPID | flag::CLONE_PARENT)
            != 0
            || !parent.is_unknown() && parent.tid != parent.virtual_tid && parent.virtual_tid >= 0;
        // The child tells more of itself, and in its own numbers.
        if is_elsewhere || is_vfork {
            return;
        }
        if let Some(known) = self.threads.find(child) {
            let told_itself =
                self.threads.get(known).is_some_and(|thread| thread.flags & flag::CLONE_INVERTED != 0);
            if told_itself {
                return;
            }
        }
        let is_thread = flags & flag::CLONE_THREAD != 0;
        let Some(parent) = self.threads.get(caller) else { return };
        let (pid, parent_tid) =
            if is_thread { (parent.pid, parent.parent_tid) } else { (child, event.head.thread) };
        let thread = Thread {
            pid,
            parent_tid,
            virtual_tid: child,
            virtual_pid: pid,
            flags: flags | if is_thread { flag::CLONE_FILES } else { 0 },
            namespace_start: self.machine.boot_time,
            ..Thread::new(child)
        };
        self.begin(event, thread, Some(caller), is_thread);
    }

    /// The child tells of itself.
    fn begin_child(&mut self, event: &Event<'_>, context: &mut Context) {
        let tid = event.head.thread;
        if let Some(known) = context.thread.and_then(|slot| self.threads.get(slot))
            && known.started != 0
            && event.head.time.saturating_sub(known.started) < STALE_NANOSECONDS
        {
            return;
        }
        let pid = event.i64(4).unwrap_or(tid);
        let parent_tid = event.i64(5).unwrap_or(-1);
        let flags = event.u32(15).unwrap_or_default() | flag::CLONE_INVERTED;
        let is_thread = flags & flag::CLONE_THREAD != 0;
        let (virtual_tid, virtual_process) = match (event.i64(18), event.i64(19)) {
            (Some(own), Some(of_process)) => (own, of_process),
            _ => (tid, -1),
        };
        let is_within =
            flags & (flag::CHILD_IN_PID_NAMESPACE | flag::CLONE_NEWPID) != 0 || tid != virtual_tid;
        let boot = self.machine.boot_time;
        let namespace_start = match event.u64(20).filter(|_| is_within) {
            Some(since_boot) => since_boot.saturating_add(boot),
            None if is_within => 0,
            None => boot,
        };
        let thread = Thread {
            pid,
            parent_tid,
            virtual_tid,
            virtual_pid: virtual_process,
            flags: flags | if is_thread { flag::CLONE_FILES } else { 0 },
            namespace_start,
            ..Thread::new(tid)
        };
        let like = self.threads.find(if is_thread { pid } else { parent_tid });
        context.thread = Some(self.begin(event, thread, like, is_thread));
    }

    /// Puts a new thread in, which is like another but for what the event tells.
    fn begin(&mut self, event: &Event<'_>, mut thread: Thread, like: Option<Slot>, is_thread: bool) -> Slot {
        let model = like.and_then(|slot| self.threads.get(slot)).filter(|model| !model.is_unknown());
        let old_image = model.map(|model| model.image.clone());
        let old_groups = model.map(|model| model.control_groups.clone());
        if let Some(model) = model {
            thread.exe_writable = model.exe_writable;
            thread.exe_upper_layer = model.exe_upper_layer;
            thread.exe_lower_layer = model.exe_lower_layer;
            thread.exe_from_memory = model.exe_from_memory;
            thread.root = model.root.clone();
            thread.session = model.session;
            thread.virtual_group = model.virtual_group;
            thread.group = model.group;
            thread.terminal = model.terminal;
            thread.login_uid = model.login_uid;
            thread.permitted = model.permitted;
            thread.inheritable = model.inheritable;
            thread.effective = model.effective;
            thread.exe_inode = model.exe_inode;
            thread.exe_changed = model.exe_changed;
            thread.exe_modified = model.exe_modified;
            thread.exe_changed_before_start = model.exe_changed_before_start;
            thread.working_folder = model.working_folder.clone();
        }
        if !is_thread
            && let Some(owner) = like.and_then(|slot| self.owner(slot))
            && let Some(owner) = self.threads.get(owner)
        {
            thread.descriptors = owner.descriptors.clone();
        }
        thread.image = self.new_image(event, old_image, 1, 13);
        thread.control_groups = self.new_groups(event.bytes(14), old_groups);
        thread.descriptor_limit = event.i64(7).unwrap_or_default();
        set_memory(&mut thread, event);
        thread.uid = event.u32(16).unwrap_or(u32::MAX);
        thread.gid = event.u32(17).unwrap_or(u32::MAX);
        thread.started = event.head.time;
        let slot = self.threads.insert(thread);
        self.threads.link(slot);
        slot
    }

    /// The program that an event tells of, shared with what it was where it is the same.
    fn new_image(
        &mut self,
        event: &Event<'_>,
        old: Option<Arc<Image>>,
        exe: usize,
        command: usize,
    ) -> Arc<Image> {
        let name = event.text(exe).unwrap_or_default();
        let command = event.text(command).unwrap_or(name);
        let arguments = event.bytes(exe + 1).unwrap_or_default();
        if let Some(old) = &old
            && old.exe == name
            && old.command == command
            && old.arguments == arguments
        {
            return old.clone();
        }
        let image = Image {
            command: command.to_vec(),
            exe: name.to_vec(),
            path: old.as_ref().map(|old| old.path.clone()).unwrap_or_default(),
            arguments: arguments.to_vec(),
            environment: old.as_ref().map(|old| old.environment.clone()).unwrap_or_default(),
            environment_identity: old.map_or(0, |old| old.environment_identity),
            identity: 0,
        };
        let image = self.identified(image);
        self.threads.charge_image(&image);
        Arc::new(image)
    }

    fn new_groups(&mut self, text: Option<&[u8]>, old: Option<Arc<ControlGroups>>) -> Arc<ControlGroups> {
        let Some(text) = text else { return old.unwrap_or_default() };
        match old {
            Some(old) if old.text == text => old,
            _ => {
                if self.last_groups.text == text {
                    return self.last_groups.clone();
                }
                let groups = Arc::new(ControlGroups::read(text));
                self.threads.charge_groups(&groups);
                let last = std::mem::replace(&mut self.last_groups, groups.clone());
                self.threads.release_groups(last);
                groups
            }
        }
    }

    pub(super) fn execute(&mut self, event: &Event<'_>, slot: Slot) {
        let entered = self.entered(slot, event);
        if result(event) < 0 {
            return;
        }
        let path = self.executed_path(event, slot, entered.as_deref());
        if let Some(entered) = entered {
            self.give_back(entered);
        }
        let Some(thread) = self.threads.get(slot) else { return };
        let (old, old_groups) = (thread.image.clone(), thread.control_groups.clone());
        let was_unknown = thread.is_unknown() || self.is_legacy && thread.parent_tid == -1;
        let is_legacy = self.is_legacy;
        let name = event.text(1).unwrap_or_default();
        let (environment, environment_identity) = match event.bytes(15) {
            Some(environment) if *old.environment != *environment => {
                (environment.into(), self.environment_identity(environment))
            }
            _ => (old.environment.clone(), old.environment_identity),
        };
        let image = Image {
            command: event.text(13).unwrap_or(name).to_vec(),
            exe: name.to_vec(),
            path: path.unwrap_or_else(|| old.path.clone()),
            arguments: event.bytes(2).unwrap_or_default().to_vec(),
            environment,
            environment_identity,
            identity: 0,
        };
        let image = self.identified(image);
        self.threads.charge_image(&image);
        let groups = self.new_groups(event.bytes(14), Some(old_groups.clone()));
        let Some(thread) = self.threads.get_mut(slot) else { return };
        let replaced = std::mem::replace(&mut thread.image, Arc::new(image));
        let replaced_groups = std::mem::replace(&mut thread.control_groups, groups);
        set_program(thread, event, was_unknown, is_legacy);
        drop((old, old_groups));
        self.threads.release_image(replaced);
        self.threads.release_groups(replaced_groups);
        if was_unknown {
            self.threads.link(slot);
        }
        self.close_for_execution(slot);
        self.end_other_threads(slot);
    }

    /// The path of the program that is executed; none where it cannot be told.
    fn executed_path(
        &self,
        event: &Event<'_>,
        slot: Slot,
        entered: Option<&sekisho_capture::EventBuf>,
    ) -> Option<Vec<u8>> {
        if let Some(path) = event.text(27) {
            return Some(image::executable(path).to_vec());
        }
        let unknown = || Some(b"<NA>".to_vec());
        let entered = entered?;
        let enter = entered.as_event();
        if enter.head.kind.info().name == "execve" {
            let Some(name) = enter.text(0) else { return unknown() };
            return Some(path::joined(self.working_folder(slot), name));
        }
        let (name, descriptor) = (enter.text(1), enter.i64(0).unwrap_or_default());
        let folder = self.folder(slot, name.unwrap_or_default(), descriptor);
        let of_descriptor = enter.u32(2).unwrap_or_default() & 1 != 0;
        if folder == b"<UNKNOWN>" || name.is_none() && !of_descriptor {
            return unknown();
        }
        Some(if of_descriptor { path::joined(b"", &folder) } else { path::joined(&folder, name?) })
    }

    fn close_for_execution(&mut self, slot: Slot) {
        let Some(owner) = self.owner(slot) else { return };
        let Some(thread) = self.threads.get(owner) else { return };
        for number in thread.descriptors.numbers(|_, file| file.closes_on_execution()) {
            self.close(owner, number);
        }
    }

    /// A program that is executed ends every other thread.
    fn end_other_threads(&mut self, slot: Slot) {
        let Some(main) = self.threads.main(slot) else { return };
        let Some(process) = self.threads.get(main).filter(|process| process.live > 1) else { return };
        let pid = process.pid;
        let others: Vec<Slot> = self
            .threads
            .iter()
            .filter(|(other, thread)| thread.pid == pid && *other != slot && *other != main)
            .map(|(other, _)| other)
            .collect();
        for other in others {
            self.threads.remove(other);
        }
        if let Some(process) = self.threads.get_mut(main) {
            process.live = if main == slot { 1 } else { 2 };
            process.is_dead = false;
        }
    }

    /// Gives the children of a process that ends to the one that the event names.
    pub(super) fn adopted(&mut self, slot: Slot, reaper: i64) {
        let Some(main) = self.threads.main(slot) else { return };
        if self.threads.get(main).is_none_or(|process| process.live > 1 || process.first_below == NONE) {
            return;
        }
        if let Some(reaper) = self.threads.find(reaper).and_then(|reaper| self.threads.main(reaper)) {
            self.threads.adopt(main, reaper);
        }
    }

    pub(super) fn change_folder(&mut self, event: &Event<'_>, slot: Slot, context: &Context) {
        if result(event) < 0 {
            return;
        }
        let name = match event.head.kind.info().name {
            "fchdir" => {
                context.file.and_then(|(slot, number)| self.file(slot, number)).map(|file| file.name.to_vec())
            }
            _ => event.text(1).map(<[u8]>::to_vec),
        };
        let (Some(name), Some(main)) = (name, self.threads.main(slot)) else { return };
        let folder = path::as_folder(&path::joined(self.working_folder(slot), &name));
        if let Some(process) = self.threads.get_mut(main).filter(|process| *process.working_folder != *folder)
        {
            process.working_folder = folder.into();
        }
    }

    pub(super) fn change_root(&mut self, event: &Event<'_>, slot: Slot) {
        if let (0, Some(name)) = (result(event), event.text(1)) {
            let root = path::joined(self.working_folder(slot), name);
            if let Some(thread) = self.threads.get_mut(slot) {
                thread.root = root.into();
            }
        }
    }

    pub(super) fn limit(&mut self, event: &Event<'_>, slot: Slot) {
        if result(event) >= 0 && event.u8(3) == Some(DESCRIPTORS) {
            self.set_descriptor_limit(slot, event.i64(1));
        }
    }

    pub(super) fn limit_of(&mut self, event: &Event<'_>) {
        if result(event) != 0 || event.u8(6) != Some(DESCRIPTORS) {
            return;
        }
        let Some(tid) = event.i64(5) else { return };
        let tid = if tid == 0 { event.head.thread } else { tid };
        if let Some(slot) = self.threads.find(tid) {
            self.set_descriptor_limit(slot, event.i64(1));
        }
    }

    fn set_descriptor_limit(&mut self, slot: Slot, limit: Option<i64>) {
        let Some(limit) = limit.filter(|limit| *limit != -1) else { return };
        if let Some(process) = self.threads.main(slot).and_then(|main| self.threads.use_mut(main)) {
            process.descriptor_limit = limit;
        }
    }

    pub(super) fn memory(&mut self, event: &Event<'_>, slot: Slot) {
        let Some(thread) = self.threads.use_mut(slot) else { return };
        if let Some(size) = event.u32(1) {
            thread.memory_virtual = size;
        }
        if let (Some(resident), Some(swapped)) = (event.u32(2), event.u32(3)) {
            (thread.memory_resident, thread.memory_swapped) = (resident, swapped);
        }
    }

    pub(super) fn switch(&mut self, event: &Event<'_>, slot: Slot) {
        let (Some(major), Some(minor), Some(swapped)) = (event.u64(1), event.u64(2), event.u32(5)) else {
            return;
        };
        if let Some(thread) = self.threads.use_mut(slot) {
            (thread.faults_major, thread.faults_minor) = (major, minor);
        }
        if let Some(process) = self.threads.main(slot).and_then(|main| self.threads.use_mut(main)) {
            process.memory_virtual = event.u32(3).unwrap_or_default();
            process.memory_resident = event.u32(4).unwrap_or_default();
            process.memory_swapped = swapped;
        }
    }

    pub(super) fn capabilities(&mut self, event: &Event<'_>, slot: Slot) {
        if let Some(thread) = self.threads.get_mut(slot).filter(|_| result(event) >= 0) {
            thread.inheritable = event.u64(1).unwrap_or_default();
            thread.permitted = event.u64(2).unwrap_or_default();
            thread.effective = event.u64(3).unwrap_or_default();
        }
    }

    /// Whoever enters a user namespace has every capability in it.
    pub(super) fn namespace(&mut self, event: &Event<'_>, slot: Slot, place: usize) {
        let is_user = event.u32(place).unwrap_or_default() & flag::CLONE_NEWUSER != 0;
        if let Some(thread) = self.threads.get_mut(slot).filter(|_| result(event) >= 0 && is_user) {
            thread.inheritable = ALL_CAPABILITIES;
            thread.permitted = ALL_CAPABILITIES;
            thread.effective = ALL_CAPABILITIES;
        }
    }

    pub(super) fn control_process(&mut self, event: &Event<'_>, slot: Slot) {
        if result(event) < 0 || !event.u32(1).is_some_and(|option| SUBREAPER.contains(&option)) {
            return;
        }
        let takes = event.i64(3).unwrap_or_default() != 0;
        if let Some(process) = self.threads.main(slot).and_then(|main| self.threads.get_mut(main)) {
            process.is_reaper = takes;
        }
    }

    /// A notice that no thread made.
    pub(super) fn notice(&mut self, event: &Event<'_>) {
        let limit = self.limits.container_bytes;
        match event.head.kind.info().constant {
            "CONTAINER_JSON_2_E" | "CONTAINER_JSON_E" => {
                if let Some(json) = event.text(0) {
                    self.told_of_container(json);
                }
            }
            "ASYNCEVENT_E" => {
                let data = event.text(2).unwrap_or_default();
                match event.text(1).unwrap_or_default() {
                    b"container" => self.told_of_container(data),
                    b"container_removed" => {
                        if let Some(container) = Container::read(data) {
                            self.containers.remove(&container.identifier);
                            self.begin_era();
                        }
                    }
                    b"k8s" => self.pods.take(data, limit),
                    _ => {}
                }
            }
            "USER_ADDED_E" | "USER_DELETED_E" | "GROUP_ADDED_E" | "GROUP_DELETED_E" => {
                self.account(event);
                self.begin_era();
            }
            _ => {}
        }
    }

    fn told_of_container(&mut self, json: &[u8]) {
        if self.containers.take(json, self.limits.container_bytes) {
            self.begin_era();
        }
    }

    fn account(&mut self, event: &Event<'_>) {
        let Some(number) = event.u32(0) else { return };
        let text = |place| event.text(place).unwrap_or_default().to_vec();
        match event.head.kind.info().constant {
            "USER_ADDED_E" => {
                let gid = event.u32(1).unwrap_or(u32::MAX);
                let user = User { uid: number, gid, name: text(2), home: text(3), shell: text(4) };
                self.accounts.add_user(&text(5), user);
            }
            "USER_DELETED_E" => self.accounts.remove_user(&text(5), number),
            "GROUP_ADDED_E" => self.accounts.add_group(&text(2), Group { gid: number, name: text(1) }),
            _ => self.accounts.remove_group(&text(2), number),
        }
    }

    pub(super) fn memory_file(&mut self, event: &Event<'_>, slot: Slot, context: &mut Context) {
        if result(event) >= 0 {
            let name = event.text(1).unwrap_or_default().into();
            let flags = event.u32(2).unwrap_or_default();
            self.add(slot, result(event), File { flags, name, ..File::of(FileKind::MemoryFile) }, context);
        }
    }
}

fn set_memory(thread: &mut Thread, event: &Event<'_>) {
    if let (Some(major), Some(minor), Some(size), Some(resident), Some(swapped)) =
        (event.u64(8), event.u64(9), event.u32(10), event.u32(11), event.u32(12))
    {
        (thread.faults_major, thread.faults_minor) = (major, minor);
        (thread.memory_virtual, thread.memory_resident) = (size, resident);
        thread.memory_swapped = swapped;
    }
}

/// What a thread becomes when it executes a program.
fn set_program(thread: &mut Thread, event: &Event<'_>, was_unknown: bool, is_legacy: bool) {
    thread.pid = event.i64(4).unwrap_or(thread.pid);
    if was_unknown {
        thread.parent_tid = event.i64(5).unwrap_or(-1);
        if thread.flags & flag::CHILD_IN_PID_NAMESPACE == 0 && !is_legacy {
            (thread.virtual_tid, thread.virtual_pid) = (thread.tid, thread.pid);
        }
    }
    thread.is_dead = false;
    thread.descriptor_limit = event.i64(7).unwrap_or(thread.descriptor_limit);
    set_memory(thread, event);
    thread.terminal = event.u32(16).unwrap_or(thread.terminal);
    thread.virtual_group = event.i64(17).unwrap_or(thread.virtual_group);
    thread.login_uid = event.u32(18).unwrap_or(thread.login_uid);
    if let Some(flags) = event.u32(19) {
        thread.exe_writable = flags & flag::EXE_WRITABLE != 0;
        thread.exe_upper_layer = flags & flag::EXE_UPPER_LAYER != 0;
        thread.exe_from_memory = flags & flag::EXE_FROM_MEMORY != 0;
        thread.exe_lower_layer = flags & flag::EXE_LOWER_LAYER != 0;
    }
    if let (Some(inheritable), Some(permitted), Some(effective)) =
        (event.u64(20), event.u64(21), event.u64(22))
    {
        (thread.inheritable, thread.permitted, thread.effective) = (inheritable, permitted, effective);
    }
    if let (Some(inode), Some(changed), Some(modified)) = (event.u64(23), event.u64(24), event.u64(25)) {
        (thread.exe_inode, thread.exe_changed, thread.exe_modified) = (inode, changed, modified);
        if thread.started != 0 {
            thread.exe_changed_before_start = thread.started.wrapping_sub(changed);
        }
        if thread.namespace_start != 0 && changed > thread.namespace_start {
            thread.exe_changed_after_namespace = changed - thread.namespace_start;
        }
    }
    thread.uid = event.u32(26).unwrap_or(thread.uid);
    thread.group = event.i64(28).unwrap_or(-1);
    thread.gid = event.u32(29).unwrap_or(thread.gid);
    thread.flags &= flag::CLONE_INVERTED | flag::CHILD_IN_PID_NAMESPACE;
}
