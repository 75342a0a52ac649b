//! What programs carry of what they were built of.

use std::io::Write;

use sekisho_contents::{Contents, Scope};
use sekisho_package::{Budget, LayerScan, merge};

use crate::support::{Item, scanned, urls};

/// A program of 64 bits with these sections.
fn elf(sections: &[(&str, &[u8])]) -> Vec<u8> {
    let mut names = vec![0_u8];
    let mut bytes = vec![0_u8; 64];
    let mut table = vec![0_u8; 64];
    let mut enter = |names: &mut Vec<u8>, bytes: &mut Vec<u8>, name: &str, content: Option<&[u8]>| {
        let at = u32::try_from(names.len()).expect("small");
        names.extend(name.bytes().chain([0]));
        bytes.resize(bytes.len().next_multiple_of(16), 0);
        let offset = bytes.len() as u64;
        let content = content.map_or_else(|| names.clone(), <[u8]>::to_vec);
        bytes.extend(&content);
        let mut entry = vec![0_u8; 64];
        entry[..4].copy_from_slice(&at.to_le_bytes());
        entry[4] = 1;
        entry[24..32].copy_from_slice(&offset.to_le_bytes());
        entry[32..40].copy_from_slice(&(content.len() as u64).to_le_bytes());
        table.extend(entry);
    };
    for (name, content) in sections {
        enter(&mut names, &mut bytes, name, Some(content));
    }
    enter(&mut names, &mut bytes, ".shstrtab", None);
    let count = u16::try_from(table.len() / 64).expect("small");
    let at = bytes.len() as u64;
    bytes.extend(table);
    bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
    bytes[18] = 62;
    bytes[40..48].copy_from_slice(&at.to_le_bytes());
    bytes[58..60].copy_from_slice(&64_u16.to_le_bytes());
    bytes[60..62].copy_from_slice(&count.to_le_bytes());
    bytes[62..64].copy_from_slice(&(count - 1).to_le_bytes());
    bytes
}

fn build_information(version: &str, modules: &str) -> Vec<u8> {
    let mut bytes = b"\xff Go buildinf:\x08\x02".to_vec();
    bytes.resize(32, 0);
    let marked = [&[7_u8; 16][..], modules.as_bytes(), &[8; 16]].concat();
    for text in [version.as_bytes(), &marked] {
        let mut length = text.len();
        while length > 0x7f {
            bytes.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
            length >>= 7;
        }
        bytes.push(u8::try_from(length).expect("seven bits"));
        bytes.extend(text);
    }
    bytes
}

fn contents(program: &[u8]) -> Contents {
    merge(&[&scanned(LayerScan::root(Budget::default()), &[("usr/bin/p", Item::Program(program))])]).contents
}

const MODULES: &str = "path\texample.com/tool/cmd/tool\nmod\texample.com/tool\t(devel)\t\n\
    dep\tgolang.org/x/net\tv0.20.0\th1:aCL9BSgETF1k+blQaYUBx9hJ9LOGP3gAVemcZlf1Kpo=\n\
    dep\texample.com/old\tv1.0.0\n=>\texample.com/new\tv1.1.0\th1:x\n\
    dep\texample.com/local\tv1.0.0\n=>\t./local\t(devel)\n";

#[test]
fn go_programs_name_their_modules_and_the_standard_library() {
    let program = elf(&[
        (".text", b"x"),
        (".go.buildinfo", &build_information("go1.22.1 X:nocoverageredesign", MODULES)),
    ]);
    let contents = contents(&program);
    assert_eq!(
        urls(&contents),
        [
            "pkg:golang/example.com/local",
            "pkg:golang/example.com/new@v1.1.0",
            "pkg:golang/example.com/tool",
            "pkg:golang/golang.org/x/net@v0.20.0",
            "pkg:golang/stdlib@1.22.1",
        ]
    );
    let tool = contents.package("pkg:golang/example.com/tool").expect("the main module");
    assert_eq!((tool.direct, tool.dependencies.len()), (Some(true), 4));
    let net = contents.package("pkg:golang/golang.org/x/net@v0.20.0").expect("a module");
    assert_eq!(net.hashes.len(), 1);
}

