//! CVSS 4.0: the score of a macro vector, less the mean distance towards the macro vectors below it.

use super::table::SCORES;
use super::{Known, Metrics};

pub(super) const METRICS: Known = &[
    ("AV", "N|A|L|P", true),
    ("AC", "L|H", true),
    ("AT", "N|P", true),
    ("PR", "N|L|H", true),
    ("UI", "N|P|A", true),
    ("VC", "H|L|N", true),
    ("VI", "H|L|N", true),
    ("VA", "H|L|N", true),
    ("SC", "H|L|N", true),
    ("SI", "H|L|N", true),
    ("SA", "H|L|N", true),
    ("E", "X|A|P|U", false),
    ("CR", "X|H|M|L", false),
    ("IR", "X|H|M|L", false),
    ("AR", "X|H|M|L", false),
    ("MAV", "X|N|A|L|P", false),
    ("MAC", "X|L|H", false),
    ("MAT", "X|N|P", false),
    ("MPR", "X|N|L|H", false),
    ("MUI", "X|N|P|A", false),
    ("MVC", "X|H|L|N", false),
    ("MVI", "X|H|L|N", false),
    ("MVA", "X|H|L|N", false),
    ("MSC", "X|H|L|N", false),
    ("MSI", "X|S|H|L|N", false),
    ("MSA", "X|S|H|L|N", false),
    ("S", "X|N|P", false),
    ("AU", "X|N|Y", false),
    ("R", "X|A|U|I", false),
    ("V", "X|D|C", false),
    ("RE", "X|L|M|H", false),
    ("U", "X|Clear|Green|Amber|Red", false),
];

/// The value that counts: the modified one where it is given, the worst where none is.
fn value<'t>(metrics: &Metrics<'t>, metric: &str) -> &'t str {
    match metrics.get(&format!("M{metric}")) {
        "" | "X" => match (metric, metrics.get(metric)) {
            ("E", "" | "X") => "A",
            ("CR" | "IR" | "AR", "" | "X") => "H",
            (_, value) => value,
        },
        modified => modified,
    }
}

/// The values of each metric from worst to mildest; the place is the level.
fn level(metric: &str, value: &str) -> i32 {
    let values = match metric {
        "AV" => "NALP",
        "PR" => "NLH",
        "UI" => "NPA",
        "AC" => "LH",
        "AT" => "NP",
        "VC" | "VI" | "VA" => "HLN",
        "SC" | "SI" | "SA" => "SHLN",
        "CR" | "IR" | "AR" => "HML",
        _ => "",
    };
    values.find(value).and_then(|place| i32::try_from(place).ok()).unwrap_or(0)
}

/// The metrics of one part of a macro vector, the worst vectors of each of its levels, and how far a level reaches.
struct Part {
    metrics: &'static [&'static str],
    /// Each worst vector has one value for each metric.
    worst: &'static [&'static str],
    depth: i32,
}

const REACH: &[&str] = &["AV", "PR", "UI"];
const COMPLEXITY: &[&str] = &["AC", "AT"];
const IMPACT: &[&str] = &["VC", "VI", "VA", "CR", "IR", "AR"];
const AFTERMATH: &[&str] = &["SC", "SI", "SA"];

/// The four parts that have distances, for the levels that a vector has.
fn parts(levels: [u8; 6]) -> [Part; 4] {
    let [reach, complexity, impact, aftermath, _, requirements] = levels;
    let (worst_reach, reach_depth): (&[&str], _) = match reach {
        0 => (&["NNN"], 1),
        1 => (&["ANN", "NLN", "NNP"], 4),
        _ => (&["PNN", "ALP"], 5),
    };
    let (worst_complexity, complexity_depth): (&[&str], _) = match complexity {
        0 => (&["LN"], 1),
        _ => (&["HN", "LP"], 2),
    };
    let (worst_impact, impact_depth): (&[&str], _) = match (impact, requirements) {
        (0, 0) => (&["HHHHHH"], 7),
        (0, _) => (&["HHLMMH", "HHHMMM"], 6),
        (1, 0) => (&["LHHHHH", "HLHHHH"], 8),
        (1, _) => (&["LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM"], 8),
        _ => (&["LLLHHH"], 10),
    };
    let (worst_aftermath, aftermath_depth): (&[&str], _) = match aftermath {
        0 => (&["HSS"], 6),
        1 => (&["HHH"], 5),
        _ => (&["LLL"], 4),
    };
    [
        Part { metrics: REACH, worst: worst_reach, depth: reach_depth },
        Part { metrics: COMPLEXITY, worst: worst_complexity, depth: complexity_depth },
        Part { metrics: IMPACT, worst: worst_impact, depth: impact_depth },
        Part { metrics: AFTERMATH, worst: worst_aftermath, depth: aftermath_depth },
    ]
}

