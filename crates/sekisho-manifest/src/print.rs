//! Values → YAML text, as sigs.k8s.io/yaml writes it, and so Helm's `toYaml` and `kubectl -o yaml`.

use std::cmp::Ordering;
use std::fmt::Write as _;

use serde_json::{Number, Value};

use crate::{Segment, float, yaml};

/// Lines are folded at the first space behind this column.
const WIDTH: usize = 80;

/// The longest key that is written without `? `, in bytes.
const SIMPLE_KEY: usize = 128;

/// Where an item of a list or an entry of a mapping begins in the YAML that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YamlMark {
    /// The byte of its `-`, or the first one of its key.
    pub start: usize,
    /// In how many lists and mappings it stands, but for the one that it belongs to.
    pub depth: usize,
    /// Its index or key.
    pub segment: Segment,
}

/// Writes a value as YAML: keys sorted, two spaces a level, lists no deeper than their key.
pub fn to_yaml(value: &Value) -> String {
    Printer::new(Layout::Compact, None).document(value).0
}

/// Writes a value as YAML as Helm's `toYamlPretty` does: lists deeper than their key, lines of any length, and
/// floats as floats, so that a million is `1e+06`.
pub fn to_yaml_pretty(value: &Value) -> String {
    Printer::new(Layout::Pretty, None).document(value).0
}

/// Writes a value as [`to_yaml`] does, and tells where each item and entry begins, in the order of the text.
pub fn to_yaml_with_marks(value: &Value) -> (String, Vec<YamlMark>) {
    Printer::new(Layout::Compact, Some(Vec::new())).document(value)
}

/// Where a node stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    Root,
    Item,
    /// A key that fits on the line of its value.
    Key,
    /// A value, or a key behind `? `.
    Mapping,
}

/// Which of Go's YAML libraries is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// The one of `sigs.k8s.io/yaml`, behind JSON.
    Compact,
    /// `go.yaml.in/yaml/v3` by itself.
    Pretty,
}

struct Printer {
    layout: Layout,
    out: String,
    /// Characters on the current line.
    column: usize,
    /// Whether what comes next needs no space before it.
    spaced: bool,
    /// Whether only indentation and indicators stand on the current line.
    indenting: bool,
    /// In how many lists and mappings the printer is.
    depth: usize,
    /// Where items and entries begin, if anybody wants to know.
    marks: Option<Vec<YamlMark>>,
}

/// How a text can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

impl Printer {
    fn new(layout: Layout, marks: Option<Vec<YamlMark>>) -> Self {
        Self { layout, out: String::new(), column: 0, spaced: true, indenting: true, depth: 0, marks }
    }

    fn document(mut self, value: &Value) -> (String, Vec<YamlMark>) {
        self.node(value, None, Context::Root);
        self.indent(0);
        (self.out, self.marks.unwrap_or_default())
    }

