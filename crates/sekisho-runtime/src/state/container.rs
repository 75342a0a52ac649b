//! Containers: which one a control group means, and what a capture tells of each.

use std::collections::{BTreeMap, HashMap, VecDeque};

use sekisho_capture::NumberHash;
use serde_json::Value;

/// Bytes of a container's identifier as it is shown.
pub(crate) const SHORT_IDENTIFIER_BYTES: usize = 12;
/// Bytes of a whole identifier.
const IDENTIFIER_BYTES: usize = 64;

/// What the names of systemd's units end with.
const UNITS: [&str; 3] = [".service", ".slice", ".scope"];

/// What stands before and behind an identifier in a control group's path, by runtimes.
const AROUND: &[(&str, &str)] = &[
    // Podman.
    ("/libpod-", ".scope"),
    ("/libpod-", ".scope/container"),
    ("/libpod-", ""),
    ("/libpod-payload-", ".scope"),
    ("/libpod-payload-", ".scope/container"),
    ("/libpod-payload-", ""),
    // Docker.
    ("/", ""),
    ("/docker-", ".scope"),
    // What speaks the container runtime interface.
    ("/crio-", ""),
    ("/cri-containerd-", ".scope"),
    ("/crio-", ".scope"),
    (":cri-containerd:", ""),
    ("/nerdctl-", ".scope"),
];

/// The short identifier of the container that a control group's path means.
pub(crate) fn identifier(path: &[u8]) -> Option<Vec<u8>> {
    let path = std::str::from_utf8(path).ok()?;
    let found = AROUND.iter().find_map(|(prefix, suffix)| hexadecimal(path, prefix, suffix));
    found.or_else(|| named(path)).or_else(|| lxc(path)).or_else(|| bosh(path)).map(String::into_bytes)
}

fn hexadecimal(path: &str, prefix: &str, suffix: &str) -> Option<String> {
    let start = path.rfind(prefix)? + prefix.len();
    let end = if suffix.is_empty() { path.len() } else { path.rfind(suffix)? };
    let whole = path.get(start..end)?;
    let is_identifier = whole.len() == IDENTIFIER_BYTES && whole.bytes().all(|byte| byte.is_ascii_hexdigit());
    whole.get(..SHORT_IDENTIFIER_BYTES).filter(|_| is_identifier).map(str::to_owned)
}

