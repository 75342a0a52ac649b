//! What is known of a machine: threads, descriptors, accounts, addresses, containers.

mod accounts;
pub(crate) mod address;
pub(crate) mod container;
pub(crate) mod file;
pub(crate) mod flag;
mod identity;
pub(crate) mod image;
mod interfaces;
pub(crate) mod kubernetes;
mod number;
pub(crate) mod opened;
pub(crate) mod path;
pub(crate) mod table;
pub(crate) mod thread;
mod threads;

use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

use sekisho_capture::{DescriptorTable, Item, Machine, Process, Socket};

use self::accounts::Accounts;
use self::container::{Container, Containers};
use self::file::{File, FileKind, Role};
use self::identity::{Identities, Text};
use self::image::{ControlGroups, Image};
use self::interfaces::Interfaces;
use self::kubernetes::Pods;
use self::opened::OpenedSet;
use self::thread::Thread;
use self::threads::Threads;

/// The place of a thread.
pub(crate) type Slot = u32;
/// No place.
pub(crate) const NONE: Slot = u32::MAX;

/// Limits on what is remembered.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Threads.
    pub threads: usize,
    /// Bytes of threads and of what they refer to, about.
    pub thread_bytes: usize,
    /// Descriptors of a process.
    pub descriptors: usize,
    /// Bytes of what captures tell of containers and Pods.
    pub container_bytes: usize,
    /// Users, and groups.
    pub accounts: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            threads: 32_768,
            thread_bytes: 32 << 20,
            descriptors: 16_384,
            container_bytes: 4 << 20,
            accounts: 65_536,
        }
    }
}

/// How much is remembered, and what had to be forgotten.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct StateMetrics {
    /// Threads that are known.
    pub threads: u64,
    /// Bytes that they take, about.
    pub thread_bytes: u64,
    /// Containers that are known.
    pub containers: u64,
    /// Threads that were forgotten because there were too many.
    pub evicted_threads: u64,
    /// Containers that were forgotten because there were too many.
    pub evicted_containers: u64,
    /// Descriptors that were not kept because a process had too many.
    pub dropped_descriptors: u64,
    /// Users and groups that were not kept because there were too many.
    pub dropped_accounts: u64,
    /// Events of threads of which nothing was known.
    pub unknown_threads: u64,
    /// Bytes that events are told apart by, about.
    pub identity_bytes: u64,
}

/// What is known of a machine.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) threads: Threads,
    pub(crate) accounts: Accounts,
    pub(crate) interfaces: Interfaces,
    pub(crate) containers: Containers,
    pub(crate) pods: Pods,
    pub(crate) machine: Machine,
    pub(crate) limits: Limits,
    /// Ports that the machine's processes listened at when the capture began.
    server_ports: HashSet<u16>,
    pub(crate) unknown_threads: u64,
    /// The control groups that were read last: programs that begin one after another often have the same.
    pub(crate) last_groups: Arc<ControlGroups>,
    /// Numbers for what is alike.
    identities: RefCell<Identities>,
    /// The number of the section, and of what is known of containers and accounts.
    era: u64,
    /// Files that were opened lately, by their paths: one that is opened again is the same.
    opened: Vec<OpenedSet>,
    /// Buffers of enter events, for use again.
    #[allow(clippy::vec_box, reason = "threads take them as they are")]
    pub(crate) spare: Vec<Box<sekisho_capture::EventBuf>>,
    /// Events are taken as versions before 0.42 took them.
    pub(crate) is_legacy: bool,
}

impl State {
    pub(crate) fn new(limits: Limits, is_legacy: bool) -> Self {
        Self {
            threads: Threads::new(limits),
            accounts: Accounts::new(limits.accounts),
            interfaces: Interfaces::default(),
            containers: Containers::default(),
            pods: Pods::default(),
            machine: Machine::default(),
            limits,
            server_ports: HashSet::new(),
            unknown_threads: 0,
            last_groups: Arc::default(),
            identities: RefCell::default(),
            era: 0,
            opened: Vec::new(),
            spare: Vec::new(),
            is_legacy,
        }
    }

    pub(crate) fn metrics(&self) -> StateMetrics {
        StateMetrics {
            threads: self.threads.len() as u64,
            thread_bytes: self.threads.bytes() as u64,
            containers: self.containers.len() as u64,
            evicted_threads: self.threads.evicted,
            evicted_containers: self.containers.evicted,
            dropped_descriptors: self.threads.dropped_descriptors,
            dropped_accounts: self.accounts.dropped,
            unknown_threads: self.unknown_threads,
            identity_bytes: self.identities.borrow().bytes() as u64,
        }
    }

