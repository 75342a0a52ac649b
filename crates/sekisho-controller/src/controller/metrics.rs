//! Metrics of the controller.

use std::fmt::Write as _;

use super::Controller;

impl Controller {
    /// Metrics in the text form of Prometheus.
    pub fn metrics(&self) -> String {
        let standing = self.standing();
        let counters = standing.counters;
        let mut text = String::new();
        let mut line = |kind: &str, name: &str, help: &str, value: u64| {
            let _ = writeln!(text, "# HELP sekisho_controller_{name} {help}");
            let _ =
                writeln!(text, "# TYPE sekisho_controller_{name} {kind}\nsekisho_controller_{name} {value}");
        };
        line("gauge", "leads", "Whether this replica is the one that works.", u64::from(standing.leads));
        line("gauge", "complete", "Whether everything was looked at once.", u64::from(standing.complete));
        line("gauge", "objects", "Objects that are audited.", counters.objects);
        line("gauge", "object_bytes", "Bytes of their texts.", counters.bytes);
        line("gauge", "policies", "Policies in force.", counters.policies);
        line("gauge", "findings", "Findings that there are.", counters.findings);
        line("gauge", "waiting_objects", "Objects that wait to be looked at.", counters.waiting);
        line("counter", "looks_total", "Times that an object was looked at.", counters.looks);
        line("counter", "judgements_total", "Times that a policy judged an object.", counters.judgements);
        line("gauge", "waiting_results", "Results that wait for the store.", standing.waiting as u64);
        line(
            "gauge",
            "store_failing",
            "Whether the store takes no results.",
            u64::from(standing.store.is_some()),
        );
        line("gauge", "unread_kinds", "Kinds that cannot be followed.", standing.unread.len() as u64);
        line("counter", "made_total", "Objects that policies had made.", standing.made);
        line("counter", "changed_total", "Objects that policies had changed.", standing.changed);
        line("counter", "removed_total", "Objects that policies had removed.", standing.removed);
        line("counter", "failed_total", "Changes that policies wanted and that failed.", standing.failed);
        line(
            "gauge",
            "clock_apart",
            "Whether nothing is removed because of the clock.",
            u64::from(standing.clock.is_some()),
        );
        line("gauge", "summaries", "Summaries in the cluster.", standing.summaries.0 as u64);
        line(
            "gauge",
            "summaries_left",
            "Namespaces without a summary for the limit.",
            standing.summaries.1 as u64,
        );
        let approvals = standing.approvals;
        line("gauge", "approvals", "Images that run and of which approval is asked.", approvals.images);
        line("gauge", "approvals_approved", "Those that are approved.", approvals.approved);
        line("gauge", "approvals_lapsed", "Those whose approval has lapsed.", approvals.lapsed);
        line("gauge", "approvals_missing", "Those that never were approved.", approvals.missing);
        line("gauge", "approvals_unknown", "Those of which it cannot be told.", approvals.unknown);
        line("gauge", "approvals_lapsed_containers", "Containers that run lapsed images.", approvals.users);
        line("gauge", "approvals_undigested", "Containers whose image is not known.", approvals.undigested);
        line("counter", "approvals_looks_total", "Times that an image was looked at.", approvals.looks);
        line(
            "gauge",
            "approvals_failing",
            "Whether approvals cannot be looked at.",
            u64::from(standing.unjudged.is_some()),
        );
        text
    }
}