/// A container of containerd that was made by hand: `/namespace/name`.
fn named(path: &str) -> Option<String> {
    let (namespace, name) = path.strip_prefix('/')?.split_once('/')?;
    let is_unit = UNITS.iter().any(|unit| name.ends_with(unit));
    let is_word = |text: &str| {
        text.split(['.', '_', '-'])
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    let is_container = !is_unit
        && is_word(namespace)
        && is_word(name)
        && name.len() <= IDENTIFIER_BYTES
        && !is_system(namespace);
    let end = name.len().min(SHORT_IDENTIFIER_BYTES);
    name.get(..end).filter(|_| is_container).map(str::to_owned)
}

/// Whether a first part of a path is one that systemd makes.
fn is_system(part: &str) -> bool {
    part == "user" || UNITS.iter().any(|unit| part.ends_with(unit))
}

fn lxc(path: &str) -> Option<String> {
    for layout in ["/lxc/", "/lxc.payload/", "/lxc.payload."] {
        if let Some(at) = path.find(layout) {
            let rest = path.get(at + layout.len()..)?;
            return Some(rest.split('/').next().unwrap_or_default().to_owned());
        }
    }
    if let Some(rest) = path.strip_suffix(".libvirt-lxc") {
        return rest.rsplit_once('/').map(|(_, name)| name.to_owned());
    }
    if let Some(at) = path.find("-lxc\\x2") {
        let rest = path.get(at + "-lxc\\x2".len() + 1..)?;
        let rest = rest.strip_suffix("/libvirt").unwrap_or(rest);
        if let Some(name) = rest.strip_suffix(".scope") {
            return Some(name.to_owned());
        }
    }
    path.find("/libvirt/lxc/").and_then(|at| path.get(at + "/libvirt/lxc/".len()..)).map(str::to_owned)
}

fn bosh(path: &str) -> Option<String> {
    let rest = path.get(path.find("bpm-")? + "bpm-".len()..)?;
    let name = rest.find(".scope").map_or(rest, |end| rest.get(..end).unwrap_or_default());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
}

/// What is known of a container.
#[derive(Clone, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "containers have these properties, which are independent")]
pub(crate) struct Container {
    pub(crate) identifier: String,
    pub(crate) full_identifier: String,
    pub(crate) kind: u64,
    pub(crate) name: String,
    pub(crate) image: String,
    pub(crate) image_identifier: String,
    pub(crate) image_repository: String,
    pub(crate) image_tag: String,
    pub(crate) image_digest: String,
    pub(crate) user: String,
    pub(crate) is_privileged: bool,
    pub(crate) host_pid: bool,
    pub(crate) host_network: bool,
    pub(crate) host_ipc: bool,
    pub(crate) address: String,
    pub(crate) network_json: String,
    pub(crate) sandbox: String,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) sandbox_labels: BTreeMap<String, String>,
    /// The programs that probe it: kind, first argument, further arguments.
    pub(crate) probes: Vec<(&'static str, String, Vec<String>)>,
    /// The text that told of it.
    told: Box<[u8]>,
    bytes: usize,
}

/// A mount of a container.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mount {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) mode: String,
    pub(crate) is_writable: bool,
    pub(crate) propagation: String,
}

impl Mount {
    /// The mount as `container.mount` shows it.
    pub(crate) fn shown(&self) -> String {
        let (source, destination, mode) = (&self.source, &self.destination, &self.mode);
        format!("{source}:{destination}:{mode}:{}:{}", self.is_writable, self.propagation)
    }
}

impl Container {
    /// What the JSON of an event tells.
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(json).ok()?;
        let object = value.get("container").unwrap_or(&value);
        let text = |key: &str| object.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let flag = |key: &str| object.get(key).and_then(Value::as_bool).unwrap_or_default();
        let texts = |key: &str| {
            let pairs = object.get(key).and_then(Value::as_object).into_iter().flatten();
            pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
        };
        let probe = |kind: &'static str| {
            let probe = object.get(kind)?;
            let arguments = probe.get("args").and_then(Value::as_array).into_iter().flatten();
            let arguments = arguments.filter_map(|argument| argument.as_str().map(str::to_owned)).collect();
            let exe = probe.get("exe").and_then(Value::as_str).unwrap_or_default().to_owned();
            Some((kind, exe, arguments))
        };
        let mut container = Self {
            identifier: text("id"),
            full_identifier: text("full_id"),
            kind: object.get("type").and_then(Value::as_u64).unwrap_or(0xFFFF),
            name: text("name"),
            image: text("image"),
            image_identifier: text("imageid"),
            image_repository: text("imagerepo"),
            image_tag: text("imagetag"),
            image_digest: text("imagedigest"),
            user: text("User"),
            is_privileged: flag("privileged"),
            host_pid: flag("host_pid"),
            host_network: flag("host_network"),
            host_ipc: flag("host_ipc"),
            address: text("ip"),
            network_json: text("cni_json"),
            sandbox: text("pod_sandbox_id"),
            mounts: object.get("Mounts").and_then(Value::as_array).into_iter().flatten().map(mount).collect(),
            labels: texts("labels"),
            sandbox_labels: texts("pod_sandbox_labels"),
            probes: ["Healthcheck", "LivenessProbe", "ReadinessProbe"]
                .into_iter()
                .filter_map(probe)
                .collect(),
            told: json.into(),
            bytes: 3 * json.len() + size_of::<Self>(),
        };
        if container.image_repository.is_empty() {
            container.split_image();
        }
        (!container.identifier.is_empty()).then_some(container)
    }

    /// The parts of an image's name, where older captures tell the name alone.
    fn split_image(&mut self) {
        let (rest, digest) = self.image.split_once('@').unwrap_or((&self.image, ""));
        let slash = rest.rfind('/').map_or(0, |place| place + 1);
        let colon = rest.get(slash..).and_then(|last| last.rfind(':')).map(|place| place + slash);
        let (repository, tag) = match colon {
            Some(place) => (rest.get(..place).unwrap_or_default(), rest.get(place + 1..).unwrap_or_default()),
            None => (rest, ""),
        };
        let (repository, tag, digest) = (repository.to_owned(), tag.to_owned(), digest.to_owned());
        (self.image_repository, self.image_tag) = (repository, tag);
        if self.image_digest.is_empty() {
            self.image_digest = digest;
        }
    }

    /// The name of its runtime.
    pub(crate) fn runtime(&self) -> &'static str {
        match self.kind {
            0 => "docker",
            1 => "lxc",
            2 => "libvirt-lxc",
            3 => "mesos",
            4 => "rkt",
            6 => "cri",
            7 => "containerd",
            8 => "cri-o",
            9 => "bpm",
            11 => "podman",
            _ => "",
        }
    }
}