    /// Takes what a capture says of the machine. Events are no part of it.
    pub(crate) fn take(&mut self, item: Item<'_>) {
        let is_event = matches!(item, Item::Event(_));
        match item {
            Item::Machine(machine) => self.machine = machine,
            Item::Processes(processes) => self.take_processes(&processes),
            Item::Descriptors(table) => self.take_descriptors(&table),
            Item::Interfaces(interfaces) => self.interfaces.set(interfaces),
            Item::Accounts(accounts) => {
                self.accounts.clear();
                accounts.users.into_iter().for_each(|user| self.accounts.add_user(&[], user));
                accounts.groups.into_iter().for_each(|group| self.accounts.add_group(&[], group));
            }
            // What was said of the machine before no longer holds.
            Item::Section(_) => {
                let identities = std::mem::take(&mut self.identities);
                *self = Self { identities, ..Self::new(self.limits, self.is_legacy) };
            }
            Item::Event(_) => {}
        }
        if !is_event {
            self.begin_era();
        }
    }

    /// What is known of the machine, of containers or accounts has changed.
    pub(crate) fn begin_era(&mut self) {
        self.era = self.identities.get_mut().next();
        self.threads.edition += 1;
    }

    /// The number of what rules can ask of a thread's process, its ancestors, container and accounts: where they are alike,
    /// so is the number.
    pub(crate) fn identity(&self, slot: Slot) -> Option<u64> {
        let thread = self.threads.get(slot)?;
        let edition = self.threads.edition;
        if let (identity @ 1.., known) = thread.identity.get()
            && known == edition
        {
            return Some(identity);
        }
        let identities = &mut *self.identities.borrow_mut();
        let main = self.threads.main(slot).and_then(|main| self.threads.get(main));
        let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        let properties = [
            thread.exe_writable,
            thread.exe_upper_layer,
            thread.exe_lower_layer,
            thread.exe_from_memory,
            thread.session == thread.virtual_pid,
            thread.virtual_group == thread.virtual_pid,
            thread.group == thread.pid,
            thread.is_main(),
        ];
        let numbers = &mut identities.numbers;
        numbers.clear();
        numbers.extend([
            self.era,
            thread.image.identity,
            main.map_or(u64::MAX, |main| main.image.identity),
            pair(thread.uid, thread.gid),
            pair(thread.login_uid, thread.terminal),
            thread.inheritable,
            thread.permitted,
            thread.effective,
            properties.iter().fold(0, |bits, holds| bits << 1 | u64::from(*holds)),
            thread.control_groups.container.len() as u64,
        ]);
        numbers.extend(
            thread
                .control_groups
                .container
                .chunks(8)
                .map(|part| part.iter().rev().fold(0, |word: u64, byte| word << 8 | u64::from(*byte))),
        );
        numbers.extend(self.threads.ancestors(slot).map(|ancestor| ancestor.image.identity));
        let identity = identities.of_process();
        thread.identity.set((identity, edition));
        Some(identity)
    }

    /// Numbers a program.
    pub(crate) fn identified(&mut self, mut image: Image) -> Image {
        image.identity = self.identities.get_mut().of_image(&image);
        image
    }

    /// Numbers an environment.
    pub(crate) fn environment_identity(&mut self, environment: &[u8]) -> u64 {
        self.identities.get_mut().of_text(Text::Environment, environment)
    }

    /// The number of what a descriptor stands for.
    pub(crate) fn file_identity(&self, file: &File) -> u64 {
        self.identities.borrow_mut().of_file(file)
    }

    /// The number of a process of this number together with its working folder, its environment, or both.
    pub(crate) fn identity_within(&self, process: u64, slot: Slot, folder: bool, environment: bool) -> u64 {
        let identities = &mut *self.identities.borrow_mut();
        let folder = if folder { identities.of_text(Text::Folder, self.working_folder(slot)) } else { 0 };
        let of_environment = || {
            let main = self.threads.main(slot).unwrap_or(slot);
            self.threads.get(main).map(|main| main.image.environment_identity)
        };
        let environment = if environment { of_environment().unwrap_or_default() } else { 0 };
        identities.numbers.clear();
        identities.numbers.extend([process, folder, environment]);
        identities.of_process()
    }

