//! Well-known forms of credentials, recognised by their beginnings and alphabets wherever they stand.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use sekisho_finding::Confidence;

use super::Credential;
use super::value::{Worth, is_random, worth};

/// A credential of a well-known form, and the byte at which it begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shaped {
    pub(crate) start: usize,
    pub(crate) credential: Credential,
}

/// What may follow a prefix.
#[derive(Clone, Copy)]
enum Alphabet {
    /// `A-Z` and `2-7`
    Base32,
    /// `0-9`, `a-f`
    Hex,
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `_`, `-`.
    Url,
    /// Letters, digits, `_`, `-`, `.`, `=`.
    Dotted,
}

/// A prefix and what follows it.
struct Form {
    kind: &'static str,
    prefix: &'static str,
    alphabet: Alphabet,
    /// The fewest and the most characters behind the prefix.
    length: (usize, usize),
}

const fn form(kind: &'static str, prefix: &'static str, alphabet: Alphabet, length: (usize, usize)) -> Form {
    Form { kind, prefix, alphabet, length }
}

use Alphabet::{Alphanumeric, Base32, Dotted, Hex, Url};

/// Prefixes as the services document them.
const FORMS: &[Form] = &[
    form("AWS access key", "AKIA", Base32, (16, 16)),
    form("AWS access key", "ASIA", Base32, (16, 16)),
    form("GitHub token", "ghp_", Alphanumeric, (36, 255)),
    form("GitHub token", "gho_", Alphanumeric, (36, 255)),
    form("GitHub token", "ghu_", Alphanumeric, (36, 255)),
    form("GitHub token", "ghs_", Alphanumeric, (36, 255)),
    form("GitHub token", "ghr_", Alphanumeric, (36, 255)),
    form("GitHub token", "github_pat_", Url, (60, 255)),
    form("GitLab token", "glpat-", Dotted, (20, 300)),
    form("GitLab token", "gldt-", Dotted, (20, 300)),
    form("GitLab token", "glrt-", Dotted, (20, 300)),
    form("GitLab token", "glptt-", Dotted, (20, 300)),
    form("GitLab token", "glagent-", Dotted, (40, 300)),
    form("GitLab token", "glsoat-", Dotted, (20, 300)),
    form("Slack token", "xoxb-", Url, (20, 255)),
    form("Slack token", "xoxp-", Url, (20, 255)),
    form("Slack token", "xoxa-", Url, (20, 255)),
    form("Slack token", "xoxr-", Url, (20, 255)),
    form("Slack token", "xoxs-", Url, (20, 255)),
    form("Slack token", "xapp-1-", Url, (20, 255)),
    form("Google API key", "AIza", Url, (35, 35)),
    form("Google OAuth secret", "GOCSPX-", Url, (28, 28)),
    form("Stripe key", "sk_live_", Alphanumeric, (20, 255)),
    form("Stripe key", "rk_live_", Alphanumeric, (20, 255)),
    form("npm token", "npm_", Alphanumeric, (36, 36)),
    form("PyPI token", "pypi-AgEIcHlwaS5vcmc", Url, (50, 1_000)),
    form("SendGrid key", "SG.", Dotted, (60, 80)),
    form("DigitalOcean token", "dop_v1_", Hex, (64, 64)),
    form("DigitalOcean token", "doo_v1_", Hex, (64, 64)),
    form("DigitalOcean token", "dor_v1_", Hex, (64, 64)),
    form("Vault token", "hvs.", Url, (24, 300)),
    form("Vault token", "hvb.", Url, (24, 300)),
    form("Hugging Face token", "hf_", Alphanumeric, (34, 40)),
    form("OpenAI key", "sk-proj-", Url, (40, 255)),
    form("OpenAI key", "sk-svcacct-", Url, (40, 255)),
    form("Anthropic key", "sk-ant-", Url, (40, 255)),
    form("Databricks token", "dapi", Hex, (32, 32)),
    form("Grafana token", "glsa_", Url, (32, 64)),
    form("Grafana token", "glc_", Dotted, (32, 400)),
    form("New Relic key", "NRAK-", Alphanumeric, (27, 27)),
    form("Docker Hub token", "dckr_pat_", Url, (27, 36)),
    form("Docker Hub token", "dckr_oat_", Url, (27, 64)),
    form("Shopify token", "shpat_", Hex, (32, 32)),
    form("Shopify token", "shpss_", Hex, (32, 32)),
    form("Atlassian token", "ATATT3x", Dotted, (100, 300)),
    form("age key", "AGE-SECRET-KEY-1", Alphanumeric, (58, 58)),
    form("Postman key", "PMAK-", Url, (50, 70)),
    form("RubyGems key", "rubygems_", Hex, (48, 48)),
    form("Pulumi token", "pul-", Hex, (40, 40)),
    form("Doppler token", "dp.pt.", Alphanumeric, (40, 44)),
    form("Doppler token", "dp.st.", Dotted, (40, 70)),
    form("Sentry token", "sntrys_", Dotted, (60, 300)),
    form("Tailscale key", "tskey-auth-", Url, (20, 80)),
    form("Tailscale key", "tskey-api-", Url, (20, 80)),
    form("PlanetScale token", "pscale_tkn_", Dotted, (32, 64)),
    form("Linear key", "lin_api_", Alphanumeric, (40, 40)),
];