fn mount(value: &Value) -> Mount {
    let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    Mount {
        source: text("Source"),
        destination: text("Destination"),
        mode: text("Mode"),
        is_writable: value.get("RW").and_then(Value::as_bool).unwrap_or_default(),
        propagation: text("Propagation"),
    }
}

/// The containers that are known, of which the oldest are forgotten where they take too much.
#[derive(Debug, Default)]
pub(crate) struct Containers {
    known: HashMap<String, Container>,
    /// The texts that told of them: what is told again is not read again.
    told: HashMap<Box<[u8]>, String, NumberHash>,
    order: VecDeque<String>,
    bytes: usize,
    /// Containers that were forgotten because there were too many.
    pub(crate) evicted: u64,
}

impl Containers {
    pub(crate) fn get(&self, identifier: &[u8]) -> Option<&Container> {
        self.known.get(std::str::from_utf8(identifier).ok()?)
    }

    /// The container that this text told of last.
    pub(crate) fn told_by(&self, json: &[u8]) -> Option<&Container> {
        self.known.get(self.told.get(json)?)
    }

    /// Takes what the JSON of an event tells, and keeps it within so many bytes; whether that is anything new.
    pub(crate) fn take(&mut self, json: &[u8], limit: usize) -> bool {
        if let Some(identifier) = self.told.get(json) {
            if self.order.back() != Some(identifier) {
                self.order.retain(|known| known != identifier);
                self.order.push_back(identifier.clone());
            }
            return false;
        }
        let told = Container::read(json);
        let is_new = told.is_some();
        if let Some(container) = told {
            self.insert(container, limit);
        }
        is_new
    }

    /// Keeps what was told, within so many bytes.
    pub(crate) fn insert(&mut self, container: Container, limit: usize) {
        self.remove(&container.identifier.clone());
        self.bytes += container.bytes;
        self.order.push_back(container.identifier.clone());
        self.told.insert(container.told.clone(), container.identifier.clone());
        self.known.insert(container.identifier.clone(), container);
        while self.bytes > limit && self.known.len() > 1 {
            let Some(oldest) = self.order.pop_front() else { break };
            if let Some(container) = self.known.remove(&oldest) {
                self.bytes -= container.bytes;
                self.told.remove(&container.told);
                self.evicted += 1;
            }
        }
    }

    pub(crate) fn remove(&mut self, identifier: &str) {
        if let Some(container) = self.known.remove(identifier) {
            self.bytes -= container.bytes;
            self.told.remove(&container.told);
            self.order.retain(|known| known != identifier);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Container> {
        self.known.values()
    }
}
