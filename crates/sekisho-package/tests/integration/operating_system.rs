//! The release of the operating system.

use crate::support::{Item, image, root};

const DEBIAN: &[u8] =
    b"PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME='Debian GNU/Linux'\nVERSION_ID=\"12\"\n\
    VERSION_CODENAME=bookworm\nID=debian\nID_LIKE=\n";

#[test]
fn quotes_and_empty_values_are_read_as_a_shell_would() {
    let distribution = root(&[("etc/os-release", DEBIAN)]).distribution.expect("a distribution");
    assert_eq!(distribution.id, "debian");
    assert_eq!(distribution.release.as_deref(), Some("12"));
    assert_eq!(distribution.codename.as_deref(), Some("bookworm"));
    assert_eq!(distribution.title.as_deref(), Some("Debian GNU/Linux 12 (bookworm)"));
    assert!(distribution.like.is_empty());
    assert_eq!(distribution.qualifier(), "debian-12");
}

#[test]
fn the_file_in_etc_and_the_upper_layer_hold() {
    let contents = image(&[
        &[("./usr/lib/os-release", Item::File(b"ID=below")), ("etc/os-release", Item::File(DEBIAN))],
        &[("usr/lib/os-release", Item::File(b"ID=above"))],
    ]);
    assert_eq!(contents.distribution.expect("a distribution").id, "debian");
    let contents = image(&[
        &[("usr/lib/os-release", Item::File(b"ID=below")), ("etc/os-release", Item::File(DEBIAN))],
        &[("usr/lib/os-release", Item::File(b"ID=above")), ("etc/.wh.os-release", Item::File(b""))],
    ]);
    assert_eq!(contents.distribution.expect("a distribution").id, "above");
}
