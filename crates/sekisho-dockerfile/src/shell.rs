//! A shell's text as simple commands: words without quotes, and which commands are joined by pipes.

/// A simple command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Its words without quotes; assignments in front and redirections are left out.
    pub words: Vec<String>,
    /// Whether it reads what the command before it writes.
    pub is_piped: bool,
}

/// The most commands of a text.
const MOST: usize = 5000;

impl Command {
    /// The program, without the folder that it lies in.
    pub fn program(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or(first)
    }

    /// The words behind the program.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        self.words.iter().skip(1).map(String::as_str)
    }

    /// Whether one of the words behind the program is this.
    pub fn has(&self, word: &str) -> bool {
        self.arguments().any(|argument| argument == word)
    }
}

/// The simple commands of a text, in their order, those of sub-shells, loops and conditions too. What a command
/// substitution holds is a word and no command.
pub fn commands(text: &str) -> Vec<Command> {
    let mut found = Vec::new();
    let mut current = Command { words: Vec::new(), is_piped: false };
    let mut word: Option<String> = None;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('\n') | None => {}
                Some(next) => word.get_or_insert_default().push(next),
            },
            '\'' => {
                let word = word.get_or_insert_default();
                word.extend(characters.by_ref().take_while(|next| *next != '\''));
            }
            '"' => quoted(&mut characters, word.get_or_insert_default()),
            '$' if characters.peek() == Some(&'(') => {
                word.get_or_insert_default().push('$');
                substitution(&mut characters, word.get_or_insert_default());
            }
            '#' if word.is_none() => while characters.next_if(|next| *next != '\n').is_some() {},
            ';' | '\n' | '|' | '&' | '(' | ')' => {
                // `2>&1` and `&>file` are redirections.
                let is_redirection = character == '&'
                    && (word.as_deref().is_some_and(|word| word.ends_with('>'))
                        || characters.peek() == Some(&'>'));
                if is_redirection {
                    word.get_or_insert_default().push('&');
                    continue;
                }
                let is_double = characters.next_if_eq(&character).is_some();
                end_word(&mut word, &mut current);
                end(&mut current, &mut found, character == '|' && !is_double);
                if found.len() >= MOST {
                    return found;
                }
            }
            blank if blank.is_whitespace() => end_word(&mut word, &mut current),
            other => word.get_or_insert_default().push(other),
        }
    }
    end_word(&mut word, &mut current);
    end(&mut current, &mut found, false);
    found
}

type Characters<'t> = std::iter::Peekable<std::str::Chars<'t>>;

fn quoted(characters: &mut Characters<'_>, word: &mut String) {
    while let Some(character) = characters.next() {
        match character {
            '"' => return,
            '\\' => word.extend(characters.next().filter(|next| *next != '\n')),
            other => word.push(other),
        }
    }
}

/// What stands between `$(` and the parenthesis that closes it.
fn substitution(characters: &mut Characters<'_>, word: &mut String) {
    let mut depth = 0_usize;
    for character in characters.by_ref() {
        word.push(character);
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}

fn end_word(word: &mut Option<String>, command: &mut Command) {
    let Some(word) = word.take() else { return };
    let is_first = command.words.is_empty();
    let is_assignment = is_first
        && word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
    // Words of the shell's own language stand before commands.
    let is_keyword = is_first
        && matches!(
            word.as_str(),
            "then"
                | "do"
                | "else"
                | "elif"
                | "if"
                | "while"
                | "until"
                | "!"
                | "{"
                | "}"
                | "time"
                | "exec"
                | "command"
        );
    let is_redirection =
        word.trim_start_matches(|first: char| first.is_ascii_digit()).starts_with(['>', '<', '&']);
    if !is_assignment && !is_keyword && !is_redirection {
        command.words.push(word);
    }
}

fn end(command: &mut Command, found: &mut Vec<Command>, pipes: bool) {
    let next = Command { words: Vec::new(), is_piped: pipes };
    let done = std::mem::replace(command, next);
    if !done.words.is_empty() {
        found.push(done);
    } else if done.is_piped && !pipes {
        command.is_piped = true;
    }
}
