//! SPDX 3.0, as JSON-LD in the form that its schema has.

mod read;
mod write;

pub(crate) use read::read;
pub(crate) use write::write;

/// The words of SPDX 3 for algorithms, ours first.
const ALGORITHMS: [(&str, &str); 14] = [
    ("md5", "md5"),
    ("sha1", "sha1"),
    ("sha224", "sha224"),
    ("sha256", "sha256"),
    ("sha384", "sha384"),
    ("sha512", "sha512"),
    ("sha3-256", "sha3_256"),
    ("sha3-384", "sha3_384"),
    ("sha3-512", "sha3_512"),
    ("blake2b-256", "blake2b256"),
    ("blake2b-384", "blake2b384"),
    ("blake2b-512", "blake2b512"),
    ("blake3", "blake3"),
    ("adler32", "adler32"),
];

/// Purposes of packages by the kind of component that CycloneDX has.
const PURPOSES: [(&str, &str); 12] = [
    ("library", "library"),
    ("application", "application"),
    ("framework", "framework"),
    ("container", "container"),
    ("operating-system", "operatingSystem"),
    ("device", "device"),
    ("device-driver", "deviceDriver"),
    ("firmware", "firmware"),
    ("file", "file"),
    ("platform", "platform"),
    ("data", "data"),
    ("machine-learning-model", "model"),
];
