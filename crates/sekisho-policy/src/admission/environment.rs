//! What the expressions of admission policies may use: the variables and their types.

use sekisho_cel::{Environment, StructType, Type};
use smol_str::SmolStr;

/// The type of `variables`.
pub(super) const VARIABLES: &str = "kubernetes.variables";

/// Which of the variables that not every expression has are there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Optional {
    pub(super) parameters: bool,
    pub(super) authorizer: bool,
    pub(super) patches: bool,
}

/// The environment of the API server of Kubernetes 1.`minor`, with the types of `request` and
/// `namespaceObject`.
pub(crate) fn base(minor: u32) -> Environment {
    let text = Type::String;
    let texts = || Type::list(Type::String);
    let labels = || Type::map(Type::String, Type::String);
    let message = |name: &str| Type::Struct(SmolStr::new(name));
    Environment::kubernetes(minor)
        .with_message(
            "kubernetes.GroupVersionKind",
            fields(&[("group", text.clone()), ("version", text.clone()), ("kind", text.clone())]),
        )
        .with_message(
            "kubernetes.GroupVersionResource",
            fields(&[("group", text.clone()), ("version", text.clone()), ("resource", text.clone())]),
        )
        .with_message(
            "kubernetes.UserInfo",
            fields(&[
                ("username", text.clone()),
                ("uid", text.clone()),
                ("groups", texts()),
                ("extra", Type::map(Type::String, texts())),
            ]),
        )
        .with_message(
            "kubernetes.AdmissionRequest",
            fields(&[
                ("kind", message("kubernetes.GroupVersionKind")),
                ("resource", message("kubernetes.GroupVersionResource")),
                ("subResource", text.clone()),
                ("requestKind", message("kubernetes.GroupVersionKind")),
                ("requestResource", message("kubernetes.GroupVersionResource")),
                ("requestSubResource", text.clone()),
                ("name", text.clone()),
                ("namespace", text.clone()),
                ("operation", text.clone()),
                ("userInfo", message("kubernetes.UserInfo")),
                ("dryRun", Type::Bool),
                ("options", Type::Dyn),
            ]),
        )
        .with_message(
            "kubernetes.NamespaceMetadata",
            fields(&[
                ("name", text.clone()),
                ("generateName", text.clone()),
                ("namespace", text.clone()),
                ("labels", labels()),
                ("annotations", labels()),
                ("UID", text.clone()),
                ("creationTimestamp", Type::Timestamp),
                ("deletionGracePeriodSeconds", Type::Int),
                ("deletionTimestamp", Type::Timestamp),
                ("generation", Type::Int),
                ("resourceVersion", text.clone()),
                ("finalizers", texts()),
            ]),
        )
        .with_message("kubernetes.NamespaceSpec", fields(&[("finalizers", texts())]))
        .with_message(
            "kubernetes.NamespaceCondition",
            fields(&[
                ("status", text.clone()),
                ("type", text.clone()),
                ("lastTransitionTime", Type::Timestamp),
                ("message", text.clone()),
                ("reason", text.clone()),
            ]),
        )
        .with_message(
            "kubernetes.NamespaceStatus",
            fields(&[("conditions", Type::list(message("kubernetes.NamespaceCondition"))), ("phase", text)]),
        )
        .with_message(
            "kubernetes.Namespace",
            fields(&[
                ("metadata", message("kubernetes.NamespaceMetadata")),
                ("spec", message("kubernetes.NamespaceSpec")),
                ("status", message("kubernetes.NamespaceStatus")),
            ]),
        )
        .with_variable("object", Type::Dyn)
        .with_variable("oldObject", Type::Dyn)
        .with_variable("request", message("kubernetes.AdmissionRequest"))
        .with_variable("namespaceObject", message("kubernetes.Namespace"))
}

/// The environment with those variables that not every expression has.
pub(super) fn extended(base: &Environment, optional: Optional) -> Environment {
    let mut environment = base.clone();
    if optional.parameters {
        environment = environment.with_variable("params", Type::Dyn);
    }
    if optional.authorizer {
        let named = |name: &str| Type::Struct(SmolStr::new(name));
        environment = environment
            .with_variable("authorizer", named("kubernetes.authorization.Authorizer"))
            .with_variable("authorizer.requestResource", named("kubernetes.authorization.ResourceCheck"));
    }
    if optional.patches { environment.with_patch_types() } else { environment }
}

/// The environment with `variables` of these types.
pub(super) fn with_variables(environment: Environment, variables: &[(SmolStr, Type)]) -> Environment {
    environment
        .with_message(VARIABLES, StructType { fields: variables.to_vec(), open: false })
        .with_variable("variables", Type::Struct(VARIABLES.into()))
}

/// The type that a variable of the policy has for others, by the type of its expression: what is neither a
/// primitive nor made of lists and maps is known only when it runs.
pub(super) fn declared(kind: &Type) -> Type {
    match kind {
        Type::Bool
        | Type::Bytes
        | Type::Double
        | Type::Duration
        | Type::Int
        | Type::Null
        | Type::String
        | Type::Timestamp
        | Type::UInt => kind.clone(),
        Type::List(item) => Type::list(declared(item)),
        Type::Map(key, value) => Type::map(declared(key), declared(value)),
        _ => Type::Dyn,
    }
}

fn fields(fields: &[(&str, Type)]) -> StructType {
    let fields = fields.iter().map(|(name, kind)| (SmolStr::new(name), kind.clone())).collect();
    StructType { fields, open: false }
}
