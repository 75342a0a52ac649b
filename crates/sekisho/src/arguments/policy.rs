//! The options of `sekisho policy`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use sekisho_policy::User;
use sekisho_policy::rego::Packages;
use smol_str::SmolStr;

use super::pod_security::Wanted;
use super::rows::RowFormat;
use super::watch::{WatchMatching, WatchProfile};
use crate::policy::modules::Settings;

/// What plain modules of Rego are given.
#[derive(Debug, Args)]
pub(crate) struct Modules {
    /// File or folder that plain Rego rules find below `data`
    #[arg(short, long, value_name = "PATH")]
    pub(crate) data: Vec<PathBuf>,
    /// Package of plain Rego whose rules are applied; `*` stands for any text [default: main]
    #[arg(long, value_name = "NAME", conflicts_with = "all_packages")]
    pub(crate) package: Vec<SmolStr>,
    /// Apply the rules of all packages of plain Rego
    #[arg(long)]
    pub(crate) all_packages: bool,
}

/// The same for a scan, where data and packages are also other things.
#[derive(Debug, Args)]
pub(crate) struct ScanModules {
    /// File or folder that plain Rego rules find below `data`
    #[arg(long, value_name = "PATH", requires = "policy")]
    pub(crate) policy_data: Vec<PathBuf>,
    /// Package of plain Rego whose rules are applied; `*` stands for any text [default: main]
    #[arg(long, value_name = "NAME", requires = "policy", conflicts_with = "all_policy_packages")]
    pub(crate) policy_package: Vec<SmolStr>,
    /// Apply the rules of all packages of plain Rego
    #[arg(long, requires = "policy")]
    pub(crate) all_policy_packages: bool,
}

impl Modules {
    /// As the evaluation takes them.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            data: self.data.clone(),
            packages: packages(&self.package, self.all_packages),
            lint: false,
            offline: false,
        }
    }
}

impl ScanModules {
    /// As the evaluation takes them.
    pub(crate) fn settings(&self) -> Settings {
        let packages = packages(&self.policy_package, self.all_policy_packages);
        Settings { data: self.policy_data.clone(), packages, lint: false, offline: false }
    }
}

fn packages(named: &[SmolStr], all: bool) -> Packages {
    match (all, named) {
        (true, _) => Packages::All,
        (false, []) => Packages::default(),
        (false, named) => Packages::Named(named.to_vec()),
    }
}

/// Which verb about policies.
#[derive(Debug, Args)]
pub(crate) struct PolicyArguments {
    #[command(subcommand)]
    pub(crate) verb: PolicyVerb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyVerb {
    /// Apply policies to resources and say what each rule says of each
    Check(CheckArguments),
    /// Run the tests of policies: `kyverno-test.yaml`, Gatekeeper's suites, `test_` rules of Rego, and our own, also for
    /// rules about events
    Test(TestArguments),
    /// Say what is wrong with policies and rules for events, which rules can never match, and which have no test
    Lint(LintArguments),
    /// Say which verdicts change between two sets of policies, or which alerts between two sets of rules
    Diff(DiffArguments),
    /// Print built-in checks as policies that the API server enforces by itself
    Export(ExportArguments),
    /// Show, verify and pull bundles of policies: folders, repositories of git, clusters
    Bundle(super::bundle::BundleArguments),
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// File or folder of policies, in any language; also the API server's configuration of Pod Security
    #[arg(short, long, value_name = "PATH", required_unless_present = "pod_security")]
    pub(crate) policy: Vec<PathBuf>,
    /// Pod Security level of namespaces whose labels name none: `restricted`, `baseline:v1.31`,
    /// `audit=restricted`; `privileged` asks the labels alone
    #[arg(long, value_name = "[MODE=]LEVEL[:VERSION]")]
    pub(crate) pod_security: Vec<Wanted>,
    /// File or folder of resources; charts and kustomizations are rendered; `-` is standard input
    #[arg(short, long, value_name = "PATH", required = true)]
    pub(crate) resource: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) modules: Modules,
    #[command(flatten)]
    pub(crate) given: GivenArguments,
    /// Namespace of resources that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: String,
    /// User who creates the resources, for policies that ask
    #[arg(long = "as", value_name = "USER")]
    pub(crate) user: Option<SmolStr>,
    /// Group of that user
    #[arg(long = "as-group", value_name = "GROUP", requires = "user")]
    pub(crate) groups: Vec<SmolStr>,
    /// Apply admission policies that no binding names too, as if one bound them that denies
    #[arg(long)]
    pub(crate) unbound: bool,
    /// Result from which the run fails
    #[arg(long, value_enum, value_name = "RESULT", default_value_t = FailOn::Fail)]
    pub(crate) fail_on: FailOn,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write the results to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show also what passes and what is skipped
    #[arg(short, long)]
    pub(crate) all: bool,
}

