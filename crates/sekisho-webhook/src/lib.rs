//! Admission webhooks: what the API server asks is answered by a set of policies.
//!
//! [`Policies`] holds the set that counts, and takes the next one at one stroke. [`Facts`](facts::FactSource) are
//! what policies look at beside the request. [`Server`] listens: TLS with a certificate of [`tls`], one path a
//! failure class, limits on everything that a caller can send, and a port of its own for health and metrics.
//!
//! [`audit`] is the other thing that an API server sends: lists of audit events.
//!
//! What a review is and what an answer looks like is in [`review`] and [`answer`], which are pure.

pub mod answer;
pub mod audit;
mod body;
mod call;
mod connection;
mod endpoint;
mod evaluation;
pub mod facts;
mod glass;
mod images;
mod json;
mod lapses;
mod limits;
mod log;
mod metrics;
mod policies;
mod protocol;
pub mod review;
mod rights;
mod server;
mod status;
pub mod tls;
mod trace;

pub use call::Call;
pub use endpoint::{Action, Endpoint};
pub use evaluation::Admission;
pub use glass::{Glass, LiveGlass, Unbreakable};
pub use images::{ImageLimits, Images, Registries};
pub use lapses::{Lapses, LiveLapses};
pub use limits::Limits;
pub use log::{Level, Log};
pub use metrics::Metrics;
pub use policies::{Policies, Revision, Standing};
pub use server::{Addresses, Handle, Running, ServeError, Server, on_end};
pub use trace::Tracer;
