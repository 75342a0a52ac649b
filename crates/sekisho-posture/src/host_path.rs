//! Which part of the node a `hostPath` volume opens to a Pod, and how bad that is.

use sekisho_finding::{Confidence, Severity};
use sekisho_manifest::workload::{Container, Pod};
use sekisho_manifest::{Node, Place, field};
use smol_str::{SmolStr, format_smolstr};

use crate::security_context::{cannot_be_root, is_privileged};

/// A `hostPath` volume of a Pod, with the worst that its mounts open.
#[derive(Debug)]
pub(crate) struct HostVolume<'a> {
    /// The volume's name.
    pub(crate) name: &'a str,
    /// The place of the volume in its list.
    pub(crate) volume: Place<'a>,
    /// The place of `hostPath.path`.
    pub(crate) place: Place<'a>,
    /// The path as it is written, with the `subPath` of the mount that is worst.
    pub(crate) path: SmolStr,
    /// What lies open.
    pub(crate) danger: Danger,
    /// How bad that is.
    pub(crate) severity: Severity,
    /// The mounts of the volume, in the order of the containers.
    pub(crate) mounts: Vec<Mount<'a>>,
}

/// A mount of a `hostPath` volume.
#[derive(Debug)]
pub(crate) struct Mount<'a> {
    /// The container.
    pub(crate) container: Container<'a>,
    /// The place of the mount in its list.
    pub(crate) place: Place<'a>,
    /// Whether the container may write to it.
    pub(crate) writable: bool,
    path: SmolStr,
}

/// What a host path opens, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Danger {
    /// Something to read.
    Readable,
    /// Something to write.
    Writable,
    /// A part of the node that holds secrets or code; which, by the name of a message.
    Sensitive(&'static str),
    /// The control socket of a container runtime, or the folder it lies in.
    Socket {
        /// Whether it is the folder.
        folder: bool,
    },
}

/// A part of a node's file system that a container must not have.
struct Part {
    path: &'static str,
    /// Whether everything below it belongs to it.
    tree: bool,
    /// The name of the message.
    holds: &'static str,
    /// How bad it is to read it; none: not bad.
    read: Option<Severity>,
    write: Severity,
}

const fn part(
    path: &'static str,
    tree: bool,
    holds: &'static str,
    read: Option<Severity>,
    write: Severity,
) -> Part {
    Part { path, tree, holds, read, write }
}