    /// Notes that an item or entry begins here.
    fn mark(&mut self, segment: impl FnOnce() -> Segment) {
        if let Some(marks) = &mut self.marks {
            marks.push(YamlMark { start: self.out.len(), depth: self.depth, segment: segment() });
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    /// Whether the line is long enough to be folded.
    fn is_wide(&self) -> bool {
        self.layout == Layout::Compact && self.column > WIDTH
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
    }

    /// Goes to a line with this indentation, on a new line if the current one is in use.
    fn indent(&mut self, indent: usize) {
        if !self.indenting || self.column > indent || (self.column == indent && !self.spaced) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.spaced = true;
        self.indenting = true;
    }

    fn indicator(&mut self, indicator: &str, needs_space: bool, indents: bool) {
        if needs_space && !self.spaced {
            self.put(' ');
        }
        for character in indicator.chars() {
            self.put(character);
        }
        self.spaced = false;
        self.indenting &= indents;
    }

    /// Writes a node inside a collection with this indentation.
    fn node(&mut self, value: &Value, parent: Option<usize>, context: Context) {
        match value {
            Value::Null => self.text("null", parent, context, Style::Plain),
            Value::Bool(true) => self.text("true", parent, context, Style::Plain),
            Value::Bool(false) => self.text("false", parent, context, Style::Plain),
            Value::Number(number) => {
                let text = number_text(number, self.layout);
                self.text(&text, parent, context, Style::Plain);
            }
            Value::String(text) => self.string(text, parent, context),
            Value::Array(items) if items.is_empty() => self.indicator("[]", true, false),
            Value::Object(entries) if entries.is_empty() => self.indicator("{}", true, false),
            Value::Array(items) => {
                let indent = match parent {
                    None => 0,
                    Some(parent)
                        if context == Context::Mapping
                            && !self.indenting
                            && self.layout == Layout::Compact =>
                    {
                        parent
                    }
                    Some(parent) => parent + 2,
                };
                for (index, item) in items.iter().enumerate() {
                    self.indent(indent);
                    self.mark(|| Segment::Index(index));
                    self.indicator("-", true, true);
                    self.depth += 1;
                    self.node(item, Some(indent), Context::Item);
                    self.depth -= 1;
                }
            }
            Value::Object(entries) => {
                let indent = parent.map_or(0, |parent| parent + 2);
                for (key, value) in sorted(entries.iter().collect()) {
                    self.indent(indent);
                    self.mark(|| Segment::Key(key.into()));
                    if key.len() <= SIMPLE_KEY && !key.contains(is_break) {
                        self.string(key, Some(indent), Context::Key);
                        self.indicator(":", false, false);
                    } else {
                        self.indicator("?", true, true);
                        self.string(key, Some(indent), Context::Mapping);
                        self.indent(indent);
                        self.indicator(":", true, true);
                    }
                    self.depth += 1;
                    self.node(value, Some(indent), Context::Mapping);
                    self.depth -= 1;
                }
            }
        }
    }

    fn string(&mut self, text: &str, parent: Option<usize>, context: Context) {
        let style = if text.contains('\n') {
            Style::Literal
        } else if yaml::is_text(text) && !is_base_60(text) {
            Style::Plain
        } else {
            Style::Double
        };
        self.text(text, parent, context, style);
    }

    fn text(&mut self, text: &str, parent: Option<usize>, context: Context, wanted: Style) {
        let allowed = Allowed::of(text, self.layout);
        let simple = context == Context::Key;
        let mut style = wanted;
        if simple && text.contains(is_break) {
            style = Style::Double;
        }
        if style == Style::Plain && (!allowed.plain || (text.is_empty() && simple)) {
            style = Style::Single;
        }
        if style == Style::Single && !allowed.single {
            style = Style::Double;
        }
        if style == Style::Literal && (!allowed.literal || simple) {
            style = Style::Double;
        }
        let indent = parent.map_or(2, |parent| parent + 2);
        match style {
            Style::Plain => self.plain(text, indent, !simple),
            Style::Single => self.single(text, indent, !simple),
            Style::Double => self.double(text, indent, !simple),
            Style::Literal => self.literal(text, indent),
        }
    }

    fn plain(&mut self, text: &str, indent: usize, folds: bool) {
        if !self.spaced {
            self.put(' ');
        }
        self.folded(text, indent, folds, 0);
        self.spaced = false;
        self.indenting = false;
    }

    fn single(&mut self, text: &str, indent: usize, folds: bool) {
        self.indicator("'", true, false);
        self.folded(text, indent, folds, 1);
        self.indicator("'", false, false);
        self.spaced = false;
        self.indenting = false;
    }

    /// Writes text that stands for itself, folded at spaces. In quotes the first and the last space stay.
    fn folded(&mut self, text: &str, indent: usize, folds: bool, quotes: usize) {
        let mut after_space = false;
        let mut after_break = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if character == ' ' {
                let inside = quotes == 0 || (at > 0 && next.is_some());
                if folds && self.is_wide() && !after_space && inside && next != Some(' ') {
                    self.indent(indent);
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else if is_break(character) {
                if !after_break && character == '\n' {
                    self.line_break();
                }
                self.kept_break(character);
                self.indenting = true;
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                if quotes > 0 && character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.indenting = false;
                after_space = false;
                after_break = false;
            }
        }
    }

    fn double(&mut self, text: &str, indent: usize, folds: bool) {
        self.indicator("\"", true, false);
        // A byte order mark at the start has every character escaped.
        let marked = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        let mut characters = text.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            let next = characters.peek().map(|(_, next)| *next);
            if marked || !is_printable(character) || is_break(character) || matches!(character, '"' | '\\') {
                self.escape(character);
                after_space = false;
            } else if character == ' ' {
                if folds && self.is_wide() && !after_space && at > 0 && next.is_some() {
                    self.indent(indent);
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
        }
        self.indicator("\"", false, false);
    }

    fn escape(&mut self, character: char) {
        self.put('\\');
        let letter = match character {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' | '\\' => character,
            '\u{85}' => 'N',
            '\u{A0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let before = self.out.len();
                let code = u32::from(character);
                // Writing to a `String` does not fail.
                let _ = match code {
                    0..=0xFF => write!(self.out, "x{code:02X}"),
                    0x100..=0xFFFF => write!(self.out, "u{code:04X}"),
                    _ => write!(self.out, "U{code:08X}"),
                };
                self.column += self.out.len() - before;
                return;
            }
        };
        self.put(letter);
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.indicator("|", true, false);
        if text.starts_with(|first| first == ' ' || is_break(first)) {
            self.indicator("2", false, false);
        }
        let mut last = text.chars().rev();
        match last.next() {
            Some(character) if !is_break(character) => self.indicator("-", false, false),
            _ if last.next().is_none_or(is_break) => self.indicator("+", false, false),
            _ => {}
        }
        self.line_break();
        self.indenting = true;
        self.spaced = true;
        let mut after_break = true;
        for character in text.chars() {
            if is_break(character) {
                self.kept_break(character);
                self.indenting = true;
                after_break = true;
            } else {
                if after_break {
                    self.indent(indent);
                }
                self.put(character);
                self.indenting = false;
                after_break = false;
            }
        }
    }

    /// Writes a line break that belongs to the text.
    fn kept_break(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
    }
}

/// Which styles show a text as it is.
struct Allowed {
    plain: bool,
    single: bool,
    literal: bool,
}

impl Allowed {
    fn of(text: &str, layout: Layout) -> Self {
        let mut allowed = Self { plain: true, single: true, literal: true };
        if text.is_empty() {
            allowed.literal = false;
            return allowed;
        }
        let first_or_last_space = text.starts_with(' ') || text.ends_with(' ');
        let outer_break = text.starts_with(is_break) || text.ends_with(is_break);
        let breaks = text.contains(is_break);
        let mut previous = None;
        let mut indicator = text.starts_with("---") || text.starts_with("...");
        let (mut break_space, mut space_break, mut special, mut tab) = (false, false, false, false);
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let blank_next = characters.peek().is_none_or(|next| matches!(next, ' ' | '\t'));
            let blank_before = previous.is_none_or(|before| matches!(before, ' ' | '\t') || is_break(before));
            indicator |= match (character, previous) {
                (first, None) if "#,[]{}&*!|>'\"%@`".contains(first) => true,
                ('?' | '-', None) | (':', _) => blank_next,
                ('#', Some(_)) => blank_before,
                _ => false,
            };
            match character {
                // A tab may stand in a block, but not in the other forms.
                '\t' if layout == Layout::Pretty => tab = true,
                _ => special |= !is_printable(character),
            }
            break_space |= character == ' ' && previous.is_some_and(is_break);
            space_break |= is_break(character) && previous == Some(' ');
            previous = Some(character);
        }
        allowed.literal = !text.ends_with(' ') && !space_break && !special;
        allowed.single = !break_space && !space_break && !special && !tab;
        allowed.plain = allowed.single && !first_or_last_space && !outer_break && !breaks && !indicator;
        allowed
    }
}

fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character is written as it stands. Those above U+FFFF are not.
fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}')
        && character != '\u{FEFF}'
}

