//! Text → stages of instructions.

use sekisho_manifest::{SourceId, Span};

use crate::instruction::{Dockerfile, Flag, Heredoc, Instruction, Pair, Stage};
use crate::line::{Lines, Logical};
use crate::variable::Variables;

/// The most instructions of a file.
const MOST_INSTRUCTIONS: usize = 10_000;
/// The most stages of a file.
const MOST_STAGES: usize = 500;
/// The most texts within one instruction, and the longest name of one.
const MOST_HEREDOCS: usize = 100;
const LONGEST_NAME: usize = 256;
/// The largest file.
const LARGEST: usize = 4 << 20;

/// Why a text cannot be read as a Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DockerfileError {
    /// It does not begin like one.
    #[error("`{0}` is no instruction that a Dockerfile begins with: begin it with `FROM` or `ARG`")]
    Beginning(String),
    /// It has no stage.
    #[error("the Dockerfile has no `FROM`: name the image it begins from")]
    NoStage,
    /// It is too large, or has too many instructions.
    #[error("the Dockerfile has more than {limit} {what}, the limit")]
    Limit {
        /// What was counted.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

/// Reads a Dockerfile.
pub fn parse(source: SourceId, text: &str) -> Result<Dockerfile, DockerfileError> {
    if text.len() > LARGEST {
        return Err(DockerfileError::Limit { what: "bytes", limit: LARGEST });
    }
    let mut lines = Lines::new(text);
    let mut builder = Builder { source, escape: lines.escape(), ..Builder::default() };
    let mut count = 0;
    while let Some(logical) = lines.logical() {
        count += 1;
        if count > MOST_INSTRUCTIONS {
            return Err(DockerfileError::Limit { what: "instructions", limit: MOST_INSTRUCTIONS });
        }
        builder.take(&logical, &mut lines)?;
    }
    if builder.dockerfile.stages.is_empty() {
        return Err(DockerfileError::NoStage);
    }
    Ok(builder.dockerfile)
}

/// What is known while the instructions are read.
#[derive(Default)]
struct Builder {
    source: SourceId,
    escape: char,
    dockerfile: Dockerfile,
    /// The `ARG`s before the first stage.
    globals: Variables,
    /// The variables of the stage.
    variables: Variables,
    /// Those of each stage that is done, for stages that begin from it.
    of_stages: Vec<Variables>,
}

impl Builder {
    fn take(&mut self, logical: &Logical, lines: &mut Lines<'_>) -> Result<(), DockerfileError> {
        let (keyword, _) = word(&logical.text, 0);
        let keyword_text = logical.text.get(..keyword).unwrap_or_default();
        let mut instruction = Instruction {
            keyword: keyword_text.to_ascii_uppercase(),
            span: self.span(logical.range.start, logical.range.end),
            flags: Vec::new(),
            text: String::new(),
            arguments: Vec::new(),
            is_json: false,
            pairs: Vec::new(),
            heredocs: Vec::new(),
        };
        let is_first = self.dockerfile.stages.is_empty();
        if is_first && !matches!(instruction.keyword.as_str(), "FROM" | "ARG") {
            let shown: String = keyword_text.chars().take(40).collect();
            return Err(DockerfileError::Beginning(shown));
        }
        let rest = flags(&logical.text, keyword, &mut instruction);
        logical.text.get(rest..).unwrap_or_default().trim().clone_into(&mut instruction.text);
        if matches!(instruction.keyword.as_str(), "RUN" | "COPY" | "ADD") {
            self.heredocs(&mut instruction, lines);
        }
        self.arguments(&mut instruction, logical, rest);
        match instruction.keyword.as_str() {
            "FROM" if self.dockerfile.stages.len() >= MOST_STAGES => {
                return Err(DockerfileError::Limit { what: "stages", limit: MOST_STAGES });
            }
            "FROM" => self.stage(instruction, logical, rest),
            _ => match self.dockerfile.stages.last_mut() {
                Some(stage) => stage.instructions.push(instruction),
                None => self.dockerfile.globals.push(instruction),
            },
        }
        Ok(())
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let number = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span { source: self.source, start: number(start), end: number(end) }
    }

    /// The texts whose names stand in the instruction behind `<<`.
    fn heredocs(&mut self, instruction: &mut Instruction, lines: &mut Lines<'_>) {
        let mut names = Vec::new();
        for (at, _) in instruction.text.match_indices("<<") {
            let rest = instruction.text.get(at + 2..).unwrap_or_default();
            let is_here_string = rest.starts_with('<')
                || instruction.text.get(..at).is_some_and(|before| before.ends_with('<'));
            let (is_indented, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
            let name: &str = rest.split([' ', '\t', ';', '|', '&', '>', ')']).next().unwrap_or_default();
            let name = name.trim_matches(['"', '\'']);
            if names.len() >= MOST_HEREDOCS || name.len() > LONGEST_NAME {
                break;
            }
            let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
            if is_name && !is_here_string {
                names.push((name.to_owned(), is_indented));
            }
        }
        for (name, is_indented) in names {
            let mut text = String::new();
            while let Some((start, line)) = lines.line() {
                let stripped = if is_indented { line.trim_start_matches('\t') } else { line };
                instruction.span.end = self.span(0, start + line.len()).end;
                if stripped == name {
                    break;
                }
                text.push_str(stripped);
                text.push('\n');
            }
            instruction.heredocs.push(Heredoc { name, text });
        }
    }

    /// The arguments, and what they say of variables.
    fn arguments(&mut self, instruction: &mut Instruction, logical: &Logical, rest: usize) {
        if matches!(instruction.keyword.as_str(), "ENV" | "ARG" | "LABEL") {
            return self.pairs(instruction, logical, rest);
        }
        if let Some(strings) = json_strings(&instruction.text) {
            instruction.is_json = true;
            instruction.arguments = strings;
            return;
        }
        let takes_words =
            !matches!(instruction.keyword.as_str(), "RUN" | "CMD" | "ENTRYPOINT" | "SHELL" | "ONBUILD");
        if !takes_words {
            instruction.arguments.push(instruction.text.clone());
            return;
        }
        let variables = if instruction.keyword == "FROM" { &self.globals } else { &self.variables };
        let mut at = 0;
        while let Some((start, end)) = next_word(&instruction.text, at, self.escape) {
            at = end;
            let raw = instruction.text.get(start..end).unwrap_or_default();
            let plain = unquoted(raw, self.escape);
            // A word whose variables are not known stays as it is written.
            let filled = if raw.starts_with('\'') { None } else { variables.expand(&plain, self.escape) };
            instruction.arguments.push(filled.unwrap_or(plain));
        }
    }

    fn pairs(&mut self, instruction: &mut Instruction, logical: &Logical, rest: usize) {
        let text = logical.text.as_str();
        let is_arg = instruction.keyword == "ARG";
        let mut at = rest;
        let mut found: Vec<(String, Option<String>, usize, usize)> = Vec::new();
        while let Some((start, end)) = next_word(text, at, self.escape) {
            at = end;
            let raw = text.get(start..end).unwrap_or_default();
            match raw.split_once('=') {
                Some((name, value)) => {
                    found.push((unquoted(name, self.escape), Some(value.to_owned()), start, end));
                }
                None if is_arg => found.push((raw.to_owned(), None, start, end)),
                // The old form: a name, and all that follows is the value.
                None if found.is_empty() => {
                    let value = text.get(end..).unwrap_or_default().trim();
                    found.push((raw.to_owned(), Some(value.to_owned()), start, text.trim_end().len()));
                    break;
                }
                None => {}
            }
        }
        // All pairs of one instruction see the variables from before it.
        let is_global = self.dockerfile.stages.is_empty();
        let scope = if is_global { &self.globals } else { &self.variables };
        let filled: Vec<_> = found
            .into_iter()
            .map(|(name, raw, start, end)| {
                let is_literal = raw.as_deref().is_some_and(|raw| raw.starts_with('\''));
                let plain = raw.map(|raw| unquoted(&raw, self.escape));
                let value = match &plain {
                    Some(plain) if !is_literal => scope.expand(plain, self.escape),
                    plain => (*plain).clone(),
                };
                let span = self.span(logical.offset(start), logical.offset(end.saturating_sub(1)) + 1);
                (Pair { name, value: value.clone().or(plain), span }, value)
            })
            .collect();
        for (pair, value) in filled {
            match instruction.keyword.as_str() {
                "ARG" if is_global => self.globals.set(&pair.name, value),
                // What `ENV` set before an `ARG` of the same name stays.
                "ARG" if self.variables.get(&pair.name).is_none() => {
                    let value = value.or_else(|| self.globals.get(&pair.name).map(str::to_owned));
                    self.variables.set(&pair.name, value);
                }
                "ENV" => self.variables.set(&pair.name, value),
                _ => {}
            }
            instruction.pairs.push(pair);
        }
    }

    fn stage(&mut self, instruction: Instruction, logical: &Logical, rest: usize) {
        if !self.dockerfile.stages.is_empty() {
            self.of_stages.push(std::mem::take(&mut self.variables));
        }
        let raw = instruction.text.split_whitespace().next().unwrap_or_default();
        let image = self.globals.expand(raw.trim_matches('"'), self.escape);
        let name = match instruction.arguments.as_slice() {
            [_, word, name, ..] if word.eq_ignore_ascii_case("as") => Some(name.to_lowercase()),
            _ => None,
        };
        let base = image.as_deref().and_then(|image| {
            let lower = image.to_lowercase();
            self.dockerfile.stages.iter().rposition(|stage| stage.name.as_ref() == Some(&lower))
        });
        self.variables = base.and_then(|base| self.of_stages.get(base)).cloned().unwrap_or_default();
        let start = next_word(&logical.text, rest, self.escape).map_or((rest, rest), |range| range);
        let image_span = self.span(logical.offset(start.0), logical.offset(start.1.saturating_sub(1)) + 1);
        self.dockerfile.stages.push(Stage { name, image, base, image_span, instructions: vec![instruction] });
    }
}

/// Reads the flags behind the keyword, and says where the arguments begin.
fn flags(text: &str, keyword: usize, instruction: &mut Instruction) -> usize {
    let mut at = keyword;
    loop {
        let (end, start) = word(text, at);
        let flag = text.get(start..end).unwrap_or_default();
        let Some(flag) = flag.strip_prefix("--").filter(|flag| !flag.is_empty()) else { return start };
        let (name, value) = match flag.split_once('=') {
            Some((name, value)) => (name, Some(value.trim_matches('"').to_owned())),
            None => (flag, None),
        };
        instruction.flags.push(Flag { name: name.to_owned(), value });
        at = end;
    }
}

/// Where the next word ends and where it begins.
fn word(text: &str, from: usize) -> (usize, usize) {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + (rest.len() - rest.trim_start().len());
    let word = text.get(start..).unwrap_or_default();
    (start + word.find(char::is_whitespace).unwrap_or(word.len()), start)
}

/// The next word, in which quotes and escapes protect blanks.
fn next_word(text: &str, from: usize, escape: char) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let start = from + (rest.len() - rest.trim_start().len());
    let mut quote: Option<char> = None;
    let mut is_escaped = false;
    let mut end = text.len();
    for (at, character) in text.get(start..)?.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if character == escape && quote != Some('\'') {
            is_escaped = true;
        } else if quote == Some(character) {
            quote = None;
        } else if quote.is_none() && matches!(character, '"' | '\'') {
            quote = Some(character);
        } else if quote.is_none() && character.is_whitespace() {
            end = start + at;
            break;
        }
    }
    (end > start).then_some((start, end))
}

