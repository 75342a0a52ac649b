//! Texts as they look when they are encoded, and as command lines write them.

use data_encoding::BASE64;

/// How characters become bytes before they are encoded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Wide {
    Little,
    Big,
    /// Little-endian with a mark in front.
    Marked,
}

/// What command lines take for a dash.
const DASHES: &[char] = &['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// No value becomes more than this many.
const MAX_FORMS: usize = 625;

pub(crate) fn bytes(text: &str, wide: Option<Wide>) -> Vec<u8> {
    let units = || text.encode_utf16();
    match wide {
        None => text.as_bytes().to_vec(),
        Some(Wide::Little) => units().flat_map(u16::to_le_bytes).collect(),
        Some(Wide::Big) => units().flat_map(u16::to_be_bytes).collect(),
        Some(Wide::Marked) => [0xFF, 0xFE].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect(),
    }
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// What bytes look like within something encoded, for each place at which they can begin: the characters that do
/// not depend on what stands around them.
pub(crate) fn base64_offsets(bytes: &[u8]) -> [String; 3] {
    [0, 1, 2].map(|shift| {
        let mut shifted = vec![b' '; shift];
        shifted.extend_from_slice(bytes);
        let encoded = BASE64.encode(&shifted);
        let start = [0, 2, 3].get(shift).copied().unwrap_or(0);
        let end = [0, 3, 2].get(shifted.len() % 3).copied().unwrap_or(0);
        encoded.get(start..encoded.len().saturating_sub(end)).unwrap_or_default().to_owned()
    })
}

/// The text with each `-` or `/` at the front of a word written as every other; none where there are too many.
pub(crate) fn dashed(text: &str) -> Option<Vec<String>> {
    let mut forms = vec![String::new()];
    let mut before: Option<char> = None;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let is_front =
            before.is_none_or(|before| !is_word(before)) && rest.peek().is_some_and(|next| is_word(*next));
        if matches!(character, '-' | '/') && is_front {
            if forms.len() * DASHES.len() > MAX_FORMS {
                return None;
            }
            forms = forms
                .iter()
                .flat_map(|form| DASHES.iter().map(move |dash| format!("{form}{dash}")))
                .collect();
        } else {
            for form in &mut forms {
                form.push(character);
            }
        }
        before = Some(character);
    }
    Some(forms)
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}
