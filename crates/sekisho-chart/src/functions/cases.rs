//! Upper and lower case, and names in the manners of programming languages.

use sekisho_go::characters::{
    is_digit, is_letter, is_lower, is_number, is_punctuation, is_title, is_upper, runes, to_lower, to_title,
    to_upper,
};

use super::arguments::text;
use super::function::{Family, Function};
use crate::value::{Text, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("upper", ONE, |_, args| Ok(changed(text(args, 0), |whole| mapped(whole, to_upper)))),
    Function::new("lower", ONE, |_, args| Ok(changed(text(args, 0), |whole| mapped(whole, to_lower)))),
    Function::new("title", ONE, |_, args| Ok(changed(text(args, 0), title))),
    Function::new("untitle", ONE, |_, args| Ok(changed(text(args, 0), untitle))),
    Function::new("swapcase", ONE, |_, args| Ok(changed(text(args, 0), swap))),
    Function::new("camelcase", ONE, |_, args| Ok(changed(text(args, 0), camel))),
    Function::new("snakecase", ONE, |_, args| Ok(changed(text(args, 0), |whole| joined_words(whole, '_')))),
    Function::new("kebabcase", ONE, |_, args| Ok(changed(text(args, 0), |whole| joined_words(whole, '-')))),
];

const ONE: &[Type] = &[Type::String];

/// What a function makes of a text; the text itself where that is the same.
fn changed(whole: &Text, change: fn(&[u8]) -> String) -> Value {
    let changed = change(whole.as_bytes());
    if changed.as_bytes() == whole.as_bytes() { whole.clone().into() } else { changed.into() }
}

fn mapped(whole: &[u8], map: fn(char) -> char) -> String {
    runes(whole).map(|rune| map(rune.character)).collect()
}

/// The first letter of each word in title case. Letters, digits and `_` make words; beyond ASCII, all but
/// white space does.
fn title(whole: &[u8]) -> String {
    let parts = |character: char| {
        if character.is_ascii() {
            !(character.is_ascii_alphanumeric() || character == '_')
        } else if is_letter(character) || is_digit(character) {
            false
        } else {
            character.is_whitespace()
        }
    };
    let mut previous = ' ';
    let titled = runes(whole).map(|rune| {
        let starts = parts(previous);
        previous = rune.character;
        if starts { to_title(rune.character) } else { rune.character }
    });
    titled.collect()
}

fn untitle(whole: &[u8]) -> String {
    let mut starts = true;
    let lowered = runes(whole).map(|rune| {
        let begins = std::mem::replace(&mut starts, rune.character.is_whitespace());
        if begins && !rune.character.is_whitespace() { to_lower(rune.character) } else { rune.character }
    });
    lowered.collect()
}

fn swap(whole: &[u8]) -> String {
    let mut starts = true;
    let swapped = runes(whole).map(|rune| {
        let character = rune.character;
        if is_upper(character) || is_title(character) {
            starts = false;
            to_lower(character)
        } else if is_lower(character) {
            if std::mem::replace(&mut starts, false) { to_title(character) } else { to_upper(character) }
        } else {
            starts = character.is_whitespace();
            character
        }
    });
    swapped.collect()
}

fn is_connector(character: char) -> bool {
    matches!(character, '-' | '_') || character.is_whitespace()
}

/// `some_words` as `SomeWords`. Connectors at the start stay; of several in a row, all but the last do.
fn camel(whole: &[u8]) -> String {
    let characters: Vec<char> = runes(whole).map(|rune| rune.character).collect();
    let Some(first) = characters.iter().position(|character| !is_connector(*character)) else {
        // Where there are connectors only, the last one is written once more.
        return characters.iter().chain(characters.last()).collect();
    };
    let (leading, words) = characters.split_at(first);
    let mut out: String = leading.iter().collect();
    // What is held is written when the next character shows that it stays.
    let mut held = words.first().copied().map_or(' ', to_upper);
    let mut word_is_upper = words.first().is_some_and(|first| is_upper(*first));
    for character in words.iter().skip(1).copied() {
        let mut next = character;
        if is_connector(character) && is_connector(held) {
            out.push(held);
        } else if is_connector(held) {
            word_is_upper = is_upper(character);
            next = to_upper(character);
        } else {
            if word_is_upper && is_upper(character) {
                next = to_lower(character);
            } else {
                word_is_upper = false;
            }
            out.push(held);
        }
        held = next;
    }
    out.push(held);
    out
}