#[test]
fn the_main_module_has_the_version_that_the_linker_was_told_or_that_of_its_commit() {
    for (settings, version) in [
        ("build\t-ldflags=\"-s -w -X main.version=1.2.3\"\n", "@v1.2.3"),
        ("build\t-ldflags=\"-X 'example.com/tool/internal.gitVersion=v2.0.0-rc1'\"\n", "@v2.0.0-rc1"),
        (
            "build\t-ldflags=\"-X other.org/x.version=9.9.9\"\nbuild\tvcs.revision=0123456789abcdef\nbuild\tvcs.time=2024-01-02T03:04:05Z\n",
            "@v0.0.0-20240102030405-0123456789ab",
        ),
        ("build\t-ldflags=\"-X main.version=dirty\"\n", ""),
    ] {
        let program =
            elf(&[(".go.buildinfo", &build_information("go1.22.1", &format!("{MODULES}{settings}")))]);
        let expected = format!("pkg:golang/example.com/tool{version}");
        assert!(urls(&contents(&program)).contains(&expected), "{expected}");
    }
}

#[test]
fn rust_programs_name_their_crates() {
    let list = br#"{"packages":[
        {"name":"app","version":"0.1.0","source":"local","kind":"runtime","dependencies":[1,2,99],"root":true},
        {"name":"serde","version":"1.0.200","source":"crates.io"},
        {"name":"cc","version":"1.0.90","source":"crates.io","kind":"build"}]}"#;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(list).expect("memory takes all");
    let section = encoder.finish().expect("memory takes all");
    let contents = contents(&elf(&[(".dep-v0", &section)]));
    assert_eq!(urls(&contents), ["pkg:cargo/app@0.1.0", "pkg:cargo/cc@1.0.90", "pkg:cargo/serde@1.0.200"]);
    assert_eq!(contents.packages[0].dependencies.len(), 2);
    assert_eq!(contents.packages[1].scope, Scope::Development);
}

#[test]
fn damaged_programs_do_not_stop_the_scan() {
    let whole =
        elf(&[(".go.buildinfo", &build_information("go1.22.1", MODULES)), (".dep-v0", b"x\x9cgarbage")]);
    for length in (0..whole.len()).step_by(7) {
        contents(&whole[..length]);
    }
    for at in 0..whole.len() {
        let mut broken = whole.clone();
        broken[at..].iter_mut().take(8).for_each(|byte| *byte = 0xff);
        contents(&broken);
    }
    for magic in [&b"MZ"[..], b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xcf", b"\xcf\xfa\xed\xfe", b"\0asm"] {
        for fill in [0_u8, 0xff, 0x41] {
            let mut bytes = vec![fill; 4096];
            bytes[..magic.len()].copy_from_slice(magic);
            contents(&bytes);
        }
    }
}

#[test]
fn a_list_of_crates_that_unpacks_without_end_is_named() {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![b' '; 9 << 20]).expect("memory takes all");
    let contents = contents(&elf(&[(".dep-v0", &encoder.finish().expect("memory takes all"))]));
    assert!(contents.unread[0].reason.contains("8388608 bytes"), "{:?}", contents.unread);
}

/// The bill of a native image, packed, behind its length.
fn packed_bill() -> Vec<u8> {
    let bill = br#"{"bomFormat":"CycloneDX","specVersion":"1.5","components":[
        {"type":"library","group":"io.netty","name":"netty-codec","version":"4.1.100.Final",
         "purl":"pkg:maven/io.netty/netty-codec@4.1.100.Final"}]}"#;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bill).expect("memory takes all");
    let packed = encoder.finish().expect("memory takes all");
    [&(packed.len() as u64).to_le_bytes()[..], &packed].concat()
}

/// Where the programs below are loaded.
const BASE: u64 = 0x10_0000;

/// A native image for Linux, whose symbols stand in this table with these names.
fn native_elf(table: &str, names: &str) -> Vec<u8> {
    let symbol = |name: u32, address: u64| {
        [&name.to_le_bytes()[..], &[0x11, 0, 1, 0], &address.to_le_bytes(), &[0; 8]].concat()
    };
    // The first section lies behind the head of 64 bytes.
    let symbols = [symbol(0, 0), symbol(8, BASE + 72), symbol(13, BASE + 64)].concat();
    let mut bytes = elf(&[
        (".data", &packed_bill()),
        (table, &symbols),
        (names, b"\0isolate\0sbom\0sbom_length\0"),
        (".svm_heap", b"x"),
    ]);
    // The text in front of each name is part of it no longer.
    let at = bytes.windows(8).position(|window| window == b"isolate\0").expect("the names");
    assert_eq!(&bytes[at + 8..at + 12], b"sbom");
    for (old, new) in [(8_u32, 9_u32), (13, 14)] {
        let entry = symbol(old, if old == 8 { BASE + 72 } else { BASE + 64 });
        let place = bytes.windows(24).position(|window| window == entry).expect("the symbol");
        bytes[place..place + 4].copy_from_slice(&new.to_le_bytes());
    }
    let (start, length) = (bytes.len() as u64, bytes.len() as u64);
    let header = [&1_u32.to_le_bytes()[..], &6_u32.to_le_bytes()].concat();
    bytes.extend(header);
    for word in [0, BASE, BASE, length, length, 4096] {
        bytes.extend(word.to_le_bytes());
    }
    bytes[32..40].copy_from_slice(&start.to_le_bytes());
    bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
    bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
    bytes
}

