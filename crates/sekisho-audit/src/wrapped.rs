//! Events as clouds and collectors hand them on: wrapped into records of their own, or said in other words.

use std::borrow::Cow;

use data_encoding::BASE64;
use memchr::memmem;

use crate::azure;
use crate::error::AuditError;
use crate::event::AuditEvent;
use crate::google;
use crate::json::{Json, JsonKind};
use crate::parse::Parser;
use crate::spread::values;

/// How events came.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    /// As the API server writes them.
    #[default]
    Plain,
    /// With something in front of each line: the name of a node, a time.
    Prefixed,
    /// As text within another record.
    Collector,
    /// In records of Amazon `CloudWatch` Logs, as EKS sends them.
    CloudWatch,
    /// In diagnostic records of Azure, as AKS sends them.
    Azure,
    /// As entries of Google's Cloud Logging, which GKE writes in place of events.
    Google,
}

/// Records within records are followed as deep as this.
const DEPTH: u32 = 4;

impl Shape {
    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Plain => "events as the API server writes them",
            Self::Prefixed => "lines with something in front of the event",
            Self::Collector => "events within records of a collector",
            Self::CloudWatch => "records of CloudWatch Logs (EKS)",
            Self::Azure => "diagnostic records of Azure (AKS)",
            Self::Google => "entries of Cloud Logging (GKE)",
        }
    }
}

