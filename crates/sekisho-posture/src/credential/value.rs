//! Values: whether one can be a credential at all, and how random it is.

use data_encoding::BASE64;

/// What a value is worth as a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worth {
    /// Nothing: empty, a reference, a placeholder, a path, a flag, a small number, prose.
    Nothing,
    /// Digits only, six or more.
    Number,
    /// A word, or words put together: a bad password, or a name of something.
    Word,
    /// Too irregular for words.
    Random,
}

/// Longer values are no passwords, tokens or keys.
const LONGEST: usize = 4_096;
/// The shortest value that can be told from a word.
const SHORTEST_RANDOM: usize = 8;
/// The longest password in digits that is taken for a setting.
const LONGEST_SETTING: usize = 5;

/// What stands for nothing, or for a value that someone will fill in.
const EMPTY: &[&str] = &[
    "none",
    "null",
    "nil",
    "undefined",
    "unset",
    "empty",
    "blank",
    "disabled",
    "enabled",
    "default",
    "auto",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "t",
    "f",
    "n/a",
    "na",
    "tbd",
    "todo",
    "fixme",
    "xxx",
    "optional",
    "required",
    "string",
    "plaintext",
    "env",
    "file",
    "vault",
    "notused",
    "unused",
    "ignored",
];
/// Words that make the value a placeholder, where it is made of words.
const PLACEHOLDER: &[&str] = &[
    "placeholder",
    "replace",
    "replaceme",
    "your",
    "yours",
    "redacted",
    "example",
    "insert",
    "fill",
    "todo",
    "dummy",
    "sample",
    "removed",
    "masked",
    "hidden",
    "used",
    "tobereplaced",
    "here",
    "goes",
    "xxxx",
    "fixme",
    "generated",
    "generate",
    "overridden",
    "override",
];
/// How references of templates, shells, configuration formats and secret stores look, and patterns.
const REFERENCES: &[&str] =
    &["$(", "${", "{{", "}}", "<%", "#{", "[[", "@@", "ENC[", "%s", "%(", "\\", ".+", ".*", "[^"];
/// How references begin.
const REFERENCE_STARTS: &[&str] = &[
    "$",
    "{",
    "[",
    "(",
    "vault:",
    "ref+",
    "op://",
    "arn:",
    "env:",
    "file:",
    "secret:",
    "secrets.",
    "azurekeyvault:",
    "awssm:",
    "gcpsm:",
    "projects/",
    ":",
];
/// What a placeholder stands between.
const BRACKETS: &[(&str, &str)] = &[("<", ">"), ("%", "%"), ("__", "__"), ("@", "@")];

/// What the value is worth as a credential.
pub(crate) fn worth(value: &str) -> Worth {
    let value = bare(value);
    if value.len() > LONGEST || is_stand_in(value) {
        return Worth::Nothing;
    }
    if value.contains(char::is_whitespace) || is_path(value) || is_address(value) || is_setting(value) {
        return Worth::Nothing;
    }
    if value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Worth::Number;
    }
    if is_random(value) { Worth::Random } else { Worth::Word }
}

fn bare(value: &str) -> &str {
    value.trim().trim_matches(['"', '\'', '`'])
}

/// Whether the value is empty, a reference or a placeholder.
pub(super) fn is_stand_in(value: &str) -> bool {
    let value = bare(value);
    value.is_empty() || is_reference(value) || is_placeholder(value)
}

fn is_reference(value: &str) -> bool {
    let hash = ["$2a$", "$2b$", "$2y$", "$5$", "$6$", "$y$", "$argon2", "$apr1$"];
    let bracketed = |(open, close): &(&str, &str)| {
        value.len() > open.len() + close.len() && value.starts_with(open) && value.ends_with(close)
    };
    !hash.iter().any(|start| value.starts_with(start))
        && (REFERENCES.iter().any(|mark| value.contains(mark))
            || REFERENCE_STARTS.iter().any(|start| value.starts_with(start))
            || BRACKETS.iter().any(bracketed)
            || value.split_once('(').is_some_and(|(_, rest)| rest.contains(')')))
}

fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let mut letters = lower.chars();
    let first = letters.next();
    let repeated = lower.len() > 1 && letters.all(|letter| Some(letter) == first);
    let words = || lower.split(|letter: char| !letter.is_alphanumeric());
    repeated
        || EMPTY.contains(&lower.as_str())
        || words().any(|word| PLACEHOLDER.contains(&word))
        || lower.starts_with("your")
        || lower.contains("...")
        || lower.contains("***")
        || lower.contains('…')
}