/// Whether YAML 1.1 would read a text as a number to the base 60.
fn is_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, fraction) = match unsigned.split_once('.') {
        Some((digits, fraction)) => (digits, fraction),
        None => (unsigned, ""),
    };
    let number = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or("");
    let mut more = parts.peekable();
    more.peek().is_some()
        && first.starts_with(|first: char| first.is_ascii_digit())
        && first.bytes().all(number)
        && fraction.bytes().all(number)
        && more.all(|part| match part.as_bytes() {
            [digit] => digit.is_ascii_digit(),
            [ten, digit] => matches!(ten, b'0'..=b'5') && digit.is_ascii_digit(),
            _ => false,
        })
}

/// A number, in the compact layout after its way through JSON text and the YAML reader.
fn number_text(number: &Number, layout: Layout) -> String {
    if number.is_i64() || number.is_u64() {
        return number.to_string();
    }
    let Some(value) = number.as_f64() else { return number.to_string() };
    if layout == Layout::Pretty {
        return float::yaml_text(value);
    }
    let json = float::json_text(value);
    if let Ok(integer) = json.parse::<i64>() {
        return integer.to_string();
    }
    if json.parse::<u64>().is_ok() {
        return json;
    }
    float::yaml_text(value)
}

/// Sorts entries by their keys. Go's order of keys is not transitive for every set of keys, for which the
/// standard library's sort may panic, so this is a plain merge sort.
fn sorted<'v>(mut entries: Vec<(&'v String, &'v Value)>) -> Vec<(&'v String, &'v Value)> {
    if entries.len() < 2 {
        return entries;
    }
    let second = sorted(entries.split_off(entries.len() / 2));
    let first = sorted(entries);
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let (mut first, mut second) = (first.into_iter().peekable(), second.into_iter().peekable());
    loop {
        let next = match (first.peek(), second.peek()) {
            (Some((a, _)), Some((b, _))) if compare_keys(a, b) == Ordering::Greater => second.next(),
            (Some(_), _) => first.next(),
            (None, _) => second.next(),
        };
        match next {
            Some(entry) => merged.push(entry),
            None => return merged,
        }
    }
}