    fn take_processes(&mut self, processes: &[Process]) {
        let mut slots = Vec::with_capacity(processes.len());
        for process in processes {
            let thread = self.thread_of(process);
            slots.push(self.threads.insert(thread));
        }
        for slot in slots {
            self.threads.link(slot);
        }
    }

    fn thread_of(&mut self, process: &Process) -> Thread {
        let image = Image {
            command: process.command.clone(),
            exe: process.exe.clone(),
            path: image::executable(&process.exe_path).to_vec(),
            arguments: process.arguments.clone(),
            environment: process.environment.as_slice().into(),
            environment_identity: self.environment_identity(&process.environment),
            identity: 0,
        };
        let image = self.identified(image);
        self.threads.charge_image(&image);
        let groups = ControlGroups::read(&process.control_groups);
        self.threads.charge_groups(&groups);
        let folder = path::as_folder(&path::joined(b"", &process.working_folder));
        Thread {
            pid: process.pid,
            parent_tid: process.parent,
            virtual_tid: process.virtual_tid,
            virtual_pid: process.virtual_pid,
            session: process.session,
            virtual_group: process.virtual_group,
            group: process.group,
            uid: process.uid,
            gid: process.gid,
            login_uid: process.login_uid,
            terminal: process.terminal,
            flags: process.flags,
            descriptor_limit: process.descriptor_limit,
            memory_virtual: process.memory_virtual,
            memory_resident: process.memory_resident,
            memory_swapped: process.memory_swapped,
            faults_major: process.faults_major,
            faults_minor: process.faults_minor,
            inheritable: process.inheritable,
            permitted: process.permitted,
            effective: process.effective,
            exe_inode: process.exe_inode,
            exe_changed: process.exe_changed,
            exe_modified: process.exe_modified,
            namespace_start: process.namespace_start,
            exe_writable: process.exe_writable,
            exe_upper_layer: process.exe_upper_layer,
            exe_lower_layer: process.exe_lower_layer,
            exe_from_memory: process.exe_from_memory,
            image: Arc::new(image),
            control_groups: Arc::new(groups),
            working_folder: folder.into(),
            root: process.root.as_slice().into(),
            ..Thread::new(process.tid)
        }
    }

    fn take_descriptors(&mut self, table: &DescriptorTable) {
        let Some(slot) = self.threads.find(table.thread) else { return };
        for descriptor in &table.descriptors {
            let mut file = File::from_list(descriptor);
            if file.kind.is_server()
                && let Some((_, local)) = file.ends
            {
                self.server_ports.insert(local.port);
            }
            self.settle_ends(&mut file);
            self.put(slot, descriptor.number, file);
        }
    }

    /// What must wait until the whole state was read: which side a connection of the list is.
    pub(crate) fn begin_events(&mut self) {
        if self.server_ports.is_empty() && self.threads.len() == 0 {
            return;
        }
        let ports = std::mem::take(&mut self.server_ports);
        let slots: Vec<Slot> = self.threads.iter().map(|(slot, _)| slot).collect();
        for slot in slots {
            let Some(thread) = self.threads.get_mut(slot) else { continue };
            let open = thread.descriptors.numbers(|_, file| file.kind == FileKind::Ipv4);
            if open.is_empty() {
                continue;
            }
            let descriptors = Arc::make_mut(&mut thread.descriptors);
            for number in open {
                let Some(file) = descriptors.get_mut(number).map(Arc::make_mut) else { continue };
                let Some((source, destination)) = file.ends else { continue };
                if file.role != Role::None {
                    continue;
                }
                file.identity.forget();
                if ports.contains(&source.port) {
                    file.ends = Some((destination, source));
                    file.name = address::pair(destination, source).into_bytes().into();
                    file.role = Role::Server;
                } else {
                    file.role = Role::Client;
                }
            }
        }
    }

    /// An end of zeros is the machine.
    pub(crate) fn settle_ends(&self, file: &mut File) {
        let Some((source, destination)) = file.ends.filter(|_| file.kind.is_connection()) else { return };
        let settled = self.settled(source, destination);
        if settled != (source, destination) {
            file.ends = Some(settled);
            file.name = address::pair(settled.0, settled.1).into_bytes().into();
        }
    }

    /// The ends of a connection, of which one of zeros is the machine.
    pub(crate) fn settled(&self, source: Socket, destination: Socket) -> (Socket, Socket) {
        if source.address.is_unspecified() {
            (self.faced(source, destination).unwrap_or(source), destination)
        } else if destination.address.is_unspecified() {
            (source, self.faced(destination, source).unwrap_or(destination))
        } else {
            (source, destination)
        }
    }