const PRIVATE_KEY: &str = "private key";
const WEB_TOKEN: &str = "JSON Web Token";
const PASSWORD: &str = "password";
const TOKEN: &str = "token";
const AZURE_KEY: &str = "Azure key";
const URL_PASSWORD: &str = "password in a URL";

/// What credentials of well-known forms are called in messages.
pub(crate) fn kinds() -> impl Iterator<Item = &'static str> {
    let written = [PRIVATE_KEY, WEB_TOKEN, PASSWORD, TOKEN, AZURE_KEY, URL_PASSWORD];
    FORMS.iter().map(|form| form.kind).chain(written)
}

/// A URL's user and password end before its host; longer ones are not looked at.
const LONGEST_AUTHORITY: usize = 1_024;
/// Letters of Base64 that a private key has at the least, and how far behind its header they may stand.
const KEY_BODY: (usize, usize) = (64, 300);

/// Every credential of a well-known form, in the order of the text. Linear in its length.
pub(crate) fn find_all(text: &str) -> impl Iterator<Item = Shaped> + '_ {
    let bytes = text.as_bytes();
    let mut end = 0;
    (0..bytes.len()).filter_map(move |start| {
        if start < end {
            return None;
        }
        let rest = text.get(start..)?;
        let (credential, length) = match bytes.get(start)? {
            b'-' => private_key(rest)?,
            b':' => url_password(text, start)?,
            byte if byte.is_ascii_alphabetic() && at_beginning(bytes, start) => form_at(rest)
                .or_else(|| web_token(rest))
                .or_else(|| header(rest))
                .or_else(|| account_key(rest))?,
            _ => return None,
        };
        end = start + length;
        Some(Shaped { start, credential })
    })
}

fn sure(kind: &'static str) -> Credential {
    Credential { kind, confidence: Confidence::High }
}

fn at_beginning(bytes: &[u8], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|before| bytes.get(before));
    before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'-'))
}

impl Alphabet {
    fn has(self, byte: u8) -> bool {
        match self {
            Base32 => byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7'),
            Hex => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
            Alphanumeric => byte.is_ascii_alphanumeric(),
            Url => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'='),
        }
    }
}

fn form_at(rest: &str) -> Option<(Credential, usize)> {
    FORMS.iter().find_map(|form| {
        let body = rest.strip_prefix(form.prefix)?;
        let (fewest, most) = form.length;
        let length = body.bytes().take(most + 1).take_while(|byte| form.alphabet.has(*byte)).count();
        let behind = body.as_bytes().get(length);
        let ends = behind.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'_' | b'+'));
        let body = body.get(..length)?;
        // Manuals end their keys with this word.
        let confidence = if body.ends_with("EXAMPLE") { Confidence::Low } else { Confidence::High };
        (length >= fewest && length <= most && ends && is_body(body))
            .then(|| (Credential { kind: form.kind, confidence }, form.prefix.len() + length))
    })
}

/// Whether what stands behind a prefix can be random: manuals also write `ghp_xxxxxxxxxx`.
fn is_body(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    let mut different: Vec<u8> = body.bytes().collect();
    different.sort_unstable();
    different.dedup();
    let filled = ["xxxx", "redacted", "your", "placeholder"].iter().any(|word| lower.contains(word));
    different.len() >= 7 && !filled
}

fn private_key(rest: &str) -> Option<(Credential, usize)> {
    const OPENING: &str = "-----BEGIN ";
    let label = rest.strip_prefix(OPENING)?;
    let (label, body) = label
        .get(..label.len().min(48))
        .unwrap_or(label)
        .split_once("-----")
        .and_then(|(kind, _)| Some((kind, label.get(kind.len() + 5..)?)))?;
    if !label.ends_with("PRIVATE KEY") && label != "PGP PRIVATE KEY BLOCK" {
        return None;
    }
    let base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let (fewest, window) = KEY_BODY;
    let body: Vec<u8> = body.bytes().take(window).take_while(|byte| *byte != b'$' && *byte != b'{').collect();
    let mut different = body.clone();
    different.sort_unstable();
    different.dedup();
    (body.iter().filter(|byte| base64(byte)).count() >= fewest && different.len() >= 20)
        .then(|| (sure(PRIVATE_KEY), OPENING.len() + label.len()))
}

