//! CVSS 3.0 and 3.1: the base score.

use super::{CvssVersion, Known, Metrics};

pub(super) const METRICS: Known = &[
    ("AV", "N|A|L|P", true),
    ("AC", "L|H", true),
    ("PR", "N|L|H", true),
    ("UI", "N|R", true),
    ("S", "U|C", true),
    ("C", "H|L|N", true),
    ("I", "H|L|N", true),
    ("A", "H|L|N", true),
    ("E", "X|U|P|F|H", false),
    ("RL", "X|O|T|W|U", false),
    ("RC", "X|U|R|C", false),
    ("CR", "X|L|M|H", false),
    ("IR", "X|L|M|H", false),
    ("AR", "X|L|M|H", false),
    ("MAV", "X|N|A|L|P", false),
    ("MAC", "X|L|H", false),
    ("MPR", "X|N|L|H", false),
    ("MUI", "X|N|R", false),
    ("MS", "X|U|C", false),
    ("MC", "X|H|L|N", false),
    ("MI", "X|H|L|N", false),
    ("MA", "X|H|L|N", false),
];

pub(super) fn score(metrics: &Metrics<'_>, version: CvssVersion) -> u8 {
    let is_changed = metrics.get("S") == "C";
    let loss = |metric| match metrics.get(metric) {
        "H" => 0.56,
        "L" => 0.22,
        _ => 0.0,
    };
    let total: f64 = 1.0 - (1.0 - loss("C")) * (1.0 - loss("I")) * (1.0 - loss("A"));
    let impact =
        if is_changed { 7.52 * (total - 0.029) - 3.25 * (total - 0.02).powi(15) } else { 6.42 * total };
    if impact <= 0.0 {
        return 0;
    }
    let vector = match metrics.get("AV") {
        "N" => 0.85,
        "A" => 0.62,
        "L" => 0.55,
        _ => 0.2,
    };
    let complexity = if metrics.get("AC") == "L" { 0.77 } else { 0.44 };
    let privileges = match (metrics.get("PR"), is_changed) {
        ("L", false) => 0.62,
        ("L", true) => 0.68,
        ("H", false) => 0.27,
        ("H", true) => 0.5,
        _ => 0.85,
    };
    let interaction = if metrics.get("UI") == "N" { 0.85 } else { 0.62 };
    let exploitability = 8.22 * vector * complexity * privileges * interaction;
    let factor = if is_changed { 1.08 } else { 1.0 };
    round_up((factor * (impact + exploitability)).min(10.0), version)
}

/// To the next tenth; version 3.1 takes five digits first, so that binary fractions do not decide.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the score is from 0 to 10")]
fn round_up(score: f64, version: CvssVersion) -> u8 {
    if version == CvssVersion::V30 {
        return (score * 10.0).ceil() as u8;
    }
    let exact = (score * 100_000.0).round() as u32;
    u8::try_from(exact.div_ceil(10_000)).unwrap_or(100)
}
