//! `sha1`, `sha256`, `md5`: digests of texts in hexadecimal digits.

use data_encoding::HEXLOWER;
use md5::Md5;
use sekisho_cel::{Call, Environment, Value};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::function::{Given, globals, text};

pub(super) fn extend(environment: Environment) -> Environment {
    let signature = "string -> string";
    let environment = globals(environment, &["sha1", "hash.sha1"], signature, digest::<Sha1>);
    let environment = globals(environment, &["sha256", "hash.sha256"], signature, digest::<Sha256>);
    globals(environment, &["md5", "hash.md5"], signature, digest::<Md5>)
}

fn digest<D: Digest>(call: &mut Call<'_>) -> Given {
    let text = text(call, 0)?;
    call.work(text.len())?;
    Ok(Value::from(HEXLOWER.encode(&D::digest(text.as_bytes()))))
}
