//! What is counted of images.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use crate::metrics::Text;

/// The upper bounds of the histogram, in milliseconds.
const BOUNDS: [u64; 8] = [5, 10, 25, 50, 100, 500, 1_000, 5_000];

/// What came of a look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    Approved,
    Refused,
    Absent,
    Failed,
}

/// Where an answer came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// It was kept.
    Kept,
    /// Another look-up of the same was under way.
    Shared,
    /// A registry.
    Registry,
}

#[derive(Debug, Default)]
pub(crate) struct Counts {
    came: [AtomicU64; 4],
    from: [AtomicU64; 3],
    late: AtomicU64,
    pub(crate) under_way: AtomicI64,
    buckets: [AtomicU64; BOUNDS.len() + 1],
    milliseconds: AtomicU64,
}

impl Counts {
    pub(crate) fn came(&self, came: Came, took: Duration) {
        let place = match came {
            Came::Approved => 0,
            Came::Refused => 1,
            Came::Absent => 2,
            Came::Failed => 3,
        };
        if let Some(count) = self.came.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        if let Some(count) = self.buckets.get(BOUNDS.partition_point(|bound| *bound < took)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.milliseconds.fetch_add(took, Ordering::Relaxed);
    }

    pub(crate) fn from(&self, from: From) {
        let place = match from {
            From::Kept => 0,
            From::Shared => 1,
            From::Registry => 2,
        };
        if let Some(count) = self.from.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn late(&self) {
        self.late.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn write(&self, kept: usize, text: &mut Text) {
        let all = |counts: &[AtomicU64], words: &[&str], label: &str, text: &mut Text| {
            for (count, word) in counts.iter().zip(words) {
                text.value(&[(label, word)], count.load(Ordering::Relaxed));
            }
        };
        text.begin(
            "sekisho_admission_image_lookups_total",
            "counter",
            "Images that were looked up in registries, by what came of it",
        );
        all(&self.came, &["approved", "refused", "absent", "failed"], "result", text);
        text.begin(
            "sekisho_admission_image_answers_total",
            "counter",
            "Answers about images that policies asked for, by where they came from",
        );
        all(&self.from, &["cache", "shared", "registry"], "from", text);
        text.begin(
            "sekisho_admission_image_lookups_late_total",
            "counter",
            "Answers about images that did not come in time",
        );
        text.value(&[], self.late.load(Ordering::Relaxed));
        text.begin("sekisho_admission_image_lookups_in_flight", "gauge", "Images that are being looked up");
        text.value(&[], self.under_way.load(Ordering::Relaxed));
        text.begin("sekisho_admission_image_decisions_kept", "gauge", "Decisions about images that are kept");
        text.value(&[], kept);
        text.begin(
            "sekisho_admission_image_lookup_duration_seconds",
            "histogram",
            "How long look-ups in registries took",
        );
        let mut sum = 0;
        for (place, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Ordering::Relaxed);
            let bound = BOUNDS.get(place).map_or_else(|| "+Inf".to_owned(), |bound| seconds(*bound));
            text.value_of("_bucket", &[("le", bound.as_str())], sum);
        }
        text.value_of("_sum", &[], seconds(self.milliseconds.load(Ordering::Relaxed)));
        text.value_of("_count", &[], sum);
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}
