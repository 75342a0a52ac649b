//! What is installed beside the packages of distributions and languages: notes in programs, WordPress, snaps.

use sekisho_package::{Budget, LayerScan, merge};

use crate::support::{Item, root, scanned, urls};

/// A program of 64 bits with one section of this name.
fn program(name: &str, content: &[u8]) -> Vec<u8> {
    let names = [b"\0", name.as_bytes(), b"\0.names\0"].concat();
    let mut bytes = vec![0; 64];
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = 62;
    let content_at = bytes.len() as u64;
    bytes.extend_from_slice(content);
    let names_at = bytes.len() as u64;
    bytes.extend_from_slice(&names);
    let table = bytes.len() as u64;
    let mut section = |name: u32, at: u64, length: usize| {
        let mut entry = [0; 64];
        entry[..4].copy_from_slice(&name.to_le_bytes());
        entry[4] = 7;
        entry[24..32].copy_from_slice(&at.to_le_bytes());
        entry[32..40].copy_from_slice(&(length as u64).to_le_bytes());
        bytes.extend_from_slice(&entry);
    };
    section(1, content_at, content.len());
    section(u32::try_from(name.len() + 2).expect("a name"), names_at, names.len());
    bytes[40..48].copy_from_slice(&table.to_le_bytes());
    bytes[58] = 64;
    bytes[60] = 2;
    bytes[62] = 1;
    bytes
}

fn note(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).expect("a length");
    let head = [4_u32.to_le_bytes(), length.to_le_bytes(), 0xcafe_1a7e_u32.to_le_bytes()].concat();
    let mut bytes = [&head[..], b"FDO\0", text.as_bytes()].concat();
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

const RPM: &str = r#"{"type":"rpm","os":"fedora","osVersion":"40","name":"coreutils","version":"9.4-6.fc40","architecture":"x86_64"}"#;

fn of_programs(programs: &[(&str, &[u8])], files: &[(&str, &[u8])]) -> Vec<String> {
    let programs = programs.iter().map(|(path, bytes)| (*path, Item::Program(bytes)));
    let files = files.iter().map(|(path, bytes)| (*path, Item::File(bytes)));
    let entries: Vec<_> = programs.chain(files).collect();
    urls(&merge(&[&scanned(LayerScan::root(Budget::default()), &entries)]).contents)
}

#[test]
fn programs_say_what_package_they_are_of() {
    let coreutils = program(".note.package", &note(RPM));
    let other = program(".note.package", &note(r#"{"type":"ours","name":"tool","version":"1.2"}"#));
    assert_eq!(
        of_programs(&[("bin/ls", &coreutils), ("app/tool", &other)], &[]),
        ["pkg:generic/tool@1.2", "pkg:rpm/fedora/coreutils@9.4-6.fc40?arch=x86_64&distro=fedora-40"]
    );
    // Where a database knows the file, it says so already.
    let status = b"Package: coreutils\nStatus: install ok installed\nVersion: 9.1\nArchitecture: amd64\n";
    let files: [(&str, &[u8]); 2] =
        [("var/lib/dpkg/status", status), ("var/lib/dpkg/info/coreutils.list", b"/bin/ls\n")];
    let found = of_programs(&[("bin/ls", &coreutils)], &files);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("pkg:deb/"), "{found:?}");
}

#[test]
fn notes_that_lie_about_their_sizes_end() {
    for bytes in [&[0xff; 16][..], &note("{")[..], &[0; 12], b"", &note("[1]")] {
        assert!(of_programs(&[("bin/x", &program(".note.package", bytes))], &[]).is_empty());
    }
    let endless = note("").repeat(1_000);
    assert!(of_programs(&[("bin/x", &program(".note.package", &endless))], &[]).is_empty());
}

#[test]
fn wordpress_is_its_core_its_plugins_and_its_themes() {
    let core = b"<?php\n/** The version */\n$wp_version = '6.4.2';\n$wp_db_version = 1;\n";
    let plugin = b"<?php\n/*\nPlugin Name: Akismet: Anti Spam\nVersion: 5.3.1\nAuthor: x\n*/\n";
    let single = b"<?php\n/**\n * Plugin Name: Hello Dolly\n * Version: 1.7.2\n */\n";
    let theme = b"/*\nTheme Name: Twenty\nVersion: 1.0\n*/";
    let files: [(&str, &[u8]); 7] = [
        ("var/www/wp-includes/version.php", core),
        ("var/www/wp-content/plugins/akismet/akismet.php", plugin),
        ("var/www/wp-content/plugins/akismet/other.php", b"<?php // Version: 9\n"),
        ("var/www/wp-content/plugins/akismet/deep/x.php", plugin),
        ("var/www/wp-content/plugins/hello.php", single),
        ("var/www/wp-content/themes/twenty/style.css", theme),
        ("srv/app/version.php", core),
    ];
    assert_eq!(
        urls(&root(&files)),
        [
            "pkg:generic/wordpress@6.4.2",
            "pkg:wordpress-plugin/akismet@5.3.1",
            "pkg:wordpress-plugin/hello@1.7.2",
            "pkg:wordpress-theme/twenty@1.0",
        ]
    );
}

#[test]
fn snaps_say_who_they_are() {
    let text = b"name: hello\nversion: '2.10'\nlicense: GPL-3.0\nsummary: x\n";
    assert_eq!(urls(&root(&[("snap/hello/42/meta/snap.yaml", text)])), ["pkg:snap/hello@2.10"]);
    assert!(root(&[("snap/core/1/meta/snap.yaml", b"name: core\n")]).packages.is_empty());
}
