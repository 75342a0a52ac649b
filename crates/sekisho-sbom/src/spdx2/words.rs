//! The words of SPDX 2 for what others call otherwise.

use sekisho_contents::Hash;

/// The names of algorithms, ours first, with the minor version that had them first.
const ALGORITHMS: [(&str, &str, u8); 17] = [
    ("md5", "MD5", 2),
    ("sha1", "SHA1", 2),
    ("sha224", "SHA224", 2),
    ("sha256", "SHA256", 2),
    ("sha384", "SHA384", 2),
    ("sha512", "SHA512", 2),
    ("sha3-256", "SHA3-256", 3),
    ("sha3-384", "SHA3-384", 3),
    ("sha3-512", "SHA3-512", 3),
    ("blake2b-256", "BLAKE2b-256", 3),
    ("blake2b-384", "BLAKE2b-384", 3),
    ("blake2b-512", "BLAKE2b-512", 3),
    ("blake3", "BLAKE3", 3),
    ("adler32", "ADLER32", 3),
    ("md2", "MD2", 2),
    ("md4", "MD4", 2),
    ("md6", "MD6", 2),
];

/// The name that the version has for the algorithm of a digest that it can carry.
pub(super) fn algorithm(hash: &Hash, minor: u8) -> Option<&'static str> {
    let (_, name, _) =
        ALGORITHMS.iter().find(|(ours, _, since)| *ours == hash.algorithm && *since <= minor)?;
    let length = match hash.algorithm.as_str() {
        "md5" => 32,
        "sha1" => 40,
        "sha224" => 56,
        "sha256" | "sha3-256" | "blake2b-256" => 64,
        "sha384" | "sha3-384" | "blake2b-384" => 96,
        "sha512" | "sha3-512" | "blake2b-512" => 128,
        _ => hash.value.len(),
    };
    let is_digest = !hash.value.is_empty()
        && hash.value.len() == length
        && hash.value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    is_digest.then_some(*name)
}

/// A digest as SPDX has it.
pub(super) fn hash(algorithm: &str, value: &str) -> Option<Hash> {
    let plain = |name: &str| name.replace(['-', '_'], "").to_ascii_lowercase();
    let (ours, ..) = ALGORITHMS.iter().find(|(_, name, _)| plain(name) == plain(algorithm))?;
    let value = value.trim().to_ascii_lowercase();
    let is_digest = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| Hash { algorithm: (*ours).into(), value: value.into() })
}

/// The purpose of a package, by the kind of component that CycloneDX has.
pub(super) fn purpose(kind: &str) -> &'static str {
    match kind {
        "application" | "platform" => "APPLICATION",
        "framework" => "FRAMEWORK",
        "container" => "CONTAINER",
        "operating-system" => "OPERATING-SYSTEM",
        "device" | "device-driver" => "DEVICE",
        "firmware" => "FIRMWARE",
        "file" => "FILE",
        "library" => "LIBRARY",
        _ => "OTHER",
    }
}

/// The kind of component that a purpose is; none for a library, which is what is assumed.
pub(super) fn kind(purpose: &str) -> Option<&'static str> {
    match purpose {
        "APPLICATION" => Some("application"),
        "FRAMEWORK" => Some("framework"),
        "CONTAINER" => Some("container"),
        "DEVICE" => Some("device"),
        "FIRMWARE" => Some("firmware"),
        "FILE" => Some("file"),
        _ => None,
    }
}
