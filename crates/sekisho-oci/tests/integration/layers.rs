//! Layers: packing, digests, bombs.

use std::io::Read;

use sekisho_oci::budget::Budget;
use sekisho_oci::digest::Digest;
use sekisho_oci::error::ArchiveError;
use sekisho_oci::layer::{Expected, LayerReader, Summary, read_document};
use sekisho_oci::media_type::Compression;

use crate::support::{Tape, gzip, message, zstd};

fn read(bytes: &[u8], expected: Expected, budget: Budget) -> Result<(Vec<String>, Summary), ArchiveError> {
    let mut layer = LayerReader::new(bytes, expected, budget)?;
    let mut names = Vec::new();
    while let Some(entry) = layer.next_entry()? {
        let mut content = String::new();
        layer.read_to_string(&mut content)?;
        names.push(format!("{}={content}", entry.path));
    }
    Ok((names, layer.finish()?))
}

fn plain() -> Vec<u8> {
    Tape::default().file("a", b"one").file("b", b"two").end()
}

fn known(packed: &[u8], unpacked: &[u8]) -> Expected {
    Expected {
        digest: Some(Digest::of(packed)),
        size: Some(packed.len() as u64),
        diff_id: Some(Digest::of(unpacked)),
    }
}

#[test]
fn every_packing_gives_the_same() {
    let plain = plain();
    // As estargz and zstd:chunked have it: in pieces, with frames that are no content.
    let in_pieces = [gzip(&plain[..700]), gzip(&plain[700..]), gzip(b"")].concat();
    let skippable = [&[0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc"].concat();
    let chunked = [skippable.clone(), zstd(&plain[..700]), zstd(&plain[700..]), skippable].concat();
    let forms = [
        (plain.clone(), Compression::None),
        (gzip(&plain), Compression::Gzip),
        (in_pieces, Compression::Gzip),
        (zstd(&plain), Compression::Zstd),
        (chunked, Compression::Zstd),
    ];
    for (bytes, compression) in forms {
        let (names, summary) = read(&bytes, known(&bytes, &plain), Budget::default()).unwrap();
        assert_eq!(names, ["a=one", "b=two"]);
        assert_eq!(summary.compression, compression);
        assert_eq!((summary.packed, summary.unpacked), (bytes.len() as u64, plain.len() as u64));
        assert_eq!(summary.entries, 2);
    }
}

#[test]
fn wrong_digests_and_sizes_are_errors() {
    let (plain, other) = (plain(), Digest::of(b"other"));
    for bytes in [plain.clone(), gzip(&plain), zstd(&plain)] {
        let good = known(&bytes, &plain);
        let of = |expected| message(read(&bytes, expected, Budget::default()));
        let said = of(Expected { digest: Some(other.clone()), ..good.clone() });
        assert_eq!(
            said,
            format!("the bytes have the digest {}, and the manifest says {other}", Digest::of(&bytes))
        );
        let said = of(Expected { diff_id: Some(other.clone()), ..good.clone() });
        assert!(said.starts_with("the unpacked bytes have the digest"), "{said}");
        let said = of(Expected { diff_id: Some(other.clone()), digest: None, ..good.clone() });
        assert!(said.ends_with(&format!("and the configuration says {other}")), "{said}");
        let size = bytes.len() as u64;
        let said = of(Expected { size: Some(size + 1), ..good.clone() });
        assert_eq!(said, format!("there are {size} bytes, and the manifest says {}", size + 1));
        assert!(of(Expected { size: Some(size - 1), ..good }).contains("the manifest says"));
    }
    // Digests of other algorithms are proved as well.
    let wrong = format!("sha512:{}", "0".repeat(128)).parse().unwrap();
    let said =
        message(read(&plain, Expected { digest: Some(wrong), ..Expected::default() }, Budget::default()));
    assert!(said.contains("the bytes have the digest sha512:"), "{said}");
}

#[test]
fn bombs_end_at_the_limit_that_they_pass() {
    let zeros = vec![0_u8; 8 << 20];
    let tape = Tape::default().file("zeros", &zeros).end();
    for bytes in [gzip(&tape), zstd(&tape)] {
        let budget = Budget { bytes: 1 << 20, ..Budget::default() };
        let said = message(read(&bytes, Expected::default(), budget));
        assert_eq!(said, "the archive has more than 1048576 bytes when unpacked, the limit");
        let budget = Budget { free_bytes: 1 << 20, ratio: 100, ..Budget::default() };
        let said = message(read(&bytes, Expected::default(), budget));
        assert_eq!(said, "the archive unpacks to more than 100 times its size, the limit");
        assert!(read(&bytes, Expected::default(), Budget::default()).is_ok());
    }
    // Also where it is not read, but passed over.
    let budget = Budget { free_bytes: 1 << 20, ratio: 100, ..Budget::default() };
    let packed = gzip(&tape);
    let mut layer = LayerReader::new(packed.as_slice(), Expected::default(), budget).unwrap();
    layer.next_entry().unwrap();
    assert!(message(layer.next_entry()).contains("100 times"));
    // And behind the end of the archive.
    let behind = gzip(&[Tape::default().end(), zeros].concat());
    assert!(message(read(&behind, Expected::default(), budget)).contains("100 times"));
}

#[test]
fn packing_in_packing_is_refused() {
    let twice = gzip(&gzip(&plain()));
    let said = message(read(&twice, Expected::default(), Budget::default()));
    assert_eq!(said, "the archive is packed more than 1 times, the limit");
    assert!(
        message(read(&zstd(&gzip(&plain())), Expected::default(), Budget::default())).contains("more than 1")
    );
}

#[test]
fn broken_packing_says_which() {
    for (bytes, name) in [(gzip(&plain()), "gzip"), (zstd(&plain()), "zstd")] {
        for length in [bytes.len() / 2, bytes.len() - 1] {
            let said = message(read(&bytes[..length], Expected::default(), Budget::default()));
            assert!(said.contains(&format!("the {name} is broken")), "{said}");
        }
    }
    for (bytes, name) in
        [(&b"BZh91AY&SY"[..], "bzip2"), (b"\xfd7zXZ\0\0\0", "xz"), (b"PK\x03\x04\0\0", "zip")]
    {
        let said = message(read(bytes, Expected::default(), Budget::default()));
        assert_eq!(said, format!("the archive is packed by {name}, which images are not"));
    }
    // A window of terabytes is refused before memory is taken for it.
    let greedy = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 0, 0, 0, 0, 0, 0];
    assert!(message(read(&greedy, Expected::default(), Budget::default())).contains("zstd is broken"));
}

#[test]
fn an_empty_layer_is_one() {
    let empty = Tape::default().end();
    let (names, _) = read(&gzip(&empty), Expected::default(), Budget::default()).unwrap();
    assert!(names.is_empty());
    assert!(read(b"", Expected::default(), Budget::default()).is_ok());
}

#[test]
fn an_endless_stream_ends() {
    let endless = std::io::BufReader::new(std::io::repeat(b'x'));
    let expected = Expected { size: Some(1000), ..Expected::default() };
    let mut layer = LayerReader::new(endless, expected, Budget::default()).unwrap();
    assert!(layer.next_entry().is_err());
    let expected = Expected { size: Some(1000), ..Expected::default() };
    let endless = std::io::BufReader::new(std::io::repeat(0));
    let mut layer = LayerReader::new(endless, expected, Budget::default()).unwrap();
    assert_eq!(
        message(layer.next_entry().and_then(|_| layer.finish())).split(',').next_back(),
        Some(" and the manifest says 1000")
    );
}

#[test]
fn documents_are_proved() {
    let bytes = b"{}";
    let expected = Expected { digest: Some(Digest::of(bytes)), size: Some(2), diff_id: None };
    assert_eq!(read_document(&bytes[..], &expected, 10).unwrap(), bytes);
    assert!(message(read_document(&b"[]"[..], &expected, 10)).contains("digest"));
    assert!(message(read_document(&b"{} "[..], &expected, 10)).contains("there are 3 bytes"));
    assert!(message(read_document(std::io::repeat(b' '), &expected, 10)).contains("more than 10 bytes"));
}

/// A frame of zstd that holds bytes as they are, and says that it looks back two to this power of bytes.
fn looking_back(power: u8, bytes: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, (power - 10) << 3];
    let mut rest = bytes.chunks(100_000).peekable();
    while let Some(block) = rest.next() {
        let header = (u32::try_from(block.len()).unwrap() << 3) | u32::from(rest.peek().is_none());
        frame.extend(&header.to_le_bytes()[..3]);
        frame.extend(block);
    }
    frame
}

#[test]
fn streams_that_look_far_back_are_read_one_at_a_time() {
    let plain = plain();
    let far = looking_back(26, &plain);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let (names, _) = read(&far, known(&far, &plain), Budget::default()).unwrap();
                assert_eq!(names, ["a=one", "b=two"]);
            });
        }
    });
    // Several frames of one stream wait for nobody, and the turn is given back where reading ends early.
    let frames = [
        looking_back(26, &plain[..700]),
        looking_back(20, &plain[700..900]),
        looking_back(25, &plain[900..]),
    ];
    let frames = frames.concat();
    for _ in 0..2 {
        assert!(read(&frames[..frames.len() / 2], Expected::default(), Budget::default()).is_err());
        read(&frames, known(&frames, &plain), Budget::default()).unwrap();
    }
    let near = Budget { window_bytes: 8 << 20, ..Budget::default() };
    read(&looking_back(23, &plain), Expected::default(), near).unwrap();
    for (bytes, budget) in [(far, near), (looking_back(27, &plain), Budget::default())] {
        assert!(read(&bytes, Expected::default(), budget).is_err());
    }
}
