//! `gzip.compress`, `gzip.decompress`: texts to bytes and back.

use std::io::{Read, Write};

use flate2::bufread::MultiGzDecoder;
use flate2::{Compression, GzBuilder};
use sekisho_cel::{Call, Environment, Value};

use super::function::{Given, failed, globals, text, value};

/// How many bytes are read at once, and paid for.
const CHUNK: usize = 16 << 10;

pub(super) fn extend(environment: Environment) -> Environment {
    let environment = globals(environment, &["gzip.compress"], "dyn -> bytes", compress);
    globals(environment, &["gzip.decompress"], "bytes -> string", decompress)
}

fn compress(call: &mut Call<'_>) -> Given {
    let text = text(call, 0)?;
    call.work(text.len())?;
    call.memory(text.len())?;
    // Without a time, so that the same text gives the same bytes.
    let mut encoder = GzBuilder::new().write(Vec::new(), Compression::default());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    Ok(Value::Bytes(written.map_err(|error| failed(error.to_string()))?.into()))
}

fn decompress(call: &mut Call<'_>) -> Given {
    let Value::Bytes(bytes) = value(call, 0) else { return Err(failed("`gzip.decompress` takes bytes")) };
    let mut decoder = MultiGzDecoder::new(&*bytes);
    let mut text = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = decoder.read(&mut chunk).map_err(|error| failed(format!("gzip: {error}")))?;
        let Some(read) = chunk.get(..count).filter(|read| !read.is_empty()) else { break };
        call.work(count)?;
        call.memory(count)?;
        text.extend_from_slice(read);
    }
    Ok(Value::from(String::from_utf8_lossy(&text).into_owned()))
}
