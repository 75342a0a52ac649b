//! Archives of every form, and broken ones.

use sekisho_oci::budget::Budget;
use sekisho_oci::tar::{EntryFault, TarKind, TarReader};

use crate::support::{Fields, Tape, entries, entries_within, header, message, sealed};

#[test]
fn regular_files_have_their_content_and_offset() {
    let tape = Tape::default().file("etc/passwd", b"root\n").file("empty", b"").file("big", &[7; 1500]);
    let bytes = tape.end();
    let all = entries(&bytes).unwrap();
    let names: Vec<_> = all.iter().map(|(entry, content)| (entry.path.as_str(), content.len())).collect();
    assert_eq!(names, [("etc/passwd", 5), ("empty", 0), ("big", 1500)]);
    assert_eq!(all[0].0.mode, 0o644);
    assert_eq!((all[0].0.user, all[0].0.group), (1000, 100));
    for (entry, content) in &all {
        let offset = usize::try_from(entry.offset.unwrap()).unwrap();
        assert_eq!(&bytes[offset..offset + content.len()], content.as_slice());
    }
}

#[test]
fn what_is_not_read_is_skipped() {
    let bytes = Tape::default().file("one", &[1; 700]).file("two", b"2").end();
    let mut reader = TarReader::new(bytes.as_slice(), Budget::default());
    assert_eq!(reader.next_entry().unwrap().unwrap().path, "one");
    assert_eq!(reader.next_entry().unwrap().unwrap().path, "two");
    assert_eq!(reader.next_entry().unwrap(), None);
    assert_eq!(reader.next_entry().unwrap(), None);
}

#[test]
fn kinds_are_told_apart() {
    let of = |kind: u8, link: &'static [u8]| {
        let bytes = Tape::default().entry(&Fields { kind, link, ..Fields::default() }, b"").end();
        entries(&bytes).unwrap().remove(0).0.kind
    };
    assert_eq!(of(b'0', b""), TarKind::File);
    assert_eq!(of(0, b""), TarKind::File);
    assert_eq!(of(b'7', b""), TarKind::File);
    assert_eq!(of(b'5', b""), TarKind::Directory);
    assert_eq!(of(b'2', b"/etc"), TarKind::Symlink("/etc".into()));
    assert_eq!(of(b'1', b"other"), TarKind::Hardlink("other".into()));
    for special in [b'3', b'4', b'6'] {
        assert_eq!(of(special, b""), TarKind::Special);
    }
    let old = Tape::default().entry(&Fields { kind: 0, name: b"folder/", ..Fields::default() }, b"").end();
    assert_eq!(entries(&old).unwrap()[0].0.kind, TarKind::Directory);
}

#[test]
fn links_have_no_content_whatever_their_size_says() {
    let fields = Fields { kind: b'1', link: b"a", size: 512, ..Fields::default() };
    let bytes = Tape::default().entry(&fields, b"").file("after", b"x").end();
    let all = entries(&bytes).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].1, b"x");
}

#[test]
fn names_are_long_in_every_way() {
    let long = "d/".repeat(100) + "name";
    let gnu = Fields { name: b"././@LongLink", kind: b'L', size: long.len() as u64 + 1, ..Fields::default() };
    let gnu_link = Fields { kind: b'K', ..Fields { ..gnu } };
    let mut content = long.clone().into_bytes();
    content.push(0);
    let symlink = Fields { kind: b'2', link: b"short", ..Fields::default() };
    let bytes = Tape::default().entry(&gnu, &content).entry(&gnu_link, &content).entry(&symlink, b"").end();
    let all = entries(&bytes).unwrap();
    assert_eq!(all[0].0.path, long);
    assert_eq!(all[0].0.kind, TarKind::Symlink(long.clone()));

    let pax = [("path", long.as_bytes()), ("linkpath", b"elsewhere"), ("uid", b"5000000000")];
    let bytes = Tape::default().records(&pax).entry(&symlink, b"").file("next", b"").end();
    let all = entries(&bytes).unwrap();
    assert_eq!(all[0].0.path, long);
    assert_eq!(all[0].0.kind, TarKind::Symlink("elsewhere".into()));
    assert_eq!(all[0].0.user, 5_000_000_000);
    assert_eq!(all[1].0.path, "next");

    let mut block = header(&Fields { name: b"name", ..Fields::default() });
    block[345..351].copy_from_slice(b"prefix");
    let all = entries(&Tape::default().block(&sealed(block)).end()).unwrap();
    assert_eq!(all[0].0.path, "prefix/name");
}

#[test]
fn global_headers_are_not_applied() {
    let bytes = Tape::default()
        .entry(&Fields { kind: b'g', size: 17, ..Fields::default() }, b"17 path=elsewher\n")
        .file("here", b"")
        .end();
    assert_eq!(entries(&bytes).unwrap()[0].0.path, "here");
}

