//! The order of Maven 3 (`ComparableVersion` of 3.9): lists within lists of numbers and words.
//!
//! A list stands only at the end of the list that holds it, so a version is one row of items in which a mark says
//! where the next list begins. The order has circles (`1.sp < 1-alpha < 1 < 1.sp`), so it is no order of bytes.
//! The release candidates of Maven 4 order some versions otherwise: `1.0.Final-x` before `1.0`, and `rc2` after `rc.1`.

use std::cmp::Ordering;

use crate::key::{Key, Reader, compare_digits, is_number};

const END: u8 = 0;
const LIST: u8 = 1;
const NUMBER: u8 = 2;
const WORD: u8 = 3;

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
}

impl Item<'_> {
    /// Whether it says no more than nothing would.
    fn is_null(&self) -> bool {
        match self {
            Self::Number(digits) => digits.is_empty(),
            Self::Word(word) => rank(word) == RELEASE,
        }
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
    // A run of digits or of others, and whether it is digits now.
    let (mut start, mut is_digits) = (0, false);
    for (place, character) in text.char_indices() {
        let run = text.get(start..place).unwrap_or_default();
        match character {
            '.' => {
                push(&mut lists, item(run, is_digits));
                start = place + 1;
            }
            '-' => {
                push(&mut lists, item(run, is_digits));
                start = place + 1;
                deepen(&mut lists);
            }
            '0'..='9' => {
                if !is_digits && !run.is_empty() {
                    deepen(&mut lists);
                    push(&mut lists, Item::Word(full(run)));
                    start = place;
                    deepen(&mut lists);
                }
                is_digits = true;
            }
            _ => {
                if is_digits && !run.is_empty() {
                    push(&mut lists, item(run, true));
                    start = place;
                    deepen(&mut lists);
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
        push(&mut lists, item(run, is_digits));
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
fn item(run: &str, is_digits: bool) -> Item<'_> {
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

/// Takes away what says nothing at the end of lists, and lists that then hold nothing.
fn normalize(lists: &mut Vec<Vec<Item<'_>>>) {
    for list in lists.iter_mut() {
        let kept = list.iter().rposition(|item| !item.is_null()).map_or(0, |last| last + 1);
        list.truncate(kept);
    }
    let kept = lists.iter().rposition(|list| !list.is_empty()).map_or(0, |last| last + 1);
    lists.truncate(kept);
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
            _ => compare_words(&mut left, &mut right),
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
            _ => Ordering::Equal,
        };
        if order.is_ne() {
            return order;
        }
        kind = rest.byte().unwrap_or(END);
    }
}
