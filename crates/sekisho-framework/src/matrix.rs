//! The matrix in which every check and rule has its cell: layer × phase, and how it acts there.

/// One of the four layers ("4C") that a cloud-native system is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The cloud, or the machines and the network beneath the cluster.
    Cloud,
    /// The cluster: its components, its permissions, its policies.
    Cluster,
    /// The container: image and run-time settings.
    Container,
    /// The code and what is written beside it, credentials included.
    Code,
}

/// A phase in the life of a workload, as the CNCF's security white paper names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Source and manifests are written.
    Develop,
    /// Images and artefacts are built, stored and signed.
    Distribute,
    /// Objects reach the API server.
    Deploy,
    /// Processes run.
    Run,
}

/// How a control acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Stops the fault from entering.
    Preventive,
    /// Sees it.
    Detective,
    /// Acts on it.
    Responsive,
}

/// One cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The layer.
    pub layer: Layer,
    /// The phase.
    pub phase: Phase,
    /// The way of acting.
    pub mode: Mode,
}

impl Layer {
    /// All layers, outermost first.
    pub const ALL: [Self; 4] = [Self::Cloud, Self::Cluster, Self::Container, Self::Code];

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cloud => "cloud",
            Self::Cluster => "cluster",
            Self::Container => "container",
            Self::Code => "code",
        }
    }
}

impl Phase {
    /// All phases in the order of a workload's life.
    pub const ALL: [Self; 4] = [Self::Develop, Self::Distribute, Self::Deploy, Self::Run];

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Develop => "develop",
            Self::Distribute => "distribute",
            Self::Deploy => "deploy",
            Self::Run => "run",
        }
    }
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Preventive, Self::Detective, Self::Responsive];

    /// The name in machine-readable output.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preventive => "preventive",
            Self::Detective => "detective",
            Self::Responsive => "responsive",
        }
    }
}

impl Cell {
    /// Makes a cell.
    pub const fn new(layer: Layer, phase: Phase, mode: Mode) -> Self {
        Self { layer, phase, mode }
    }
}
