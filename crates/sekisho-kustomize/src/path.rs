//! Paths of fields: how they are cut into parts, and what they lead to.

use sekisho_manifest::{Node, Span, Value};
use smol_str::SmolStr;

use crate::error::{BuildErrorKind, Result};
use crate::selector::compile;
use crate::texts::Texts;
use crate::{tree, yaml3};

/// The parts of a path; a separator behind a backslash belongs to its part.
pub(crate) fn split(path: &str, separator: char) -> Vec<SmolStr> {
    let mut pieces = path.split(separator);
    if path.starts_with(separator) {
        // A separator in front is passed over.
        pieces.next();
    }
    let mut parts: Vec<String> = Vec::new();
    for piece in pieces {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(separator);
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts.into_iter().map(SmolStr::from).collect()
}

/// The parts of a path with dots, of which those in brackets may hold dots: `a.[name=b.c].d`, `a.[b.c]`.
pub(crate) fn split_dotted(path: &str) -> Vec<SmolStr> {
    let mut parts = Vec::new();
    let mut pieces = split(path, '.').into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut whole = String::from(piece);
        for piece in pieces.by_ref() {
            whole.push('.');
            whole.push_str(&piece);
            if piece.ends_with(']') {
                break;
            }
        }
        parts.push(if whole.contains('=') { whole.into() } else { whole.trim_matches(['[', ']']).into() });
    }
    parts
}

/// One part of a path.
enum Part<'p> {
    Index(usize),
    /// Items by a key and its value; without a key, the items themselves.
    Item(&'p str, &'p str),
    Every,
    Field(&'p str),
}

impl<'p> Part<'p> {
    fn read(part: &'p str) -> Option<Self> {
        if let Ok(index) = part.trim_start_matches('+').parse::<usize>()
            && !part.starts_with("++")
        {
            return Some(Self::Index(index));
        }
        match part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) {
            Some(inner) => inner.split_once('=').map(|(key, value)| Self::Item(key, value)),
            None if part == "*" => Some(Self::Every),
            None => Some(Self::Field(part)),
        }
    }
}

/// What a path leads to; none where a part of it is missing, or does not fit what stands there.
pub(crate) fn find<'n>(node: &'n Node, parts: &[SmolStr], texts: &Texts) -> Option<&'n Node> {
    let mut node = node;
    for part in parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()) {
        node = match Part::read(part)? {
            Part::Index(index) => node.items().get(index)?,
            Part::Field("-") => node.items().last()?,
            Part::Item("", value) => node.items().iter().find(|item| texts.text(item) == value)?,
            Part::Item(key, value) => node
                .items()
                .iter()
                .find(|item| item.entry(key).is_some_and(|entry| texts.text(&entry.node) == value))?,
            Part::Every => return None,
            Part::Field(key) => &node.entry(key)?.node,
        };
    }
    Some(node)
}

/// What is made where a path ends in nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Create {
    Nothing,
    Scalar,
    Sequence,
    Mapping,
}

impl Create {
    /// What is made to be replaced by a value.
    pub(crate) fn for_value(value: &Node) -> Self {
        match value.value {
            Value::Sequence(_) => Self::Sequence,
            Value::Mapping(_) => Self::Mapping,
            _ => Self::Scalar,
        }
    }

    fn node(self, next: Option<&SmolStr>, span: Span) -> Node {
        let is_item =
            |part: &SmolStr| part.starts_with('[') && part.ends_with(']') || part.parse::<usize>().is_ok();
        match next {
            Some(part) if is_item(part) => tree::sequence(Vec::new(), span),
            Some(_) => tree::mapping(span),
            None => match self {
                Self::Sequence => tree::sequence(Vec::new(), span),
                Self::Mapping => tree::mapping(span),
                Self::Nothing | Self::Scalar => tree::text("", span),
            },
        }
    }
}

/// The way along a path to every field that it means, patterns in brackets included.
pub(crate) struct Visit<'v> {
    pub(crate) texts: &'v Texts,
    pub(crate) create: Create,
    /// Where made fields come from.
    pub(crate) span: Span,
    /// Called with each field, and whether it was made just now.
    pub(crate) set: &'v mut dyn FnMut(&mut Node, bool) -> Result<()>,
}

