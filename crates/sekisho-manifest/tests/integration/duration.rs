//! Durations: as Go's `time.ParseDuration`, which the API server uses, reads and prints them.

use proptest::prelude::*;
use sekisho_manifest::{Duration, DurationError};

/// Text, nanoseconds, and how they are printed.
const TABLE: &[(&str, i64, &str)] = &[
    ("0", 0, "0s"),
    ("-0", 0, "0s"),
    ("0h", 0, "0s"),
    ("1ns", 1, "1ns"),
    ("1.5us", 1_500, "1.5µs"),
    ("1.5µs", 1_500, "1.5µs"),
    ("1.5μs", 1_500, "1.5µs"),
    (".5ms", 500_000, "500µs"),
    ("1.s", 1_000_000_000, "1s"),
    ("+90s", 90_000_000_000, "1m30s"),
    ("1h", 3_600_000_000_000, "1h0m0s"),
    ("1m1h", 3_660_000_000_000, "1h1m0s"),
    ("-1h0.5s", -3_600_500_000_000, "-1h0m0.5s"),
    ("0.3333333333333333333h", 1_200_000_000_000, "20m0s"),
    ("1.0000000000000000000000001h", 3_600_000_000_000, "1h0m0s"),
    ("9223372036854775807ns", i64::MAX, "2562047h47m16.854775807s"),
    ("-9223372036854775808ns", i64::MIN, "-2562047h47m16.854775808s"),
];

#[test]
fn every_row_of_the_table_holds() {
    for (text, nanoseconds, printed) in TABLE {
        let duration: Duration = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(duration.nanoseconds(), *nanoseconds, "{text}");
        assert_eq!(duration.to_string(), *printed, "{text}");
    }
}

#[test]
fn what_is_no_duration_is_refused() {
    for text in ["", "-", "1", "00", "1d", "1 s", "s", ".s", "1h-1m", "1s ", "1S", "½s", &"1s".repeat(1_000)]
    {
        assert!(matches!(text.parse::<Duration>(), Err(DurationError::Shape(_))), "{text}");
    }
    for text in ["9223372036854775808ns", "-9223372036854775809ns", "2562048h", "99999999999999999999s"] {
        assert!(matches!(text.parse::<Duration>(), Err(DurationError::TooLong(_))), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(nanoseconds in any::<i64>(), shift in 0_u32..63) {
        let duration = Duration::from_nanoseconds(nanoseconds >> shift);
        prop_assert_eq!(duration.to_string().parse::<Duration>(), Ok(duration));
    }

    #[test]
    fn no_text_panics(text in "[-+]?([0-9]{0,20}(\\.[0-9]{0,25})?(ns|us|ms|s|m|h|\\PC)?){0,4}") {
        let _ = text.parse::<Duration>();
    }
}
