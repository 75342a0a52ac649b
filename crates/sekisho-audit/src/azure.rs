//! Rows of the tables that AKS writes in place of events, said as audit events.

use crate::json::{Json, JsonKind};
use crate::writer::Writer;

/// Columns with the members of events that they hold.
const COLUMNS: &[(&str, &str)] = &[
    ("Level", "level"),
    ("AuditId", "auditID"),
    ("Stage", "stage"),
    ("RequestUri", "requestURI"),
    ("Verb", "verb"),
    ("User", "user"),
    ("ImpersonatedUser", "impersonatedUser"),
    ("SourceIps", "sourceIPs"),
    ("UserAgent", "userAgent"),
    ("ObjectRef", "objectRef"),
    ("ResponseStatus", "responseStatus"),
    ("RequestObject", "requestObject"),
    ("ResponseObject", "responseObject"),
    ("RequestReceivedTime", "requestReceivedTimestamp"),
    ("StageReceivedTime", "stageTimestamp"),
    ("Annotations", "annotations"),
];

/// The event of a row of `AKSAudit` or `AKSAuditAdmin`; none for other records.
pub(crate) fn row(record: Json<'_>) -> Option<String> {
    record.get("AuditId")?;
    record.get("RequestUri")?;
    let mut out = Writer(String::from(r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1""#));
    for (column, member) in COLUMNS {
        let Some(value) = record.get(column) else { continue };
        // What is no text comes as it is, or as text that is written in JSON.
        let text = value.as_str().unwrap_or_default();
        match value.kind() {
            JsonKind::Null => {}
            JsonKind::String if text.is_empty() => {}
            JsonKind::String if !matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'[')) => {
                out.text(member, &text);
            }
            JsonKind::String => {
                out.key(member);
                out.0.push_str(&text);
            }
            _ => {
                out.key(member);
                value.write_compact(&mut out.0);
            }
        }
    }
    if record.get("StageReceivedTime").is_none() {
        let time = record.get("TimeGenerated").and_then(Json::as_str).unwrap_or_default();
        out.text("stageTimestamp", &time);
    }
    out.0.push('}');
    Some(out.0)
}
