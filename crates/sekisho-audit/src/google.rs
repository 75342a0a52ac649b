//! Entries of Google's Cloud Logging, said as audit events: GKE gives no others.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::json::{Json, JsonKind};
use crate::writer::Writer;

/// The event of an entry that Kubernetes made; none for entries of other services.
pub(crate) fn event(entry: Json<'_>, payload: Json<'_>) -> Option<String> {
    if text(payload, &["serviceName"]) != "k8s.io" {
        return None;
    }
    let resource = text(payload, &["resourceName"]);
    let method = text(payload, &["methodName"]);
    let verb = method.rsplit('.').next().unwrap_or_default();
    let reference = Reference::read(&resource);
    let time = [text(entry, &["timestamp"]), text(entry, &["receiveTimestamp"])];
    let time = time.iter().find(|time| !time.is_empty())?;
    let mut out =
        Writer(String::from(r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete""#));
    let has_body = payload.get("request").is_some() || payload.get("response").is_some();
    out.text("level", if has_body { "RequestResponse" } else { "Metadata" });
    let operation = text(entry, &["operation", "id"]);
    let insert = text(entry, &["insertId"]);
    out.text("auditID", if operation.is_empty() { &insert } else { &operation });
    out.text("requestReceivedTimestamp", time);
    out.text("stageTimestamp", time);
    out.text("verb", verb);
    out.text("requestURI", &reference.uri());
    out.text("userAgent", &text(payload, &["requestMetadata", "callerSuppliedUserAgent"]));
    out.key("user");
    out.0.push('{');
    out.0.push_str(r#""username":"#);
    out.quoted(&text(payload, &["authenticationInfo", "principalEmail"]));
    out.0.push('}');
    let address = text(payload, &["requestMetadata", "callerIp"]);
    if !address.is_empty() {
        out.key("sourceIPs");
        out.0.push('[');
        out.quoted(&address);
        out.0.push(']');
    }
    if !reference.resource.is_empty() {
        out.key("objectRef");
        out.0.push_str(r#"{"apiVersion":"#);
        out.quoted(reference.version);
        for (key, value) in [
            ("apiGroup", reference.group),
            ("namespace", reference.namespace),
            ("resource", reference.resource),
            ("name", reference.name),
            ("subresource", reference.subresource),
        ] {
            if !value.is_empty() {
                out.text(key, value);
            }
        }
        out.0.push('}');
    }
    out.key("responseStatus");
    let code = payload.along(&["status", "code"]).and_then(Json::as_i64).unwrap_or_default();
    // Writing to a string cannot fail.
    let _ = write!(out.0, r#"{{"code":{}}}"#, http(code));
    for (key, from) in [("requestObject", "request"), ("responseObject", "response")] {
        if let Some(object) = payload.get(from).filter(|object| object.kind() == JsonKind::Object) {
            out.key(key);
            object.write_compact(&mut out.0);
        }
    }
    if let Some(labels) = entry.get("labels").filter(|labels| labels.kind() == JsonKind::Object) {
        out.key("annotations");
        labels.write_compact(&mut out.0);
    }
    out.0.push('}');
    Some(out.0)
}

fn text<'t>(from: Json<'t>, path: &[&str]) -> Cow<'t, str> {
    from.along(path).and_then(Json::as_str).unwrap_or_default()
}

/// What a name of a resource says: `apps/v1/namespaces/shop/deployments/web/scale`.
#[derive(Default)]
struct Reference<'t> {
    group: &'t str,
    version: &'t str,
    namespace: &'t str,
    resource: &'t str,
    name: &'t str,
    subresource: &'t str,
}

impl<'t> Reference<'t> {
    fn read(text: &'t str) -> Self {
        let mut parts = text.split('/').peekable();
        let group = parts.next().unwrap_or_default();
        let Some(version) = parts.next() else { return Self::default() };
        let group = if group == "core" { "" } else { group };
        let mut of = Self { group, version, ..Self::default() };
        let rest: Vec<&str> = parts.collect();
        // A namespace itself is one, and what lies in it has more behind it.
        let rest = match rest[..] {
            ["namespaces", namespace, _, ..] if !is_part_of_namespace(&rest) => {
                of.namespace = namespace;
                rest.get(2..).unwrap_or_default()
            }
            ["namespaces", namespace, ..] => {
                of.namespace = namespace;
                &rest[..]
            }
            _ => &rest[..],
        };
        of.resource = rest.first().copied().unwrap_or_default();
        of.name = rest.get(1).copied().unwrap_or_default();
        of.subresource = rest.get(2).copied().unwrap_or_default();
        of
    }

    fn uri(&self) -> String {
        let mut uri = if self.group.is_empty() {
            format!("/api/{}", self.version)
        } else {
            format!("/apis/{}/{}", self.group, self.version)
        };
        if !self.namespace.is_empty() && self.resource != "namespaces" {
            uri.push_str("/namespaces/");
            uri.push_str(self.namespace);
        }
        for part in [self.resource, self.name, self.subresource] {
            if !part.is_empty() {
                uri.push('/');
                uri.push_str(part);
            }
        }
        uri
    }
}

/// Whether what stands behind the name of a namespace is a part of the namespace.
fn is_part_of_namespace(rest: &[&str]) -> bool {
    matches!(rest, ["namespaces", _, "status" | "finalize"])
}

/// The status of HTTP for one of Google's; those that mean the same.
fn http(code: i64) -> i64 {
    match code {
        0 => 200,
        1 => 499,
        3 | 9 | 11 => 400,
        4 => 504,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        // Some entries hold the status of HTTP.
        code if (100..600).contains(&code) => code,
        _ => 500,
    }
}
