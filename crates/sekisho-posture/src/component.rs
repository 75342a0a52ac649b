//! How a component of the cluster is set up, whatever kind of file says it: one model for all checks.
//!
//! A static Pod says it in arguments, kubeadm in `extraArgs`, the kubelet in fields of its configuration.
//! Here all of them are [`Setting`]s under the name of the command line flag, each with the place where it
//! stands, so that a check asks once and points at the exact argument or field.

mod arguments;
mod configuration;
mod kubeadm;
mod shell;
pub(crate) mod tls;

use std::collections::HashSet;

use sekisho_finding::Safety;
use sekisho_inventory::Inventory;
use sekisho_manifest::workload::Pod;
use sekisho_manifest::{Duration, FieldPath, Node, Object, Place, SourceId, Value};
use smol_str::{SmolStr, format_smolstr};

use crate::{Found, Mend};

/// A component of the control plane or of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// `kube-apiserver`
    ApiServer,
    /// `kube-controller-manager`
    ControllerManager,
    /// `kube-scheduler`
    Scheduler,
    /// `etcd`
    Etcd,
    /// `kubelet`
    Kubelet,
    /// `kube-proxy`
    KubeProxy,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 6] = [
        Self::ApiServer,
        Self::ControllerManager,
        Self::Scheduler,
        Self::Etcd,
        Self::Kubelet,
        Self::KubeProxy,
    ];

    /// The name as a sentence has it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApiServer => "the API server",
            Self::ControllerManager => "the controller manager",
            Self::Scheduler => "the scheduler",
            Self::Etcd => "etcd",
            Self::Kubelet => "the kubelet",
            Self::KubeProxy => "kube-proxy",
        }
    }

    /// The component that a program of this name is.
    fn of_program(name: &str) -> Option<Self> {
        Some(match name {
            "kube-apiserver" | "apiserver" => Self::ApiServer,
            "kube-controller-manager" | "controller-manager" => Self::ControllerManager,
            "kube-scheduler" => Self::Scheduler,
            "etcd" => Self::Etcd,
            "kubelet" => Self::Kubelet,
            "kube-proxy" => Self::KubeProxy,
            _ => return None,
        })
    }
}

/// What one object says about how one component is set up.
#[derive(Debug)]
pub struct ComponentSettings<'a> {
    /// The component.
    pub component: Component,
    /// The container that runs it, where the object is or makes a Pod.
    pub container: Option<SmolStr>,
    /// The minor release of Kubernetes that it runs, where the object tells: `34` for 1.34.
    pub kubernetes_minor: Option<u32>,
    /// Where the image stands, where the object is or makes a Pod.
    pub image: Option<Place<'a>>,
    /// Where a setting would stand that is missing.
    head: Place<'a>,
    /// Everything that is set, in the order in which the component reads it.
    settings: Vec<Setting<'a>>,
    /// Whether settings may come from elsewhere too, so that absence proves nothing.
    open: bool,
    style: Style,
}

/// One setting under the name of its flag, with `-` between words and without the leading dashes.
#[derive(Debug, Clone)]
pub struct Setting<'a> {
    /// The flag: `anonymous-auth`.
    pub flag: SmolStr,
    /// The value; none where a variable fills it that the object does not give.
    pub value: Option<SmolStr>,
    /// Where it stands; none where the tool that reads the file sets it unasked.
    pub place: Option<Place<'a>>,
    /// How it is written: `--anonymous-auth=true`, `readOnlyPort: 10255`.
    shown: SmolStr,
    target: Target<'a>,
}

