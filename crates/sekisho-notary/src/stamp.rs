//! Timestamps, from an authority that speaks RFC 3161 over HTTP.

use ring::rand::{SecureRandom as _, SystemRandom};
use sekisho_signature::timestamp::{claimed_time, timestamp_request};

use crate::error::NotaryError;
use crate::service::{Services, strange};

/// Asks the authority at an address for a timestamp of a signature.
pub fn request_timestamp(services: &Services, url: &str, signature: &[u8]) -> Result<Vec<u8>, NotaryError> {
    let mut nonce = [0; 8];
    SystemRandom::new().fill(&mut nonce).map_err(|_| NotaryError::Randomness)?;
    let question = timestamp_request(signature, u64::from_be_bytes(nonce));
    let answer =
        services.post(url, "application/timestamp-query", "application/timestamp-reply", &question)?;
    claimed_time(&answer).map_err(|error| strange(url, error.to_string()))?;
    Ok(answer)
}
