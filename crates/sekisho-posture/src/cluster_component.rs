//! The components that clusters are made of: by which images they are known, and which vulnerabilities their versions
//! are known to have.

use std::cmp::Ordering;
use std::sync::LazyLock;

use sekisho_manifest::ImageRef;

/// A component of clusters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClusterComponent {
    /// Its slug: `ingress-nginx`.
    pub id: &'static str,
    /// What it is for: `ingress`, `network`, `control-plane`, …
    pub category: &'static str,
    name: &'static str,
    images: &'static str,
}

/// A vulnerability of a component.
#[derive(Debug, Clone, Copy)]
pub struct KnownVulnerability {
    /// The component, by its slug.
    pub component: &'static str,
    /// Its number: `CVE-2025-1974`.
    pub id: &'static str,
    /// Its CVSS base score in tenths, where it has one.
    pub score: Option<u8>,
    ranges: &'static str,
}

/// The vulnerabilities of a version, and the version to go to.
#[derive(Debug, Clone, Default)]
pub struct Exposure {
    /// The vulnerabilities, the worst first.
    pub known: Vec<&'static KnownVulnerability>,
    /// The smallest version from this one on that has none of those that are known here.
    pub mended: String,
}

/// Numbers of a version: what stands behind them says who built it.
type Release = [u64; 3];

static COMPONENTS: LazyLock<Vec<ClusterComponent>> = LazyLock::new(|| {
    lines(include_str!("../data/add-ons.txt"))
        .filter_map(|[id, category, name, images]| {
            Some(ClusterComponent { id: id?, category: category?, name: name?, images: images? })
        })
        .collect()
});

static VULNERABILITIES: LazyLock<Vec<KnownVulnerability>> = LazyLock::new(|| {
    lines(include_str!("../data/vulnerabilities.txt"))
        .filter_map(|[component, id, score, ranges]| {
            let score = score?.replace('.', "").parse().ok();
            Some(KnownVulnerability { component: component?, id: id?, score, ranges: ranges? })
        })
        .collect()
});

/// The words of the lines of a table.
fn lines(text: &'static str) -> impl Iterator<Item = [Option<&'static str>; 4]> {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split(' ');
        [words.next(), words.next(), words.next(), words.next()]
    })
}

impl ClusterComponent {
    /// Every component that is known.
    pub fn all() -> &'static [Self] {
        &COMPONENTS
    }

    /// The component that an image is of.
    pub fn of_image(image: &ImageRef) -> Option<&'static Self> {
        let repository = image.repository.as_str();
        let is_meant = |words: &str| {
            repository.strip_suffix(words).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
        };
        COMPONENTS.iter().find(|component| component.images.split(',').any(is_meant))
    }

    /// The name that people know it by.
    pub fn name(&self) -> String {
        self.name.replace('_', " ")
    }
}

impl KnownVulnerability {
    /// Where the range ends that a release is in.
    fn end(&self, release: Release) -> Option<Release> {
        self.ranges.split(',').find_map(|range| {
            let (start, end) = range.split_once("..")?;
            let (start, end) = (numbers(start)?, numbers(end)?);
            (start <= release && release < end).then_some(end)
        })
    }
}

/// Which vulnerabilities a version of a component is known to have; none where it is no version.
pub fn exposure(component: &str, version: &str) -> Option<Exposure> {
    let release = numbers(version)?;
    let of_component = || VULNERABILITIES.iter().filter(move |known| known.component == component);
    let mut known: Vec<_> = of_component().filter(|known| known.end(release).is_some()).collect();
    if known.is_empty() {
        return None;
    }
    known.sort_by(|a, b| b.score.cmp(&a.score).then(Ordering::Equal));
    let mut mended = release;
    // A range may end where another begins.
    while let Some(later) = of_component().filter_map(|known| known.end(mended)).max() {
        mended = later;
    }
    let [major, minor, patch] = mended;
    Some(Exposure { known, mended: format!("{major}.{minor}.{patch}") })
}

/// Whether a version says that somebody else built it, who may have mended more: `v1.29.1-eks-508b6b3`.
pub(crate) fn is_built_by_others(version: &str) -> bool {
    let version = version.trim_start_matches('v');
    version.contains(|letter: char| !letter.is_ascii_digit() && letter != '.')
}

/// The numbers that a version begins with.
fn numbers(version: &str) -> Option<Release> {
    let version = version.trim().trim_start_matches('v');
    let end = version.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(version.len());
    let mut parts = version.get(..end)?.split('.');
    let major = parts.next()?.parse().ok()?;
    let mut next = || parts.next().filter(|part| !part.is_empty()).map_or(Some(0), |part| part.parse().ok());
    Some([major, next()?, next()?])
}
