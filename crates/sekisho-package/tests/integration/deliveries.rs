//! Files that are as packages of the distribution brought them, by checksum or by layer.

use sekisho_package::{Checksums, Deliveries, Layer, digest_beginning};

use crate::support::{Item, layer};

const STATUS: &str = "var/lib/dpkg/status";
const KEYS: &[u8] = b"Package: keys\nStatus: install ok installed\nVersion: 1\nArchitecture: all\n";
/// MD5 of `test key` and of `another`, as a program of the distribution gives them.
const SUM: &str = "7d306215bbb25c0605c40096c41586a8";
const OTHER: &str = "b32d73e56ec99bc5ec8f83871cde708a";

fn sums(md5: &str) -> Checksums {
    Checksums { md5: digest_beginning(md5).expect("a digest"), sha1: 1, sha256: 2 }
}

fn brought(layers: &[Layer], path: &str, at: usize, sums: Option<Checksums>) -> Option<String> {
    let layers: Vec<&Layer> = layers.iter().collect();
    Deliveries::new(&layers).of(path, at, sums.as_ref()).map(Into::into)
}

/// A layer that installs the package, with its lists of files and of checksums.
fn installing(has_sums: bool) -> Layer {
    let list = b"/.\n/usr\n/usr/lib/a.pem\n/etc/b.pem\n/lib/c.pem\n";
    let checksums = format!("{SUM}  usr/lib/a.pem\n{SUM}  etc/b.pem\n{SUM}  lib/c.pem\n");
    let mut entries = vec![
        (STATUS, Item::File(KEYS)),
        ("var/lib/dpkg/info/keys.list", Item::File(list)),
        ("usr/lib/a.pem", Item::File(b"test key")),
        ("etc/b.pem", Item::File(b"test key")),
        ("usr/lib/c.pem", Item::File(b"test key")),
    ];
    if has_sums {
        entries.push(("var/lib/dpkg/info/keys:amd64.md5sums", Item::File(checksums.as_bytes())));
    }
    layer(&entries)
}

#[test]
fn a_file_with_the_checksum_of_its_package_is_delivered() {
    let layers = [installing(true)];
    let known = Some("keys".to_owned());
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(SUM))), known);
    assert_eq!(brought(&layers, "usr/lib/c.pem", 0, Some(sums(SUM))), known, "named by its older path");
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(OTHER))), None, "changed");
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, None), None, "too large to be compared");
    assert_eq!(brought(&layers, "etc/b.pem", 0, Some(sums(SUM))), None, "there to be changed");
    assert_eq!(brought(&layers, "usr/lib/d.pem", 0, Some(sums(SUM))), None, "owned by nobody");
    assert_eq!(brought(&layers, "usr/lib/a.pem", 7, Some(sums(SUM))), None, "no such layer");
}

#[test]
fn a_file_without_a_checksum_lies_in_the_layer_that_installed_its_package() {
    let changed = layer(&[("usr/lib/a.pem", Item::File(b"another"))]);
    let layers = [layer(&[("etc/hostname", Item::File(b"x"))]), installing(false), changed];
    assert_eq!(brought(&layers, "usr/lib/a.pem", 1, None).as_deref(), Some("keys"));
    assert_eq!(brought(&layers, "usr/lib/a.pem", 2, None), None, "of a later layer");
    assert_eq!(brought(&layers[1..2], "usr/lib/a.pem", 0, None), None, "one layer does not show it");
}

#[test]
fn what_was_installed_at_the_layer_counts_though_it_is_gone_later() {
    let changed = layer(&[("usr/lib/a.pem", Item::File(b"another"))]);
    let gone = layer(&[
        (STATUS, Item::File(b"")),
        ("var/lib/dpkg/info/.wh.keys.list", Item::File(b"")),
        ("var/lib/dpkg/info/.wh.keys:amd64.md5sums", Item::File(b"")),
        ("usr/lib/.wh.a.pem", Item::File(b"")),
    ]);
    let layers = [installing(true), changed, gone];
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(SUM))).as_deref(), Some("keys"));
    assert_eq!(brought(&layers, "usr/lib/a.pem", 1, Some(sums(OTHER))), None);
    assert_eq!(brought(&layers, "usr/lib/a.pem", 2, Some(sums(SUM))), None, "it is not installed any more");
}

#[test]
fn databases_of_other_distributions_have_checksums_too() {
    let apk = b"P:keys\nV:1\nF:usr/lib\nR:a.pem\nZ:Q1qvTGHdzF6KLavt4PO0gs2a6pQ00=\n";
    let layers = [layer(&[("lib/apk/db/installed", Item::File(apk))])];
    let sha1 = digest_beginning("aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d").expect("a digest");
    let right = Checksums { md5: 1, sha1, sha256: 2 };
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(right)).as_deref(), Some("keys"));
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(SUM))), None);

    let contents = format!("dir /usr\nobj /usr/lib/a.pem {SUM} 1700000000\n");
    let layers = [layer(&[("var/db/pkg/app-misc/keys-1/CONTENTS", Item::File(contents.as_bytes()))])];
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(SUM))).as_deref(), Some("app-misc/keys"));
    assert_eq!(brought(&layers, "usr/lib/a.pem", 0, Some(sums(OTHER))), None);
}