/// The six digits of the macro vector.
fn macro_vector(metrics: &Metrics<'_>) -> [u8; 6] {
    let is = |metric, wanted| value(metrics, metric) == wanted;
    let open = [is("AV", "N"), is("PR", "N"), is("UI", "N")];
    let reach = match open {
        [true, true, true] => 0,
        _ if open.contains(&true) && !is("AV", "P") => 1,
        _ => 2,
    };
    let complexity = u8::from(!(is("AC", "L") && is("AT", "N")));
    let impact = match (is("VC", "H"), is("VI", "H"), is("VA", "H")) {
        (true, true, _) => 0,
        (false, false, false) => 2,
        _ => 1,
    };
    let aftermath = if is("SI", "S") || is("SA", "S") {
        0
    } else if is("SC", "H") || is("SI", "H") || is("SA", "H") {
        1
    } else {
        2
    };
    let attacks = match value(metrics, "E") {
        "A" => 0,
        "P" => 1,
        _ => 2,
    };
    let is_required =
        [("CR", "VC"), ("IR", "VI"), ("AR", "VA")].into_iter().any(|(a, b)| is(a, "H") && is(b, "H"));
    [reach, complexity, impact, aftermath, attacks, u8::from(!is_required)]
}

fn look_up(levels: [u8; 6]) -> Option<f64> {
    let digits = levels.map(|level| b'0' + level);
    let place = SCORES.binary_search_by_key(&&digits, |(digits, _)| digits).ok()?;
    SCORES.get(place).map(|(_, tenths)| f64::from(*tenths))
}

/// The levels with one of them one milder.
fn milder(levels: [u8; 6], part: usize) -> [u8; 6] {
    let mut levels = levels;
    if let Some(level) = levels.get_mut(part) {
        *level += 1;
    }
    levels
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the score is from 0 to 100")]
pub(super) fn score(metrics: &Metrics<'_>) -> u8 {
    if ["VC", "VI", "VA", "SC", "SI", "SA"].iter().all(|metric| value(metrics, metric) == "N") {
        return 0;
    }
    let levels = macro_vector(metrics);
    let score = look_up(levels).unwrap_or(0.0);
    // Impact and requirements are one part: which of them can become milder depends on both.
    let milder_impact = match (levels[2], levels[5]) {
        (0, 0) => {
            let both = [look_up(milder(levels, 5)), look_up(milder(levels, 2))];
            both.into_iter().flatten().reduce(f64::max)
        }
        (1, 0) => look_up(milder(levels, 5)),
        (_, 1) => look_up(milder(levels, 2)),
        _ => None,
    };
    let below =
        [look_up(milder(levels, 0)), look_up(milder(levels, 1)), milder_impact, look_up(milder(levels, 3))];
    let (mut sum, mut count) = (0.0, 0.0);
    for ((below, part), distance) in below.into_iter().zip(parts(levels)).zip(distances(metrics, levels)) {
        if let Some(below) = below {
            sum += (score - below) * f64::from(distance) / f64::from(part.depth);
            count += 1.0;
        }
    }
    // Attacks have no distance within their level, but count.
    if look_up(milder(levels, 4)).is_some() {
        count += 1.0;
    }
    let mean = if count > 0.0 { sum / count } else { 0.0 };
    (score - mean + 1e-5).round().clamp(0.0, 100.0) as u8
}

/// How far the vector is from the first worst vector that is nowhere milder than it.
fn distances(metrics: &Metrics<'_>, levels: [u8; 6]) -> [i32; 4] {
    parts(levels).map(|part| {
        part.worst
            .iter()
            .find_map(|worst| {
                let mut sum = 0;
                for (metric, worst) in part.metrics.iter().zip(worst.chars()) {
                    let mut buffer = [0; 4];
                    let distance =
                        level(metric, value(metrics, metric)) - level(metric, worst.encode_utf8(&mut buffer));
                    if distance < 0 {
                        return None;
                    }
                    sum += distance;
                }
                Some(sum)
            })
            .unwrap_or(0)
    })
}