/// The word without its quotes, and without the escapes in front of quotes, blanks and itself.
fn unquoted(word: &str, escape: char) -> String {
    let mut plain = String::with_capacity(word.len());
    let mut quote: Option<char> = None;
    let mut characters = word.chars().peekable();
    while let Some(character) = characters.next() {
        if character == escape && quote != Some('\'') {
            match characters.peek() {
                Some(next) if matches!(next, '"' | '\'' | ' ' | '\t') || *next == escape => {
                    plain.extend(characters.next());
                }
                _ => plain.push(character),
            }
        } else if quote == Some(character) {
            quote = None;
        } else if quote.is_none() && matches!(character, '"' | '\'') {
            quote = Some(character);
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The strings of the JSON form; none where the text is not of it.
fn json_strings(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let mut strings = Vec::new();
    let mut rest = inner.trim();
    while !rest.is_empty() {
        let mut string = String::new();
        let mut characters = rest.strip_prefix('"')?.char_indices();
        let end = loop {
            match characters.next()? {
                (at, '"') => break at + 2,
                (_, '\\') => match characters.next()?.1 {
                    'n' => string.push('\n'),
                    't' => string.push('\t'),
                    other => string.push(other),
                },
                (_, character) => string.push(character),
            }
        };
        strings.push(string);
        rest = rest.get(end..)?.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after.trim_start(),
            None if rest.is_empty() => {}
            None => return None,
        }
    }
    Some(strings)
}
