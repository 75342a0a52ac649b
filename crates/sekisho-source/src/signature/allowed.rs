//! The allowed signers: OpenSSH's `allowed_signers` file, as git reads it.

use data_encoding::BASE64;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::SignatureError;
use super::armor::fingerprint;
use crate::owners::glob;

/// Keys and whose they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AllowedSigners {
    lines: Vec<Signer>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signer {
    principals: Vec<String>,
    namespaces: Option<Vec<String>>,
    /// Seconds since 1970, the first that counts and the first that does not.
    after: Option<i64>,
    before: Option<i64>,
    key: Vec<u8>,
}

/// Why a file of allowed signers cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the allowed signers: {problem}")]
pub struct AllowedSignersError {
    /// The line, the first is 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl AllowedSigners {
    /// Reads a file. A line that cannot be read is an error: passing it over would change who may sign.
    pub fn read(text: &str) -> Result<Self, AllowedSignersError> {
        let mut lines = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let error = |problem: String| AllowedSignersError { line: place + 1, problem };
            lines.push(Signer::read(line).map_err(error)?);
        }
        if lines.is_empty() {
            let problem = "there is none: write a line of principals, kind of key and key".to_owned();
            return Err(AllowedSignersError { line: 1, problem });
        }
        Ok(Self { lines })
    }

    /// Whose key this is, where it may sign in this namespace at this time.
    pub(super) fn principal(&self, key: &[u8], namespace: &str, time: i64) -> Result<String, SignatureError> {
        let mut late: Option<&Signer> = None;
        for line in self.lines.iter().filter(|line| line.key == key) {
            if line.namespaces.as_ref().is_some_and(|known| !known.iter().any(|known| glob(known, namespace)))
            {
                continue;
            }
            if line.after.is_some_and(|after| time < after)
                || line.before.is_some_and(|before| time >= before)
            {
                late = Some(line);
                continue;
            }
            return Ok(line.name());
        }
        Err(match late {
            Some(line) => SignatureError::Time { principal: line.name() },
            None => SignatureError::Unknown(fingerprint(key)),
        })
    }
}

impl Signer {
    fn name(&self) -> String {
        self.principals.join(",")
    }

    fn read(line: &str) -> Result<Self, String> {
        let mut words = words(line)?.into_iter();
        let principals = words.next().unwrap_or_default();
        let mut signer = Self {
            principals: principals.split(',').map(str::to_owned).filter(|name| !name.is_empty()).collect(),
            namespaces: None,
            after: None,
            before: None,
            key: Vec::new(),
        };
        let mut word = words.next().unwrap_or_default();
        if !word.is_empty() && !is_kind(&word) {
            for option in options(&word) {
                signer.option(&option)?;
            }
            word = words.next().unwrap_or_default();
        }
        if !is_kind(&word) {
            return Err(format!("`{word}` is no kind of key"));
        }
        if word.contains("-cert-") {
            return Err("certificates are not taken: write the key".to_owned());
        }
        let key = words.next().unwrap_or_default();
        signer.key =
            BASE64.decode(key.as_bytes()).map_err(|_| format!("the key of {principals} is no base64"))?;
        let named = signer.key.get(4..4 + word.len()) == Some(word.as_bytes());
        if !named {
            return Err(format!("the key of {principals} is not of the kind `{word}`"));
        }
        Ok(signer)
    }

    fn option(&mut self, option: &str) -> Result<(), String> {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = value.trim_matches('"');
        match name.to_ascii_lowercase().as_str() {
            "namespaces" => self.namespaces = Some(value.split(',').map(str::to_owned).collect()),
            "valid-after" => self.after = Some(time(value)?),
            "valid-before" => self.before = Some(time(value)?),
            "cert-authority" => {
                return Err("`cert-authority` is not taken: write the keys of the signers".to_owned());
            }
            _ => return Err(format!("`{name}` is no option of a signer")),
        }
        Ok(())
    }
}

fn is_kind(word: &str) -> bool {
    ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|start| word.starts_with(start))
}

/// The words of a line; quotes hold spaces together.
fn words(line: &str) -> Result<Vec<String>, String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                word.push(letter);
            }
            letter if letter.is_whitespace() && !quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    if quoted {
        return Err("a quote is not closed".to_owned());
    }
    if !word.is_empty() {
        words.push(word);
    }
    if let Some(first) = words.first_mut() {
        *first = first.trim_matches('"').to_owned();
    }
    Ok(words)
}

/// The options of a word, parted by commas outside of quotes.
fn options(word: &str) -> Vec<String> {
    let (mut options, mut quoted) = (vec![String::new()], false);
    for letter in word.chars() {
        if letter == '"' {
            quoted = !quoted;
        }
        match options.last_mut() {
            Some(_) if letter == ',' && !quoted => options.push(String::new()),
            Some(option) => option.push(letter),
            None => {}
        }
    }
    options
}

/// `YYYYMMDD` or `YYYYMMDDHHMM[SS]`, with `Z` in UTC; other times are taken as UTC too, so that a file means the
/// same everywhere.
fn time(text: &str) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time: write YYYYMMDD or YYYYMMDDHHMM");
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || !matches!(digits.len(), 8 | 12 | 14) {
        return Err(wrong());
    }
    let part =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<i8>().ok()).unwrap_or(0);
    let year: i16 = digits.get(..4).and_then(|part| part.parse().ok()).ok_or_else(wrong)?;
    let date = DateTime::new(year, part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14), 0);
    let zoned = date.and_then(|date| date.to_zoned(TimeZone::UTC)).map_err(|_| wrong())?;
    Ok(zoned.timestamp().as_second())
}