const PARTS: &[Part] = {
    use Severity::{Critical, High, Medium};
    &[
        part("/", false, "node", Some(Critical), Critical),
        part("/etc/kubernetes", true, "credentials", Some(High), Critical),
        part("/etc/srv/kubernetes", true, "credentials", Some(High), Critical),
        part("/etc/rancher", true, "credentials", Some(High), Critical),
        part("/var/lib/rancher", true, "credentials", Some(High), Critical),
        part("/var/lib/k0s", true, "credentials", Some(High), Critical),
        part("/var/lib/kubelet", false, "credentials", Some(High), Critical),
        part("/var/lib/kubelet/pki", true, "credentials", Some(High), Critical),
        part("/var/lib/kubelet/kubeconfig", true, "credentials", Some(High), Critical),
        part("/var/lib/kubelet/pods", true, "credentials", Some(High), Critical),
        part("/var/lib/cloud", true, "credentials", Some(Medium), High),
        part("/var/lib/etcd", true, "etcd", Some(Critical), Critical),
        part("/var/lib/docker", true, "containers", Some(High), Critical),
        part("/var/lib/containerd", true, "containers", Some(High), Critical),
        part("/var/lib/containers", true, "containers", Some(High), Critical),
        part("/root", true, "accounts", Some(High), Critical),
        part("/home", true, "accounts", Some(High), Critical),
        part("/etc", false, "accounts", Some(High), Critical),
        part("/etc/shadow", true, "accounts", Some(High), Critical),
        part("/etc/ssh", true, "accounts", Some(High), Critical),
        part("/etc/passwd", true, "accounts", None, Critical),
        part("/etc/sudoers", true, "accounts", None, Critical),
        part("/etc/sudoers.d", true, "accounts", None, Critical),
        part("/etc/pam.d", true, "accounts", None, Critical),
        part("/proc", true, "processes", Some(Medium), Critical),
        part("/dev", false, "devices", Some(High), High),
        part("/sys", true, "kernel", None, High),
        part("/var/log", true, "logs", None, High),
        part("/bin", true, "programs", None, Critical),
        part("/sbin", true, "programs", None, Critical),
        part("/lib", true, "programs", None, Critical),
        part("/lib64", true, "programs", None, Critical),
        part("/boot", true, "programs", None, Critical),
        part("/usr", false, "programs", None, Critical),
        part("/usr/bin", true, "programs", None, Critical),
        part("/usr/sbin", true, "programs", None, Critical),
        part("/usr/lib", true, "programs", None, Critical),
        part("/usr/lib64", true, "programs", None, Critical),
        part("/usr/libexec", true, "programs", None, Critical),
        part("/usr/local/bin", true, "programs", None, Critical),
        part("/usr/local/sbin", true, "programs", None, Critical),
        part("/opt/bin", true, "programs", None, Critical),
        part("/opt/cni", true, "programs", None, Critical),
        part("/var/spool/cron", true, "programs", None, Critical),
        part("/etc/cni", true, "programs", None, Critical),
        part("/etc/containerd", true, "programs", None, Critical),
        part("/etc/cron.d", true, "programs", None, Critical),
        part("/etc/cron.hourly", true, "programs", None, Critical),
        part("/etc/cron.daily", true, "programs", None, Critical),
        part("/etc/crontab", true, "programs", None, Critical),
        part("/etc/docker", true, "programs", None, Critical),
        part("/etc/init.d", true, "programs", None, Critical),
        part("/etc/ld.so.preload", true, "programs", None, Critical),
        part("/etc/profile.d", true, "programs", None, Critical),
        part("/etc/systemd", true, "programs", None, Critical),
        part("c:", false, "node", Some(Critical), Critical),
        part("c:/windows", true, "programs", None, Critical),
        part("c:/users", true, "accounts", Some(High), Critical),
        part("c:/k", true, "credentials", Some(High), Critical),
        part("c:/var/lib/kubelet", false, "credentials", Some(High), Critical),
        part("c:/var/lib/kubelet/pki", true, "credentials", Some(High), Critical),
        part("c:/var/lib/kubelet/pods", true, "credentials", Some(High), Critical),
    ]
};

/// The usual places of container runtime sockets; the folders above them are watched for.
const SOCKETS: &[&str] = &[
    "/run/buildkit/buildkitd.sock",
    "/run/containerd/containerd.sock",
    "/run/cri-dockerd.sock",
    "/run/crio/crio.sock",
    "/run/docker.sock",
    "/run/k0s/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
    "/run/podman/podman.sock",
];

/// The file names of container runtime sockets, wherever they lie.
const SOCKET_NAMES: &[&str] = &[
    "buildkitd.sock",
    "containerd.sock",
    "containerd.sock.ttrpc",
    "cri-dockerd.sock",
    "crio.sock",
    "docker.sock",
    "dockershim.sock",
    "podman.sock",
];

/// The named pipes of container runtimes on Windows, cleaned.
const PIPES: &[&str] = &["//./pipe/containerd-containerd", "//./pipe/docker_engine"];