/// Takes one event, or why there is none.
pub type EachEvent<'f> = &'f mut dyn FnMut(Result<AuditEvent<'_>, AuditError>);

impl Parser {
    /// Scans a line or a body, and gives each event in it, also where it is wrapped into other records. Records that are
    /// no audit events, as others share a stream with them, give none.
    ///
    /// # Errors
    ///
    /// Where it is no JSON, or more than the budget allows.
    pub fn each(&mut self, bytes: &[u8], each: EachEvent<'_>) -> Result<Shape, AuditError> {
        match self.each_within(bytes, DEPTH, each) {
            // Some write one record behind the other, without a line for each.
            Err(AuditError::Json { what: "something behind the end", .. }) => {}
            answer => return answer,
        }
        let mut shape = Shape::Plain;
        for value in values(bytes) {
            match self.each_within(value, DEPTH, each) {
                Ok(found) => shape = shape.max(found),
                Err(error) => each(Err(error)),
            }
        }
        Ok(shape)
    }

    fn each_within(&mut self, bytes: &[u8], depth: u32, each: EachEvent<'_>) -> Result<Shape, AuditError> {
        let (bytes, is_prefixed) = behind_prefix(bytes);
        let mut inner: Vec<Cow<'_, str>> = Vec::new();
        let parsed = self.parse(bytes)?;
        let mut shape = Shape::Plain;
        let root = parsed.root();
        if root.kind() == JsonKind::Array
            && root.items().next().is_some_and(|first| first.get("kind").is_none())
        {
            for item in root.items() {
                shape = shape.max(unwrapped(item, &mut inner));
            }
        } else if root.kind() == JsonKind::Object && root.get("kind").is_none() {
            shape = unwrapped(root, &mut inner);
        }
        if shape == Shape::Plain {
            parsed.events(each);
            return Ok(if is_prefixed { Shape::Prefixed } else { Shape::Plain });
        }
        let Some(depth) = depth.checked_sub(1) else { return Err(AuditError::Kind) };
        let inner: Vec<String> = inner.into_iter().map(Cow::into_owned).collect();
        let mut parser = Self::new(*self.budget());
        for text in inner {
            match parser.each_within(text.as_bytes(), depth, each) {
                Ok(found) => shape = shape.max(found),
                Err(error) => each(Err(error)),
            }
        }
        Ok(shape)
    }
}

/// What is left behind the name of a node, or the head of a line that a container runtime or an export wrote.
fn behind_prefix(bytes: &[u8]) -> (&[u8], bool) {
    /// A prefix is no longer than this.
    const LONGEST: usize = 200;
    let trimmed = bytes.trim_ascii_start();
    if matches!(trimmed.first(), Some(b'{' | b'[') | None) {
        return (bytes, false);
    }
    let head = trimmed.get(..LONGEST.min(trimmed.len())).unwrap_or_default();
    match memmem::find(head, b" {").and_then(|at| trimmed.get(at + 1..)) {
        Some(rest) => (rest, true),
        None => (bytes, false),
    }
}

/// The texts of the events in a record.
fn unwrapped<'t>(record: Json<'t>, inner: &mut Vec<Cow<'t, str>>) -> Shape {
    // CloudWatch: what a subscription gets, what the command line prints, what a query gives.
    for list in ["logEvents", "events"] {
        if let Some(events) = record.get(list).filter(|events| events.kind() == JsonKind::Array) {
            inner.extend(events.items().filter_map(|event| audit_text(event.get("message")?)));
            return Shape::CloudWatch;
        }
    }
    if let Some(rows) = record.get("results").filter(|rows| rows.kind() == JsonKind::Array) {
        let named = |cell: &Json<'_>| cell.get("field").and_then(Json::as_str).as_deref() == Some("@message");
        let cells = rows.items().filter_map(|row| row.items().find(named)?.get("value"));
        inner.extend(cells.filter_map(audit_text));
        return Shape::CloudWatch;
    }
    if let Some(message) = record.get("@message") {
        inner.extend(audit_text(message));
        return Shape::CloudWatch;
    }
    // Azure: a batch of an event hub or of a storage account, a record of it, a row of a query.
    if let Some(records) = record.get("records").filter(|records| records.kind() == JsonKind::Array) {
        for record in records.items() {
            diagnostic(record, inner);
        }
        return Shape::Azure;
    }
    if diagnostic(record, inner) {
        return Shape::Azure;
    }
    if let Some(payload) = record.get("protoPayload") {
        inner.extend(google::event(record, payload).map(Cow::Owned));
        return Shape::Google;
    }
    // Google's Pub/Sub: what is pushed, what is pulled, with the entry within.
    let message = record.get("message").filter(|message| message.kind() == JsonKind::Object);
    if let Some(data) = message.and_then(|message| message.get("data")).and_then(Json::as_str) {
        let bytes = BASE64.decode(data.as_bytes()).ok();
        inner.extend(bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Cow::Owned));
        return Shape::Google;
    }
    // Elastic and Splunk: what a search gives.
    for path in [&["_source"][..], &["result"], &["kubernetes", "audit"]] {
        if let Some(object) = record.along(path).filter(|object| object.kind() == JsonKind::Object) {
            inner.push(Cow::Borrowed(object.raw()));
            return Shape::Collector;
        }
    }
    for key in ["log", "message", "msg", "MESSAGE", "line", "_raw"] {
        if let Some(text) = record.get(key)
            && let Some(text) = audit_text(text)
        {
            inner.push(text);
            return if record.get("ingestionTime").is_some() || record.get("logStreamName").is_some() {
                Shape::CloudWatch
            } else {
                Shape::Collector
            };
        }
    }
    Shape::Plain
}

/// A diagnostic record of the API server's audit; those of other categories have no event.
fn diagnostic<'t>(record: Json<'t>, inner: &mut Vec<Cow<'t, str>>) -> bool {
    let text = |key: &str| record.get(key).and_then(Json::as_str).unwrap_or_default();
    if let Some(event) = azure::row(record) {
        inner.push(Cow::Owned(event));
        return true;
    }
    let category = [text("category"), text("Category")].concat();
    let properties = record.get("properties").filter(|properties| properties.kind() == JsonKind::String);
    let log = record
        .along(&["properties", "log"])
        .or_else(|| record.get("log_s"))
        .or(properties.filter(|_| !category.is_empty()));
    if category.is_empty() && log.is_none() {
        return false;
    }
    let is_audit = category.is_empty() || category.starts_with("kube-audit");
    if let Some(log) = log.filter(|_| is_audit) {
        inner.extend(audit_text(log));
    }
    log.is_some() || is_audit
}

/// A text that holds an audit event, or the event itself; other logs share the stream.
fn audit_text(value: Json<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        JsonKind::Object => value.get("auditID").map(|_| Cow::Borrowed(value.raw())),
        JsonKind::String => value.as_str().filter(|text| text.contains("auditID") && text.contains('{')),
        _ => None,
    }
}
