//! Texts against each other of which the real program makes a part anew in every run: what all its runs agree
//! on must be ours too; what they do not must be of the same form, and the same wherever they have the same.

use std::collections::HashMap;

use super::der;

/// What random pieces of a rendering stand for: those of the real one's runs → ours.
#[derive(Default)]
pub(super) struct Masks(HashMap<Vec<String>, String>);

/// The marks around what PEM encodes.
const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

impl Masks {
    /// Compares our text with those of several runs; in error, what differs first.
    pub(super) fn compare(&mut self, ours: &str, theirs: &[&str]) -> Result<(), String> {
        let Some(first) = theirs.first() else { return Ok(()) };
        if theirs.iter().all(|text| text == first) {
            return if ours == *first { Ok(()) } else { Err(place(ours, first)) };
        }
        let ours = pieces(ours);
        let runs: Vec<_> = theirs.iter().map(|text| pieces(text)).collect();
        for (index, piece) in ours.iter().enumerate() {
            let there: Option<Vec<_>> = runs.iter().map(|run| run.get(index).copied()).collect();
            let Some(there) = there else {
                return Err(format!("`{}` where helm has nothing", piece.text()));
            };
            self.piece(*piece, &there)?;
        }
        let length = runs.iter().map(Vec::len).max().unwrap_or(0);
        if ours.len() == length { Ok(()) } else { Err("helm's text goes on".to_owned()) }
    }

    fn piece(&mut self, ours: Piece<'_>, theirs: &[Piece<'_>]) -> Result<(), String> {
        let texts: Vec<_> = theirs.iter().map(|piece| piece.text()).collect();
        let differs = || Err(format!("`{}` where helm has `{}`", ours.text(), texts.join("`, `")));
        let is_stable = texts.iter().all(|text| Some(text) == texts.first());
        if is_stable {
            return if Some(&ours.text()) == texts.first() { Ok(()) } else { differs() };
        }
        match ours {
            Piece::Plain(_) => differs(),
            Piece::Pem(block) => {
                let blocks: Option<Vec<_>> = theirs.iter().map(|piece| decoded_pem(piece.text())).collect();
                let (Some((label, bytes)), Some(blocks)) = (decoded_pem(block), blocks) else {
                    return differs();
                };
                if blocks.iter().any(|(other, _)| *other != label) {
                    return differs();
                }
                let theirs: Vec<_> = blocks.iter().map(|(_, bytes)| bytes.as_slice()).collect();
                der::compare(&bytes, &theirs).map_err(|miss| format!("{label}: {miss}"))
            }
            Piece::Word(word) => {
                let encoded = texts.iter().copied().chain([word]).map(decoded).collect::<Option<Vec<_>>>();
                if let Some(mut texts) = encoded
                    && let Some(ours) = texts.pop()
                    && have_one_structure(&texts)
                {
                    let theirs: Vec<_> = texts.iter().map(String::as_str).collect();
                    return self.compare(&ours, &theirs).map_err(|miss| format!("in base64: {miss}"));
                }
                if !texts.iter().any(|text| Form::of(text) >= Form::of(word)) {
                    return differs();
                }
                let lengths: Vec<_> = texts.iter().map(|text| text.len()).collect();
                let (least, most) = (lengths.iter().min(), lengths.iter().max());
                if least == most && Some(&word.len()) != most {
                    return differs();
                }
                let key = texts.iter().map(|text| (*text).to_owned()).collect();
                let known = self.0.entry(key).or_insert_with(|| word.to_owned());
                if known == word {
                    Ok(())
                } else {
                    Err(format!("`{word}` where `{known}` should come again"))
                }
            }
        }
    }
}

/// A piece of a text.
#[derive(Clone, Copy)]
enum Piece<'t> {
    /// What can be random: letters, digits and the signs that encodings have.
    Word(&'t str),
    /// A block of PEM.
    Pem(&'t str),
    /// Everything else.
    Plain(&'t str),
}

impl<'t> Piece<'t> {
    fn text(self) -> &'t str {
        match self {
            Self::Word(text) | Self::Pem(text) | Self::Plain(text) => text,
        }
    }
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '+' | '/' | '=' | '_' | '.' | '$')
}

