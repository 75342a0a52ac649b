//! All that is said of an identity: what it did, the roles that are enough, and what it has.

use sekisho_access::{Comparison, Identity, LeastRoles, RoleRule, UsedBy};
use serde_json::{Value, json};

/// All that is said of an identity.
pub(super) struct Said<'a> {
    pub(super) identity: &'a Identity,
    pub(super) used: &'a UsedBy,
    pub(super) roles: LeastRoles,
    /// None where it is not known what it has.
    pub(super) compared: Option<Comparison<'a>>,
}

impl Said<'_> {
    pub(super) fn to_json(&self) -> Value {
        let requests: Vec<Value> = self
            .used
            .allowed
            .iter()
            .map(|(asked, uses)| json!({"request": asked.to_string(), "count": uses.count}))
            .collect();
        let refused: Vec<Value> = self
            .used
            .refused
            .iter()
            .map(|(asked, count)| json!({"request": asked.to_string(), "count": count}))
            .collect();
        let roles: Vec<Value> = self
            .roles
            .roles
            .iter()
            .map(|role| {
                let rules: Vec<Value> = role.rules.iter().map(RoleRule::to_json).collect();
                json!({"namespace": role.namespace.as_deref(), "rules": rules})
            })
            .collect();
        let mut value = json!({
            "identity": self.identity.to_string(),
            "requests": requests,
            "refused": refused,
            "roles": roles,
            "manifests": self.roles.manifests(),
        });
        if let Some(compared) = &self.compared {
            value["granted"] = compared.grants.iter().map(granted).collect();
            value["unexplained"] =
                compared.unexplained.iter().map(|asked| Value::String(asked.to_string())).collect();
        }
        value
    }
}

fn granted(found: &sekisho_access::GrantUse<'_>) -> Value {
    let rules = found.grant.rules.iter().zip(&found.used);
    let rules: Vec<Value> = rules
        .enumerate()
        .map(|(place, (rule, used))| {
            let (verbs, targets) = found.unused(rule, used.as_ref());
            json!({
                "rule": place,
                "used": used.is_some(),
                "wildcard": sekisho_access::GrantUse::is_open(rule),
                "unusedVerbs": verbs,
                "unusedTargets": targets,
            })
        })
        .collect();
    json!({
        "binding": format!("{}/{}", found.grant.binding.kind, found.grant.binding.name),
        "role": format!("{}/{}", found.grant.role.kind, found.grant.role.name),
        "namespace": found.grant.namespace.as_deref(),
        "used": !found.is_unused(),
        "rules": rules,
    })
}
