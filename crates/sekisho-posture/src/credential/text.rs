//! Credentials in longer texts: configuration files, scripts, command lines.

use sekisho_finding::Confidence;
use smol_str::SmolStr;

use super::name::{self, Family};
use super::{Hit, by_name, judge, shape};

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// Settings: properties, INI, YAML, JSON, XML. Values may stand without quotes.
    Settings,
    /// A shell script: values without quotes are taken when they are random.
    Shell,
    /// A program, a template or prose: only quoted, random values are taken.
    Code,
}

/// Credentials of one text that are told apart; more add nothing for a reader.
const MOST_HITS: usize = 50;
/// The longest name and the longest value that are looked at.
const LONGEST_NAME: usize = 100;
const LONGEST_VALUE: usize = 2_000;
/// The longest value that is looked into.
const LONGEST_NESTED: usize = 200;

const SHELLS: &[&str] = &["sh", "bash", "zsh", "ksh"];
const PROGRAMS: &[&str] = &[
    "py",
    "js",
    "mjs",
    "ts",
    "lua",
    "rb",
    "go",
    "pl",
    "php",
    "java",
    "groovy",
    "tpl",
    "tmpl",
    "gotmpl",
    "html",
    "css",
    "md",
    "rst",
    "rego",
    "cue",
    "jsonnet",
    "libsonnet",
    "star",
    "sql",
    "ps1",
    "r",
    "awk",
    "jq",
    "vcl",
    "svg",
];

impl Syntax {
    /// The kind of text, by the file name it is kept under and its first line.
    pub(crate) fn of(file: &str, text: &str) -> Self {
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
        let shebang = text.starts_with("#!");
        if SHELLS.contains(&extension)
            || shebang && text.lines().next().is_some_and(|line| line.contains("sh"))
        {
            Self::Shell
        } else if shebang || PROGRAMS.contains(&extension) {
            Self::Code
        } else {
            Self::Settings
        }
    }
}

/// The credentials of a text, each name once, in the order of the text.
pub(crate) fn scan(text: &str, syntax: Syntax) -> Vec<Hit> {
    let mut hits: Vec<Hit> = Vec::new();
    let mut shapes = shape::find_all(text).peekable();
    let mut start = 0;
    let mut property = String::new();
    for (number, line) in (1..).zip(text.split('\n')) {
        let end = start + line.len();
        let mut has_shape = false;
        while let Some(found) = shapes.next_if(|found| found.start <= end) {
            has_shape = true;
            let name = assigned_before(text.get(start..found.start).unwrap_or(""));
            add(&mut hits, Hit { name: name.into(), line: number, credential: found.credential });
        }
        if !has_shape && !is_comment(line) {
            for assignment in assignments(line) {
                // Hadoop writes `<name>…</name><value>…</value>`, often on two lines.
                if assignment.name == "name" {
                    assignment.value.clone_into(&mut property);
                }
                let name = if assignment.name == "value" { property.as_str() } else { assignment.name };
                let credential = by_name(name, assignment.value)
                    .filter(|credential| takes(syntax, name, assignment.quoted, credential.confidence));
                if let Some(credential) = credential {
                    add(&mut hits, Hit { name: name.into(), line: number, credential });
                }
            }
        }
        if hits.len() >= MOST_HITS {
            break;
        }
        start = end + 1;
    }
    hits
}

fn add(hits: &mut Vec<Hit>, hit: Hit) {
    if !hits.iter().any(|known| known.name == hit.name && known.credential.kind == hit.credential.kind) {
        hits.push(hit);
    }
}

/// Whether such an assignment counts in such a text. A plain word counts in settings only, and there only
/// as a password: other texts are full of words.
fn takes(syntax: Syntax, name: &str, quoted: bool, confidence: Confidence) -> bool {
    match syntax {
        Syntax::Settings => confidence > Confidence::Low || name::family(name) == Some(Family::Password),
        Syntax::Shell => confidence > Confidence::Low,
        Syntax::Code => confidence > Confidence::Low && quoted,
    }
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    ["#", "//", ";", "--", "/*", "* ", "<!--", "{{/*"].iter().any(|start| line.starts_with(start))
}

/// `name = value` and the like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Assignment<'t> {
    name: &'t str,
    value: &'t str,
    quoted: bool,
}

/// The assignments of a line: `name=value`, `name: value`, `"name": "value"`, `--name=value`,
/// `<name>value</name>`.
fn assignments(line: &str) -> Vec<Assignment<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find(['=', ':', '>']) {
        let (before, after) = rest.split_at(at);
        let separator = after.get(..1).unwrap_or("");
        let after = after.get(1..).unwrap_or("");
        rest = after;
        // `==`, `=>`, `:=`, `::` and `://` separate no name from its value, or do so at their second half.
        let twofold = after.starts_with(['=', ':', '>']) || after.starts_with("//");
        let name = name_at_end(before, separator == ">");
        if name.is_empty() || twofold {
            continue;
        }
        let (value, quoted, tail) = value_at_start(after, separator == ">");
        if !value.is_empty() && value.len() <= LONGEST_VALUE {
            found.push(Assignment { name, value, quoted });
        }
        // A short value may hold assignments of its own: `command: server --password=…`.
        let nested = value.len() <= LONGEST_NESTED && value.contains(['=', ':']);
        if !nested {
            rest = tail;
        }
    }
    found
}

