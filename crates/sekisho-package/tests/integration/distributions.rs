//! Packages of distributions, from the databases of their tools.

use sekisho_contents::{Contents, Package};

use crate::support::{Item, image, root, urls};

const DEBIAN: (&str, &[u8]) = ("etc/os-release", b"ID=debian\nVERSION_ID=\"12\"\n");
const ALPINE: (&str, &[u8]) = ("etc/os-release", b"ID=alpine\nVERSION_ID=3.20.1\n");

fn named<'c>(contents: &'c Contents, name: &str) -> &'c Package {
    contents.packages.iter().find(|package| package.url.name() == name).expect("a package of this name")
}

const STATUS: &[u8] = b"Package: bash
Status: install ok installed
Maintainer: Matthias Klose <doko@debian.org>
Architecture: amd64
Version: 5.2.15-2+b7
Source: bash (5.2.15-2)
Depends: base-files (>= 2.1.12), missing | debianutils (>= 5.6-0.1)
Pre-Depends: libc6:any (>= 2.36)
Description: GNU Bourne Again SHell
 A line: with a colon
 .
 Package: inside

Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9
Source: glibc

Package: awk-user
Status: install ok half-configured
Version: 1
Depends: awk
Architecture: all

Package: mawk
Status: hold ok installed
Version: 1.3.4
Provides: awk (= 1), other
Architecture: amd64

Package: gone
Status: deinstall ok config-files
Version: 1
Architecture: all
";

#[test]
fn dpkg_gives_packages_with_sources_releases_and_what_they_need() {
    let contents = root(&[DEBIAN, ("var/lib/dpkg/status", STATUS)]);
    assert_eq!(
        urls(&contents),
        [
            "pkg:deb/debian/awk-user@1?arch=all&distro=debian-12",
            "pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12",
            "pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12",
            "pkg:deb/debian/mawk@1.3.4?arch=amd64&distro=debian-12",
        ]
    );
    let bash = named(&contents, "bash");
    let source = bash.source.as_ref().expect("a source");
    assert_eq!((source.name.as_str(), source.version.as_deref()), ("bash", Some("5.2.15-2")));
    assert_eq!(bash.release.as_deref(), Some("12"));
    assert_eq!(bash.analyzer, "dpkg");
    let needs: Vec<_> = bash.dependencies.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["pkg:deb/debian/libc6@2.36-9?arch=amd64&distro=debian-12"]);
    assert_eq!(named(&contents, "libc6").source.as_ref().expect("a source").name, "glibc");
    let needs = &named(&contents, "awk-user").dependencies;
    assert!(needs.iter().any(|url| url.contains("mawk")), "{needs:?}");
}

#[test]
fn images_without_a_package_manager_keep_single_files() {
    let contents = root(&[
        DEBIAN,
        ("var/lib/dpkg/status.d/tzdata", b"Package: tzdata\nVersion: 2024a\nArchitecture: all\n"),
        (
            "var/lib/dpkg/status.d/tzdata.md5sums",
            b"d41d8cd98f00b204e9800998ecf8427e  usr/share/zoneinfo/UTC\n",
        ),
    ]);
    assert_eq!(urls(&contents), ["pkg:deb/debian/tzdata@2024a?arch=all&distro=debian-12"]);
}

#[test]
fn licences_come_from_the_files_beside_the_documentation() {
    let contents = root(&[
        DEBIAN,
        ("var/lib/dpkg/status", STATUS),
        (
            "usr/share/doc/bash/copyright",
            b"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: *\n\
              License: GPL-3+\n text\n\nFiles: x\nLicense: GPL-3+\n\nFiles: y\nLicense: Expat\n",
        ),
        ("usr/share/doc/mawk/copyright", b"see /usr/share/common-licenses/GPL-2.\n"),
    ]);
    let texts = |name: &str| -> Vec<String> {
        named(&contents, name).licenses.iter().map(|license| license.text().to_owned()).collect()
    };
    assert_eq!(texts("bash"), ["GPL-3.0-or-later", "MIT"]);
    assert_eq!(texts("mawk"), ["GPL-2.0-only"]);
    assert!(texts("libc6").is_empty());
}

