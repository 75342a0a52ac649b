//! Databases of rpm in their three forms. The fixtures hold the same packages, on pages of 512 bytes, so that rows
//! and values lie on several.

use sekisho_contents::Contents;

use crate::support::{root, urls};

const RELEASE: (&str, &[u8]) = ("etc/os-release", b"ID=\"rhel\"\nVERSION_ID=\"9.4\"\n");
const FORMS: [(&str, &[u8]); 3] = [
    ("var/lib/rpm/Packages", include_bytes!("../fixtures/rpm/Packages")),
    ("usr/lib/sysimage/rpm/Packages.db", include_bytes!("../fixtures/rpm/Packages.db")),
    ("var/lib/rpm/rpmdb.sqlite", include_bytes!("../fixtures/rpm/rpmdb.sqlite")),
];

fn named<'c>(contents: &'c Contents, name: &str) -> &'c sekisho_contents::Package {
    contents.packages.iter().find(|package| package.url.name() == name).expect("a package of this name")
}

#[test]
fn all_three_forms_give_the_same_packages() {
    for form in FORMS {
        let contents = root(&[RELEASE, form]);
        assert!(contents.unread.is_empty(), "{}: {:?}", form.0, contents.unread);
        assert_eq!(contents.packages.len(), 27, "{}", form.0);
        let bash = named(&contents, "bash");
        assert_eq!(bash.url.to_string(), "pkg:rpm/redhat/bash@5.1.8-9.el9?arch=x86_64&distro=rhel-9.4");
        assert_eq!(bash.licenses[0].text(), "GPL-3.0-or-later");
        let source = bash.source.as_ref().expect("a source");
        assert_eq!((source.name.as_str(), source.version.as_deref()), ("bash", Some("5.1.8-9.el9")));
        let needs: Vec<_> = bash.dependencies.iter().collect();
        assert_eq!(needs, ["pkg:rpm/redhat/glibc@2.34-100.el9?arch=x86_64&distro=rhel-9.4"]);
        let vim = named(&contents, "vim").url.to_string();
        assert_eq!(vim, "pkg:rpm/redhat/vim@8.2-20.el9?arch=x86_64&distro=rhel-9.4&epoch=2&rpmmod=vim:8:1:2");
    }
}

#[test]
fn damaged_databases_are_said_to_be_unread() {
    for (path, bytes) in FORMS {
        for length in [0, 1, 31, 64, 100, 511, 512, 4096, 5000, bytes.len() / 2, bytes.len() - 1] {
            let Some(cut) = bytes.get(..length) else { continue };
            let contents = root(&[RELEASE, (path, cut)]);
            assert!(contents.packages.len() <= 27);
        }
        // Every number in turn becomes as large as it can be.
        for at in (0..bytes.len()).step_by(97) {
            let mut broken = bytes.to_vec();
            broken[at..].iter_mut().take(4).for_each(|byte| *byte = 0xff);
            root(&[RELEASE, (path, &broken)]);
        }
        let garbage = root(&[RELEASE, (path, &[7; 9000])]);
        assert_eq!(garbage.unread.len(), 1, "{path}");
    }
}

#[test]
fn a_log_that_is_not_read_is_named() {
    let contents = root(&[RELEASE, FORMS[2], ("var/lib/rpm/rpmdb.sqlite-wal", b"7\x7f\x06\x82")]);
    assert_eq!(contents.unread.len(), 1);
    let contents = root(&[RELEASE, FORMS[2], ("var/lib/rpm/rpmdb.sqlite-wal", b"")]);
    assert!(contents.unread.is_empty());
}

#[test]
fn images_of_azure_linux_without_a_package_manager_keep_a_manifest() {
    let line = b"openssl-libs\t3.3.0-2.azl3\t1\t2\tMicrosoft Corporation\t(none)\t3\tx86_64\t0\topenssl-3.3.0-2.azl3.src.rpm\n";
    let contents = root(&[
        ("etc/os-release", b"ID=azurelinux\nVERSION_ID=\"3.0\"\n"),
        ("var/lib/rpmmanifest/container-manifest-2", line),
    ]);
    let expected = "pkg:rpm/azurelinux/openssl-libs@3.3.0-2.azl3?arch=x86_64&distro=azurelinux-3.0";
    assert_eq!(urls(&contents), [expected]);
    assert_eq!(contents.packages[0].source.as_ref().expect("a source").name, "openssl");
}
