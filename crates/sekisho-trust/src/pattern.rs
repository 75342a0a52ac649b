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
}

impl ImagePattern {
    /// Whether it is for an image. The name of an image is completed first (`nginx` is `docker.io/library/nginx`), so that
    /// none slips by under a shorter name.
    pub fn matches(&self, image: &ImageRef) -> bool {
        let (name, whole) = (image.name().to_string(), image.to_string());
        match self {
            Self::Path(glob) => {
                let glob = completed(glob);
                path_matches(&glob, &name) || path_matches(&glob, &whole)
            }
            Self::Wildcard(glob) => {
                let glob = if glob == "*" { glob.clone() } else { completed(glob) };
                glob_matches(&glob, &whole) || glob_matches(&glob, &name)
            }
        }
    }
}

/// A pattern with the registry that is meant where none is written, by the names that this registry has had.
fn completed(glob: &str) -> String {
    let first = glob.split('/').next().unwrap_or_default();
    if first == "index.docker.io" {
        return glob.replacen("index.docker.io", "docker.io", 1);
    }
    let has_host = glob.contains('/') && (first.contains(['.', ':', '*']) || first == "localhost");
    if has_host || glob.starts_with("**") || glob == "*" {
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