/// The `hostPath` volumes of a Pod that have a path.
pub(crate) fn volumes<'a>(pod: &'a Pod<'a>) -> Vec<HostVolume<'a>> {
    let items = pod.spec.get("volumes").map_or(&[][..], Node::items).iter().enumerate();
    let containers = pod.containers();
    items
        .filter_map(|(index, item)| {
            let path = item.at(&["hostPath", "path"])?.as_str()?;
            let name = item.str("name");
            let volume = pod.field(field!["volumes", index]);
            let place = volume.join(&field!["hostPath", "path"]);
            let mounts = mounts(&containers, name, path);
            let (path, danger, severity) = mounts
                .iter()
                .map(|mount| {
                    let (danger, severity) = danger_of(&clean(&mount.path), mount.writable);
                    (mount.path.clone(), danger, eased(severity, mount))
                })
                .reduce(|worst, next| if (next.2, next.1) > (worst.2, worst.1) { next } else { worst })
                .unwrap_or_else(|| {
                    let (danger, severity) = danger_of(&clean(path), false);
                    (SmolStr::new(path), danger, severity)
                });
            Some(HostVolume { name, volume, place, path, danger, severity, mounts })
        })
        .collect()
}

impl HostVolume<'_> {
    /// A volume that no container mounts opens nothing yet: an ephemeral container may still mount it.
    pub(crate) fn confidence(&self) -> Confidence {
        if self.mounts.is_empty() { Confidence::Medium } else { Confidence::High }
    }
}

fn mounts<'a>(containers: &[Container<'a>], volume: &str, path: &str) -> Vec<Mount<'a>> {
    let mut found = Vec::new();
    for container in containers {
        let items = container.node.get("volumeMounts").map_or(&[][..], Node::items).iter().enumerate();
        for (index, item) in items.filter(|(_, item)| item.str("name") == volume) {
            found.push(Mount {
                container: container.clone(),
                place: container.field(field!["volumeMounts", index]),
                writable: !item.is_true("readOnly"),
                path: match item.str("subPath") {
                    "" => SmolStr::new(path),
                    below => format_smolstr!("{}/{below}", path.trim_end_matches('/')),
                },
            });
        }
    }
    found
}

/// What a path opens, and how bad that is for a container that may be root.
fn danger_of(path: &str, writable: bool) -> (Danger, Severity) {
    let file = path.rsplit('/').next().unwrap_or(path);
    if SOCKET_NAMES.contains(&file) || PIPES.contains(&path) {
        return (Danger::Socket { folder: false }, Severity::Critical);
    }
    if path != "/" && SOCKETS.iter().any(|socket| is_below(socket, path)) {
        return (Danger::Socket { folder: true }, Severity::Critical);
    }
    let worst = PARTS
        .iter()
        .filter(|part| {
            part.path == path || part.tree && is_below(path, part.path) || is_below(part.path, path)
        })
        .filter_map(|part| {
            let severity = if writable { Some(part.write) } else { part.read };
            Some((severity?, part))
        })
        // Of parts that are equally bad the one that is listed first says what lies open.
        .reduce(|worst, next| if next.0 > worst.0 { next } else { worst });
    match worst {
        Some((severity, part)) => (Danger::Sensitive(part.holds), severity),
        None if writable => (Danger::Writable, Severity::Medium),
        None => (Danger::Readable, Severity::Low),
    }
}

/// Whether `path` lies below `folder`.
fn is_below(path: &str, folder: &str) -> bool {
    folder == "/" && path.starts_with('/') && path != "/"
        || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The path without empty, `.` and `..` parts; `/var/run` is `/run` as on every Linux of today. Windows
/// paths come with forward slashes, in lower case.
fn clean(path: &str) -> SmolStr {
    let windows = path.starts_with(r"\\") || path.as_bytes().get(1) == Some(&b':');
    if windows {
        let path = path.replace('\\', "/").to_ascii_lowercase();
        return SmolStr::new(path.trim_end_matches('/'));
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if let ["var", "run", ..] = parts.as_slice() {
        parts.remove(0);
    }
    SmolStr::new(format!("/{}", parts.join("/")))
}

/// Without root a container writes little of the node's, and reads almost no secret of it.
fn eased(severity: Severity, mount: &Mount<'_>) -> Severity {
    if is_privileged(&mount.container) || !cannot_be_root(&mount.container) {
        return severity;
    }
    match (severity, mount.writable) {
        (Severity::Critical, true) => Severity::High,
        (Severity::Critical, false) | (Severity::High, true) => Severity::Medium,
        _ => Severity::Low,
    }
}
