//! What a registry asks for: the header `WWW-Authenticate`.

use std::collections::BTreeMap;

/// How a registry wants to know who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// With a token of the service at this address.
    Bearer {
        /// The address.
        realm: String,
        /// What the service calls the registry.
        service: Option<String>,
        /// What the token must allow.
        scope: Option<String>,
    },
    /// With user and password.
    Basic,
}

impl Challenge {
    /// Reads a header; of several challenges the one with a token.
    pub(crate) fn parse(header: &str) -> Option<Self> {
        let mut basic = None;
        let mut rest = header.trim_start();
        while !rest.is_empty() {
            let end = rest.find(|letter: char| letter.is_whitespace() || letter == ',').unwrap_or(rest.len());
            let (scheme, behind) = rest.split_at(end);
            let (parameters, behind) = parameters(behind);
            if scheme.eq_ignore_ascii_case("bearer") {
                let mut parameters = parameters;
                if let Some(realm) = parameters.remove("realm") {
                    let (service, scope) = (parameters.remove("service"), parameters.remove("scope"));
                    return Some(Self::Bearer { realm, service, scope });
                }
            } else if scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Self::Basic);
            }
            rest = behind.trim_start_matches([' ', '\t', ',']);
        }
        basic
    }
}

/// The parameters of one challenge, and what stands behind them.
fn parameters(text: &str) -> (BTreeMap<String, String>, &str) {
    let mut found = BTreeMap::new();
    let mut rest = text;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', ',']);
        let end =
            trimmed.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | '-'));
        let Some((name, behind)) = end.map(|end| trimmed.split_at(end)) else { return (found, rest) };
        let Some(value) = behind.trim_start().strip_prefix('=') else { return (found, rest) };
        let value = value.trim_start();
        let (value, behind) = if let Some(quoted) = value.strip_prefix('"') {
            unquote(quoted)
        } else {
            let end = value.find([',', ' ', '\t']).unwrap_or(value.len());
            (value.get(..end).unwrap_or_default().to_owned(), value.get(end..).unwrap_or_default())
        };
        found.insert(name.to_ascii_lowercase(), value);
        rest = behind;
    }
}

/// A quoted text up to its end, and what stands behind it.
fn unquote(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            '\\' => value.extend(letters.next().map(|(_, letter)| letter)),
            letter => value.push(letter),
        }
    }
    (value, "")
}
