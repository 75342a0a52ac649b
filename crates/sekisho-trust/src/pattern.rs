//! For which images a policy is.

use sekisho_manifest::ImageRef;
use sekisho_signature::identity::glob_matches;

/// For which images a policy is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImagePattern {
    /// `*` stands for letters of one part of the path, `**` for any letters. Held against the name without tag and digest,
    /// and against the whole reference.
    Path(String),
    /// `*` stands for any letters and `?` for any one, as in Kyverno. Held against the whole reference.
    Wildcard(String),
    /// The same, held against the reference as Kyverno writes it and against nothing else: what lets images off is no wider
    /// than it is there.
    Written(String),
}

impl ImagePattern {
    /// Whether it is for an image. The name of an image is completed first (`nginx` is `docker.io/library/nginx`), and its
    /// registry is called by one name, so that none slips by under another. A path with a tag is for what has that tag, with
    /// and without a digest behind it.
    pub fn matches(&self, image: &ImageRef) -> bool {
        let named = Named::of(image);
        let more = match self {
            Self::Path(_) => self.is_for(&named.tagged),
            Self::Wildcard(_) | Self::Written(_) => self.is_for(&named.written()),
        };
        more || (!matches!(self, Self::Written(_)) && (self.is_for(&named.name) || self.is_for(&named.whole)))
    }

    /// Whether an image is left out by it. Where a digest is written the tag says nothing of the image, so that none is left
    /// out by a tag alone.
    pub fn leaves_out(&self, image: &ImageRef) -> bool {
        let named = Named::of(image);
        match self {
            Self::Path(_) | Self::Wildcard(_) => self.is_for(&named.name) || self.is_for(&named.whole),
            Self::Written(_) => self.is_for(&named.written()),
        }
    }

    fn is_for(&self, text: &str) -> bool {
        match self {
            Self::Path(glob) => path_matches(&completed(glob), text),
            Self::Wildcard(glob) if glob == "*" => true,
            Self::Wildcard(glob) => glob_matches(&completed(glob), text),
            Self::Written(glob) => glob_matches(glob, text),
        }
    }
}

/// An image as patterns see it.
struct Named {
    name: String,
    tagged: String,
    whole: String,
    written: String,
}

impl Named {
    fn of(image: &ImageRef) -> Self {
        let name = format!("{}/{}", one_name(&image.registry), image.repository);
        let behind =
            |sign: char, part: Option<&str>| part.map_or_else(String::new, |part| format!("{sign}{part}"));
        let tagged = format!("{name}{}", behind(':', image.tag.as_deref()));
        let whole = format!("{tagged}{}", behind('@', image.digest.as_deref()));
        let written = match &image.digest {
            Some(digest) => format!("@{digest}"),
            None => format!(":{}", image.requested_tag().unwrap_or("latest")),
        };
        Self { name, tagged, whole, written }
    }

    /// As Kyverno writes it: without the folder that a registry adds, and with the digest or else the tag.
    fn written(&self) -> String {
        let Self { name, written, .. } = self;
        match name.strip_prefix("docker.io/library/") {
            Some(rest) => format!("docker.io/{rest}{written}"),
            None => format!("{name}{written}"),
        }
    }
}

/// The one name of a registry: hosts are the same in any case, with the port that is asked anyway, and Docker's own answers
/// to several.
fn one_name(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(":443").unwrap_or(&host);
    match host {
        "index.docker.io" | "registry-1.docker.io" | "registry.hub.docker.com" => "docker.io".to_owned(),
        other => other.to_owned(),
    }
}

/// A pattern with the registry that is meant where none is written, by its one name.
fn completed(glob: &str) -> String {
    let (first, rest) = glob.split_once('/').unwrap_or(("", glob));
    let is_host = first.contains(['.', ':', '*'])
        || first == "localhost"
        || first.bytes().any(|byte| byte.is_ascii_uppercase());
    if !first.is_empty() && is_host {
        return format!("{}/{rest}", one_name(first));
    }
    if glob.starts_with("**") || glob == "*" {
        return glob.to_owned();
    }
    if glob.contains('/') { format!("docker.io/{glob}") } else { format!("docker.io/library/{glob}") }
}

/// `*` within a part of a path, `**` over parts. The time is the product of the lengths at most.
fn path_matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    // Which lengths of the text the pattern so far can match.
    let mut reach = vec![false; text.len() + 1];
    if let Some(first) = reach.first_mut() {
        *first = true;
    }
    let mut letters = glob.iter().peekable();
    while let Some(letter) = letters.next() {
        let mut next = vec![false; text.len() + 1];
        if *letter == '*' {
            let over_parts = letters.next_if(|letter| **letter == '*').is_some();
            let mut is_reached = false;
            for (at, slot) in next.iter_mut().enumerate() {
                is_reached = is_reached || reach.get(at).copied().unwrap_or(false);
                *slot = is_reached;
                if !over_parts && text.get(at) == Some(&'/') {
                    is_reached = false;
                }
            }
        } else {
            for (at, found) in text.iter().enumerate() {
                let is_same = found == letter && reach.get(at).copied().unwrap_or(false);
                if let Some(slot) = next.get_mut(at + 1) {
                    *slot = is_same;
                }
            }
        }
        reach = next;
    }
    reach.last().copied().unwrap_or(false)
}
