//! Whose signatures count: what the certificate of a signer must say.

use std::collections::BTreeMap;

use regex::Regex;

use crate::certificate::Identity;

/// The most bytes that a compiled expression may take.
const EXPRESSION_LIMIT: usize = 1 << 20;

/// A text that is looked for.
#[derive(Debug, Clone)]
pub enum Pattern {
    /// This text.
    Exact(String),
    /// A text in which `*` stands for any letters and `?` for any one.
    Glob(String),
    /// An expression that is found anywhere in the text, as cosign has it.
    Expression(Box<Regex>),
}

/// An expression that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is no regular expression: {message}")]
pub struct PatternError {
    expression: String,
    message: String,
}

/// What the certificate of a signer must say. What is left out may be anything.
#[derive(Debug, Clone, Default)]
pub struct IdentityPattern {
    /// One of the names of the subject.
    pub subject: Option<Pattern>,
    /// Who vouched for it.
    pub issuer: Option<Pattern>,
    /// Other claims, by their names.
    pub claims: BTreeMap<String, Pattern>,
}

impl Pattern {
    /// An expression.
    pub fn expression(text: &str) -> Result<Self, PatternError> {
        let built = regex::RegexBuilder::new(text).size_limit(EXPRESSION_LIMIT).build();
        built.map(|regex| Self::Expression(Box::new(regex))).map_err(|error| {
            let message = error.to_string();
            let message = message.lines().last().unwrap_or_default().trim().to_owned();
            PatternError { expression: text.chars().take(200).collect(), message }
        })
    }

    /// Whether a text is one that is looked for.
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(wanted) => wanted == text,
            Self::Glob(glob) => glob_matches(glob, text),
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) | (Self::Glob(a), Self::Glob(b)) => a == b,
            (Self::Expression(a), Self::Expression(b)) => a.as_str() == b.as_str(),
            _ => false,
        }
    }
}

impl IdentityPattern {
    /// Whether an identity is one that is looked for.
    pub fn matches(&self, identity: &Identity) -> bool {
        let is_subject = self
            .subject
            .as_ref()
            .is_none_or(|subject| identity.names.iter().any(|name| subject.matches(name.as_str())));
        let is_issuer = self
            .issuer
            .as_ref()
            .is_none_or(|issuer| identity.issuer.as_deref().is_some_and(|found| issuer.matches(found)));
        let has_claims = self.claims.iter().all(|(name, wanted)| {
            identity.claims.get(name.as_str()).is_some_and(|found| wanted.matches(found))
        });
        is_subject && is_issuer && has_claims
    }
}

/// Whether a text is as a glob says; in time that is the product of their lengths at most.
pub fn glob_matches(glob: &str, text: &str) -> bool {
    let (glob, text): (Vec<char>, Vec<char>) = (glob.chars().collect(), text.chars().collect());
    let (mut at, mut place) = (0_usize, 0_usize);
    // Where the last star stands, and up to where it reaches.
    let mut star: Option<(usize, usize)> = None;
    while let Some(letter) = text.get(place) {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, place));
                at += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => {
                at += 1;
                place += 1;
            }
            _ => match &mut star {
                Some((behind, reach)) => {
                    *reach += 1;
                    (at, place) = (*behind + 1, *reach);
                }
                None => return false,
            },
        }
    }
    glob.iter().skip(at).all(|letter| *letter == '*')
}
