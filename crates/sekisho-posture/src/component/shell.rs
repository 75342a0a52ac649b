//! A shell script cut into simple commands and these into words, as far as arguments need it.

use std::iter::Peekable;
use std::str::Chars;

/// One word of a command, quotes taken away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ShellWord {
    /// The text; where a variable or a substitution stands, as it is written.
    pub(super) text: String,
    /// Whether a variable or a substitution stands in it.
    pub(super) variable: bool,
}

/// The simple commands of a script, redirections and comments left out. Control words (`if`, `then`, `do`)
/// stay words of the command that follows them.
pub(super) fn commands(script: &str) -> Vec<Vec<ShellWord>> {
    let mut splitter = Splitter { rest: script.chars().peekable(), ..Splitter::default() };
    while let Some(next) = splitter.rest.next() {
        splitter.take(next);
    }
    splitter.end_command();
    splitter.commands
}

struct Splitter<'t> {
    rest: Peekable<Chars<'t>>,
    word: Option<ShellWord>,
    words: Vec<ShellWord>,
    commands: Vec<Vec<ShellWord>>,
    /// Whether the next word is the target of a redirection.
    redirected: bool,
}

impl Default for Splitter<'_> {
    fn default() -> Self {
        Self {
            rest: "".chars().peekable(),
            word: None,
            words: Vec::new(),
            commands: Vec::new(),
            redirected: false,
        }
    }
}

impl Splitter<'_> {
    fn take(&mut self, next: char) {
        match next {
            '&' if self.rest.peek() == Some(&'>') => self.end_word(),
            '\n' | ';' | '&' | '|' | '(' | ')' => self.end_command(),
            '<' | '>' => self.redirect(),
            '#' if self.word.is_none() => while self.rest.next_if(|next| *next != '\n').is_some() {},
            _ if next.is_whitespace() => self.end_word(),
            '\\' => match self.rest.next() {
                Some('\n') | None => {}
                Some(escaped) => self.push(escaped),
            },
            '\'' => {
                self.word.get_or_insert_default();
                while let Some(quoted) = self.rest.next_if(|next| *next != '\'') {
                    self.push(quoted);
                }
                self.rest.next();
            }
            '"' => self.double_quoted(),
            '$' => self.substitution(),
            '`' => self.until('`'),
            _ => self.push(next),
        }
    }

    fn double_quoted(&mut self) {
        self.word.get_or_insert_default();
        while let Some(next) = self.rest.next() {
            match next {
                '"' => return,
                '\\' => match self.rest.next() {
                    Some('\n') | None => {}
                    Some(escaped @ ('"' | '\\' | '$' | '`')) => self.push(escaped),
                    Some(plain) => {
                        self.push('\\');
                        self.push(plain);
                    }
                },
                '$' => self.substitution(),
                '`' => self.until('`'),
                _ => self.push(next),
            }
        }
    }

    /// `$NAME`, `${NAME}` or `$(command)`; the `$` is taken already.
    fn substitution(&mut self) {
        self.word.get_or_insert_default().variable = true;
        self.push('$');
        let (open, close) = match self.rest.peek() {
            Some('(') => ('(', ')'),
            Some('{') => ('{', '}'),
            _ => return,
        };
        let mut depth = 0_usize;
        while let Some(next) = self.rest.next() {
            self.push(next);
            if next == open {
                depth += 1;
            } else if next == close {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return;
                }
            }
        }
    }

    fn until(&mut self, end: char) {
        self.word.get_or_insert_default().variable = true;
        while let Some(next) = self.rest.next_if(|next| *next != end) {
            self.push(next);
        }
        self.rest.next();
    }

    fn redirect(&mut self) {
        let descriptor =
            self.word.as_ref().is_some_and(|word| word.text.bytes().all(|byte| byte.is_ascii_digit()));
        if descriptor {
            self.word = None;
        }
        self.end_word();
        while self.rest.next_if(|next| matches!(next, '<' | '>' | '&' | '|')).is_some() {}
        self.redirected = true;
    }

    fn push(&mut self, next: char) {
        self.word.get_or_insert_default().text.push(next);
    }

    fn end_word(&mut self) {
        if let Some(word) = self.word.take()
            && !std::mem::take(&mut self.redirected)
        {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        self.redirected = false;
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}