#[test]
fn a_package_is_of_the_layer_that_brought_this_version_of_it() {
    let first: &[u8] = b"Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 1\n";
    let second: &[u8] = b"Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: install ok installed\nVersion: 2\n\nPackage: c\nStatus: install ok installed\nVersion: 1\n";
    let contents = image(&[
        &[("var/lib/dpkg/status", Item::File(first))],
        &[("other", Item::File(b""))],
        &[("var/lib/dpkg/status", Item::File(second))],
    ]);
    let layers: Vec<_> =
        contents.packages.iter().map(|package| (package.url.name(), package.places[0].layer)).collect();
    assert_eq!(layers, [("a", Some(0)), ("b", Some(2)), ("c", Some(2))]);
    let contents = image(&[
        &[("var/lib/dpkg/status", Item::File(first))],
        &[("var/lib/dpkg/.wh.status", Item::File(b""))],
        &[("var/lib/dpkg/status", Item::File(first))],
    ]);
    assert!(contents.packages.iter().all(|package| package.places[0].layer == Some(2)));
}

const INSTALLED: &[u8] = b"C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
P:musl
V:1.2.5-r0
A:x86_64
L:MIT
o:musl
m:Timo Teras <timo.teras@iki.fi>
p:so:libc.musl-x86_64.so.1=1
F:lib
R:ld-musl-x86_64.so.1
a:0:0:755

C:Q1
P:musl-utils
V:1.2.5-r0
A:x86_64
L:MIT AND BSD-2-Clause AND GPL-2.0-or-later
o:musl
D:scanelf so:libc.musl-x86_64.so.1 !other
F:usr/bin
R:ldd
";

#[test]
fn apk_gives_packages_with_origins() {
    let contents = root(&[ALPINE, ("lib/apk/db/installed", INSTALLED)]);
    assert_eq!(
        urls(&contents),
        [
            "pkg:apk/alpine/musl-utils@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1",
            "pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20.1",
        ]
    );
    let utils = named(&contents, "musl-utils");
    assert_eq!(utils.source.as_ref().expect("a source").name, "musl");
    assert_eq!(utils.licenses[0].text(), "MIT AND BSD-2-Clause AND GPL-2.0-or-later");
    assert_eq!(utils.dependencies.len(), 1);
    let hash = named(&contents, "musl").hashes.first().expect("a hash");
    assert_eq!(hash.value.len(), 40);
}

#[test]
fn pacman_gives_packages() {
    let contents = root(&[
        ("etc/os-release", b"ID=arch\n"),
        (
            "var/lib/pacman/local/gcc-libs-13.2.1-3/desc",
            b"%NAME%\ngcc-libs\n\n%VERSION%\n13.2.1-3\n\n%BASE%\ngcc\n\n%ARCH%\nx86_64\n\n%LICENSE%\nGPL3\nGPL-3.0-or-later\n\n%DEPENDS%\nglibc>=2.27\n",
        ),
        ("var/lib/pacman/local/glibc-2.39-1/desc", b"%NAME%\nglibc\n\n%VERSION%\n2.39-1\n"),
    ]);
    assert_eq!(
        urls(&contents),
        ["pkg:alpm/arch/gcc-libs@13.2.1-3?arch=x86_64&distro=arch", "pkg:alpm/arch/glibc@2.39-1?distro=arch"]
    );
    assert_eq!(named(&contents, "gcc-libs").source.as_ref().expect("a source").name, "gcc");
    assert_eq!(named(&contents, "gcc-libs").dependencies.len(), 1);
}

#[test]
fn portage_gives_packages_with_their_category() {
    let contents = root(&[
        ("etc/os-release", b"ID=gentoo\n"),
        ("var/db/pkg/x11-libs/gtk+-2.24.33-r3/CONTENTS", b"dir /usr\nobj /usr/lib/a b.so 0 1\n"),
        ("var/db/pkg/x11-libs/gtk+-2.24.33-r3/LICENSE", b"LGPL-2+\n"),
        ("var/db/pkg/media-fonts/font-bh-100dpi-1.0.3/CONTENTS", b""),
    ]);
    assert_eq!(
        urls(&contents),
        [
            "pkg:ebuild/gentoo/media-fonts%2Ffont-bh-100dpi@1.0.3?distro=gentoo",
            "pkg:ebuild/gentoo/x11-libs%2Fgtk%2B@2.24.33-r3?distro=gentoo",
        ]
    );
    assert_eq!(named(&contents, "x11-libs/gtk+").licenses[0].text(), "LGPL-2.0-or-later");
}

#[test]
fn opkg_gives_what_its_database_says_is_installed() {
    let contents = root(&[
        ("etc/os-release", b"ID=\"openwrt\"\nVERSION_ID=\"23.05.3\"\n"),
        (
            "usr/lib/opkg/status",
            b"Package: busybox\nVersion: 1.36.1-1\nStatus: install user installed\nArchitecture: x86_64\n",
        ),
        (
            "usr/lib/opkg/info/busybox.control",
            b"Package: busybox\nVersion: 1.36.1-1\nLicense: GPL-2.0\nArchitecture: x86_64\n",
        ),
        ("usr/lib/opkg/info/old.control", b"Package: old\nVersion: 1\nArchitecture: x86_64\n"),
    ]);
    assert_eq!(urls(&contents), ["pkg:opkg/openwrt/busybox@1.36.1-1?arch=x86_64&distro=openwrt-23.05.3"]);
    assert_eq!(contents.packages[0].licenses.len(), 1);
}

