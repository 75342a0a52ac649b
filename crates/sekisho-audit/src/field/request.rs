//! Fields of what was asked for, other than of containers.

use std::borrow::Cow;

use sekisho_falco::Value;

use super::values::{along, index, list, push, text};
use crate::event::{AuditEvent, Member};
use crate::json::{Json, JsonKind};

/// A field of what was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum OfRequest {
    UriParameter,
    PodName,
    Subjects(Subjects),
    SubjectHasName,
    Rules(&'static str),
    Ports,
    Volumes(&'static [&'static str]),
    VolumeTypes,
    HasHostPath,
    SourceIps,
}

/// Whose names are wanted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Subjects {
    Users,
    Groups,
    ServiceAccounts,
    /// With their namespaces.
    PlacedServiceAccounts,
}

impl OfRequest {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ka.uri.param" => Self::UriParameter,
            "ka.target.pod.name" => Self::PodName,
            "ka.req.binding.subjects.user_names" => Self::Subjects(Subjects::Users),
            "ka.req.binding.subjects.group_names" => Self::Subjects(Subjects::Groups),
            "ka.req.binding.subjects.serviceaccount_names" => Self::Subjects(Subjects::ServiceAccounts),
            "ka.req.binding.subjects.serviceaccount_ns_names" => {
                Self::Subjects(Subjects::PlacedServiceAccounts)
            }
            "ka.req.binding.subject.has_name" => Self::SubjectHasName,
            "ka.req.role.rules.apiGroups" => Self::Rules("apiGroups"),
            "ka.req.role.rules.nonResourceURLs" => Self::Rules("nonResourceURLs"),
            "ka.req.role.rules.verbs" => Self::Rules("verbs"),
            "ka.req.role.rules.resources" => Self::Rules("resources"),
            "ka.req.service.ports" => Self::Ports,
            "ka.req.pod.volumes.hostpath" => Self::Volumes(&["spec", "volumes", "hostPath", "path"]),
            "ka.req.pod.volumes.flexvolume_driver" => {
                Self::Volumes(&["spec", "volumes", "flexVolume", "driver"])
            }
            "ka.req.pod.volumes.volume_type" => Self::VolumeTypes,
            "ka.req.volume.hostpath" => Self::HasHostPath,
            "ka.sourceips" => Self::SourceIps,
            _ => return None,
        })
    }
}

pub(super) fn extract<'e>(
    event: &'e AuditEvent<'_>,
    what: OfRequest,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let request = event.member(Member::Request);
    match what {
        OfRequest::UriParameter => {
            let key = String::from_utf8_lossy(argument.unwrap_or_default());
            let uri = event.uri();
            let Some(found) = parameter(&uri, &key) else { return false };
            values.push(text(Cow::Owned(found)));
            true
        }
        OfRequest::PodName => {
            let is_pod = event
                .object()
                .is_some_and(|object| object.resource == "pods" && object.subresource.is_empty());
            let name =
                event.member(Member::Response).and_then(|response| response.along(&["metadata", "name"]));
            let Some(name) = name.filter(|_| is_pod) else { return false };
            push(name, values);
            true
        }
        OfRequest::Subjects(whose) => {
            let subjects = request.and_then(|request| request.get("subjects"));
            subjects.is_some_and(|subjects| names(subjects, whose, values))
        }
        OfRequest::SubjectHasName => {
            values.push(Value::text("true"));
            true
        }
        OfRequest::Rules(key) => {
            let found = request.and_then(|request| along(request, index(argument), &["rules", key]));
            let Some(found) = found else { return false };
            for value in found.into_iter().flatten() {
                list(value, values);
            }
            true
        }
        OfRequest::Ports => pushed(request, index(argument), &["spec", "ports"], values),
        OfRequest::Volumes(path) => pushed(request, index(argument), path, values),
        OfRequest::VolumeTypes => {
            let volumes = request.and_then(|request| request.along(&["spec", "volumes"]));
            let wanted = index(argument);
            let volumes = volumes.into_iter().flat_map(Json::items).enumerate();
            for (_, volume) in volumes.filter(|(place, _)| wanted.is_none_or(|wanted| wanted == *place)) {
                let kinds = volume.members().map(|(key, _)| key.text()).filter(|key| key != "name");
                values.extend(kinds.map(text));
            }
            true
        }
        OfRequest::HasHostPath => {
            let path = ["spec", "volumes", "hostPath", "path"];
            let Some(found) = request.and_then(|request| along(request, None, &path)) else { return false };
            let wanted = argument.unwrap_or_default();
            let has = found.into_iter().flatten().any(|value| {
                let value = value.shown();
                match wanted.strip_suffix(b"*") {
                    Some(front) => value.as_bytes().starts_with(front) || value.as_bytes() == wanted,
                    None => value.as_bytes() == wanted,
                }
            });
            values.push(Value::text(if has { "true" } else { "false" }));
            true
        }
        OfRequest::SourceIps => {
            let addresses = event.member(Member::SourceIps).into_iter().flat_map(Json::items);
            match index(argument) {
                Some(index) => addresses.skip(index).take(1).for_each(|address| push(address, values)),
                None => addresses.for_each(|address| push(address, values)),
            }
            true
        }
    }
}

/// Pushes what stands at the end of a path, whatever it is.
fn pushed<'e>(
    request: Option<Json<'e>>,
    index: Option<usize>,
    path: &[&str],
    values: &mut Vec<Value<'e>>,
) -> bool {
    let Some(found) = request.and_then(|request| along(request, index, path)) else { return false };
    found.into_iter().flatten().for_each(|value| push(value, values));
    true
}

fn names<'e>(subjects: Json<'e>, whose: Subjects, values: &mut Vec<Value<'e>>) -> bool {
    if subjects.kind() != JsonKind::Array {
        return false;
    }
    let wanted = match whose {
        Subjects::Users => "User",
        Subjects::Groups => "Group",
        Subjects::ServiceAccounts | Subjects::PlacedServiceAccounts => "ServiceAccount",
    };
    for subject in subjects.items() {
        let (Some(kind), Some(name)) = (subject.get("kind"), subject.get("name")) else { continue };
        if kind.shown() != wanted {
            continue;
        }
        if whose == Subjects::PlacedServiceAccounts {
            let Some(namespace) = subject.get("namespace") else { continue };
            values.push(text(Cow::Owned(format!("{}:{}", namespace.shown(), name.shown()))));
        } else {
            push(name, values);
        }
    }
    true
}

/// The first value of a parameter of the query, as Go reads queries: one that is wrong spoils all.
fn parameter(uri: &str, key: &str) -> Option<String> {
    let uri = uri.split_once('#').map_or(uri, |(before, _)| before);
    let (_, query) = uri.split_once('?')?;
    let mut found = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pair.contains(';') {
            return None;
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if found.is_none() && name == key {
            found = Some(value);
        }
    }
    found
}

fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}
