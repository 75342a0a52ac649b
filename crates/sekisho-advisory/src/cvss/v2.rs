//! CVSS 2.0: the base score.

use super::{Known, Metrics};

pub(super) const METRICS: Known = &[
    ("AV", "L|A|N", true),
    ("AC", "H|M|L", true),
    ("Au", "M|S|N", true),
    ("C", "N|P|C", true),
    ("I", "N|P|C", true),
    ("A", "N|P|C", true),
    ("E", "U|POC|F|H|ND", false),
    ("RL", "OF|TF|W|U|ND", false),
    ("RC", "UC|UR|C|ND", false),
    ("CDP", "N|L|LM|MH|H|ND", false),
    ("TD", "N|L|M|H|ND", false),
    ("CR", "L|M|H|ND", false),
    ("IR", "L|M|H|ND", false),
    ("AR", "L|M|H|ND", false),
];

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the score is from 0 to 100")]
pub(super) fn score(metrics: &Metrics<'_>) -> u8 {
    let impact = |metric| match metrics.get(metric) {
        "P" => 0.275,
        "C" => 0.66,
        _ => 0.0,
    };
    let impact: f64 = 10.41 * (1.0 - (1.0 - impact("C")) * (1.0 - impact("I")) * (1.0 - impact("A")));
    let vector = match metrics.get("AV") {
        "L" => 0.395,
        "A" => 0.646,
        _ => 1.0,
    };
    let complexity = match metrics.get("AC") {
        "H" => 0.35,
        "M" => 0.61,
        _ => 0.71,
    };
    let authentication = match metrics.get("Au") {
        "M" => 0.45,
        "S" => 0.56,
        _ => 0.704,
    };
    let exploitability: f64 = 20.0 * vector * complexity * authentication;
    if impact == 0.0 {
        return 0;
    }
    // Cents first: binary fractions must not decide between two tenths.
    let score = (0.6 * impact + 0.4 * exploitability - 1.5) * 1.176;
    ((score * 1e6).round() / 1e5).round().clamp(0.0, 100.0) as u8
}