/// A JSON Web Token: header and payload are JSON in Base64, and the header names its algorithm.
fn web_token(rest: &str) -> Option<(Credential, usize)> {
    let body = rest.starts_with("eyJ").then_some(rest)?;
    let url = |byte: &u8| Url.has(*byte);
    let part = |from: usize| {
        body.as_bytes().get(from..).map_or(0, |rest| rest.iter().take_while(|byte| url(byte)).count())
    };
    let dot = |at: usize| body.as_bytes().get(at) == Some(&b'.');
    let header = part(0);
    let payload = dot(header).then(|| part(header + 1))?;
    let signature = dot(header + 1 + payload).then(|| part(header + payload + 2))?;
    let decoded = BASE64URL_NOPAD.decode(body.as_bytes().get(..header)?).ok()?;
    let header_text = std::str::from_utf8(&decoded).ok()?;
    (header_text.contains("\"alg\"")
        && payload >= 8
        && signature >= 20
        && body.get(header + 1..)?.starts_with("eyJ"))
    .then(|| (sure(WEB_TOKEN), header + payload + signature + 2))
}

/// `Authorization: Basic …` and `Bearer …`.
fn header(rest: &str) -> Option<(Credential, usize)> {
    let visible = |text: &str| {
        text.bytes()
            .take(4_096)
            .take_while(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\''))
            .count()
    };
    if let Some(body) = rest.strip_prefix("Basic ") {
        let body = body.get(..visible(body))?;
        let decoded = BASE64.decode(body.as_bytes()).ok()?;
        let (_, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        return (worth(password) != Worth::Nothing).then(|| (sure(PASSWORD), "Basic ".len() + body.len()));
    }
    let body = rest.strip_prefix("Bearer ")?;
    let body = body.get(..visible(body))?;
    let token =
        body.len() >= 20 && body.bytes().all(|byte| Dotted.has(byte) || matches!(byte, b'/' | b'+' | b'~'));
    (token && is_random(body) && worth(body) == Worth::Random)
        .then(|| (sure(TOKEN), "Bearer ".len() + body.len()))
}

/// The keys of Azure's connection strings.
fn account_key(rest: &str) -> Option<(Credential, usize)> {
    let after = ["AccountKey=", "SharedAccessKey="].iter().find_map(|name| rest.strip_prefix(name))?;
    let length = after
        .bytes()
        .take(90)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'))
        .count();
    let body = after.get(..length)?;
    (length >= 40 && is_body(body)).then(|| (sure(AZURE_KEY), rest.len() - after.len() + length))
}

/// The password in `scheme://user:password@host`, by the place of its first colon.
fn url_password(text: &str, colon: usize) -> Option<(Credential, usize)> {
    let rest = text.get(colon..)?.strip_prefix("://")?;
    let scheme = text.as_bytes().get(colon.checked_sub(1)?)?;
    if !scheme.is_ascii_alphanumeric() {
        return None;
    }
    let stops = |byte: &u8| {
        byte.is_ascii_whitespace()
            || matches!(byte, b'/' | b'?' | b'#' | b'"' | b'\'' | b'<' | b'>' | b'`' | b',' | b'\\')
    };
    let length = rest.bytes().take(LONGEST_AUTHORITY).take_while(|byte| !stops(byte)).count();
    let (user_info, host) = rest.get(..length)?.rsplit_once('@')?;
    let (user, password) = user_info.split_once(':')?;
    let confidence = match worth(password) {
        _ if host.is_empty() || password.contains(['{', '}', '|', '*']) => return None,
        Worth::Nothing => return None,
        Worth::Random => Confidence::High,
        // Manuals write `user:password@`, and so do those who copy from them.
        Worth::Number | Worth::Word if is_manual(user) && is_manual(password) => Confidence::Low,
        Worth::Number | Worth::Word => Confidence::Medium,
    };
    Some((Credential { kind: URL_PASSWORD, confidence }, 3 + length))
}

fn is_manual(word: &str) -> bool {
    matches!(
        word.to_ascii_lowercase().as_str(),
        "" | "user"
            | "username"
            | "password"
            | "pass"
            | "pwd"
            | "passwd"
            | "secret"
            | "token"
            | "usr"
            | "login"
            | "foo"
            | "bar"
    )
}