#[test]
fn manifests_of_chisel_name_what_slices_were_cut_from_and_who_owns_what() {
    let wall: &[u8] = b"{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":6}
{\"kind\":\"content\",\"slice\":\"java-app_jars\",\"path\":\"/usr/share/a.jar\"}
{\"kind\":\"package\",\"name\":\"java-app\",\"version\":\"1:2.0-1ubuntu1\",\"sha256\":\"AB12\",\"arch\":\"amd64\"}
{\"kind\":\"path\",\"path\":\"/usr/share/a.jar\",\"mode\":\"0644\",\"slices\":[\"java-app_jars\"]}
{\"kind\":\"slice\",\"name\":\"java-app_jars\"}
{\"kind\":\"later\",\"name\":7}
";
    // One block of zstd that is not compressed.
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0x60];
    packed.extend_from_slice(&u16::try_from(wall.len() - 256).unwrap().to_le_bytes());
    let header = u32::try_from(wall.len()).unwrap() << 3 | 1;
    packed.extend_from_slice(&header.to_le_bytes()[..3]);
    packed.extend_from_slice(wall);
    let jar =
        crate::java::jar(&[("META-INF/maven/g/a/pom.properties", b"groupId=g\nartifactId=a\nversion=1\n")]);
    let release: &[u8] = b"ID=ubuntu\nVERSION_ID=\"24.04\"\n";
    let chiseled = "pkg:deb/ubuntu/java-app@1:2.0-1ubuntu1?arch=amd64&distro=ubuntu-24.04";
    for bytes in [&packed[..], wall] {
        let contents = root(&[
            ("etc/os-release", release),
            ("var/lib/chisel/manifest.wall", bytes),
            ("usr/share/a.jar", &jar),
        ]);
        assert_eq!(urls(&contents), [chiseled, "pkg:maven/g/a@1"]);
        assert_eq!(named(&contents, "java-app").hashes.first().unwrap().value, "ab12");
        assert!(named(&contents, "a").is_owned());
    }
    for broken in [&packed[..packed.len() - 9], b"{}\n", b"\xff", b""] {
        let contents = root(&[("etc/os-release", release), ("var/lib/chisel/manifest.wall", broken)]);
        assert!(contents.packages.len() <= 1);
        assert!(!contents.unread.is_empty(), "{broken:?}");
    }
}

#[test]
fn damaged_databases_neither_stop_the_scan_nor_the_packages_before() {
    let long = format!("Package: long\nVersion: {}\n\nPackage: after\nVersion: 2\n", "1".repeat(1 << 20));
    let contents = root(&[DEBIAN, ("var/lib/dpkg/status", long.as_bytes())]);
    assert_eq!(contents.packages.len(), 2);
    let contents = root(&[DEBIAN, ("var/lib/dpkg/status", b"\xff\xfe\0\0: \n \n\t\n:\nPackage\nVersion:\n")]);
    assert!(contents.packages.is_empty());
}

#[test]
fn files_of_a_distribution_s_package_name_it_as_their_owner() {
    let jar =
        crate::java::jar(&[("META-INF/maven/g/a/pom.properties", b"groupId=g\nartifactId=a\nversion=1\n")]);
    let contents = image(&[
        &[
            ("etc/os-release", Item::File(DEBIAN.1)),
            ("lib", Item::Symlink("usr/lib")),
            ("var/lib/dpkg/status", Item::File(STATUS)),
            ("var/lib/dpkg/info/mawk.list", Item::File(b"/.\n/lib\n/lib/a.jar\n/usr/share/b.jar\n")),
            ("usr/lib/a.jar", Item::File(&jar)),
            ("usr/share/b.jar", Item::File(&jar)),
        ],
        &[("opt/a.jar", Item::File(&jar))],
    ]);
    let places = &named(&contents, "a").places;
    let owners: Vec<_> =
        places.iter().map(|place| (place.path.as_str(), place.layer, place.owner.as_deref())).collect();
    let mawk = Some("pkg:deb/debian/mawk@1.3.4?arch=amd64&distro=debian-12");
    let expected =
        [("usr/lib/a.jar", Some(0), mawk), ("usr/share/b.jar", Some(0), mawk), ("opt/a.jar", Some(1), None)];
    assert_eq!(owners, expected);
    assert!(!named(&contents, "a").is_owned());
}
