//! Captures that are written down: processes, containers and events as lines of text, for tests of rules.
//!
//! ```text
//! container 0a1b2c3d4e5f name=web image=docker.io/library/nginx:1.27 pod=web-1 namespace=shop
//! process 1 init path=/sbin/init
//! process 100 nginx parent=1 path=/usr/sbin/nginx container=0a1b2c3d4e5f uid=101
//! file 100 0 /dev/null
//! 100 openat fd=3 dirfd=AT_FDCWD name=/etc/shadow flags=O_RDONLY
//! 101 execve path=/bin/sh args="-c id" parent=100 container=0a1b2c3d4e5f
//! ```
//!
//! A line that begins with a number is an event of that thread: the name of a system call, and parameters by their names.
//! What is not named is empty or zero. `execve` and `clone` know what follows from the process.

mod event;
mod words;

use std::collections::BTreeMap;

use sekisho_capture::{
    Accounts, CaptureWriter, Descriptor, DescriptorKind, DescriptorTable, Event, EventBuf, EventType, Group,
    Head, Item, Machine, Process, User,
};
use serde_json::json;
use thiserror::Error;

use self::words::{Word, split};

/// Why a scenario cannot be read.
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[error("line {line}: {reason}")]
pub struct ScenarioError {
    /// The line, from one.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub reason: String,
}

/// A capture that is written down.
#[derive(Clone, Debug, Default)]
pub struct Scenario {
    processes: BTreeMap<i64, Process>,
    descriptors: BTreeMap<i64, Vec<Descriptor>>,
    events: Vec<EventBuf>,
}

/// The path of the control group that a container's processes have.
fn control_group(container: &str) -> Vec<u8> {
    // Identifiers are shown short; the control group has the whole one.
    let whole = format!("{container:0<64}");
    format!("cpu=/kubepods/burstable/pod0/{whole}\0memory=/kubepods/burstable/pod0/{whole}\0").into_bytes()
}

impl Scenario {
    /// Reads a text. Empty lines and what stands behind `#` at the front of a line say nothing.
    pub fn parse(text: &str) -> Result<Self, ScenarioError> {
        let mut scenario = Self::default();
        for (number, line) in text.lines().enumerate() {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let read = split(trimmed).and_then(|words| scenario.line(&words));
            read.map_err(|reason| ScenarioError { line: number + 1, reason })?;
        }
        Ok(scenario)
    }

    fn line(&mut self, words: &[Word]) -> Result<(), String> {
        let (Some(first), rest) = (words.first(), words.get(1..).unwrap_or_default()) else { return Ok(()) };
        match first.plain()? {
            "process" => self.process(rest),
            "container" => self.container(rest),
            "file" => self.file(rest),
            other => {
                let thread: i64 = other.parse().map_err(|_| {
                    format!("`{other}` is no kind of line: write process, container, file or a thread")
                })?;
                let time = 1_700_000_000_000_000_000 + self.events.len() as u64 * 1_000_000;
                let built = event::build(thread, time, rest, &self.processes)?;
                self.events.push(built);
                Ok(())
            }
        }
    }

    fn process(&mut self, words: &[Word]) -> Result<(), String> {
        let mut names = words.iter().filter(|word| word.key.is_none());
        let pid: i64 = match names.next() {
            Some(word) => word.value.parse().map_err(|_| format!("`{}` is no process", word.value))?,
            None => return Err("name the number of the process".to_owned()),
        };
        let name = names.next().map_or("process", |word| word.value.as_str());
        let mut process = Process {
            tid: pid,
            pid,
            parent: 1,
            session: pid,
            virtual_group: pid,
            group: pid,
            virtual_tid: pid,
            virtual_pid: pid,
            command: name.as_bytes().to_vec(),
            exe: name.as_bytes().to_vec(),
            exe_path: format!("/usr/bin/{name}").into_bytes(),
            working_folder: b"/".to_vec(),
            root: b"/".to_vec(),
            descriptor_limit: 1_024,
            ..Process::default()
        };
        for word in words.iter().filter(|word| word.key.is_some()) {
            set(&mut process, word)?;
        }
        self.processes.insert(pid, process);
        Ok(())
    }