impl Visit<'_> {
    /// Follows the path and returns how many fields it means.
    pub(crate) fn follow(&mut self, node: &mut Node, parts: &[SmolStr], made: bool) -> Result<usize> {
        let Some((part, rest)) = parts.split_first() else {
            (self.set)(node, made)?;
            return Ok(1);
        };
        match Part::read(part) {
            Some(Part::Index(index)) => self.index(node, index, rest),
            Some(Part::Item(key, pattern)) => self.items(node, key, pattern, rest),
            Some(Part::Every) => {
                let mut count = 0;
                for item in self.list(node)? {
                    count += self.follow(item, rest, false)?;
                }
                Ok(count)
            }
            Some(Part::Field(key)) => self.field(node, key, rest),
            None => Err(BuildErrorKind::Replacement(format!(
                "`{part}` is no part of a path: write `[field=value]`"
            ))
            .at(self.span)),
        }
    }

    fn list<'n>(&self, node: &'n mut Node) -> Result<&'n mut [Node]> {
        if node.is_null() {
            return Ok(&mut []);
        }
        match node.items_mut() {
            Some(items) => Ok(items),
            None => {
                Err(BuildErrorKind::Replacement("the path has an item where there is no list".to_owned())
                    .at(self.span))
            }
        }
    }

    fn field(&mut self, node: &mut Node, key: &str, rest: &[SmolStr]) -> Result<usize> {
        if node.is_null() {
            return Ok(0);
        }
        if node.as_mapping().is_none() {
            let message = format!("the path has the field `{key}` where there is no mapping");
            return Err(BuildErrorKind::Replacement(message).at(self.span));
        }
        let made = node.entry(key).is_none();
        if made {
            if self.create == Create::Nothing {
                return Ok(0);
            }
            tree::set(node, key, self.span, self.create.node(rest.first(), self.span));
        }
        match tree::child_mut(node, key) {
            Some(child) => self.follow(child, rest, made),
            None => Ok(0),
        }
    }

    fn index(&mut self, node: &mut Node, index: usize, rest: &[SmolStr]) -> Result<usize> {
        let length = self.list(node)?.len();
        let made = length == index && self.create != Create::Nothing;
        if made && let Some(items) = node.items_mut() {
            items.push(self.create.node(rest.first(), self.span));
        }
        let Some(item) = node.items_mut().and_then(|items| items.get_mut(index)) else {
            let message = format!("the list has no item {index}, only {length}");
            return Err(BuildErrorKind::Replacement(message).at(self.span));
        };
        self.follow(item, rest, made)
    }

    fn items(&mut self, node: &mut Node, key: &str, pattern: &str, rest: &[SmolStr]) -> Result<usize> {
        let regex = compile(pattern, pattern, self.span)?;
        let (texts, mut count) = (self.texts, 0);
        for item in self.list(node)? {
            let fits = if key.is_empty() {
                tree::is_scalar(item) && regex.is_match(&as_written(item, texts))
            } else {
                item.entry(key).is_some_and(|entry| regex.is_match(&as_written(&entry.node, texts)))
            };
            if fits {
                count += if key.is_empty() {
                    (self.set)(item, false)?;
                    1
                } else {
                    self.follow(item, rest, false)?
                };
            }
        }
        if count > 0 || self.create == Create::Nothing {
            return Ok(count);
        }
        let value = Node { span: self.span, value: yaml3::resolve(pattern) };
        let item = if key.is_empty() {
            value
        } else {
            tree::mapping_of(vec![tree::entry(key, self.span, value)], self.span)
        };
        let fits = regex.is_match(pattern);
        let Some(items) = node.items_mut().filter(|_| fits) else {
            let message = format!("no item fits `{pattern}`, nor would one that is made of it");
            return Err(BuildErrorKind::Replacement(message).at(self.span));
        };
        items.push(item);
        match items.last_mut() {
            Some(item) if key.is_empty() => (self.set)(item, true).map(|()| 1),
            Some(item) => self.follow(item, rest, false),
            None => Ok(0),
        }
    }
}

/// A single value as it was written, its quotes included.
fn as_written(node: &Node, texts: &Texts) -> String {
    if texts.is_quoted(node) {
        let written = texts.at(node.span);
        if written.starts_with(['"', '\'']) {
            return written.to_owned();
        }
    }
    texts.text(node).into_owned()
}
