//! What a framework and a control are.

use std::fmt;

/// A control of a framework: `owasp-2025/K01`, `cis-1.12/5.2.2`, `pss/privileged`.
pub type ControlId = &'static str;

/// A published list of controls in one edition.
#[derive(Debug, PartialEq, Eq)]
pub struct Framework {
    /// The slug, with the edition where several are carried: `owasp-2025`.
    pub id: &'static str,
    /// The name as its publisher writes it, without the edition.
    pub name: &'static str,
    /// The edition, as its publisher counts.
    pub version: &'static str,
    /// Who publishes it.
    pub publisher: &'static str,
    /// Where the document is found.
    pub url: &'static str,
    /// Its parts, in the order of the document.
    pub sections: &'static [Section],
}

/// A part of a framework.
#[derive(Debug, PartialEq, Eq)]
pub struct Section {
    /// The number or slug within the framework: `5.2`, `baseline`.
    pub id: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// Its controls, in the order of the document.
    pub controls: &'static [Control],
}

/// One control. The identifier is the framework's, the words are ours.
#[derive(Debug, PartialEq, Eq)]
pub struct Control {
    /// The identifier within the framework: `K01`, `5.2.2`, `privileged`.
    pub id: &'static str,
    /// What is shown as its number: the identifier, with the year where editions renumber (`K01:2022`).
    pub number: &'static str,
    /// One line that names what holds when the control is met, or, in a catalogue of risks or attacks, the
    /// risk or the attack; no full stop.
    pub title: &'static str,
    /// One or two sentences.
    pub description: &'static str,
    /// What a full answer needs.
    pub evidence: Needs,
    /// What the framework itself says about the control.
    pub classification: Classification,
    /// Identifiers under which the control stood in earlier editions and that now name nothing else.
    pub former: &'static [&'static str],
}

/// All of these are needed for a full answer.
pub type Needs = &'static [Need];

/// Any one of these is enough.
pub type Need = &'static [Evidence];

/// Where an answer can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Kubernetes objects as text, before or after they reach a cluster.
    Manifest,
    /// A live cluster, through its API server.
    Cluster,
    /// A node: its files, processes and services.
    Node,
    /// The content of container images.
    Image,
    /// A registry: what it holds, and who may read and write.
    Registry,
    /// The cloud account beneath the cluster.
    Cloud,
    /// What processes and users do: events of the kernel and of the audit log.
    RuntimeEvents,
    /// A person's judgement, or a document.
    Manual,
}

/// What a framework says about a control besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Classification {
    /// Nothing.
    None,
    /// An item of a CIS benchmark.
    Benchmark {
        /// The profile: 1 for what every cluster should do, 2 for defence in depth.
        level: u8,
        /// Whether the benchmark calls its assessment automated; otherwise it calls it manual.
        automated: bool,
    },
    /// A control of the Pod Security Standards.
    PodSecurity {
        /// The level that demands it.
        level: PodSecurityLevel,
        /// The minor version of Kubernetes 1 since which the level demands it; 0: always.
        since: u32,
    },
    /// A technique of attackers.
    Technique {
        /// The aims that it serves.
        tactics: &'static [Tactic],
    },
}

/// A level of the Pod Security Standards that demands something. Level `privileged` demands nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodSecurityLevel {
    /// Keeps known ways to gain privileges shut.
    Baseline,
    /// Baseline, and the hardening that is current practice.
    Restricted,
}

/// The aim of an attacker's step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tactic {
    /// Get in.
    InitialAccess,
    /// Run code.
    Execution,
    /// Stay.
    Persistence,
    /// Gain rights.
    PrivilegeEscalation,
    /// Not be seen. ATT&CK 19 put this in the place of one half of defense evasion.
    Stealth,
    /// Break the defence. ATT&CK 19 put this in the place of the other half of defense evasion.
    DefenseImpairment,
    /// Not be seen, or break the defence: where a framework has one tactic for both.
    DefenseEvasion,
    /// Take credentials.
    CredentialAccess,
    /// Look around.
    Discovery,
    /// Move on.
    LateralMovement,
    /// Gather data.
    Collection,
    /// Speak with what was left behind.
    CommandAndControl,
    /// Carry data out.
    Exfiltration,
    /// Destroy, disturb or exploit.
    Impact,
}

impl Framework {
    /// Its controls, in the order of the document.
    pub fn controls(&self) -> impl Iterator<Item = &'static Control> + use<> {
        self.sections.iter().flat_map(|section| section.controls)
    }

    /// The control with this identifier, or with this former one.
    pub fn control(&self, id: &str) -> Option<&'static Control> {
        self.controls()
            .find(|control| control.id == id)
            .or_else(|| self.controls().find(|control| control.former.contains(&id)))
    }
}

impl Control {
    /// Whether only a person can answer it.
    pub fn is_manual(&self) -> bool {
        self.evidence.iter().all(|need| need.iter().all(|kind| *kind == Evidence::Manual))
    }

    pub(crate) const fn new(
        id: &'static str,
        title: &'static str,
        description: &'static str,
        evidence: Needs,
    ) -> Self {
        Self {
            id,
            number: id,
            title,
            description,
            evidence,
            classification: Classification::None,
            former: &[],
        }
    }

    pub(crate) const fn number(mut self, number: &'static str) -> Self {
        self.number = number;
        self
    }

    pub(crate) const fn classified(mut self, classification: Classification) -> Self {
        self.classification = classification;
        self
    }

    pub(crate) const fn technique(self, tactics: &'static [Tactic]) -> Self {
        self.classified(Classification::Technique { tactics })
    }

    pub(crate) const fn former(mut self, former: &'static [&'static str]) -> Self {
        self.former = former;
        self
    }
}

impl Evidence {
    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Cluster => "cluster",
            Self::Node => "node",
            Self::Image => "image",
            Self::Registry => "registry",
            Self::Cloud => "cloud",
            Self::RuntimeEvents => "runtime-events",
            Self::Manual => "manual",
        }
    }

    /// Whether this evidence also gives what `needed` gives: the objects of a live cluster are manifests.
    pub fn serves_as(self, needed: Self) -> bool {
        self == needed || (self == Self::Cluster && needed == Self::Manifest)
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl PodSecurityLevel {
    /// The value of the namespace label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

impl fmt::Display for PodSecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Tactic {
    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InitialAccess => "initial-access",
            Self::Execution => "execution",
            Self::Persistence => "persistence",
            Self::PrivilegeEscalation => "privilege-escalation",
            Self::Stealth => "stealth",
            Self::DefenseImpairment => "defense-impairment",
            Self::DefenseEvasion => "defense-evasion",
            Self::CredentialAccess => "credential-access",
            Self::Discovery => "discovery",
            Self::LateralMovement => "lateral-movement",
            Self::Collection => "collection",
            Self::CommandAndControl => "command-and-control",
            Self::Exfiltration => "exfiltration",
            Self::Impact => "impact",
        }
    }
}

impl fmt::Display for Tactic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
