//! The minor releases of Kubernetes and the days on which the project stops to support them.

use sekisho_finding::Severity;
use sekisho_manifest::Place;

use crate::Found;

/// The end of support of each minor release: `(minor, year, month, day)`, as the release team published it.
const ENDS: &[(u32, i64, u32, u32)] = &[
    (2, 2016, 10, 23),
    (3, 2016, 11, 1),
    (4, 2017, 4, 21),
    (5, 2017, 10, 1),
    (6, 2017, 11, 23),
    (7, 2018, 4, 4),
    (8, 2018, 7, 12),
    (9, 2018, 9, 29),
    (10, 2019, 2, 13),
    (11, 2019, 5, 1),
    (12, 2019, 7, 8),
    (13, 2019, 10, 15),
    (14, 2019, 12, 11),
    (15, 2020, 5, 6),
    (16, 2020, 9, 2),
    (17, 2021, 1, 13),
    (18, 2021, 6, 18),
    (19, 2021, 10, 28),
    (20, 2022, 2, 28),
    (21, 2022, 6, 28),
    (22, 2022, 12, 8),
    (23, 2023, 2, 28),
    (24, 2023, 7, 28),
    (25, 2023, 10, 28),
    (26, 2024, 2, 28),
    (27, 2024, 7, 16),
    (28, 2024, 10, 22),
    (29, 2025, 2, 28),
    (30, 2025, 7, 15),
    (31, 2025, 11, 11),
    (32, 2026, 2, 28),
    (33, 2026, 6, 28),
    (34, 2026, 10, 27),
    (35, 2027, 2, 28),
    (36, 2027, 6, 28),
    (37, 2027, 10, 28),
];

/// Days after which a release is so old that its public faults have tools.
const LONG_AGO: i64 = 365;

/// The last day on which a minor release is supported, as text `2027-06-28`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndOfSupport {
    /// As days since 1970-01-01.
    pub day: i64,
    year: i64,
    month: u32,
    day_of_month: u32,
}

impl std::fmt::Display for EndOfSupport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day_of_month)
    }
}

/// When support of a minor release ends; none for one that is not known here.
pub fn end_of_support(minor: u32) -> Option<EndOfSupport> {
    let (_, year, month, day) = *ENDS.iter().find(|(known, ..)| *known == minor)?;
    Some(EndOfSupport { day: days_since_epoch(year, month, day), year, month, day_of_month: day })
}

/// That a minor release is out of support, where it is by today: fills `{version}` and `{date}`.
pub(crate) fn outdated(place: Place<'_>, minor: u32, today: i64) -> Option<Found<'_>> {
    let end = end_of_support(minor).filter(|end| end.day < today)?;
    let severity = if today.saturating_sub(end.day) > LONG_AGO { Severity::High } else { Severity::Medium };
    let found = Found::at(place).severity(severity);
    Some(found.arg("version", format!("1.{minor}")).arg("date", end.to_string()))
}

/// The minor release in a version (`v1.34.2`, `1.34`, `v1.34.2-rc.0+build`) or in a label of kubeadm
/// (`stable-1.34`).
pub(crate) fn minor_of(version: &str) -> Option<u32> {
    let version = version.trim();
    let version = version.rsplit('/').next().unwrap_or(version);
    let version =
        ["stable-", "latest-", "v"].iter().find_map(|prefix| version.strip_prefix(prefix)).unwrap_or(version);
    let rest = version.strip_prefix("1.")?;
    let end = rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// The minor release in the tag of a component's image.
pub(crate) fn minor_of_image(image: &str) -> Option<u32> {
    let name = image.split('@').next().unwrap_or(image);
    let (_, tag) = name.rsplit('/').next().unwrap_or(name).split_once(':')?;
    minor_of(tag)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar, counted in years that begin in March so that
/// the day added in a leap year is the last one.
pub(crate) fn days_since_epoch(year: i64, month: u32, day: u32) -> i64 {
    let months = (i64::from(month) + 9) % 12;
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * months + 2) / 5 + i64::from(day) - 1;
    let days_to_epoch = 719_468;
    365 * year + year / 4 - year / 100 + year / 400 + day_of_year - days_to_epoch
}