    fn container(&mut self, words: &[Word]) -> Result<(), String> {
        let mut names = words.iter().filter(|word| word.key.is_none());
        let id = names.next().ok_or("name the identifier of the container")?.value.clone();
        let of = |key: &str| {
            let found = words.iter().find(|word| word.key.as_deref() == Some(key));
            found.map(|word| word.value.clone()).unwrap_or_default()
        };
        let mounts: Vec<_> = of("mounts")
            .split(',')
            .filter_map(|mount| mount.split_once(':'))
            .map(|(from, to)| json!({"Source": from, "Destination": to, "Mode": "", "RW": true, "Propagation": ""}))
            .collect();
        let json = json!({"container": {
            "id": id,
            "full_id": format!("{id:0<64}"),
            "type": 7,
            "name": of("name"),
            "image": of("image"),
            "privileged": of("privileged") == "true",
            "ip": of("ip"),
            "labels": {
                "io.kubernetes.pod.name": of("pod"),
                "io.kubernetes.pod.namespace": of("namespace"),
            },
            "Mounts": mounts,
        }});
        let kind = EventType::named("CONTAINER_JSON_2_E").ok_or("no event tells of containers")?;
        let time = 1_700_000_000_000_000_000 + self.events.len() as u64 * 1_000_000;
        let mut text = json.to_string().into_bytes();
        text.push(0);
        let head = Head { time, thread: -1, cpu: 0, flags: 0, kind };
        self.events.push(EventBuf::new(head).with(&text));
        Ok(())
    }

    /// `file PROCESS NUMBER PATH`.
    fn file(&mut self, words: &[Word]) -> Result<(), String> {
        let [process, number, path] = words else {
            return Err("write file, process, number and path".to_owned());
        };
        let parse =
            |word: &Word| word.value.parse::<i64>().map_err(|_| format!("`{}` is no number", word.value));
        let kind = DescriptorKind::OpenFile { flags: 3, path: path.value.as_bytes().to_vec(), device: 0 };
        let descriptor = Descriptor { number: parse(number)?, inode: 1, kind };
        self.descriptors.entry(parse(process)?).or_default().push(descriptor);
        Ok(())
    }

    /// What a capture of it holds, in order.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let machine = Machine { cpus: 1, host_name: b"test".to_vec(), ..Machine::default() };
        let tables = self.descriptors.iter().map(|(thread, descriptors)| DescriptorTable {
            thread: *thread,
            descriptors: descriptors.clone(),
        });
        [
            Item::Machine(machine),
            Item::Accounts(accounts()),
            Item::Processes(self.processes.values().cloned().collect()),
        ]
        .into_iter()
        .chain(tables.map(Item::Descriptors))
        .chain(self.events().map(Item::Event))
    }

    /// Its events.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.events.iter().map(EventBuf::as_event)
    }

    /// The capture as the bytes of a file.
    pub fn capture(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = CaptureWriter::new(Vec::new())?;
        for item in self.items() {
            writer.item(&item)?;
        }
        writer.finish()
    }
}

fn accounts() -> Accounts {
    let user = |uid: u32, name: &str, shell: &str| User {
        uid,
        gid: uid,
        name: name.as_bytes().to_vec(),
        home: format!("/home/{name}").into_bytes(),
        shell: shell.as_bytes().to_vec(),
    };
    let group = |gid: u32, name: &str| Group { gid, name: name.as_bytes().to_vec() };
    Accounts {
        users: vec![
            user(0, "root", "/bin/bash"),
            user(33, "www-data", "/usr/sbin/nologin"),
            user(1000, "ada", "/bin/bash"),
        ],
        groups: vec![group(0, "root"), group(33, "www-data"), group(1000, "ada")],
    }
}

/// Sets what a word says of a process.
fn set(process: &mut Process, word: &Word) -> Result<(), String> {
    let value = word.value.as_str();
    let number = || value.parse::<i64>().map_err(|_| format!("`{value}` is no number"));
    let small = || value.parse::<u32>().map_err(|_| format!("`{value}` is no number"));
    match word.key.as_deref().unwrap_or_default() {
        "parent" => process.parent = number()?,
        "path" => process.exe_path = value.as_bytes().to_vec(),
        "exe" => process.exe = value.as_bytes().to_vec(),
        "args" => process.arguments = words::ended(value),
        "env" => process.environment = words::ended(value),
        "cwd" => process.working_folder = value.as_bytes().to_vec(),
        "uid" => {
            process.uid = small()?;
            process.gid = process.uid;
        }
        "loginuid" => process.login_uid = small()?,
        "tty" => process.terminal = small()?,
        "sid" => process.session = number()?,
        "container" => {
            process.control_groups = control_group(value);
            process.virtual_pid = 2;
            process.virtual_tid = 2;
        }
        other => return Err(format!("`{other}` is nothing that processes have here")),
    }
    Ok(())
}
