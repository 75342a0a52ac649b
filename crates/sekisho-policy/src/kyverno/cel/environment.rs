//! What the expressions of Kyverno's policies may use.

use std::sync::LazyLock;

use sekisho_cel::{Environment, Library, StructType, Type};
use smol_str::SmolStr;

use super::library;
use super::scope::Scope;
use crate::admission::base_environment;

/// The version of Kubernetes whose functions expressions have.
const MINOR: u32 = 36;

/// The type of `variables`.
const VARIABLES: &str = "kyverno.variables";

/// The type of `exceptions`.
const EXCEPTIONS: &str = "libs.Exception";

/// What a policy does with its expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It judges, or removes.
    Judge,
    /// It makes patches.
    Patch,
    /// It makes objects, whose literals hold values of several types.
    Make,
    /// It judges images.
    Images,
}

/// The environment of policies of a scope.
pub(super) fn of(used: Use, scope: Scope) -> Environment {
    let base = match scope {
        Scope::Cluster => CLUSTER.clone(),
        Scope::Namespace => NAMESPACE.clone(),
    };
    match used {
        Use::Judge => base,
        Use::Patch => base.with_patch_types(),
        Use::Make => base.with_mixed_literals(),
        Use::Images => base
            .with_variable("images", Type::map(Type::String, Type::list(Type::String)))
            .with_variable("attestors", Type::map(Type::String, Type::Dyn))
            .with_variable("attestations", Type::map(Type::String, Type::Dyn)),
    }
}

static CLUSTER: LazyLock<Environment> = LazyLock::new(|| base(Scope::Cluster));
static NAMESPACE: LazyLock<Environment> = LazyLock::new(|| base(Scope::Namespace));

fn base(scope: Scope) -> Environment {
    let libraries =
        [Library::Bindings, Library::Encoders, Library::Lists, Library::Math, Library::Sets, Library::Regex];
    let environment = libraries.into_iter().fold(base_environment(MINOR), Environment::with_library);
    let text = || Type::String;
    let named = |name: &str| Type::Struct(SmolStr::new(name));
    let request = [
        ("kind", named("kubernetes.GroupVersionKind")),
        ("resource", named("kubernetes.GroupVersionResource")),
        ("subResource", text()),
        ("requestKind", named("kubernetes.GroupVersionKind")),
        ("requestResource", named("kubernetes.GroupVersionResource")),
        ("requestSubResource", text()),
        ("name", text()),
        ("namespace", text()),
        ("operation", text()),
        ("userInfo", named("kubernetes.UserInfo")),
        ("dryRun", Type::Bool),
        ("options", Type::Dyn),
        ("object", Type::Dyn),
        ("oldObject", Type::Dyn),
    ];
    let texts = || Type::list(Type::String);
    let environment = environment
        .with_or_value_of_plain_values()
        .with_message("kubernetes.AdmissionRequest", fields(&request))
        .with_message(EXCEPTIONS, fields(&[("allowedImages", texts()), ("allowedValues", texts())]))
        .with_variable("exceptions", named(EXCEPTIONS));
    with_variables(library::extend(environment, scope), &[])
}

/// The environment with `variables` of these types.
pub(super) fn with_variables(environment: Environment, variables: &[(SmolStr, Type)]) -> Environment {
    environment
        .with_message(VARIABLES, StructType { fields: variables.to_vec(), open: false })
        .with_variable("variables", Type::Struct(VARIABLES.into()))
}

fn fields(fields: &[(&str, Type)]) -> StructType {
    let fields = fields.iter().map(|(name, kind)| (SmolStr::new(name), kind.clone())).collect();
    StructType { fields, open: false }
}
