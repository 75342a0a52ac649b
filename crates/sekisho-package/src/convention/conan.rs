//! Conan: references to packages.

use std::ops::Range;

use crate::listing::Listed;

/// `name/version@user/channel#revision%time`.
pub(crate) fn reference_of(text: &str, span: Range<u32>) -> Option<Listed> {
    let text = text.split('%').next()?;
    let (text, revision) = text.split_once('#').unwrap_or((text, ""));
    let (package, owner) = text.split_once('@').unwrap_or((text, ""));
    let (name, version) = package.trim().split_once('/')?;
    if version.contains(['[', '>', '<', '*']) || name.contains(' ') {
        return None;
    }
    let (user, channel) = owner.split_once('/').unwrap_or((owner, ""));
    let none = |text: &str| text.is_empty() || text == "_";
    let mut listed = Listed::new("conan", name, version, span).qualified("rrev", revision);
    if !none(user) {
        listed = listed.qualified("user", user);
        // A user makes a namespace of the URL only together with the channel.
        listed = listed.qualified("channel", if none(channel) { "" } else { channel });
    }
    Some(listed)
}
