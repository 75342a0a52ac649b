//! What each field means, found by the number of the field.

use std::sync::LazyLock;

use super::SOURCE;
use super::container::{List, OfContainer};
use super::json::OfJson;
use super::request::OfRequest;
use super::time::OfTime;
use crate::event::Member;

/// How a field is had.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// It is a field of other events.
    Nothing,
    /// What lies at a path, as text.
    Member(Member, &'static [&'static str]),
    /// The items of the array at a path.
    List(Member, &'static [&'static str]),
    Request(OfRequest),
    Container(List, OfContainer),
    Json(OfJson),
    Time(OfTime),
    Constant(&'static str),
    /// False.
    No,
    /// The number of the event.
    Number,
    /// The machine.
    Host,
}

static MEANINGS: LazyLock<Vec<Meaning>> = LazyLock::new(|| {
    let catalog = super::catalog();
    let mut meanings = Vec::new();
    for info in catalog.fields(SOURCE) {
        let place = info.id as usize;
        if meanings.len() <= place {
            meanings.resize(place + 1, Meaning::Nothing);
        }
        if let Some(meaning) = meanings.get_mut(place) {
            *meaning = of(&info.name);
        }
    }
    meanings
});

/// What the field of this number means.
pub(super) fn meaning(id: u32) -> Meaning {
    MEANINGS.get(id as usize).copied().unwrap_or(Meaning::Nothing)
}

fn of(name: &str) -> Meaning {
    if let Some((list, field)) = name.strip_prefix("ka.req.pod.").and_then(|rest| rest.split_once('.'))
        && let Some(list) = List::named(list)
    {
        return OfContainer::named(field).map_or(Meaning::Nothing, |field| Meaning::Container(list, field));
    }
    let of_one = match name {
        "ka.req.container.image" => Some(OfContainer::Image),
        "ka.req.container.image.repository" => Some(OfContainer::Repository),
        "ka.req.container.privileged" => Some(OfContainer::AnyPrivileged),
        _ => None,
    };
    if let Some(field) = of_one {
        return Meaning::Container(List::OneOfContainers, field);
    }
    plain(name)
        .or_else(|| OfRequest::named(name).map(Meaning::Request))
        .or_else(|| OfJson::named(name).map(Meaning::Json))
        .or_else(|| OfTime::named(name).map(Meaning::Time))
        .unwrap_or(Meaning::Nothing)
}

/// Fields that lie at a path, and those that are the same for every event.
fn plain(name: &str) -> Option<Meaning> {
    use Meaning::{Constant, List as Items, Member as At};
    Some(match name {
        "ka.auditid" => At(Member::AuditId, &[]),
        "ka.stage" => At(Member::Stage, &[]),
        "ka.auth.decision" => At(Member::Annotations, &["authorization.k8s.io/decision"]),
        "ka.auth.reason" => At(Member::Annotations, &["authorization.k8s.io/reason"]),
        "ka.auth.openshift.decision" => At(Member::Annotations, &["authentication.openshift.io/decision"]),
        "ka.auth.openshift.username" => At(Member::Annotations, &["authentication.openshift.io/username"]),
        "ka.validations.admission.policy.failure" => {
            At(Member::Annotations, &["validation.policy.admission.k8s.io/validation_failure"])
        }
        "ka.security.pod.violations" => {
            At(Member::Annotations, &["pod-security.kubernetes.io/audit-violations"])
        }
        "ka.cluster.name" => At(Member::Annotations, &["cluster_name"]),
        "ka.user.name" => At(Member::User, &["username"]),
        "ka.user.groups" => Items(Member::User, &["groups"]),
        "ka.impuser.name" => At(Member::ImpersonatedUser, &["username"]),
        "ka.verb" => At(Member::Verb, &[]),
        "ka.uri" => At(Member::RequestUri, &[]),
        "ka.target.name" | "ka.req.configmap.name" => At(Member::Object, &["name"]),
        "ka.target.namespace" => At(Member::Object, &["namespace"]),
        "ka.target.resource" => At(Member::Object, &["resource"]),
        "ka.target.subresource" => At(Member::Object, &["subresource"]),
        "ka.req.binding.subjects" => Items(Member::Request, &["subjects"]),
        "ka.req.binding.role" => At(Member::Request, &["roleRef", "name"]),
        "ka.req.configmap.obj" => At(Member::Request, &["data"]),
        "ka.req.pod.host_ipc" => At(Member::Request, &["spec", "hostIPC"]),
        "ka.req.pod.host_network" | "ka.req.container.host_network" => {
            At(Member::Request, &["spec", "hostNetwork"])
        }
        "ka.req.pod.host_pid" => At(Member::Request, &["spec", "hostPID"]),
        "ka.req.pod.run_as_user" => At(Member::Request, &["spec", "securityContext", "runAsUser"]),
        "ka.req.pod.run_as_group" => At(Member::Request, &["spec", "securityContext", "runAsGroup"]),
        "ka.req.pod.fs_group" => At(Member::Request, &["spec", "securityContext", "fsGroup"]),
        "ka.req.pod.supplemental_groups" => {
            Items(Member::Request, &["spec", "securityContext", "supplementalGroups"])
        }
        "ka.req.role.rules" => Items(Member::Request, &["rules"]),
        "ka.req.service.type" => At(Member::Request, &["spec", "type"]),
        "ka.resp.name" => At(Member::Response, &["metadata", "name"]),
        "ka.response.code" => At(Member::Status, &["code"]),
        "ka.response.reason" => At(Member::Status, &["reason"]),
        "ka.useragent" => At(Member::UserAgent, &[]),
        "evt.num" => Meaning::Number,
        "evt.pluginname" => Constant(super::PLUGIN_NAME),
        "evt.source" => Constant(SOURCE),
        "evt.is_async" => Meaning::No,
        "evt.hostname" => Meaning::Host,
        _ => return None,
    })
}
