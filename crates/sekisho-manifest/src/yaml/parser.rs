//! Tokens → tree: the grammar of one document.

use std::borrow::Cow;
use std::collections::HashMap;

use super::resolve::{Tag, Words, resolve};
use super::scanner::Scanner;
use super::token::{Kind, TagText, Token};
use super::value::Scalar;
use crate::error::{Fault, LoadErrorKind};
use crate::tree::Tree;

/// What the grammar expects next. A state is pushed for what follows the node that is read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BlockItem,
    /// An item of a list that is indented no deeper than its key.
    IndentlessItem,
    BlockKey,
    BlockValue,
    FlowItem {
        first: bool,
    },
    /// The key of a mapping with one entry that is written `[key: value]`.
    PairKey,
    PairValue,
    PairEnd,
    FlowKey {
        first: bool,
    },
    FlowValue,
    /// The value of a flow mapping's key that has no `:`.
    FlowNoValue,
}

/// Which nodes may stand in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Flow,
    Block,
    /// Also a list that is indented no deeper than its key.
    BlockOrIndentless,
}

/// How a document ended.
pub(super) struct End {
    /// The first byte behind what was read to know the end.
    pub(super) at: usize,
    /// The document ended with `...`, a directive, or at a token that cannot continue it.
    pub(super) before_end: bool,
}

pub(super) struct Parser<'t, 'b> {
    pub(super) scanner: Scanner<'t>,
    pub(super) tree: &'b mut Tree,
    words: Words,
    states: Vec<State>,
    /// The tag handles of the document's `%TAG` lines.
    prefixes: HashMap<&'t [u8], Cow<'t, [u8]>>,
    /// The end of the last token that stands on bytes.
    reached: usize,
}

/// The anchor and the tag before a node.
#[derive(Default)]
struct Properties<'t> {
    anchor: Option<&'t str>,
    tag: Option<Tag>,
}

impl<'t, 'b> Parser<'t, 'b> {
    pub(super) fn new(text: &'t str, words: Words, tree: &'b mut Tree) -> Self {
        let scanner = Scanner::new(text);
        Self { scanner, tree, words, states: Vec::new(), prefixes: HashMap::new(), reached: 0 }
    }