    fn faced(&self, unknown: Socket, other: Socket) -> Option<Socket> {
        let address = self.interfaces.facing(other.address)?;
        let is_itself = address == other.address && unknown.port == other.port;
        (!is_itself).then_some(Socket { address, ..unknown })
    }

    /// The thread whose descriptors a thread has.
    pub(crate) fn owner(&self, slot: Slot) -> Option<Slot> {
        let thread = self.threads.get(slot)?;
        if thread.shares_descriptors() { self.threads.main(slot) } else { Some(slot) }
    }

    /// A descriptor of a thread.
    pub(crate) fn file(&self, slot: Slot, number: i64) -> Option<&File> {
        let owner = self.owner(slot)?;
        self.threads.get(owner)?.descriptors.get(number).map(Arc::as_ref)
    }

    /// Puts a descriptor into the table of a thread.
    pub(crate) fn put(&mut self, slot: Slot, number: i64, mut file: File) {
        file.identity.forget();
        self.put_shared(slot, number, Arc::new(file));
    }

    pub(crate) fn put_shared(&mut self, slot: Slot, number: i64, file: Arc<File>) {
        let Some(owner) = self.owner(slot) else { return };
        let limit = self.threads.descriptor_limit();
        let bytes = if Arc::strong_count(&file) == 1 { file.bytes() } else { 0 };
        let Some(thread) = self.threads.use_mut(owner) else { return };
        if thread.descriptors.len() >= limit && thread.descriptors.get(number).is_none() {
            self.threads.dropped_descriptors += 1;
            return;
        }
        let old = Arc::make_mut(&mut thread.descriptors).insert(number, file);
        self.threads.charge(bytes);
        self.threads.release_file(old);
    }

    /// Takes a descriptor out of a thread's table.
    pub(crate) fn close(&mut self, slot: Slot, number: i64) {
        let Some(owner) = self.owner(slot) else { return };
        let Some(thread) = self.threads.use_mut(owner) else { return };
        let old = Arc::make_mut(&mut thread.descriptors).remove(number);
        self.threads.release_file(old);
    }

    /// Changes a descriptor.
    pub(crate) fn change(&mut self, slot: Slot, number: i64, change: impl FnOnce(&mut File)) {
        let Some(owner) = self.owner(slot) else { return };
        let Some(thread) = self.threads.use_mut(owner) else { return };
        if thread.descriptors.get(number).is_none() {
            return;
        }
        if let Some(file) = Arc::make_mut(&mut thread.descriptors).get_mut(number) {
            let file = Arc::make_mut(file);
            file.identity.forget();
            change(file);
        }
    }

    /// The working folder of a thread's process, which ends with a slash.
    pub(crate) fn working_folder(&self, slot: Slot) -> &[u8] {
        let main = self.threads.main(slot).and_then(|main| self.threads.get(main));
        main.map_or(b"./", |thread| &thread.working_folder)
    }

    /// The folder that a name counts from: that of a descriptor, or the working folder.
    pub(crate) fn folder(&self, slot: Slot, name: &[u8], descriptor: i64) -> Vec<u8> {
        if name.first() == Some(&b'/') {
            return b".".to_vec();
        }
        if descriptor == flag::AT_WORKING_FOLDER {
            return self.working_folder(slot).to_vec();
        }
        match self.file(slot, descriptor) {
            None => b"<UNKNOWN>".to_vec(),
            Some(file) if file.name.is_empty() => Vec::new(),
            Some(file) => path::as_folder(&file.name),
        }
    }

    /// The container of a thread, where it is in one and something is known of it.
    pub(crate) fn container(&self, thread: &Thread) -> Option<&Container> {
        self.containers.get(&thread.control_groups.container)
    }

    /// Whether an address is the machine's, as a thread sees it.
    pub(crate) fn is_local(&self, thread: Option<&Thread>, address: std::net::IpAddr) -> bool {
        let container = thread.map_or(&[][..], |thread| &thread.control_groups.container);
        if !container.is_empty() && address.is_ipv4() {
            let own = self.containers.get(container).map_or("", |container| &container.address);
            if own.is_empty() {
                return self.containers.iter().any(|known| known.address.parse() == Ok(address));
            }
            if own.parse() == Ok(address) {
                return true;
            }
        }
        self.interfaces.has(address)
    }
}
