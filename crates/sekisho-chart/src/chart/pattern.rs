//! Patterns of file names as `.helmignore` writes them: `*`, `?`, `[a-z]`, `\`.

/// A pattern over a whole path. `*` and `?` stop at `/`.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    tokens: Vec<Token>,
}

#[derive(Debug, Clone)]
enum Token {
    Character(char),
    /// `?`
    Any,
    /// `*`
    Run,
    /// `[…]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl Pattern {
    /// Reads a pattern; none where a class is not closed or empty, or `\` stands at the end.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut tokens = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            tokens.push(match character {
                '*' => Token::Run,
                '?' => Token::Any,
                '\\' => Token::Character(characters.next()?),
                '[' => class(&mut characters)?,
                other => Token::Character(other),
            });
        }
        Some(Self { tokens })
    }

    /// Whether a path fits, all of it.
    pub(super) fn matches(&self, path: &str) -> bool {
        let path: Vec<char> = path.chars().collect();
        let (mut token, mut at) = (0, 0);
        // Where the last run began: its token, and the end of what it took so far.
        let mut run: Option<(usize, usize)> = None;
        loop {
            let fits = match (self.tokens.get(token), path.get(at)) {
                (None, None) => return true,
                (Some(Token::Run), _) => {
                    run = Some((token, at));
                    token += 1;
                    continue;
                }
                (Some(one), Some(character)) => one.takes(*character),
                _ => false,
            };
            if fits {
                token += 1;
                at += 1;
                continue;
            }
            match run {
                Some((begin, end)) if path.get(end).is_some_and(|character| *character != '/') => {
                    run = Some((begin, end + 1));
                    token = begin + 1;
                    at = end + 1;
                }
                _ => return false,
            }
        }
    }
}

impl Token {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Character(own) => *own == character,
            Self::Any => character != '/',
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (low..=high).contains(&&character)) != *negated
            }
            Self::Run => false,
        }
    }
}

/// The class behind a `[`.
fn class(characters: &mut std::str::Chars<'_>) -> Option<Token> {
    let mut ahead = characters.clone();
    let negated = ahead.next() == Some('^');
    if negated {
        *characters = ahead;
    }
    let mut ranges = Vec::new();
    loop {
        if !ranges.is_empty() && characters.as_str().starts_with(']') {
            characters.next();
            return Some(Token::Class { negated, ranges });
        }
        let low = class_character(characters)?;
        let high = if characters.as_str().starts_with('-') {
            characters.next();
            class_character(characters)?
        } else {
            low
        };
        ranges.push((low, high));
    }
}

fn class_character(characters: &mut std::str::Chars<'_>) -> Option<char> {
    match characters.next()? {
        '-' | ']' => None,
        '\\' => characters.next(),
        other => Some(other),
    }
}
