//! Maven's `ComparableVersion`: lists within lists of numbers, words, and words with a number.
//!
//! A list stands only at the end of the list that holds it, so a version is one row of items in which a mark says
//! where the next list begins. The order has circles (`1.sp < 1-alpha < 1 < 1.sp`), so it is no order of bytes.

use std::cmp::Ordering;

use crate::key::{Key, Reader, compare_digits, is_number};

const END: u8 = 0;
const LIST: u8 = 1;
const NUMBER: u8 = 2;
const WORD: u8 = 3;
const COMBINATION: u8 = 4;

/// Words in their order; others follow, among themselves by their letters.
const WORDS: [&str; 5] = ["alpha", "beta", "milestone", "rc", "snapshot"];
const RELEASE: u8 = 5;
const SERVICE_PACK: u8 = 6;
const OTHER: u8 = 7;

/// An item of a list.
#[derive(Debug, PartialEq)]
enum Item<'t> {
    /// Its digits without leading zeros.
    Number(&'t str),
    Word(&'t str),
    /// `rc1`, also written `rc-1`.
    Combination(&'t str, &'t str),
}

impl Item<'_> {
    fn is_null(&self) -> bool {
        match self {
            Self::Number(digits) => digits.is_empty(),
            Self::Word(_) | Self::Combination(..) => false,
        }
    }

    fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }
}

#[allow(clippy::unnecessary_wraps, reason = "it stands in a table of orders, of which most can refuse")]
pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = text.to_lowercase();
    let mut lists = parse(&text);
    normalize(&mut lists);
    for (depth, list) in lists.iter().enumerate() {
        if depth > 0 {
            key.byte(LIST);
        }
        for item in list {
            match item {
                Item::Number(digits) => {
                    key.byte(NUMBER);
                    key.number(digits);
                }
                Item::Word(word) => {
                    key.byte(WORD);
                    write_word(word, key);
                }
                Item::Combination(word, digits) => {
                    key.byte(COMBINATION);
                    write_word(word, key);
                    key.number(digits);
                }
            }
        }
    }
    Some(())
}

fn write_word(word: &str, key: &mut Key) {
    let rank = rank(word);
    key.byte(rank);
    if rank == OTHER {
        key.text(word);
    }
}

fn rank(word: &str) -> u8 {
    match word {
        "" | "ga" | "final" | "release" => RELEASE,
        "sp" => SERVICE_PACK,
        "cr" => 3,
        word => WORDS
            .iter()
            .position(|known| *known == word)
            .and_then(|place| u8::try_from(place).ok())
            .unwrap_or(OTHER),
    }
}

/// The lists, outermost first; each but the last holds the next at its end.
fn parse(text: &str) -> Vec<Vec<Item<'_>>> {
    let mut lists = vec![Vec::new()];
    // A run of digits or of others, whether it is digits now, and whether it is a word with a number.
    let (mut start, mut is_digits, mut is_combination) = (0, false, false);
    let bytes = text.as_bytes();
    for (place, character) in text.char_indices() {
        let run = text.get(start..place).unwrap_or_default();
        match character {
            '.' => {
                push(&mut lists, item(run, is_digits, is_combination));
                is_combination = false;
                start = place + 1;
            }
            '-' => {
                // `rc-1` is `rc1`.
                if !run.is_empty() && !is_digits && bytes.get(place + 1).is_some_and(u8::is_ascii_digit) {
                    is_combination = true;
                    continue;
                }
                push(&mut lists, item(run, is_digits, is_combination));
                start = place + 1;
                deepen(&mut lists);
                is_combination = false;
            }
            '0'..='9' => {
                if !is_digits && !run.is_empty() {
                    is_combination = true;
                    deepen(&mut lists);
                }
                is_digits = true;
            }
            _ => {
                if is_digits && !run.is_empty() {
                    push(&mut lists, item(run, true, is_combination));
                    start = place;
                    deepen(&mut lists);
                    is_combination = false;
                }
                is_digits = false;
            }
        }
    }
    let run = text.get(start..).unwrap_or_default();
    if !run.is_empty() {
        if !is_digits {
            deepen(&mut lists);
        }
        push(&mut lists, item(run, is_digits, is_combination));
    }
    lists
}