/// The order of keys: numbers within them by value, letters behind other characters.
fn compare_keys(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(a, b)| a != b) else { return a.len().cmp(&b.len()) };
    let (Some(first), Some(second)) = (a.get(at), b.get(at)) else { return Ordering::Equal };
    match (first.is_alphabetic(), second.is_alphabetic()) {
        (true, true) => return first.cmp(second),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // A zero within a longer number counts as a digit of it.
    let before = a.get(..at).unwrap_or_default().iter().rev();
    let within = (*first == '0' || *second == '0')
        && before.take_while(|digit| digit.is_ascii_digit()).any(|digit| *digit != '0');
    let number = |text: &[char]| {
        let rest = text.get(at..).unwrap_or_default();
        let digits = rest.iter().take_while(|digit| digit.is_ascii_digit());
        digits.fold((i64::from(within), 0), |(value, length), digit| {
            let digit = i64::from(u32::from(*digit)) - i64::from(u32::from('0'));
            (value.wrapping_mul(10).wrapping_add(digit), length + 1)
        })
    };
    let ((a_value, a_length), (b_value, b_length)): ((i64, usize), (i64, usize)) = (number(&a), number(&b));
    a_value.cmp(&b_value).then(a_length.cmp(&b_length)).then(first.cmp(second))
}