#[test]
fn capabilities_of_the_kernel_are_seen() {
    let records: [(&str, &[u8]); 1] = [("SCHILY.xattr.security.capability", b"\x01\0\0\x02\0\0")];
    let bytes = Tape::default().records(&records).file("ping", b"").file("cat", b"").end();
    let all = entries(&bytes).unwrap();
    assert!(all[0].0.has_capabilities && !all[1].0.has_capabilities);
}

#[test]
fn sparse_files_have_their_holes() {
    let expected = [&[0; 10][..], b"abc", &[0; 7], b"de", &[0; 3]].concat();
    let numbers = ["10", "3", "20", "2"];
    let as_map = numbers.join(",");
    let first: Vec<(&str, &[u8])> =
        vec![("GNU.sparse.size", b"25"), ("GNU.sparse.map", as_map.as_bytes()), ("GNU.sparse.name", b"real")];
    let one = Tape::default().records(&first).file("odd/name", b"abcde").end();
    let second: Vec<(&str, &[u8])> = vec![
        ("GNU.sparse.size", b"25"),
        ("GNU.sparse.numblocks", b"2"),
        ("GNU.sparse.offset", b"10"),
        ("GNU.sparse.numbytes", b"3"),
        ("GNU.sparse.offset", b"20"),
        ("GNU.sparse.numbytes", b"2"),
        ("path", b"real"),
    ];
    let two = Tape::default().records(&second).file("odd/name", b"abcde").end();
    let third: Vec<(&str, &[u8])> = vec![
        ("GNU.sparse.major", b"1"),
        ("GNU.sparse.minor", b"0"),
        ("GNU.sparse.name", b"real"),
        ("GNU.sparse.realsize", b"25"),
    ];
    let mut content = b"2\n10\n3\n20\n2\n".to_vec();
    content.resize(512, 0);
    content.extend(b"abcde");
    let three = Tape::default().records(&third).file("odd/name", &content).end();
    let mut block =
        header(&Fields { name: b"real", kind: b'S', size: 5, magic: b"ustar  \0", ..Fields::default() });
    for (index, number) in [10_u64, 3, 20, 2].into_iter().enumerate() {
        block[386 + index * 12..][..12].copy_from_slice(format!("{number:011o}\0").as_bytes());
    }
    block[483..495].copy_from_slice(b"00000000031\0");
    let four = Tape::default().block(&sealed(block)).content(b"abcde").end();
    for bytes in [one, two, three, four] {
        let all = entries(&bytes).unwrap();
        assert_eq!((all[0].0.path.as_str(), all[0].0.size), ("real", 25));
        assert_eq!(all[0].1, expected);
        assert_eq!(all[0].0.offset, None);
    }
}

#[test]
fn lies_about_sparse_files_are_errors() {
    let of = |map: &str, size: &str, content: &[u8]| {
        let records = [("GNU.sparse.size", size.as_bytes()), ("GNU.sparse.map", map.as_bytes())];
        message(entries(&Tape::default().records(&records).file("f", content).end()))
    };
    assert!(of("0,5,3,5", "20", &[1; 10]).contains("overlaps"));
    assert!(of("0,5", "4", &[1; 5]).contains("does not fit"));
    assert!(of("0,6", "9", &[1; 5]).contains("does not fit"));
    assert!(of("0,9223372036854775807,9223372036854775807,9", "9223372036854775807", b"").contains("sparse"));
    assert!(of("0,-5", "9", b"").contains("sparse"));
}

#[test]
fn a_sparse_file_of_a_petabyte_costs_nothing() {
    let records: [(&str, &[u8]); 2] = [("GNU.sparse.size", b"1125899906842624"), ("GNU.sparse.map", b"0,3")];
    let bytes = Tape::default().records(&records).file("lastlog", b"abc").file("after", b"x").end();
    let all = entries(&bytes).unwrap();
    assert_eq!(all[0].0.size, 1 << 50);
    assert_eq!(all[0].0.fault, Some(EntryFault::Size { limit: 32 << 30 }));
    assert!(all[0].1.is_empty());
    assert_eq!(all[1].1, b"x");
    let said = all[0].0.fault.unwrap().to_string();
    assert_eq!(said, "it has more than 34359738368 bytes, the limit");
}

#[test]
fn sizes_that_lie_are_errors() {
    let records: [(&str, &[u8]); 1] = [("size", b"9223372036854775807")];
    let bytes = Tape::default().records(&records).file("f", b"abc").end();
    assert!(message(entries(&bytes)).contains("breaks off"));
    let fields = Fields { size: u64::MAX >> 1, ..Fields::default() };
    assert!(message(entries(&Tape::default().entry(&fields, b"abc").end())).contains("breaks off"));
    let below_zero = {
        let mut block = header(&Fields::default());
        block[124..136].fill(0xff);
        Tape::default().block(&sealed(block)).end()
    };
    assert!(message(entries(&below_zero)).contains("no size"));
}