/// What is given for Kyverno's policies beside resources.
#[derive(Debug, Args)]
pub(crate) struct GivenArguments {
    /// File of values as Kyverno reads it: what variables of its policies stand for, labels of namespaces, parts
    /// of objects
    #[arg(long, visible_alias = "values-file", value_name = "FILE")]
    pub(crate) values: Option<PathBuf>,
    /// What one variable of Kyverno's policies stands for; goes before the file of values
    #[arg(long, value_name = "NAME=TEXT", value_delimiter = ',', value_parser = variable)]
    pub(crate) set: Vec<(String, String)>,
    /// File that says who asks, with the roles that are bound to them, as Kyverno reads it
    #[arg(long, visible_alias = "userinfo", value_name = "FILE")]
    pub(crate) user_info: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct TestArguments {
    /// Folders and files that hold tests
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    /// File or folder that rules of Rego find below `data`, beside the `data.json` of folders
    #[arg(short, long, value_name = "PATH")]
    pub(crate) data: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write the results to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Show also what passes and what is skipped
    #[arg(short, long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LintArguments {
    /// Folders and files of policies and their tests
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) modules: Modules,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write the results to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// File or folder of policies as they are
    #[arg(value_name = "BEFORE")]
    pub(crate) before: PathBuf,
    /// File or folder of policies as they shall be
    #[arg(value_name = "AFTER")]
    pub(crate) after: PathBuf,
    /// File or folder of resources that they are applied to
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["capture", "audit_log"])]
    pub(crate) resources: Vec<PathBuf>,
    /// Capture of system calls over which alerts of rules for events are compared
    #[arg(long, value_name = "FILE", conflicts_with = "audit_log")]
    pub(crate) capture: Option<PathBuf>,
    /// Audit log over which they are: file (also gzip) or folder of rotated files
    #[arg(long, value_name = "LOG", num_args = 1..)]
    pub(crate) audit_log: Vec<PathBuf>,
    /// Rules that tell of an event that several find: the first in order, as Falco does, or all
    #[arg(long, value_enum, value_name = "WHICH", default_value_t = WatchMatching::First)]
    pub(crate) matching: WatchMatching,
    /// Take events of a capture as it has them, or as current versions take them
    #[arg(long, value_enum, value_name = "PROFILE", default_value_t = WatchProfile::Current)]
    pub(crate) profile: WatchProfile,
    #[command(flatten)]
    pub(crate) modules: Modules,
    #[command(flatten)]
    pub(crate) given: GivenArguments,
    /// Namespace of resources that name none
    #[arg(short, long, value_name = "NAME", default_value = "default")]
    pub(crate) namespace: String,
    /// Output format
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t = RowFormat::Table)]
    pub(crate) format: RowFormat,
    /// Write the changes to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArguments {
    /// File or folder of policies that are CEL inside, which are exported instead of checks: constraints of
    /// templates with `K8sNativeValidation`, and Kyverno's `ValidatingPolicy`
    #[arg(short, long, value_name = "PATH", conflicts_with_all = ["checks", "action"])]
    pub(crate) policy: Vec<PathBuf>,
    /// Checks to export [default: all whose condition can be said in CEL]
    #[arg(value_name = "CHECK")]
    pub(crate) checks: Vec<String>,
    /// The form of the policies
    #[arg(long = "as", value_enum, value_name = "FORM", default_value_t = ExportForm::Vap)]
    pub(crate) form: ExportForm,
    /// What the API server does where a check does not hold
    #[arg(long, value_enum, value_name = "ACTION", default_value_t = ExportAction::Deny)]
    pub(crate) action: ExportAction,
    /// Write the policies to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The form in which checks are exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportForm {
    /// `ValidatingAdmissionPolicy` with its binding
    Vap,
}

/// What the API server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportAction {
    /// It refuses the request
    Deny,
    /// It warns the sender
    Warn,
    /// It records the request
    Audit,
}

/// From which result on a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// What would be refused, and what policies that refuse nothing report
    Fail,
    /// Warnings too
    Warn,
    /// Nothing
    None,
}

impl CheckArguments {
    /// Who creates the resources.
    pub(crate) fn sender(&self) -> User {
        User { name: self.user.clone().unwrap_or_default(), groups: self.groups.clone(), ..User::default() }
    }
}

/// A variable and its text: `request.mode=strict`.
fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` has no `=`: write NAME=TEXT"))?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || value.is_empty() {
        return Err(format!("`{text}` is not complete: write NAME=TEXT"));
    }
    if name.starts_with("request.object.") {
        return Err(format!("`{name}` is a field of the resource: change the resource"));
    }
    Ok((name.to_owned(), value.to_owned()))
}
