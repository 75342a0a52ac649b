//! The words of CycloneDX for what others call otherwise.

use sekisho_contents::Hash;

/// The names of algorithms, ours first.
const ALGORITHMS: [(&str, &str); 13] = [
    ("md5", "MD5"),
    ("sha1", "SHA-1"),
    ("sha256", "SHA-256"),
    ("sha384", "SHA-384"),
    ("sha512", "SHA-512"),
    ("sha3-256", "SHA3-256"),
    ("sha3-384", "SHA3-384"),
    ("sha3-512", "SHA3-512"),
    ("blake2b-256", "BLAKE2b-256"),
    ("blake2b-384", "BLAKE2b-384"),
    ("blake2b-512", "BLAKE2b-512"),
    ("blake3", "BLAKE3"),
    ("streebog-256", "Streebog-256"),
];

/// The name that CycloneDX has for the algorithm of a digest that it can carry.
pub(super) fn algorithm(hash: &Hash) -> Option<&'static str> {
    let is_digest = matches!(hash.value.len(), 32 | 40 | 64 | 96 | 128)
        && hash.value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let (_, name) = ALGORITHMS.iter().find(|(ours, _)| *ours == hash.algorithm)?;
    // Younger than the oldest version that is written.
    (is_digest && *name != "Streebog-256").then_some(*name)
}

/// A digest as CycloneDX has it.
pub(super) fn hash(algorithm: &str, value: &str) -> Option<Hash> {
    let (ours, _) = ALGORITHMS.iter().find(|(_, name)| name.eq_ignore_ascii_case(algorithm))?;
    let is_digest = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| Hash { algorithm: (*ours).into(), value: value.to_ascii_lowercase().into() })
}

/// What an address may be for, by the version that first had the word.
pub(super) fn reference_kind(kind: &str, minor: u8) -> &str {
    const ALWAYS: [&str; 15] = [
        "vcs",
        "issue-tracker",
        "website",
        "advisories",
        "bom",
        "mailing-list",
        "social",
        "chat",
        "documentation",
        "support",
        "distribution",
        "license",
        "build-meta",
        "build-system",
        "release-notes",
    ];
    const SINCE_5: [&str; 16] = [
        "distribution-intake",
        "security-contact",
        "model-card",
        "log",
        "configuration",
        "evidence",
        "formulation",
        "attestation",
        "threat-model",
        "adversary-model",
        "risk-assessment",
        "vulnerability-assertion",
        "exploitability-statement",
        "pentest-report",
        "static-analysis-report",
        "component-analysis-report",
    ];
    if ALWAYS.contains(&kind) || (minor >= 5 && SINCE_5.contains(&kind)) { kind } else { "other" }
}

/// A kind of component, or the nearest that the version has.
pub(super) fn component_kind(kind: &str, minor: u8) -> &str {
    const ALWAYS: [&str; 8] = [
        "application",
        "framework",
        "library",
        "container",
        "operating-system",
        "device",
        "firmware",
        "file",
    ];
    const SINCE_5: [&str; 4] = ["platform", "device-driver", "machine-learning-model", "data"];
    let is_known = ALWAYS.contains(&kind)
        || (minor >= 5 && SINCE_5.contains(&kind))
        || (minor >= 6 && kind == "cryptographic-asset");
    match kind {
        kind if is_known => kind,
        "platform" => "application",
        "device-driver" => "firmware",
        _ => "library",
    }
}

/// What the method of a rating is called.
pub(super) fn method(method: &str, minor: u8) -> &str {
    match method {
        "CVSSv2" | "CVSSv3" | "CVSSv31" | "OWASP" => method,
        "CVSSv4" | "SSVC" if minor >= 5 => method,
        _ => "other",
    }
}
