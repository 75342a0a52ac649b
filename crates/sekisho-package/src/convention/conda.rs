//! conda: packages with their builds and channels.

use std::ops::Range;

use crate::listing::Listed;

/// A package of conda. A channel may be an address, of which the last part that is no platform names it.
pub(crate) fn conda(
    name: &str,
    version: &str,
    build: &str,
    channel: &str,
    subdir: &str,
    span: Range<u32>,
) -> Listed {
    let channel = channel.trim_end_matches('/');
    let channel = channel.strip_suffix(subdir).unwrap_or(channel).trim_end_matches('/');
    let channel = match channel.split_once("://") {
        Some((_, path)) => path.split_once('/').map_or(path, |(_, path)| path),
        None => channel,
    };
    Listed::new("conda", name, version, span)
        .qualified("build", build)
        .qualified("channel", channel)
        .qualified("subdir", subdir)
}
