//! Bytes → text.

use sekisho_manifest::{LoadErrorKind, SourceId, decode};

use super::read;

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn utf_8_is_borrowed() {
    for text in ["", "a: é\n", "\u{feff}a: 1\n"] {
        assert!(
            matches!(decode(SourceId(1), text.as_bytes()), Ok(std::borrow::Cow::Borrowed(found)) if found == text)
        );
    }
}

#[test]
fn utf_16_needs_its_mark() {
    let text = "a: é 😀\n";
    let marked = format!("\u{feff}{text}");
    assert_eq!(decode(SourceId(1), &utf16(&marked, u16::to_le_bytes)).unwrap(), text);
    assert_eq!(decode(SourceId(1), &utf16(&marked, u16::to_be_bytes)).unwrap(), text);
    assert!(decode(SourceId(1), &utf16("é: 1\n", u16::to_le_bytes)).is_err());
    assert!(!read(&decode(SourceId(1), &utf16("a: 1\n", u16::to_le_bytes)).unwrap()).errors.is_empty());
}

#[test]
fn what_cannot_be_decoded_is_pointed_at() {
    let fault = |bytes: &[u8]| {
        let error = decode(SourceId(7), bytes).unwrap_err();
        assert!(matches!(error.kind, LoadErrorKind::Encoding(_)));
        assert_eq!(error.span.source, SourceId(7));
        (error.span.start, error.span.end)
    };
    assert_eq!(fault(b"a: \xFF\n"), (3, 4));
    assert_eq!(fault(b"a: \xC3"), (3, 4));
    assert_eq!(fault(b"a: \xED\xA0\x80\n"), (3, 4), "a surrogate");
    assert_eq!(fault(b"\xFF\xFEa\0\x00\xD8b\0"), (4, 6), "half of a pair");
    assert_eq!(fault(b"\xFF\xFEa"), (2, 3), "half a character");
}

#[test]
fn a_byte_order_mark_may_begin_any_document() {
    let loaded = read("\u{feff}a: 1\n---\n\u{feff}b: 2\n");
    assert_eq!(loaded.errors, []);
    assert_eq!(loaded.documents[0].root.entries()[0].key, "a");
    assert_eq!(loaded.documents[1].root.entries()[0].key, "b");
    assert_eq!(read("\u{feff}{\"a\": 1}").documents[0].root.entries()[0].key, "a");
}