fn pieces<'t>(text: &'t str) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (length, piece): (usize, fn(&'t str) -> Piece<'t>) = match pem_length(rest) {
            Some(length) => (length, Piece::Pem),
            None if rest.starts_with(is_of_word) => {
                (rest.find(|character| !is_of_word(character)).unwrap_or(rest.len()), Piece::Word)
            }
            None => {
                let end = rest.char_indices().skip(1).find(|(at, character)| {
                    is_of_word(*character) || rest.get(*at..).is_some_and(|rest| rest.starts_with(PEM_BEGIN))
                });
                (end.map_or(rest.len(), |(at, _)| at), Piece::Plain)
            }
        };
        let (one, other) = rest.split_at(length);
        pieces.push(piece(one));
        rest = other;
    }
    pieces
}

/// Whether texts differ in words alone: others are random from end to end.
fn have_one_structure(texts: &[String]) -> bool {
    let structure = |text| -> Vec<_> {
        let pieces = pieces(text).into_iter();
        pieces
            .map(|piece| if let Piece::Plain(text) = piece { Some(text.to_owned()) } else { None })
            .collect()
    };
    let mut structures = texts.iter().map(|text| structure(text));
    let first = structures.next();
    structures.all(|other| Some(other) == first)
}

/// The length of the block of PEM that a text begins with.
fn pem_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(PEM_BEGIN)?;
    let (label, _) = rest.split_once("-----")?;
    let end = format!("{PEM_END}{label}-----");
    Some(text.find(&end)? + end.len())
}

/// The label of a block of PEM, and its bytes.
fn decoded_pem(block: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = block.strip_prefix(PEM_BEGIN)?.split_once("-----")?;
    let (body, _) = rest.split_once(PEM_END)?;
    // In quotes the ends of lines are written out.
    let body: String =
        body.replace("\\n", "").chars().filter(|character| !character.is_whitespace()).collect();
    Some((label, base64(&body)?))
}

/// What a word stands for as base64, where that is a text that people can read.
fn decoded(word: &str) -> Option<String> {
    let text = String::from_utf8(base64(word)?).ok()?;
    let is_readable = |character: char| !character.is_control() || matches!(character, '\n' | '\r' | '\t');
    (word.len() >= 8 && text.chars().all(is_readable)).then_some(text)
}

/// The bytes of padded base64.
fn base64(text: &str) -> Option<Vec<u8>> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut held, mut bits) = (0_u32, 0);
    for letter in digits.bytes() {
        let digit = LETTERS.iter().position(|other| *other == letter)?;
        held = held << 6 | u32::try_from(digit).ok()?;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
        held &= (1 << bits) - 1;
    }
    Some(bytes)
}

/// What characters a random word is made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    Digits,
    Hexadecimal,
    Alphanumeric,
    Any,
}

impl Form {
    fn of(word: &str) -> Self {
        /// Shorter words may be hexadecimal by chance.
        const SURE: usize = 24;
        let all = |test: fn(&u8) -> bool| word.as_bytes().iter().all(test);
        if all(u8::is_ascii_digit) {
            Self::Digits
        } else if word.len() >= SURE && all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            Self::Hexadecimal
        } else if all(u8::is_ascii_alphanumeric) {
            Self::Alphanumeric
        } else {
            Self::Any
        }
    }
}

/// Where two texts part, with what stands there.
fn place(ours: &str, theirs: &str) -> String {
    let same = ours.chars().zip(theirs.chars()).take_while(|(one, other)| one == other).count();
    let shown = |text: &str| -> String { text.chars().skip(same.saturating_sub(60)).take(200).collect() };
    let line = ours.chars().take(same).filter(|character| *character == '\n').count() + 1;
    format!("line {line}: `{}` where helm has `{}`", shown(ours), shown(theirs))
}