#[test]
fn limits_are_named() {
    let many = (0..6).fold(Tape::default(), |tape, index| tape.file(&format!("f{index}"), b"")).end();
    let budget = Budget { entries: 5, ..Budget::default() };
    assert_eq!(message(entries_within(&many, budget)), "the archive has more than 5 entries, the limit");

    let huge = Fields { kind: b'x', size: 1 << 40, ..Fields::default() };
    let bytes = Tape::default().entry(&huge, b"").end();
    assert_eq!(message(entries(&bytes)), "an extended header has more than 1048576 bytes, the limit");
    let huge = Fields { kind: b'L', size: 1 << 40, ..Fields::default() };
    let bytes = Tape::default().entry(&huge, b"").end();
    assert_eq!(message(entries(&bytes)), "an extended header has more than 1048576 bytes, the limit");

    let name = "n".repeat(5_000);
    let bytes = Tape::default().records(&[("path", name.as_bytes())]).file("f", b"abc").file("g", b"").end();
    let all = entries(&bytes).unwrap();
    assert_eq!(all[0].0.fault, Some(EntryFault::Name { limit: 4_096 }));
    assert!(all[0].0.path.len() < 100 && all[0].1.is_empty());
    assert_eq!(all[1].0.path, "g");

    let map: Vec<String> = (0..100_000).map(|index| format!("{},0", index * 2)).collect();
    let map = map.join(",");
    let records = [("GNU.sparse.size", &b"1000000"[..]), ("GNU.sparse.map", map.as_bytes())];
    assert_eq!(entries(&Tape::default().records(&records).file("f", b"").end()).unwrap().len(), 1);
}

#[test]
fn broken_archives_say_where() {
    let good = Tape::default().file("one", &[1; 700]).file("two", b"2").end();
    let mut flipped = good.clone();
    flipped[1536] ^= 1;
    assert_eq!(
        message(entries(&flipped)),
        "the archive is broken at byte 2048: the checksum of a header does not fit"
    );
    for length in [1, 511, 513, 1100, 1300, 1535, 1900] {
        assert!(message(entries(&good[..length])).contains("breaks off"), "{length}");
    }
    // An archive may end at any header, and what stands behind the end is not looked at.
    for length in [0, 1536, 2560, 3072] {
        assert!(entries(&good[..length]).is_ok(), "{length}");
    }
    let mut followed = good.clone();
    followed.extend(Tape::default().file("hidden", b"").0);
    assert_eq!(entries(&followed).unwrap().len(), 2);
    let hole = Tape::default().file("one", b"").block(&[0; 512]).file("two", b"").end();
    assert!(message(entries(&hole)).contains("an empty block stands between entries"));
    assert!(message(entries(&[b'x'; 2048])).contains("checksum"));
}

#[test]
fn malformed_records_are_errors() {
    for records in [&b"99 path=x\n"[..], b"path=x\n", b"9 path=x\n ", b"8 path x\n", b"7 =abc\n"] {
        let fields = Fields { kind: b'x', size: records.len() as u64, ..Fields::default() };
        let bytes = Tape::default().entry(&fields, records).file("f", b"").end();
        assert!(message(entries(&bytes)).contains("malformed"), "{}", String::from_utf8_lossy(records));
    }
    let with_nul = Tape::default().records(&[("path", b"a\0b")]).file("f", b"").end();
    assert!(message(entries(&with_nul)).contains("malformed"));
}

#[test]
fn names_that_are_no_text_are_taken() {
    let fields = Fields { name: b"caf\xe9\x1b[31m", ..Fields::default() };
    let bytes = Tape::default().entry(&fields, b"").end();
    assert_eq!(entries(&bytes).unwrap()[0].0.path, "caf\u{fffd}\u{1b}[31m");
}

#[test]
fn what_the_common_writer_writes_is_read() {
    let mut builder = tar::Builder::new(Vec::new());
    let long = "very/long/".repeat(30) + "name";
    for (name, content) in [("a", &b"one"[..]), (&long, b"two"), ("ä/ö", b"three")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o4755);
        header.set_cksum();
        builder.append_data(&mut header, name, content).unwrap();
    }
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Symlink);
    header.set_size(0);
    builder.append_link(&mut header, "link", &long).unwrap();
    let all = entries(&builder.into_inner().unwrap()).unwrap();
    assert_eq!(all[1].0.path, long);
    assert_eq!(all[2].0.path, "ä/ö");
    assert_eq!(all[0].0.mode, 0o4755);
    assert_eq!(all[3].0.kind, TarKind::Symlink(long));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_fail_in_another_way(mut bytes: Vec<u8>, kind in 0_u8..128, seed: u8) {
        bytes.resize(bytes.len() + 512, seed);
        let mut block: [u8; 512] = bytes[..512].try_into().unwrap();
        block[156] = kind;
        bytes[..512].copy_from_slice(&sealed(block));
        let _ = entries_within(&bytes, Budget { file_bytes: 1 << 20, ..Budget::default() });
    }
}