fn push<'t>(lists: &mut [Vec<Item<'t>>], item: Item<'t>) {
    if let Some(list) = lists.last_mut() {
        list.push(item);
    }
}

/// Begins a list within the last one, unless that holds nothing yet.
fn deepen(lists: &mut Vec<Vec<Item<'_>>>) {
    if lists.last().is_some_and(|list| !list.is_empty()) {
        lists.push(Vec::new());
    }
}

/// An empty run counts as zero.
fn item(run: &str, is_digits: bool, is_combination: bool) -> Item<'_> {
    if is_combination {
        let digits = run.find(|character: char| character.is_ascii_digit()).unwrap_or(run.len());
        let (word, digits) = run.split_at(digits);
        return Item::Combination(
            full(word.strip_suffix('-').unwrap_or(word)),
            digits.trim_start_matches('0'),
        );
    }
    if run.is_empty() || (is_digits && is_number(run)) {
        return Item::Number(run.trim_start_matches('0'));
    }
    Item::Word(run)
}

/// One letter in front of a number stands for a word.
fn full(word: &str) -> &str {
    match word {
        "a" => "alpha",
        "b" => "beta",
        "m" => "milestone",
        word => word,
    }
}

/// Takes away what says nothing at the end of lists and in front of words, from the innermost list outwards.
fn normalize(lists: &mut Vec<Vec<Item<'_>>>) {
    // Whether the list that follows begins with a number or a list; none where nothing follows.
    let mut inner: Option<bool> = None;
    let mut kept = Vec::with_capacity(lists.len());
    while let Some(list) = lists.pop() {
        let mut reversed: Vec<Item<'_>> = Vec::with_capacity(list.len());
        for item in list.into_iter().rev() {
            let removed = item.is_null()
                && match reversed.last() {
                    Some(next) => matches!(next, Item::Word(_)),
                    None => inner != Some(true),
                };
            if !removed {
                reversed.push(item);
            }
        }
        reversed.reverse();
        if !reversed.is_empty() || inner.is_some() || lists.is_empty() {
            inner = Some(reversed.first().is_none_or(Item::is_number));
            kept.push(reversed);
        }
    }
    kept.reverse();
    *lists = kept;
}

pub(super) fn compare(left: &[u8], right: &[u8]) -> Ordering {
    let (mut left, mut right) = (Reader::new(left), Reader::new(right));
    loop {
        let order = match (left.byte().unwrap_or(END), right.byte().unwrap_or(END)) {
            (END, END) => return Ordering::Equal,
            (kind, END) => return against_nothing(kind, left),
            (END, kind) => return against_nothing(kind, right).reverse(),
            (LIST, LIST) => Ordering::Equal,
            (NUMBER, NUMBER) => compare_digits(left.number(), right.number()),
            (NUMBER, _) => return Ordering::Greater,
            (_, NUMBER) => return Ordering::Less,
            (LIST, _) => return Ordering::Greater,
            (_, LIST) => return Ordering::Less,
            (ours, theirs) => {
                compare_words(&mut left, &mut right).then(ours.cmp(&theirs)).then_with(|| match ours {
                    COMBINATION => compare_digits(left.number(), right.number()),
                    _ => Ordering::Equal,
                })
            }
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn compare_words(left: &mut Reader<'_>, right: &mut Reader<'_>) -> Ordering {
    let (ours, theirs) = (left.byte().unwrap_or(OTHER), right.byte().unwrap_or(OTHER));
    ours.cmp(&theirs).then_with(
        || {
            if ours == OTHER { left.text().cmp(right.text()) } else { Ordering::Equal }
        },
    )
}

/// How items sort against there being none.
fn against_nothing(first: u8, mut rest: Reader<'_>) -> Ordering {
    let mut kind = first;
    loop {
        let order = match kind {
            END => return Ordering::Equal,
            NUMBER if rest.number().is_empty() => Ordering::Equal,
            NUMBER => return Ordering::Greater,
            WORD => rest.byte().cmp(&Some(RELEASE)),
            COMBINATION => {
                let order = rest.byte().cmp(&Some(RELEASE));
                rest.number();
                order
            }
            _ => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
        kind = rest.byte().unwrap_or(END);
    }
}