    /// Reads the first document.
    pub(super) fn document(&mut self) -> Result<End, Fault> {
        let explicit = self.directives()?;
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::StreamEnd if !explicit => {}
            Kind::Version { .. }
            | Kind::TagPrefix(_)
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd
                if explicit =>
            {
                self.empty(Properties::default())?;
            }
            _ => self.root()?,
        }
        let at = self.scanner.peek()?.end;
        let before_end = !self.scanner.settle()?;
        Ok(End { at, before_end })
    }

    /// Reads what may stand before a document; whether `---` stood there.
    fn directives(&mut self) -> Result<bool, Fault> {
        let mut version = false;
        let mut any = false;
        loop {
            let token = self.scanner.peek()?;
            let (start, end) = (token.start, token.end);
            match &token.kind {
                Kind::Version { major, minor } => {
                    if version {
                        return Err(Fault::syntax(
                            "a document has one `%YAML` line; remove this one",
                            start,
                            end,
                        ));
                    }
                    if (*major, *minor) != (1, 1) {
                        return Err(Fault::syntax(
                            "Kubernetes reads YAML 1.1 only; remove the `%YAML` line",
                            start,
                            end,
                        ));
                    }
                    version = true;
                    any = true;
                    self.take()?;
                }
                Kind::TagPrefix(_) => {
                    any = true;
                    let Token { kind: Kind::TagPrefix(prefix), .. } = self.take()? else { continue };
                    if self.prefixes.insert(prefix.handle, prefix.rest).is_some() {
                        return Err(Fault::syntax(
                            "this tag handle is declared twice; remove one",
                            start,
                            end,
                        ));
                    }
                }
                Kind::DocumentStart => {
                    self.take()?;
                    return Ok(true);
                }
                _ if any => {
                    return Err(Fault::syntax("a line of `---` must follow the `%` lines", start, end));
                }
                _ => return Ok(false),
            }
        }
    }

    fn root(&mut self) -> Result<(), Fault> {
        self.node(Place::Block)?;
        while let Some(state) = self.states.pop() {
            match state {
                State::BlockItem => self.block_item()?,
                State::IndentlessItem => self.indentless_item()?,
                State::BlockKey => self.block_key()?,
                State::BlockValue => self.block_value()?,
                State::FlowItem { first } => self.flow_item(first)?,
                State::PairKey => self.pair_key()?,
                State::PairValue => self.flow_value(State::PairEnd)?,
                State::PairEnd => {
                    self.tree.close(None)?;
                    self.states.push(State::FlowItem { first: false });
                }
                State::FlowKey { first } => self.flow_key(first)?,
                State::FlowValue => self.flow_value(State::FlowKey { first: false })?,
                State::FlowNoValue => {
                    self.empty(Properties::default())?;
                    self.states.push(State::FlowKey { first: false });
                }
            }
        }
        Ok(())
    }

    /// The fault of the next token. One that stands on no bytes is shown by the word behind it.
    fn misplaced(&mut self, message: &str) -> Fault {
        let (start, end) = match self.scanner.peek() {
            Ok(token) => (token.start, token.end),
            Err(fault) => return fault,
        };
        let word = self.scanner.text.get(start..).unwrap_or("");
        let length = word.find([' ', '\t', '\n', '\r', ':']).unwrap_or(word.len());
        Fault::syntax(message, start, if end > start { end } else { start + length })
    }

    #[inline]
    fn take(&mut self) -> Result<Token<'t>, Fault> {
        let token = self.scanner.take()?;
        if token.end > token.start {
            self.reached = token.end;
        }
        Ok(token)
    }

    /// Reads a node: a scalar or alias as a whole, of a collection only its start.
    fn node(&mut self, place: Place) -> Result<(), Fault> {
        let properties = match self.scanner.peek()?.kind {
            Kind::Anchor(_) | Kind::Tag(_) => self.properties()?,
            _ => Properties::default(),
        };
        let has_properties = properties.anchor.is_some() || properties.tag.is_some();
        let token = self.scanner.peek()?;
        let (start, end) = (token.start, token.end);
        let state = match &token.kind {
            Kind::Alias(name) if !has_properties => {
                let name = *name;
                self.take()?;
                return self.tree.alias(name, start, end);
            }
            Kind::Scalar { .. } => {
                let Token { kind: Kind::Scalar { text, plain }, .. } = self.take()? else { return Ok(()) };
                return self.scalar(text, plain, properties, start, end);
            }
            Kind::BlockEntry if place == Place::BlockOrIndentless => {
                self.tree.open(false, properties.anchor, start, end)?;
                self.states.push(State::IndentlessItem);
                return Ok(());
            }
            Kind::FlowSequenceStart => State::FlowItem { first: true },
            Kind::FlowMappingStart => State::FlowKey { first: true },
            Kind::BlockSequenceStart if place != Place::Flow => State::BlockItem,
            Kind::BlockMappingStart if place != Place::Flow => State::BlockKey,
            _ if has_properties => return self.empty(properties),
            kind => {
                let message = unexpected(kind);
                return Err(self.misplaced(message));
            }
        };
        let mapping = matches!(state, State::FlowKey { .. } | State::BlockKey);
        self.tree.open(mapping, properties.anchor, start, end)?;
        self.take()?;
        self.states.push(state);
        Ok(())
    }

    fn properties(&mut self) -> Result<Properties<'t>, Fault> {
        let mut properties = Properties::default();
        loop {
            match self.scanner.peek()?.kind {
                Kind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                    self.take()?;
                }
                Kind::Tag(_) if properties.tag.is_none() => {
                    let Token { kind: Kind::Tag(tag), start, end } = self.take()? else { continue };
                    properties.tag = Some(self.resolve_tag(&tag, start, end)?);
                }
                _ => return Ok(properties),
            }
        }
    }

    fn resolve_tag(&self, tag: &TagText<'t>, start: usize, end: usize) -> Result<Tag, Fault> {
        if tag.handle.is_empty() {
            return Ok(Tag::new(&tag.rest));
        }
        let prefix: &[u8] = match (self.prefixes.get(tag.handle), tag.handle) {
            (Some(prefix), _) => prefix,
            (None, b"!") => b"!",
            (None, b"!!") => b"tag:yaml.org,2002:",
            _ => {
                return Err(Fault::syntax(
                    "the handle of this tag is not declared; write a `%TAG` line, or remove the tag",
                    start,
                    end,
                ));
            }
        };
        Ok(Tag::new(&[prefix, &tag.rest].concat()))
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        plain: bool,
        properties: Properties<'t>,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        let tag = properties.tag.unwrap_or(Tag::None);
        let merge = text == "<<"
            && match tag {
                Tag::None => plain,
                Tag::NonSpecific | Tag::Merge => true,
                _ => false,
            };
        let scalar = resolve(text, tag, plain, self.words).map_err(|kind| Fault::new(kind, start, end))?;
        self.tree.scalar(scalar, merge, properties.anchor, start, end)
    }

    /// A node of which nothing is written, but perhaps its anchor or tag.
    fn empty(&mut self, properties: Properties<'t>) -> Result<(), Fault> {
        let at = self.reached;
        match properties.tag {
            None => self.tree.scalar(Scalar::Null, false, properties.anchor, at, at),
            Some(_) => self.scalar(Cow::Borrowed(""), false, properties, at, at),
        }
    }

    fn block_item(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::BlockEntry => {
                let end = token.end;
                self.take()?;
                self.tree.reach(end);
                self.states.push(State::BlockItem);
                match self.scanner.peek()?.kind {
                    Kind::BlockEntry | Kind::BlockEnd => self.empty(Properties::default()),
                    _ => self.node(Place::Block),
                }
            }
            Kind::BlockEnd => {
                self.take()?;
                self.tree.close(None)
            }
            _ => Err(self.misplaced(
                "expected a list item; indent this line with the list's other items, or as part of the last",
            )),
        }
    }

    fn indentless_item(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::BlockEntry) {
            return self.tree.close(None);
        }
        let end = token.end;
        self.take()?;
        self.tree.reach(end);
        self.states.push(State::IndentlessItem);
        match self.scanner.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(Properties::default()),
            _ => self.node(Place::Block),
        }
    }

    fn block_key(&mut self) -> Result<(), Fault> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::Key => {
                self.take()?;
                self.states.push(State::BlockValue);
                match self.scanner.peek()?.kind {
                    Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(Properties::default()),
                    _ => self.node(Place::BlockOrIndentless),
                }
            }
            Kind::BlockEnd => {
                self.take()?;
                self.tree.close(None)
            }
            _ => Err(self.misplaced(
                "expected a key; indent this line with the mapping's other keys, or as part of the last value",
            )),
        }
    }

    fn block_value(&mut self) -> Result<(), Fault> {
        self.states.push(State::BlockKey);
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::Value) {
            return self.empty(Properties::default());
        }
        let end = token.end;
        self.take()?;
        self.tree.reach(end);
        match self.scanner.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => self.empty(Properties::default()),
            _ => self.node(Place::BlockOrIndentless),
        }
    }

    /// Takes the comma between two entries of a flow collection; whether the collection ends here.
    fn flow_separator(&mut self, first: bool, end: fn(&Kind<'_>) -> bool) -> Result<bool, Fault> {
        let token = self.scanner.peek()?;
        if !first && !end(&token.kind) {
            if !matches!(token.kind, Kind::FlowEntry) {
                return Err(self.misplaced(
                    "expected `,` or the closing bracket; close the bracket, or put the text in quotes",
                ));
            }
            self.take()?;
        }
        let token = self.scanner.peek()?;
        if !end(&token.kind) {
            return Ok(false);
        }
        let at = token.end;
        self.take()?;
        self.tree.close(Some(at))?;
        Ok(true)
    }

    fn flow_item(&mut self, first: bool) -> Result<(), Fault> {
        if self.flow_separator(first, |kind| matches!(kind, Kind::FlowSequenceEnd))? {
            return Ok(());
        }
        let token = self.scanner.peek()?;
        if matches!(token.kind, Kind::Key) {
            let (start, end) = (token.start, token.end);
            self.take()?;
            self.tree.open(true, None, start, end)?;
            self.states.push(State::PairKey);
            return Ok(());
        }
        self.states.push(State::FlowItem { first: false });
        self.node(Place::Flow)
    }

    fn pair_key(&mut self) -> Result<(), Fault> {
        self.states.push(State::PairValue);
        match self.scanner.peek()?.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // Kubernetes' YAML library passes over the token that ends an absent key here.
                self.empty(Properties::default())?;
                self.take()?;
                Ok(())
            }
            _ => self.node(Place::Flow),
        }
    }

    fn flow_key(&mut self, first: bool) -> Result<(), Fault> {
        if self.flow_separator(first, |kind| matches!(kind, Kind::FlowMappingEnd))? {
            return Ok(());
        }
        if !matches!(self.scanner.peek()?.kind, Kind::Key) {
            self.states.push(State::FlowNoValue);
            return self.node(Place::Flow);
        }
        self.take()?;
        self.states.push(State::FlowValue);
        match self.scanner.peek()?.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => self.empty(Properties::default()),
            _ => self.node(Place::Flow),
        }
    }

    /// Reads the value behind a key of a flow collection, if there is one.
    fn flow_value(&mut self, next: State) -> Result<(), Fault> {
        self.states.push(next);
        let token = self.scanner.peek()?;
        if !matches!(token.kind, Kind::Value) {
            return self.empty(Properties::default());
        }
        let end = token.end;
        self.take()?;
        self.tree.reach(end);
        let pair = next == State::PairEnd;
        match self.scanner.peek()?.kind {
            Kind::FlowEntry => self.empty(Properties::default()),
            Kind::FlowSequenceEnd if pair => self.empty(Properties::default()),
            Kind::FlowMappingEnd if !pair => self.empty(Properties::default()),
            _ => self.node(Place::Flow),
        }
    }
}

/// Why a token begins no node.
fn unexpected(kind: &Kind<'_>) -> &'static str {
    match kind {
        Kind::StreamEnd | Kind::DocumentStart | Kind::DocumentEnd => {
            "the document ends where a value is expected; close the brackets"
        }
        Kind::BlockEntry => "a list item cannot stand in brackets; remove the `-`, or put it in quotes",
        Kind::FlowSequenceEnd | Kind::FlowMappingEnd => {
            "this bracket closes none; remove it, or put the text in quotes"
        }
        Kind::FlowEntry => {
            "a value is missing before this comma; remove the comma, or put the text in quotes"
        }
        _ => "a value cannot begin here; put the text in quotes",
    }
}

/// What a fault of a text with a control character is called.
pub(super) fn control_character(text: &str, at: usize) -> Fault {
    let character = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or('\0');
    Fault::new(
        LoadErrorKind::Syntax(format!(
            "the character U+{:04X} cannot stand in YAML; remove it, or write it as `\\u{:04x}` in double quotes",
            u32::from(character),
            u32::from(character)
        )),
        at,
        at + character.len_utf8(),
    )
}