/// What has to change for a setting to have another value.
#[derive(Debug, Clone)]
enum Target<'a> {
    /// Nothing that a program can change: a word of a shell line, a value that several fields make.
    Fixed,
    /// This argument, which holds flag and value.
    Argument(Place<'a>),
    /// This text, which holds the value alone.
    Text(Place<'a>),
    /// This field, which holds the value as JSON.
    Field(Place<'a>),
}

/// How a setting that is missing is written.
#[derive(Debug, Clone)]
enum Style {
    /// Not at all by a program.
    Fixed,
    /// As another argument of this list: `--flag=value`.
    Arguments(FieldPath),
    /// As a key of this mapping, the value as text.
    Map(FieldPath),
    /// As an item with `name` and `value` of this list.
    List(FieldPath),
    /// As the field that stands for the flag, below this path.
    Fields(FieldPath, &'static [configuration::Field]),
}

/// Whether a setting is there.
#[derive(Debug, Clone, Copy)]
pub enum Given<'s, 'a> {
    /// It is, and not empty.
    Set(&'s Setting<'a>),
    /// It is not, so the component's own default holds.
    Unset,
    /// The object does not tell.
    Unknown,
}

/// What other objects mean for the settings of one: taken once for a run.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    /// The sources with a document of kubeadm, which then fills in the kubelet's file that stands beside it.
    kubeadm: HashSet<SourceId>,
}

impl Surroundings {
    pub(crate) fn of(inventory: &Inventory) -> Self {
        let kinds = ["ClusterConfiguration", "InitConfiguration", "JoinConfiguration"];
        let documents = kinds.iter().flat_map(|kind| inventory.of("kubeadm.k8s.io", kind));
        Self { kubeadm: documents.map(|document| document.source).collect() }
    }
}

/// Everything that the object says about components.
pub(crate) fn settings<'a>(
    object: &'a Object,
    pods: &'a [Pod<'a>],
    surroundings: &Surroundings,
) -> Vec<ComponentSettings<'a>> {
    let mut found: Vec<_> = pods.iter().flat_map(arguments::of_pod).collect();
    kubeadm::collect(object, &mut found);
    configuration::collect(object, surroundings, &mut found);
    found
}

impl<'a> ComponentSettings<'a> {
    /// Whether everything that is set is known, so that what is missing is not set.
    pub(crate) fn is_whole(&self) -> bool {
        !self.open
    }

