//! Signatures: what is signed, with which keys, who vouches for it, and whose word counts.

pub(crate) mod artifact;
pub(crate) mod keys;
pub(crate) mod trust;
pub(crate) mod witness;

/// The type of a claim, by the short words that cosign has for some.
pub(crate) fn predicate_type(word: &str) -> &str {
    match word {
        "custom" => "https://cosign.sigstore.dev/attestation/v1",
        "slsaprovenance" | "slsaprovenance02" => "https://slsa.dev/provenance/v0.2",
        "slsaprovenance1" => "https://slsa.dev/provenance/v1",
        "spdx" | "spdxjson" => "https://spdx.dev/Document",
        "cyclonedx" => "https://cyclonedx.org/bom",
        "link" => "https://in-toto.io/Link/v1",
        "vuln" => "https://cosign.sigstore.dev/attestation/vuln/v1",
        "openvex" => "https://openvex.dev/ns",
        uri => uri,
    }
}
