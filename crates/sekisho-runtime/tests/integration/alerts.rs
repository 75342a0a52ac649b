//! Alerts as they are written, and how many are told.

use sekisho_runtime::{Alert, Decision, Throttle, ThrottleSettings};

use crate::{play, rule};

fn alert(time: u64) -> Alert {
    let scenario = "process 5 cat\n5 openat fd=3 dirfd=AT_FDCWD name=/etc/passwd flags=O_RDONLY\n";
    let rules = rule("evt.type = openat", "opened %fd.name as %proc.pid, %evt.is_open_read, %proc.pname");
    Alert { time, ..play(rules, scenario).remove(0) }
}

#[test]
fn lines_and_objects_are_those_of_falco() {
    let alert = alert(1_470_327_477_881_781_397);
    assert_eq!(alert.line(false), "16:17:57.881781397: Warning opened /etc/passwd as 5, true, <NA>");
    assert_eq!(
        alert.line(true),
        "2016-08-04T16:17:57.881781397+0000: Warning opened /etc/passwd as 5, true, <NA>"
    );
    let json = alert.json(true);
    let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["hostname", "output", "output_fields", "priority", "rule", "source", "tags", "time"]);
    let fields = &json["output_fields"];
    assert_eq!(fields["proc.pid"], 5);
    assert_eq!(fields["evt.is_open_read"], true);
    assert_eq!(fields["fd.name"], "/etc/passwd");
    assert!(fields["proc.pname"].is_null());
    assert_eq!(fields["evt.time.iso8601"], 1_470_327_477_881_781_397_u64);
    assert_eq!(json["time"], "2016-08-04T16:17:57.881781397Z");
}

#[test]
fn one_rule_does_not_bury_the_rest() {
    const SECOND: u64 = 1_000_000_000;
    let mut throttle = Throttle::new(ThrottleSettings { rate: 2, burst: 3, window: 0 });
    let mut decide = |rule: &str, time: u64| {
        let mut alert = Alert { rule: rule.to_owned(), ..alert(time) };
        throttle.decide(&mut alert)
    };
    let told = (0..10).filter(|_| decide("loud", SECOND) == Decision::Tell).count();
    assert_eq!(told, 3);
    assert_eq!(decide("quiet", SECOND), Decision::Tell);
    let later = (0..10).filter(|_| decide("loud", 2 * SECOND) == Decision::Tell).count();
    assert_eq!(later, 2);
    let counts = throttle.counts();
    assert_eq!(counts.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), ["loud", "quiet"]);
    assert_eq!((counts[0].1.told, counts[0].1.too_many), (5, 15));
}

#[test]
fn alerts_that_are_alike_are_counted() {
    const SECOND: u64 = 1_000_000_000;
    let settings = ThrottleSettings { rate: 0, burst: 0, window: 10 * SECOND };
    let mut throttle = Throttle::new(settings);
    let mut first = alert(SECOND);
    assert_eq!(throttle.decide(&mut first), Decision::Tell);
    for second in 2..6 {
        assert_eq!(throttle.decide(&mut alert(second * SECOND)), Decision::Alike);
    }
    let mut last = alert(20 * SECOND);
    assert_eq!(throttle.decide(&mut last), Decision::Tell);
    assert_eq!(last.repeated, 4);
    assert!(last.line(false).ends_with("(and 4 more like it)"));
}
