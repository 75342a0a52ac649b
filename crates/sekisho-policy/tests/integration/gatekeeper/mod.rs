//! Gatekeeper's documents as policies.

mod expansion;
mod mutation;