/// What a piece of a name is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    /// Begins with an upper-case letter.
    Capital,
    /// Letters of lower case, or of scripts without case.
    Letters,
    Connector,
    Punctuation,
    Other,
}

/// A piece of a name.
struct Piece<'t> {
    kind: Kind,
    characters: &'t [char],
}

/// Whether this is a letter of a script that has words; Chinese characters stand for themselves.
fn makes_words(character: char) -> bool {
    let chinese =
        matches!(character, '\u{3400}'..='\u{4D85}' | '\u{4E00}'..='\u{9FCC}' | '\u{20000}'..='\u{2B81D}');
    is_letter(character) && !chinese
}

fn is_small(character: char) -> bool {
    makes_words(character) && !is_upper(character)
}

/// Cuts a name into pieces.
fn pieces(whole: &[char]) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = whole;
    while let Some(first) = rest.first().copied() {
        let while_all = |fits: fn(char) -> bool| {
            rest.iter().position(|character| !fits(*character)).unwrap_or(rest.len())
        };
        let (kind, length) = if is_connector(first) {
            (Kind::Connector, while_all(is_connector))
        } else if is_punctuation(first) {
            (Kind::Punctuation, while_all(is_punctuation))
        } else if is_upper(first) {
            let capitals = while_all(is_upper);
            let next_is_small = rest.get(capitals).is_some_and(|next| is_small(*next));
            (
                Kind::Capital,
                match capitals {
                    1 => 1 + rest.iter().skip(1).take_while(|next| is_small(**next)).count(),
                    // Of `HTTPStatus`, the `S` belongs to what follows.
                    _ if next_is_small => capitals - 1,
                    _ => capitals,
                },
            )
        } else if makes_words(first) {
            (Kind::Letters, while_all(is_small))
        } else if is_number(first) {
            (Kind::Number, while_all(is_number))
        } else {
            let other =
                |next| !(is_connector(next) || makes_words(next) || is_number(next) || is_punctuation(next));
            (Kind::Other, while_all(other))
        };
        let (characters, behind) = rest.split_at(length);
        pieces.push(Piece { kind, characters });
        rest = behind;
    }
    pieces
}

/// `SomeWords2go` as `some_words_2go`: the words of a name with a connector between each two.
///
/// A number begins a word together with the small letters and numbers behind it. Where none of those follow,
/// it ends the word before it.
fn joined_words(whole: &[u8], connector: char) -> String {
    let characters: Vec<char> = runes(whole).map(|rune| rune.character).collect();
    let pieces = pieces(&characters);
    let kind_at = |at: usize| pieces.get(at).map(|piece| piece.kind);
    let mut out = String::with_capacity(whole.len() + 8);
    let mut joins = false;
    let mut at = 0;
    while let Some(first) = pieces.get(at) {
        let stands_alone = matches!(first.kind, Kind::Connector | Kind::Punctuation);
        if std::mem::replace(&mut joins, !stands_alone) && !stands_alone {
            out.push(connector);
        }
        let mut end = at + 1;
        if first.kind == Kind::Number {
            while matches!(kind_at(end), Some(Kind::Letters | Kind::Number)) {
                end += 1;
            }
        } else if !stands_alone
            && kind_at(end) == Some(Kind::Number)
            && kind_at(end + 1) != Some(Kind::Letters)
        {
            end += 1;
        }
        for piece in pieces.get(at..end).unwrap_or_default() {
            let lowers = matches!(piece.kind, Kind::Capital | Kind::Connector);
            out.extend(piece.characters.iter().map(|character| match *character {
                character if lowers && is_connector(character) => connector,
                character if lowers && is_upper(character) => to_lower(character),
                character => character,
            }));
        }
        at = end;
    }
    out
}
