//! X.509 certificates and requests for them, as the maps that Go makes of them.

mod decode;
mod der;
mod extensions;
mod names;
mod values;

pub(crate) use self::decode::decode;