/// The name that ends the text, quotes and spaces left out.
fn name_at_end(text: &str, tag: bool) -> &str {
    let text = text.trim_end_matches([' ', '\t', '"', '\'', ':', ']']);
    let name = text
        .char_indices()
        .rev()
        .take(LONGEST_NAME)
        .take_while(|(_, letter)| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'))
        .last()
        .map_or("", |(start, _)| text.get(start..).unwrap_or(""));
    let opened = text.len().checked_sub(name.len() + 1).and_then(|at| text.as_bytes().get(at)) == Some(&b'<');
    if tag == opened { name.trim_start_matches('-') } else { "" }
}

/// The value that begins the text, whether it stands in quotes, and what is behind it.
fn value_at_start(text: &str, tag: bool) -> (&str, bool, &str) {
    let trimmed = text.trim_start_matches([' ', '\t']);
    if tag {
        let (value, tail) = trimmed.split_at(trimmed.find('<').unwrap_or(trimmed.len()));
        return (value.trim(), true, tail);
    }
    for quote in ['"', '\'', '`'] {
        if let Some(inner) = trimmed.strip_prefix(quote) {
            let Some(length) = closing(inner, quote) else { return ("", true, inner) };
            let (value, tail) = inner.split_at(length);
            return (value, true, tail.get(1..).unwrap_or(""));
        }
    }
    let stop = |letter: char| {
        letter.is_whitespace() || matches!(letter, ',' | ';' | '}' | ']' | '&' | '"' | '\'' | '<' | '|')
    };
    let (value, tail) = trimmed.split_at(trimmed.find(stop).unwrap_or(trimmed.len()));
    (value, false, tail)
}

/// The place of the closing quote.
fn closing(text: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return Some(at),
            _ => {}
        }
    }
    None
}

/// The name of the assignment in whose value the text ends; empty where there is none.
fn assigned_before(text: &str) -> &str {
    let from =
        (0..=text.len().min(2 * LONGEST_NAME)).rev().find_map(|length| text.get(text.len() - length..));
    let text = from.unwrap_or("");
    let at = text.rfind(['=', ':']).unwrap_or(0);
    name_at_end(text.get(..at).unwrap_or(""), false)
}

/// The credentials of a command line, by the index of the item they stand in: each item's worst.
pub(crate) fn arguments(items: &[Option<&str>]) -> Vec<(usize, Hit)> {
    let mut found = Vec::new();
    let mut program = "";
    let mut flag: Option<&str> = None;
    for (index, item) in items.iter().enumerate() {
        let Some(item) = *item else {
            flag = None;
            continue;
        };
        let script = item.contains(char::is_whitespace);
        let hit = if script {
            in_script(item)
        } else {
            program = program_of(item).unwrap_or(program);
            in_word(item, program, flag)
        };
        flag = Some(item).filter(|item| !script && item.starts_with('-'));
        found.extend(hit.map(|hit| (index, hit)));
    }
    found
}

/// Programs whose short flags take passwords.
fn program_of(word: &str) -> Option<&'static str> {
    let name = word.rsplit('/').next().unwrap_or(word);
    ["mysql", "mariadb", "redis-cli", "valkey-cli", "curl", "wget", "sshpass", "mongo"]
        .into_iter()
        .find(|program| name.starts_with(program))
}

fn in_word(word: &str, program: &str, flag: Option<&str>) -> Option<Hit> {
    let hit = |name: &str, credential| Hit { name: name.into(), line: 1, credential };
    if let Some(shaped) = shape::find_all(word).next() {
        let name = assigned_before(word.get(..shaped.start).unwrap_or(""));
        return Some(hit(name, shaped.credential));
    }
    if let Some(name) = flag.map(|flag| flag.trim_start_matches('-')).filter(|name| !name.contains('=')) {
        let given = match (program, name) {
            ("redis-cli" | "valkey-cli", "a") | ("sshpass" | "mongo", "p") => judge("password", word),
            ("curl", "u" | "user") => {
                word.split_once(':').and_then(|(_, password)| judge("password", password))
            }
            _ if word.starts_with('-') => None,
            _ => judge(name, word),
        };
        if let Some(credential) = given {
            return Some(hit(name, credential));
        }
    }
    let attached = word.strip_prefix("-p").filter(|_| matches!(program, "mysql" | "mariadb" | "sshpass"));
    if let Some(credential) = attached.and_then(|password| judge("password", password)) {
        return Some(hit("p", credential));
    }
    assignments(word).into_iter().find_map(|assignment| {
        let name =
            assignment.name.strip_prefix('D').filter(|name| name.contains('.')).unwrap_or(assignment.name);
        Some(hit(name, by_name(name, assignment.value)?))
    })
}

fn in_script(script: &str) -> Option<Hit> {
    if let Some(hit) = scan(script, Syntax::Shell).into_iter().max_by_key(|hit| hit.credential.confidence) {
        return Some(hit);
    }
    (1..).zip(script.split('\n')).filter(|(_, line)| !is_comment(line)).find_map(|(number, line)| {
        let mut program = "";
        let mut flag: Option<&str> = None;
        line.split(|letter: char| letter.is_whitespace() || matches!(letter, ';' | '|' | '&')).find_map(
            |word| {
                let word = word.trim_matches(['"', '\'']);
                program = program_of(word).unwrap_or(program);
                let hit = in_word(word, program, flag).filter(|_| word.starts_with('-') || flag.is_some());
                flag = Some(word).filter(|word| word.starts_with('-'));
                hit.map(|hit| Hit { name: SmolStr::clone(&hit.name), line: number, ..hit })
            },
        )
    })
}
