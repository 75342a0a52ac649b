//! Summaries of the audit for those who read reports in the cluster: one small object a namespace, and never more than
//! a limit of them. What was found in whole is in the store.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::auditor::Auditor;

/// The form of summaries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SummaryForm {
    /// `PolicyReport` of `wgpolicyk8s.io/v1alpha2`.
    PolicyReport,
    /// `Report` of `openreports.io/v1alpha1`.
    OpenReports,
}

/// The summaries of an audit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summaries {
    /// Namespaces and their reports.
    pub reports: Vec<(String, Value)>,
    /// Namespaces beyond the limit.
    pub left: usize,
}

/// The most bytes of a report as it is written. The API server adds who wrote which field and when; with that it has at most
/// 4 KiB.
const LARGEST: usize = 3 << 10;

/// The name of every report.
pub(crate) const NAME: &str = "sekisho";

impl SummaryForm {
    /// The path of the list of reports in a namespace.
    pub fn path(self, namespace: &str) -> String {
        match self {
            Self::PolicyReport => {
                format!("/apis/wgpolicyk8s.io/v1alpha2/namespaces/{namespace}/policyreports")
            }
            Self::OpenReports => format!("/apis/openreports.io/v1alpha1/namespaces/{namespace}/reports"),
        }
    }

    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::PolicyReport => ("wgpolicyk8s.io/v1alpha2", "PolicyReport"),
            Self::OpenReports => ("openreports.io/v1alpha1", "Report"),
        }
    }
}

/// Makes summaries, of at most so many namespaces: those with the most findings. No report has a time in it, so that one
/// that says the same is the same.
pub fn summaries(auditor: &Auditor, form: SummaryForm, most: usize) -> Summaries {
    let mut namespaces: BTreeMap<&str, Namespace<'_>> = BTreeMap::new();
    for (key, finding) in auditor.findings().filter(|(key, _)| !key.namespace.is_empty()) {
        let namespace = namespaces.entry(&key.namespace).or_default();
        match (finding.outcome.as_str(), finding.rule.consequence.as_str()) {
            ("error", _) => namespace.errors += 1,
            (_, "refuses") => namespace.fails += 1,
            _ => namespace.warnings += 1,
        }
        let rule = namespace.rules.entry(&finding.rule.name).or_insert((
            0,
            &finding.rule.severity,
            &finding.message,
        ));
        rule.0 += 1;
    }
    let mut ranked: Vec<(&str, Namespace<'_>)> = namespaces.into_iter().collect();
    ranked.sort_by_key(|(name, namespace)| (std::cmp::Reverse(namespace.total()), *name));
    let left = ranked.len().saturating_sub(most);
    ranked.truncate(most);
    let report = |(name, namespace): (&str, Namespace<'_>)| {
        let passed = auditor.passed(name);
        (name.to_owned(), namespace.report(name, passed, form))
    };
    Summaries { reports: ranked.into_iter().map(report).collect(), left }
}

#[derive(Debug, Default)]
struct Namespace<'a> {
    fails: u64,
    warnings: u64,
    errors: u64,
    /// How often, how bad, and the first message.
    rules: BTreeMap<&'a str, (u64, &'a str, &'a str)>,
}

impl Namespace<'_> {
    fn total(&self) -> u64 {
        self.fails + self.warnings + self.errors
    }

    fn report(&self, name: &str, passed: u64, form: SummaryForm) -> Value {
        let (version, kind) = form.kind();
        let mut report = json!({
            "apiVersion": version,
            "kind": kind,
            "metadata": {
                "name": NAME,
                "namespace": name,
                "labels": {"app.kubernetes.io/managed-by": "sekisho"},
            },
            "scope": {"apiVersion": "v1", "kind": "Namespace", "name": name},
            "summary": {"pass": passed, "fail": self.fails, "warn": self.warnings, "error": self.errors, "skip": 0},
            "results": [],
        });
        if form == SummaryForm::OpenReports {
            report["source"] = "sekisho".into();
        }
        let mut rules: Vec<_> = self.rules.iter().collect();
        rules.sort_by_key(|(rule, (count, ..))| (std::cmp::Reverse(*count), **rule));
        let mut size = report.to_string().len();
        let mut results = Vec::new();
        for (rule, (count, severity, message)) in rules {
            let message: String = message.chars().take(200).collect();
            let text = format!("{count} objects: {message}");
            let result = json!({
                "source": "sekisho",
                "policy": rule.chars().take(200).collect::<String>(),
                "result": "fail",
                "severity": severity,
                "message": text,
            });
            size += result.to_string().len() + 1;
            if size > LARGEST {
                break;
            }
            results.push(result);
        }
        report["results"] = results.into();
        report
    }
}