/// Whether the value is one of the words that are put in place of a credential to be changed later.
pub(super) fn is_default_word(value: &str) -> bool {
    let letters: String =
        value.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    matches!(letters.as_str(), "changeme" | "changeit" | "changethis" | "changemeplease" | "pleasechangeme")
}

fn is_path(value: &str) -> bool {
    let begins = ["/", "./", "../", "~/", "C:\\", "\\\\"].iter().any(|start| value.starts_with(start));
    // `/` is a letter of Base64; of a path every part is a word.
    let parts = || value.split('/');
    let plain = |part: &str| !is_random(part);
    let slashes = value.contains('/') && parts().all(plain);
    let base64 = begins
        && value.len() >= 40
        && value.len().is_multiple_of(4)
        && BASE64.decode(value.as_bytes()).is_ok();
    (begins && !base64) || slashes
}

fn is_address(value: &str) -> bool {
    if value.contains("://") {
        return true;
    }
    let (host, port) = value.split_once(':').unwrap_or((value, ""));
    let labels: Vec<&str> = host.split('.').collect();
    let label = |label: &&str| {
        let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        !label.is_empty() && label.bytes().all(letter) && !is_random(label)
    };
    let is_host = labels.iter().all(label);
    let has_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let mail = value.rsplit_once('@').is_some_and(|(_, host)| host.contains('.') && !is_random(value));
    mail || (is_host && (labels.len() > 1 || has_port))
}

/// Numbers with a unit, small numbers, lists of settings.
fn is_setting(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let unit = value.len() - digits;
    let number = digits == value.len() && digits <= LONGEST_SETTING;
    let quantity =
        digits > 0 && unit <= 2 && value.bytes().skip(digits).all(|byte| byte.is_ascii_alphabetic());
    let list = value.contains(',') && value.contains('=');
    number || (quantity && unit > 0) || list
}

/// Whether the value is too irregular to be made of words.
pub(super) fn is_random(value: &str) -> bool {
    let irregular = |piece: &str| piece.len() >= 6 && !is_wordy(piece);
    let pieces = || value.split(|letter: char| !letter.is_alphanumeric());
    value.len() >= SHORTEST_RANDOM
        && entropy(value) >= 2.5
        && (pieces().any(irregular) || is_hexadecimal(value) || has_all_classes(value))
}

/// Twenty-four digits of base 16 or more, dashes of a UUID apart, with letters among them.
fn is_hexadecimal(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_hexdigit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    digits >= 24 && letters > 0 && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Small and capital letters, digits and signs together, as rules for passwords ask for.
fn has_all_classes(value: &str) -> bool {
    let any = |test: fn(char) -> bool| value.chars().any(test);
    any(|letter| letter.is_ascii_lowercase())
        && any(|letter| letter.is_ascii_uppercase())
        && any(|letter| letter.is_ascii_digit())
        && any(|letter| "!@#$%^&*+?~".contains(letter))
}

/// Words: digits alone, or letters that change to capitals and digits as seldom as `camelCase2` does.
fn is_wordy(piece: &str) -> bool {
    let letters: Vec<char> = piece.chars().collect();
    let kind = |letter: &char| match letter {
        _ if letter.is_numeric() => 0,
        _ if letter.is_uppercase() => 1,
        _ => 2,
    };
    let mut changes = 0;
    for (index, pair) in letters.windows(2).enumerate() {
        let [left, right] = pair else { continue };
        // A capital that begins a word is no change; the last of several is.
        let begins_word = kind(left) == 1
            && kind(right) == 2
            && index
                .checked_sub(1)
                .and_then(|before| letters.get(before))
                .is_none_or(|before| kind(before) != 1);
        if kind(left) != kind(right) && !begins_word {
            changes += 1;
        }
    }
    let changeful = changes >= 3 && changes * 4 > letters.len();
    !changeful && has_vowels(piece)
}

/// Words have no long runs without vowels.
fn has_vowels(word: &str) -> bool {
    let mut run = 0;
    let mut longest = 0;
    for letter in word.chars() {
        let consonant = letter.is_ascii_alphabetic() && !"aeiouyAEIOUY".contains(letter);
        run = if consonant { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest <= 5
}

/// Shannon entropy in bits for each character.
fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let total = f64::from(u32::try_from(value.len()).unwrap_or(u32::MAX));
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum()
}

/// Base64 as Kubernetes reads it: standard alphabet with padding, line breaks left out.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let packed: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    BASE64.decode(&packed).ok()
}
