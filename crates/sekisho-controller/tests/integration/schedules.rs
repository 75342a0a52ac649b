//! Schedules in the form of cron.

use jiff::Timestamp;
use sekisho_controller::Schedule;

fn next(schedule: &str, after: &str) -> String {
    let after: Timestamp = after.parse().unwrap();
    let next = Schedule::read(schedule).unwrap().next(after.as_second());
    next.map_or("never".to_owned(), |next| Timestamp::from_second(next).unwrap().to_string())
}

#[test]
fn the_next_time_is_found() {
    for (schedule, after, wanted) in [
        ("* * * * *", "2026-01-01T00:00:00Z", "2026-01-01T00:01:00Z"),
        ("* * * * *", "2026-01-01T00:00:59Z", "2026-01-01T00:01:00Z"),
        ("*/15 * * * *", "2026-01-01T00:16:00Z", "2026-01-01T00:30:00Z"),
        ("0 3 * * *", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"),
        ("0 0 1 1 *", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("30 4 1,15 * *", "2026-01-02T00:00:00Z", "2026-01-15T04:30:00Z"),
        // A day of the month or a day of the week is enough where both are said.
        ("0 0 13 * fri", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ("0 0 * * mon", "2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z"),
        ("0 0 * * 7", "2026-01-01T00:00:00Z", "2026-01-04T00:00:00Z"),
        ("0 0 29 feb *", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        ("5/20 10-12 * * *", "2026-01-01T12:46:00Z", "2026-01-02T10:05:00Z"),
        ("0 0 31 feb *", "2026-01-01T00:00:00Z", "never"),
        ("@hourly", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z"),
        ("@midnight", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
    ] {
        assert_eq!(next(schedule, after), wanted, "{schedule} after {after}");
    }
}

#[test]
fn what_is_no_schedule_is_an_error() {
    for text in [
        "",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "*/0 * * * *",
        "5-1 * * * *",
        "x * * * *",
        "@never",
        "-1 * * * *",
    ] {
        assert!(Schedule::read(text).is_err(), "{text}");
    }
}
