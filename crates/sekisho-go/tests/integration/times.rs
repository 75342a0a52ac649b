//! Times read and written by layouts.

use sekisho_go::time::{Moment, Zone, parse};

const RFC_3339: &str = "2006-01-02T15:04:05Z07:00";

#[test]
fn a_layout_reads_what_it_would_write() {
    let cases = [
        (RFC_3339, "2024-02-29T12:30:45+02:00", "2024-02-29T12:30:45+02:00"),
        (RFC_3339, "2024-02-29T12:30:45.5Z", "2024-02-29T12:30:45Z"),
        ("2006-01-02", "1999-12-31", "1999-12-31T00:00:00Z"),
        ("Jan _2 15:04:05 2006", "Mar  5 01:02:03 2021", "2021-03-05T01:02:03Z"),
        ("060102150405Z0700", "210305010203-0430", "2021-03-05T01:02:03-04:30"),
        ("3:04PM 2 January 2006", "11:59PM 1 May 1970", "1970-05-01T23:59:00Z"),
        ("2006-002", "2024-060", "2024-02-29T00:00:00Z"),
    ];
    for (layout, text, shown) in cases {
        let moment = parse(layout.as_bytes(), text.as_bytes());
        assert_eq!(moment.map(|moment| moment.to_string()).as_deref(), Ok(shown), "{layout} {text}");
    }
}

#[test]
fn what_no_layout_reads_is_an_error_with_its_part() {
    let cases = [
        (RFC_3339, "2023-02-29T00:00:00Z", r#"parsing time "2023-02-29T00:00:00Z": day out of range"#),
        (RFC_3339, "2023-13-01T00:00:00Z", r#"parsing time "2023-13-01T00:00:00Z": month out of range"#),
        (
            RFC_3339,
            "yesterday",
            r#"parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006""#,
        ),
        ("2006", "2023x", r#"parsing time "2023x": extra text: "x""#),
    ];
    for (layout, text, message) in cases {
        let moment = parse(layout.as_bytes(), text.as_bytes());
        assert_eq!(moment.map(|moment| moment.to_string()), Err(message.to_owned()));
    }
}

#[test]
fn instants_are_counted_in_their_zone() {
    let moment = parse(RFC_3339.as_bytes(), b"2024-01-31T23:30:00+01:00").unwrap();
    assert_eq!(moment.within(Zone::Utc).to_string(), "2024-01-31T22:30:00Z");
    assert_eq!(moment.clone().add_date([0, 1, 0]).to_string(), "2024-03-02T23:30:00+01:00");
    let hour = 3_600_000_000_000;
    assert_eq!(moment.clone().truncated(hour).to_string(), "2024-01-31T23:00:00+01:00");
    assert_eq!(moment.clone().rounded(hour).to_string(), "2024-02-01T00:00:00+01:00");
    assert_eq!(moment.plus(hour).since(&moment).to_string(), "1h0m0s");

    let tokyo = Zone::named("Asia/Tokyo").unwrap();
    assert_eq!(moment.within(tokyo).to_string(), "2024-02-01T07:30:00+09:00");
    assert!(Zone::named("asia/tokyo").is_none());
}

#[test]
fn an_instant_that_no_second_counts_is_the_last() {
    let last = Moment::from_nanoseconds(i128::MAX, Zone::Utc);
    assert_eq!(last.seconds, i64::MAX);
    assert_eq!(Moment::from_nanoseconds(-1, Zone::Utc).to_string(), "1969-12-31T23:59:59Z");
}
