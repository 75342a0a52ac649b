//! Names of variables, keys and flags: whether they promise a credential, and of which kind.

/// The kind of credential that a name promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// `DB_PASSWORD`
    Password,
    /// `api-token`
    Token,
    /// `secretKey`, `S3_ACCESS_KEY`
    Key,
    /// `client_secret`
    Secret,
    /// `APP_SECRET`: as often the name of a Secret object as a secret.
    Vague,
}

const PASSWORDS: &[&str] = &["password", "passwords", "passwd", "passphrase", "pwd", "pass", "pw", "psw"];
/// Words in which a password's word is written together with another.
const FUSED_PASSWORDS: &[&str] = &[
    "requirepass",
    "masterauth",
    "bindpw",
    "rootpw",
    "adminpw",
    "userpw",
    "dbpass",
    "rootpass",
    "adminpass",
    "userpass",
    "smtppass",
    "mailpass",
    "keypass",
    "storepass",
];
const FUSED_TOKENS: &[&str] = &["authtoken", "accesstoken", "apitoken", "refreshtoken", "bearertoken"];
const FUSED_KEYS: &[&str] = &[
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
    "accountkey",
    "encryptionkey",
    "signingkey",
    "masterkey",
    "sharedkey",
];
const FUSED_SECRETS: &[&str] = &["clientsecret", "appsecret", "apisecret", "jwtsecret", "cookiesecret"];
/// A key is a credential when one of these stands before the word.
const KEY_QUALIFIERS: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "encryption",
    "signing",
    "signature",
    "master",
    "auth",
    "account",
    "shared",
    "deploy",
    "ssh",
    "fernet",
    "crypto",
    "cipher",
    "aes",
    "hmac",
    "jwt",
    "session",
    "cookie",
    "decryption",
    "crypt",
    "storage",
];
/// A secret is a secret, and not the name of a Secret, when one of these stands before the word.
const SECRET_QUALIFIERS: &[&str] = &[
    "client",
    "jwt",
    "session",
    "cookie",
    "hmac",
    "webhook",
    "shared",
    "signing",
    "oauth",
    "oauth2",
    "oidc",
    "consumer",
    "token",
    "access",
    "api",
    "http",
    "totp",
    "encryption",
    "csrf",
    "app",
    "auth",
    "rpc",
];
/// A token is none that opens anything when one of these stands before the word.
const HARMLESS_TOKENS: &[&str] = &[
    "cluster",
    "continue",
    "next",
    "previous",
    "stop",
    "pad",
    "eos",
    "bos",
    "start",
    "end",
    "max",
    "min",
    "sync",
    "page",
    "initial",
    "partition",
    "unk",
    "mask",
];
/// Words behind the one that counts, which do not change what the name means.
const TAILS: &[&str] = &[
    "value",
    "plain",
    "plaintext",
    "cleartext",
    "text",
    "string",
    "str",
    "default",
    "raw",
    "base64",
    "b64",
    "encoded",
    "current",
    "old",
    "new",
    "primary",
    "secondary",
    "prod",
    "production",
    "staging",
    "dev",
    "env",
];
/// A name that begins with one of these asks or tells something about a credential.
const QUESTIONS: &[&str] = &[
    "allow", "enable", "enabled", "disable", "disabled", "use", "has", "is", "no", "num", "number", "max",
    "min", "require", "requires", "needs", "with", "without", "show", "hide", "reset", "forgot", "force",
    "update", "skip", "check", "verify", "validate", "ignore", "support", "supports", "change", "existing",
    "from",
];
/// A name with one of these anywhere is about something derived from a credential, or a public part.
const DERIVED: &[&str] = &[
    "checksum",
    "hash",
    "hashed",
    "digest",
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "cmd",
    "command",
    "public",
    "pub",
    "encrypted",
    "sealed",
    "label",
    "placeholder",
    "prompt",
    "title",
    "description",
    "hint",
    "error",
    "message",
    "regex",
    "pattern",
    "schema",
    "example",
];

impl Family {
    /// Every kind.
    pub(crate) const ALL: [Self; 5] = [Self::Password, Self::Token, Self::Key, Self::Secret, Self::Vague];

    /// The kind for a message.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Key => "key",
            Self::Secret | Self::Vague => "secret",
        }
    }

    /// Whether a plain word may be a credential under such a name; a password may, for others a word that
    /// names a credential again, or a name as objects have, is a reference.
    pub(crate) fn takes_word(self, word: &str) -> bool {
        match self {
            Self::Password => word.len() >= 3,
            Self::Vague => false,
            Self::Token | Self::Key | Self::Secret => {
                word.len() >= 6 && family(word).is_none() && !word.contains(['-', '.', '/', ':', ','])
            }
        }
    }
}

/// The words of a name in lower case: cut at everything that is no letter or digit, and where the case
/// changes from lower to upper (`apiKey`) or a run of capitals ends (`JWTSecret`).
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().take(MAX_NAME).collect();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(index + 1);
        let boundary = letter.is_uppercase()
            && (before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit())
                || before.is_some_and(|before| before.is_uppercase())
                    && after.is_some_and(|after| after.is_lowercase()));
        if (boundary || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A longer name is no name.
const MAX_NAME: usize = 128;

/// The kind of credential that the name promises, if any.
pub(crate) fn family(name: &str) -> Option<Family> {
    if name.len() > MAX_NAME {
        return None;
    }
    let words = words(name);
    let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
    while words.len() > 1
        && words
            .last()
            .is_some_and(|last| TAILS.contains(last) || last.bytes().all(|byte| byte.is_ascii_digit()))
    {
        words.pop();
    }
    let (last, before) = words.split_last()?;
    if words.iter().any(|word| DERIVED.contains(word))
        || before.first().is_some_and(|first| QUESTIONS.contains(first))
    {
        return None;
    }
    let last = last.trim_end_matches(|letter: char| letter.is_ascii_digit());
    let qualifier = before.last().copied().unwrap_or("");
    if PASSWORDS.contains(&last) || FUSED_PASSWORDS.contains(&last) || last.ends_with("password") {
        return Some(Family::Password);
    }
    if FUSED_TOKENS.contains(&last) || last == "token" {
        return (!before.iter().any(|word| HARMLESS_TOKENS.contains(word))).then_some(Family::Token);
    }
    if FUSED_KEYS.contains(&last) {
        return Some(Family::Key);
    }
    if last == "key" && KEY_QUALIFIERS.contains(&qualifier) {
        return Some(Family::Key);
    }
    if FUSED_SECRETS.contains(&last) || last == "secret" && SECRET_QUALIFIERS.contains(&qualifier) {
        return Some(Family::Secret);
    }
    let rails = last == "base" && before.ends_with(&["secret", "key"]);
    let erlang = last == "cookie" && qualifier == "erlang";
    if rails || erlang {
        return Some(Family::Secret);
    }
    matches!(last, "secret" | "credential" | "credentials" | "cred" | "creds").then_some(Family::Vague)
}