    /// The last setting of this flag, which is the one that holds, also when it is empty.
    pub fn setting(&self, flag: &str) -> Option<&Setting<'a>> {
        self.all(flag).next_back()
    }

    /// Every setting of this flag; for flags that hold lists.
    pub fn all(&self, flag: &str) -> impl DoubleEndedIterator<Item = &Setting<'a>> {
        self.settings.iter().filter(move |setting| setting.flag == flag)
    }

    /// Whether the flag is set.
    pub fn given(&self, flag: &str) -> Given<'_, 'a> {
        match self.setting(flag) {
            Some(setting) if setting.value.as_deref() != Some("") => Given::Set(setting),
            None if self.open => Given::Unknown,
            _ => Given::Unset,
        }
    }

    /// Whether the flag is surely not set.
    pub fn lacks(&self, flag: &str) -> bool {
        matches!(self.given(flag), Given::Unset)
    }

    /// Whether the flag is set to something.
    pub fn has(&self, flag: &str) -> bool {
        matches!(self.given(flag), Given::Set(_))
    }

    /// The value that holds: as it is set, else the component's default; none where it cannot be told.
    pub fn value<'s>(&'s self, flag: &str, default: &'s str) -> Option<&'s str> {
        match self.given(flag) {
            Given::Set(setting) => setting.value.as_deref(),
            Given::Unset => Some(default),
            Given::Unknown => None,
        }
    }

    /// The truth value that holds, read as Go reads one; none where it cannot be told or is none.
    pub fn boolean(&self, flag: &str, default: bool) -> Option<bool> {
        match self.given(flag) {
            Given::Set(setting) => boolean(setting.value.as_deref()?),
            Given::Unset => Some(default),
            Given::Unknown => None,
        }
    }

    /// The integer that holds; none where it cannot be told or is none.
    pub fn integer(&self, flag: &str, default: i64) -> Option<i64> {
        match self.given(flag) {
            Given::Set(setting) => setting.value.as_deref()?.trim().parse().ok(),
            Given::Unset => Some(default),
            Given::Unknown => None,
        }
    }

    /// The items of a flag that holds a list, with the setting that each stands in, as far as they are known.
    pub fn items(&self, flag: &str) -> Vec<(&str, &Setting<'a>)> {
        self.all(flag)
            .filter_map(|setting| Some((setting.value.as_deref()?, setting)))
            .flat_map(|(value, setting)| value.split(',').map(move |item| (item.trim(), setting)))
            .filter(|(item, _)| !item.is_empty())
            .collect()
    }

    /// Whether all items of a flag that holds a list are known: it is set, and no variable fills it; or it
    /// is surely not set.
    pub fn is_known(&self, flag: &str) -> bool {
        let set = self.setting(flag).is_some();
        (set || !self.open) && self.all(flag).all(|setting| setting.value.is_some())
    }

    /// The flags that are surely not set, as a sentence has them: `` `--cert-file`, `--key-file` ``; empty
    /// where there is none.
    pub fn missing(&self, flags: &[&str]) -> SmolStr {
        let missing: Vec<_> = flags.iter().filter(|flag| self.lacks(flag)).collect();
        missing.iter().map(|flag| format!("`{}`", self.name(flag))).collect::<Vec<_>>().join(", ").into()
    }

    /// The length of time that is set, read as Go reads one (`1h30m`, `300s`); none where it is not set or
    /// cannot be told.
    pub fn duration(&self, flag: &str) -> Option<Duration> {
        self.setting(flag)?.value.as_deref()?.trim().parse().ok()
    }

    /// Who decides on requests, in order, and the settings that say so; none where a file or a variable
    /// says it. Without any setting everyone may do everything.
    pub fn authorizers(&self) -> Option<Vec<(&str, Option<&Setting<'a>>)>> {
        let flag = "authorization-mode";
        match self.given(flag) {
            Given::Set(_) if self.is_known(flag) => {
                Some(self.items(flag).into_iter().map(|(mode, setting)| (mode, Some(setting))).collect())
            }
            Given::Unset if !self.has("authorization-config") => Some(vec![("AlwaysAllow", None)]),
            _ => None,
        }
    }

    /// Whether everyone may do everything.
    pub fn allows_everything(&self) -> bool {
        let authorizers = self.authorizers().unwrap_or_default();
        authorizers.iter().any(|(mode, _)| *mode == "AlwaysAllow")
    }

    /// Whether a feature gate is set, and where.
    pub fn gate(&self, name: &str) -> Option<(bool, &Setting<'a>)> {
        self.items("feature-gates").into_iter().rev().find_map(|(item, setting)| {
            let (gate, value) = item.split_once('=')?;
            (gate.trim() == name).then(|| Some((boolean(value.trim())?, setting)))?
        })
    }

    /// Where the flag is set, else where it would be.
    pub fn place(&self, flag: &str) -> Place<'a> {
        self.setting(flag).map_or_else(|| self.head.clone(), |setting| self.place_of(setting))
    }

    /// Something about this flag, at its place. Fills `{component}`, `{flag}` and `{setting}`; where the
    /// flag is not set, in the wording `unset`.
    pub fn found(&self, flag: &str) -> Found<'a> {
        match self.setting(flag) {
            Some(setting) if setting.place.is_some() => self.found_at(setting),
            setting => {
                let name = self.name(flag);
                let shown = setting.map_or_else(|| name.clone(), |setting| setting.shown.clone());
                self.start(self.absent(flag)).variant("unset").arg("flag", name).arg("setting", shown)
            }
        }
    }

    /// Something about this setting, at its place. Fills `{component}`, `{flag}` and `{setting}`.
    pub fn found_at(&self, setting: &Setting<'a>) -> Found<'a> {
        self.start(self.place_of(setting))
            .arg("flag", self.name(&setting.flag))
            .arg("setting", setting.shown.clone())
    }

    /// Something about the component as a whole. Fills `{component}`.
    pub fn found_here(&self) -> Found<'a> {
        self.start(self.head.clone())
    }

    /// The same, said of the container that runs the component, where there is one.
    pub fn in_container(&self, found: Found<'a>) -> Found<'a> {
        match &self.container {
            Some(name) => found.container_named(name.clone()),
            None => found,
        }
    }

    /// How the flag is written here: `--anonymous-auth`, `authentication.anonymous.enabled`.
    pub fn name(&self, flag: &str) -> SmolStr {
        let Style::Fields(_, fields) = &self.style else { return format_smolstr!("--{flag}") };
        configuration::path_of(fields, flag)
            .map_or_else(|| SmolStr::new(flag), |path| SmolStr::new(path.join(".")))
    }

    /// The change that gives the flag this value, where a program can make it.
    pub fn mend(&self, safety: Safety, flag: &str, value: impl Into<serde_json::Value>) -> Option<Mend> {
        let value: serde_json::Value = value.into();
        let text = match &value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let name = self.name(flag);
        let description = if matches!(self.style, Style::Fields(..)) {
            format!("set `{name}: {text}` for {}", self.component.title())
        } else {
            format!("set `{name}={text}` for {}", self.component.title())
        };
        let mend = match safety {
            Safety::Safe => Mend::safe(description),
            Safety::Unsafe => Mend::risky(description),
        };
        let object = self.head.object;
        let mut own = self.all(flag).filter(|setting| setting.place.is_some());
        Some(match own.next_back().map(|setting| &setting.target) {
            Some(Target::Fixed) => return None,
            Some(Target::Argument(place)) => mend.set(place, format!("{name}={text}")),
            Some(Target::Text(place)) => mend.set(place, text),
            Some(Target::Field(place)) => mend.set(place, value),
            None => match &self.style {
                Style::Fixed => return None,
                Style::Arguments(path) => mend.append(&object.place(path.clone()), format!("{name}={text}")),
                Style::Map(path) => mend.set(&object.place(path.child(flag)), text),
                Style::List(path) => mend
                    .append(&object.place(path.clone()), serde_json::json!({ "name": flag, "value": text })),
                Style::Fields(path, fields) => {
                    let field = configuration::path_of(fields, flag)?;
                    let path = field.iter().fold(path.clone(), |path, key| path.child(*key));
                    mend.set(&object.place(path), value)
                }
            },
        })
    }

    /// Where a flag would be that is not set: the field, where the one that it lies in is there.
    fn absent(&self, flag: &str) -> Place<'a> {
        let object = self.head.object;
        let Style::Fields(base, fields) = &self.style else { return self.head.clone() };
        let [first, rest @ ..] = configuration::path_of(fields, flag).unwrap_or_default() else {
            return self.head.clone();
        };
        let section = base.child(*first);
        if object.root.resolve(&section).is_none() {
            return self.head.clone();
        }
        object.place(rest.iter().fold(section, |path, key| path.child(*key)))
    }

    fn place_of(&self, setting: &Setting<'a>) -> Place<'a> {
        setting.place.clone().unwrap_or_else(|| self.head.clone())
    }

    fn start(&self, place: Place<'a>) -> Found<'a> {
        self.in_container(Found::at(place).arg("component", self.component.title()))
    }
}

impl Setting<'_> {
    /// A setting that the tool which reads the file adds by itself.
    fn implied(flag: &str, value: &str) -> Self {
        Setting {
            flag: flag.into(),
            value: Some(value.into()),
            place: None,
            shown: format_smolstr!("--{flag}={value}"),
            target: Target::Fixed,
        }
    }
}

/// Whether an address, a URL or an address with a port can be reached from its own machine only.
pub(crate) fn is_loopback(address: &str) -> bool {
    let address = address.split_once("://").map_or(address, |(_, rest)| rest);
    let address = address.split('/').next().unwrap_or(address);
    let host = match address.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None if address.matches(':').count() == 1 => address.split(':').next().unwrap_or(address),
        None => address,
    };
    host == "localhost" || host == "::1" || host.starts_with("127.")
}

/// A truth value as Go's `strconv.ParseBool` reads it.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// The text of a scalar, as a flag would carry it.
fn scalar(node: &Node) -> Option<SmolStr> {
    Some(match &node.value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => format_smolstr!("{value}"),
        Value::Int(value) => format_smolstr!("{value}"),
        Value::UInt(value) => format_smolstr!("{value}"),
        Value::Float(value) => format_smolstr!("{value}"),
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => return None,
    })
}
