//! Documents, and what the command line says, → the one policy of Pod Security.

use sekisho_manifest::{Node, Object, field};

use super::configuration::{Configuration, ConfigurationError, within};
use super::level::LevelVersion;
use super::rule::PodSecurity;
use crate::problem::Problem;

const GROUP: &str = "pod-security.admission.config.k8s.io";
const ALL_PLUGINS: [&str; 2] = ["apiserver.config.k8s.io", "apiserver.k8s.io"];

/// The levels of namespaces whose labels say nothing, as they are given beside any document. What is none is
/// left to the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preset {
    /// What is refused otherwise.
    pub enforce: Option<LevelVersion>,
    /// What is recorded otherwise.
    pub audit: Option<LevelVersion>,
    /// What is warned of otherwise.
    pub warn: Option<LevelVersion>,
}

impl Preset {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn apply(&self, configuration: &mut Configuration) {
        let levels = &mut configuration.defaults;
        let modes = [
            (self.enforce, &mut levels.enforce),
            (self.audit, &mut levels.audit),
            (self.warn, &mut levels.warn),
        ];
        for (given, level) in modes {
            *level = given.unwrap_or(*level);
        }
    }
}

/// Whether an object configures Pod Security: a `PodSecurityConfiguration`, or an `AdmissionConfiguration` that
/// names the plug-in.
pub fn is_policy(object: &Object) -> bool {
    match object.group() {
        GROUP => object.kind == "PodSecurityConfiguration",
        group => {
            ALL_PLUGINS.contains(&group)
                && object.kind == "AdmissionConfiguration"
                && plugin(&object.root).is_some()
        }
    }
}

/// The policy that the documents and the preset make; none where neither says anything.
pub(crate) fn load(objects: &[Object], preset: Preset) -> (Option<PodSecurity>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut read: Option<Configuration> = None;
    let mut failed = false;
    let here = |object: &Object| object.group() == GROUP && is_policy(object);
    for object in objects.iter().filter(|object| is_policy(object)) {
        if let Some(path) = elsewhere(&object.root) {
            if !objects.iter().any(here) {
                failed = true;
                let message = format!(
                    "`{}` stands in another file: give that file as a policy too",
                    path.as_str().unwrap_or_default()
                );
                problems.push(Problem::error(path, message));
            }
            continue;
        }
        let found = match within(&object.root) {
            None if object.kind == "AdmissionConfiguration" => Ok(Configuration::default()),
            _ => Configuration::read(&object.root),
        };
        match found {
            Ok(_) if read.is_some() => {
                let message = "Pod Security is configured twice, and the first configuration counts: \
                               remove one";
                problems.push(Problem::warning(&object.root, message));
            }
            Ok(configuration) => read = Some(configuration),
            Err(errors) => {
                failed = true;
                problems.extend(errors.iter().map(problem));
            }
        }
    }
    if failed || (read.is_none() && preset.is_empty()) {
        return (None, problems);
    }
    let mut configuration = read.unwrap_or_default();
    preset.apply(&mut configuration);
    (Some(PodSecurity { configuration }), problems)
}

fn problem(error: &ConfigurationError) -> Problem {
    let message = if error.path.is_root() { error.fault.to_string() } else { error.to_string() };
    Problem::at(error.span, message)
}

/// What an `AdmissionConfiguration` says of the plug-in.
fn plugin(root: &Node) -> Option<&Node> {
    root.get("plugins")?.items().iter().find(|plugin| plugin.str("name") == "PodSecurity")
}

/// The file that the configuration stands in, where it stands in another one.
fn elsewhere(root: &Node) -> Option<&Node> {
    if root.str("kind") != "AdmissionConfiguration" || within(root).is_some() {
        return None;
    }
    plugin(root)?.get("path").filter(|path| path.as_str().is_some_and(|path| !path.is_empty()))
}

impl PodSecurity {
    /// The field of a configuration that says the level of a mode, in the document or within that of all
    /// plug-ins.
    pub fn default_field(root: &Node, mode: &str) -> sekisho_manifest::FieldPath {
        let field = field!["defaults", mode];
        match within(root) {
            Some((index, _)) => field!["plugins", index, "configuration"].join(&field),
            None => field,
        }
    }
}