/// A native image for macOS.
fn native_macho() -> Vec<u8> {
    let data = packed_bill();
    let names = b"\0_sbom\0_sbom_length\0";
    let first: usize = 32 + 72 + 24;
    let symbols = first + data.len();
    let number = |value: usize| u32::try_from(value).expect("small").to_le_bytes();
    let mut bytes = [
        &0xfeed_facf_u32.to_le_bytes()[..],
        &0x0100_000c_u32.to_le_bytes(),
        &[0; 8],
        &number(2),
        &number(72 + 24),
        &[0; 8],
    ]
    .concat();
    bytes.extend([&number(0x19)[..], &number(72), b"__DATA\0\0\0\0\0\0\0\0\0\0"].concat());
    for word in [BASE, data.len() as u64, first as u64, data.len() as u64] {
        bytes.extend(word.to_le_bytes());
    }
    bytes.extend([number(3), number(3), number(0), number(0)].concat());
    bytes.extend(
        [number(2), number(24), number(symbols), number(2), number(symbols + 32), number(names.len())]
            .concat(),
    );
    bytes.extend(&data);
    for (name, address) in [(1, BASE + 8), (7, BASE)] {
        bytes.extend([&number(name)[..], &[0xf, 2, 0, 0], &address.to_le_bytes()].concat());
    }
    bytes.extend(names);
    bytes
}

/// A native image for Windows, of which one section holds all.
fn native_pe() -> Vec<u8> {
    let number = |value: usize| u32::try_from(value).expect("small").to_le_bytes();
    let mut bytes = vec![0_u8; 0x200];
    bytes[..2].copy_from_slice(b"MZ");
    bytes[0x3c..0x40].copy_from_slice(&number(0x40));
    bytes[0x40..0x48].copy_from_slice(b"PE\0\0\x64\x86\x01\0");
    bytes[0x54..0x56].copy_from_slice(&240_u16.to_le_bytes());
    bytes[0x58..0x5a].copy_from_slice(&0x20b_u16.to_le_bytes());
    bytes[0x58 + 24..0x58 + 32].copy_from_slice(&BASE.to_le_bytes());
    bytes[0x58 + 112..0x58 + 116].copy_from_slice(&number(0x1000));
    // The directory, then addresses, names, ordinals and texts.
    let mut section = vec![0_u8; 24];
    section.extend([number(2), number(0x1028), number(0x1030), number(0x1038)].concat());
    section.extend([number(0x1060), number(0x1068)].concat());
    section.extend([number(0x103c), number(0x1041)].concat());
    section.extend([1_u16.to_le_bytes(), 0_u16.to_le_bytes()].concat());
    section.extend(b"sbom\0sbom_length\0");
    section.resize(0x60, 0);
    section.extend(packed_bill());
    let at = 0x58 + 240;
    bytes[at..at + 5].copy_from_slice(b".data");
    for (place, value) in [(12, 0x1000), (16, section.len()), (20, 0x200), (36, 0xc000_0040)] {
        bytes[at + place..at + place + 4].copy_from_slice(&number(value));
    }
    bytes.extend(section);
    bytes
}

#[test]
fn native_images_name_their_artifacts() {
    for program in
        [native_elf(".dynsym", ".dynstr"), native_elf(".symtab", ".strtab"), native_macho(), native_pe()]
    {
        let contents = contents(&program);
        assert_eq!(
            urls(&contents),
            ["pkg:maven/io.netty/netty-codec@4.1.100.Final"],
            "{:?}",
            contents.unread
        );
        assert_eq!(contents.packages[0].places[0].path, "usr/bin/p");
    }
}

#[test]
fn native_images_that_are_damaged_do_not_stop_the_scan() {
    for whole in [native_elf(".dynsym", ".dynstr"), native_macho(), native_pe()] {
        for length in (0..whole.len()).step_by(11) {
            contents(&whole[..length]);
        }
        for at in 0..whole.len() {
            for fill in [0x00, 0x7f, 0xff] {
                let mut broken = whole.clone();
                broken[at..].iter_mut().take(4).for_each(|byte| *byte = fill);
                contents(&broken);
            }
        }
    }
}
