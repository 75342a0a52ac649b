//! Puts the nodes of one document together: duplicate keys, merges, aliases, and what it may cost.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use smol_str::SmolStr;

use crate::error::{Fault, LoadError, LoadErrorKind};
use crate::yaml::resolve::{Key, KeyType};
use crate::yaml::value::Scalar;
use crate::{Budget, Entry, Mapping, Node, SourceId, Span, Value};

/// How many entries a mapping may have before its keys are looked up by hash.
const LINEAR: usize = 12;

/// How many collections, items and entries of a usual document are open at once.
const USUAL: usize = 32;

/// What the nodes of a document cost that stand behind an anchor.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    /// Values, keys and aliases, with aliases written out, as Kubernetes' YAML library counts them.
    values: u64,
    /// Levels of collections.
    height: usize,
}

/// What an anchor stands for.
#[derive(Debug)]
enum Anchored {
    /// A collection that is not closed yet, by the count of values at its start.
    Open(u64),
    Scalar(Scalar<'static>, Span),
    Collection(Node, Cost),
}

/// The tree under construction.
pub(crate) struct Tree {
    source: SourceId,
    /// Where the document begins in its source.
    base: usize,
    document: u32,
    depth: usize,
    values: u64,
    frames: Vec<Frame>,
    /// The items of all open sequences, one behind the other.
    nodes: Vec<Node>,
    /// The entries of all open mappings, one behind the other.
    entries: Vec<Entry>,
    root: Option<Node>,
    anchors: HashMap<SmolStr, Anchored>,
    /// Values read so far, aliases written out.
    decoded: u64,
    /// How many of them stand behind an alias.
    aliased: u64,
    /// The keys that are no text, by the address of their mapping, for merges.
    key_types: HashMap<usize, KeyTypes>,
    /// Faults that count only when their node is still there at the end.
    deferred: Vec<(Span, LoadErrorKind)>,
    /// Values whose key lost its place to one of another type but the same text. Kubernetes converts them
    /// before it drops one of the two, so that a key within them can still fail.
    shadowed: Vec<Node>,
    pub(crate) warnings: Vec<LoadError>,
}

/// The types of those keys of a mapping that are no text.
type KeyTypes = HashMap<SmolStr, KeyType>;

/// A collection that is not closed yet.
struct Frame {
    kind: FrameKind,
    /// Its first item or entry.
    first: usize,
    start: usize,
    /// The end of its last part so far.
    end: usize,
    anchor: Option<SmolStr>,
    decoded: u64,
    height: usize,
}

enum FrameKind {
    Sequence,
    Mapping {
        /// The key that waits for its value.
        waiting: Option<Key>,
        /// What few mappings have.
        rare: Option<Box<Rare>>,
    },
}

/// What a mapping has that holds keys of other types than text, merges, or many keys.
#[derive(Default)]
struct Rare {
    types: KeyTypes,
    /// The keys that came from a merge.
    merged: HashSet<SmolStr>,
    /// The place of each key, once there are many.
    index: Option<HashMap<SmolStr, usize>>,
    /// Keys that lost their place to one of another type but the same text, and their values.
    shadowed: HashMap<(SmolStr, KeyType), (Span, Node)>,
}

impl Tree {
    pub(crate) fn new(source: SourceId, base: usize, document: u32, budget: &Budget) -> Self {
        Self {
            source,
            base,
            document,
            depth: budget.depth.min(Budget::MAX_DEPTH),
            values: budget.nodes as u64,
            frames: Vec::with_capacity(USUAL),
            nodes: Vec::with_capacity(USUAL),
            entries: Vec::with_capacity(USUAL),
            root: None,
            anchors: HashMap::new(),
            decoded: 1,
            aliased: 0,
            key_types: HashMap::new(),
            deferred: Vec::new(),
            shadowed: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The span of these bytes of the document.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| u32::try_from(self.base + at).unwrap_or(u32::MAX);
        Span { source: self.source, start: offset(start), end: offset(end) }
    }

    /// Whether the next node is the key of a mapping.
    #[inline]
    pub(crate) fn expects_key(&self) -> bool {
        match self.frames.last() {
            Some(Frame { kind: FrameKind::Mapping { waiting, .. }, .. }) => waiting.is_none(),
            _ => false,
        }
    }

    /// Opens a sequence or a mapping.
    pub(crate) fn open(
        &mut self,
        mapping: bool,
        anchor: Option<&str>,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        if self.expects_key() {
            let kind = if mapping { "a mapping" } else { "a list" };
            return Err(Fault::new(LoadErrorKind::Key(kind), start, end));
        }
        if self.frames.len() >= self.depth {
            return Err(Fault::new(LoadErrorKind::TooDeep { limit: self.depth }, start, end));
        }
        // A list behind a merge key is looked through, not read.
        let looked_through = !mapping && self.merges();
        let decoded = self.decoded;
        if !looked_through {
            self.count(start, end)?;
        }
        let anchor = anchor.map(SmolStr::new);
        if let Some(name) = &anchor {
            self.anchors.insert(name.clone(), Anchored::Open(decoded));
        }
        let (kind, first) = if mapping {
            (FrameKind::Mapping { waiting: None, rare: None }, self.entries.len())
        } else {
            (FrameKind::Sequence, self.nodes.len())
        };
        self.frames.push(Frame { kind, first, start, end, anchor, decoded, height: 1 });
        Ok(())
    }

    /// Closes the innermost collection. A block collection ends with its last part.
    pub(crate) fn close(&mut self, end: Option<usize>) -> Result<(), Fault> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        let end = end.unwrap_or(frame.end);
        let value = match frame.kind {
            FrameKind::Sequence => Value::Sequence(Arc::new(self.nodes.split_off(frame.first))),
            FrameKind::Mapping { rare, .. } => {
                let mapping = Arc::new(Mapping::new(self.entries.split_off(frame.first)));
                let address = Arc::as_ptr(&mapping).addr();
                if !self.key_types.is_empty() {
                    self.key_types.remove(&address);
                }
                if let Some(rare) = rare {
                    if !rare.types.is_empty() {
                        self.key_types.insert(address, rare.types);
                    }
                    if !self.deferred.is_empty() {
                        self.shadowed.extend(rare.shadowed.into_values().map(|(_, node)| node));
                    }
                }
                Value::Mapping(mapping)
            }
        };
        let node = Node { span: self.span(frame.start, end), value };
        if let Some(name) = frame.anchor {
            // Within the collection the name may have been given to another node.
            if matches!(self.anchors.get(&name), Some(Anchored::Open(decoded)) if *decoded == frame.decoded) {
                let cost = Cost { values: self.decoded - frame.decoded, height: frame.height };
                self.anchors.insert(name, Anchored::Collection(node.clone(), cost));
            }
        }
        self.add(node, frame.start, end, frame.height)
    }

    /// Notes that a part of the innermost collection that is no node ends here: a `:` or a `-`.
    #[inline]
    pub(crate) fn reach(&mut self, end: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = end;
        }
    }

    /// Adds a scalar, as a key or as a value.
    pub(crate) fn scalar(
        &mut self,
        scalar: Scalar<'_>,
        merge: bool,
        anchor: Option<&str>,
        start: usize,
        end: usize,
    ) -> Result<(), Fault> {
        let span = self.span(start, end);
        if let Some(name) = anchor {
            self.anchors.insert(SmolStr::new(name), Anchored::Scalar(scalar.clone().detach(), span));
        }
        if self.expects_key() {
            if !merge {
                self.count(start, end)?;
            }
            let (text, key_type) = scalar.key();
            self.key(Key { text, kind: key_type, span, merge }, end);
            return Ok(());
        }
        self.count(start, end)?;
        let value = self.scalar_value(&scalar, span);
        self.add(Node { span, value }, start, end, 0)
    }

    fn scalar_value(&mut self, scalar: &Scalar<'_>, span: Span) -> Value {
        let value = scalar.value();
        if let Value::Float(number) = value
            && !number.is_finite()
        {
            let text = if number.is_nan() { ".nan" } else { ".inf" };
            self.deferred.push((span, LoadErrorKind::Number(text.into())));
        }
        value
    }

    /// Adds a value that is text.
    #[inline]
    pub(crate) fn text(&mut self, text: SmolStr, start: usize, end: usize) -> Result<(), Fault> {
        if self.expects_key() {
            return self.text_key(text, start, end);
        }
        self.count(start, end)?;
        let node = Node { span: self.span(start, end), value: Value::String(text) };
        self.add(node, start, end, 0)
    }

    /// Adds a key that is text.
    #[inline]
    pub(crate) fn text_key(&mut self, text: SmolStr, start: usize, end: usize) -> Result<(), Fault> {
        self.count(start, end)?;
        let key = Key { text, kind: KeyType::Text, span: self.span(start, end), merge: false };
        self.key(key, end);
        Ok(())
    }

    /// Adds what an alias stands for.
    pub(crate) fn alias(&mut self, name: &str, start: usize, end: usize) -> Result<(), Fault> {
        self.count(start, end)?;
        match self.anchors.get(name) {
            None => Err(Fault::new(LoadErrorKind::UnknownAnchor(name.into()), start, end)),
            Some(Anchored::Open(_)) => {
                Err(Fault::new(LoadErrorKind::RecursiveAnchor(name.into()), start, end))
            }
            Some(Anchored::Scalar(scalar, span)) => {
                let (scalar, span) = (scalar.clone(), *span);
                self.count_aliased(1, start, end)?;
                if self.expects_key() {
                    let (text, key_type) = scalar.key();
                    self.key(Key { text, kind: key_type, span: self.span(start, end), merge: false }, end);
                    return Ok(());
                }
                let value = self.scalar_value(&scalar, span);
                self.add(Node { span, value }, start, end, 0)
            }
            Some(Anchored::Collection(node, cost)) => {
                let (node, cost) = (node.clone(), *cost);
                self.count_aliased(cost.values, start, end)?;
                if self.expects_key() {
                    return Err(Fault::new(LoadErrorKind::Key("an alias of a list or mapping"), start, end));
                }
                if self.frames.len().saturating_add(cost.height) > self.depth {
                    return Err(Fault::new(LoadErrorKind::TooDeep { limit: self.depth }, start, end));
                }
                self.add(node, start, end, cost.height)
            }
        }
    }

    /// The finished tree; null where the document has no node.
    pub(crate) fn finish(mut self) -> Result<(Node, Vec<LoadError>), Fault> {
        let root = self.root.take().unwrap_or(Node { span: self.span(0, 0), value: Value::Null });
        if !self.deferred.is_empty()
            && let Some((span, kind)) = self.still_there(&root).or_else(|| {
                let keys = |(_, kind): &(Span, LoadErrorKind)| matches!(kind, LoadErrorKind::Key(_));
                self.shadowed.iter().filter_map(|node| self.still_there(node)).find(keys)
            })
        {
            let base = u32::try_from(self.base).unwrap_or(u32::MAX);
            return Err(Fault::new(kind, (span.start - base) as usize, (span.end - base) as usize));
        }
        Ok((root, self.warnings))
    }

    /// The first deferred fault whose key or value was not replaced by a later one.
    fn still_there(&self, root: &Node) -> Option<(Span, LoadErrorKind)> {
        let faults: HashMap<Span, &LoadErrorKind> =
            self.deferred.iter().map(|(span, kind)| (*span, kind)).collect();
        let mut rest = vec![root];
        while let Some(node) = rest.pop() {
            let found = |span: &Span| faults.get(span).map(|kind| (*span, (*kind).clone()));
            match &node.value {
                Value::Float(_) => {
                    if let Some(fault) = found(&node.span) {
                        return Some(fault);
                    }
                }
                Value::Sequence(items) => rest.extend(items.iter().rev()),
                Value::Mapping(mapping) => {
                    if let Some(fault) = mapping.entries().iter().find_map(|entry| found(&entry.key_span)) {
                        return Some(fault);
                    }
                    rest.extend(mapping.entries().iter().rev().map(|entry| &entry.node));
                }
                _ => {}
            }
        }
        None
    }

    /// Whether the innermost collection waits for the value of a merge key.
    fn merges(&self) -> bool {
        match self.frames.last() {
            Some(Frame { kind: FrameKind::Mapping { waiting, .. }, .. }) => {
                waiting.as_ref().is_some_and(|key| key.merge)
            }
            _ => false,
        }
    }

    fn key(&mut self, key: Key, end: usize) {
        if let KeyType::Unsupported(what) = key.kind {
            self.deferred.push((key.span, LoadErrorKind::Key(what)));
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.end = end;
            if let FrameKind::Mapping { waiting, .. } = &mut frame.kind {
                *waiting = Some(key);
            }
        }
    }

    /// Adds a finished node to the innermost collection. `start` and `end` are where it was named, which
    /// for an alias is not where it stands.
    fn add(&mut self, node: Node, start: usize, end: usize, height: usize) -> Result<(), Fault> {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        frame.end = end;
        frame.height = frame.height.max(height + 1);
        match &mut frame.kind {
            FrameKind::Sequence => self.nodes.push(node),
            FrameKind::Mapping { waiting, .. } => match waiting.take() {
                Some(key) if key.merge => return self.merge(node, start, end),
                Some(key) => self.insert(key.text, key.kind, key.span, node, false),
                None => {}
            },
        }
        Ok(())
    }

    /// Takes over the entries of a mapping, or of the mappings of a list, the first of which wins.
    fn merge(&mut self, node: Node, start: usize, end: usize) -> Result<(), Fault> {
        let unfit = || Fault::new(LoadErrorKind::Merge, start, end);
        match node.value {
            Value::Mapping(mapping) => self.merge_mapping(&mapping),
            Value::Sequence(items) if self.span(start, end) == node.span => {
                for item in items.iter().rev() {
                    let Value::Mapping(mapping) = &item.value else { return Err(unfit()) };
                    self.merge_mapping(mapping);
                }
            }
            _ => return Err(unfit()),
        }
        Ok(())
    }

    fn merge_mapping(&mut self, mapping: &Arc<Mapping>) {
        let types = self.key_types.get(&Arc::as_ptr(mapping).addr()).cloned().unwrap_or_default();
        for entry in mapping.entries() {
            let key_type = types.get(&entry.key).copied().unwrap_or_default();
            self.insert(entry.key.clone(), key_type, entry.key_span, entry.node.clone(), true);
        }
    }

    /// Puts an entry into the innermost mapping, in the place of one with the same key if there is one.
    fn insert(&mut self, key: SmolStr, key_type: KeyType, key_span: Span, node: Node, merged: bool) {
        let Some(Frame { kind: FrameKind::Mapping { rare, .. }, first, .. }) = self.frames.last_mut() else {
            return;
        };
        let entries = self.entries.get_mut(*first..).unwrap_or_default();
        let mut same = place(entries, rare.as_deref(), &key);
        if let (None, KeyType::Float(0), Some(rare)) = (same, key_type, rare.as_deref()) {
            // 0.0 and -0.0 are the same key with different texts.
            let other = if key == "0" { "-0" } else { "0" };
            if rare.types.get(other) == Some(&key_type) {
                same = place(entries, Some(rare), other);
            }
        }
        let count = entries.len();
        let entry = Entry { key, key_span, node };
        if let Some(old) = same.and_then(|place| entries.get_mut(place)) {
            let rare = rare.get_or_insert_default();
            let kind = rare.replace(old, entry, key_type, merged);
            self.warnings.push(LoadError { kind, span: key_span, document: self.document });
            return;
        }
        if rare.is_some() || count >= LINEAR || merged || key_type != KeyType::Text {
            let rare = rare.get_or_insert_default();
            if key_type != KeyType::Text {
                rare.types.insert(entry.key.clone(), key_type);
            }
            if merged {
                rare.merged.insert(entry.key.clone());
            }
            if let Some(index) = &mut rare.index {
                index.insert(entry.key.clone(), count);
            } else if count >= LINEAR {
                let all = entries.iter().chain([&entry]).map(|entry| entry.key.clone());
                rare.index = Some(all.enumerate().map(|(place, key)| (key, place)).collect());
            }
        }
        self.entries.push(entry);
    }

    /// Counts one value that stands in the text.
    #[inline]
    fn count(&mut self, start: usize, end: usize) -> Result<(), Fault> {
        self.decoded += 1;
        if self.decoded > self.values || self.aliased > 100 {
            return self.check_count(start, end);
        }
        Ok(())
    }

    /// Counts values that an alias stands for.
    fn count_aliased(&mut self, values: u64, start: usize, end: usize) -> Result<(), Fault> {
        self.decoded = self.decoded.saturating_add(values);
        self.aliased = self.aliased.saturating_add(values);
        self.check_count(start, end)
    }

    #[expect(clippy::cast_precision_loss, reason = "the counts are far below 2^53 where the ratio decides")]
    fn check_count(&self, start: usize, end: usize) -> Result<(), Fault> {
        let ratio = self.aliased as f64 / self.decoded as f64;
        if self.aliased > 100 && self.decoded > 1000 && ratio > allowed_ratio(self.decoded as f64) {
            return Err(Fault::new(LoadErrorKind::ExcessiveAliases, start, end));
        }
        if self.decoded > self.values {
            let limit = usize::try_from(self.values).unwrap_or(usize::MAX);
            return Err(Fault::new(LoadErrorKind::TooManyNodes { limit }, start, end));
        }
        Ok(())
    }
}

/// Which part of a document's values may stand behind aliases: 99% up to 400,000 values, 10% from 4,000,000
/// on, in between on a line.
fn allowed_ratio(values: f64) -> f64 {
    const LOW: f64 = 400_000.0;
    const HIGH: f64 = 4_000_000.0;
    if values <= LOW {
        0.99
    } else if values >= HIGH {
        0.10
    } else {
        0.99 - 0.89 * ((values - LOW) / (HIGH - LOW))
    }
}

/// The place of a key among the entries of an open mapping.
fn place(entries: &[Entry], rare: Option<&Rare>, key: &str) -> Option<usize> {
    match rare.and_then(|rare| rare.index.as_ref()) {
        None => entries.iter().position(|entry| entry.key == key),
        Some(index) => index.get(key).copied(),
    }
}

impl Rare {
    /// Puts an entry in the place of one with the same text, and says what that means.
    fn replace(&mut self, old: &mut Entry, new: Entry, key_type: KeyType, merged: bool) -> LoadErrorKind {
        let old_type = self.types.remove(&old.key).unwrap_or_default();
        let was_merged = self.merged.remove(&old.key);
        if key_type != KeyType::Text {
            self.types.insert(new.key.clone(), key_type);
        }
        if merged {
            self.merged.insert(new.key.clone());
        }
        if old.key != new.key
            && let Some(index) = &mut self.index
            && let Some(place) = index.remove(&old.key)
        {
            index.insert(new.key.clone(), place);
        }
        let key = new.key.clone();
        let old = std::mem::replace(old, new);
        let mut first = old.key_span;
        if old_type != key_type || key_type == KeyType::NotANumber {
            self.shadowed.insert((old.key, old_type), (old.key_span, old.node));
            match self.shadowed.remove(&(key.clone(), key_type)) {
                Some((span, _)) if key_type != KeyType::NotANumber => first = span,
                _ => return LoadErrorKind::AmbiguousKey { key, first },
            }
        }
        if merged || was_merged {
            LoadErrorKind::MergedKey { key, first }
        } else {
            LoadErrorKind::DuplicateKey { key, first }
        }
    }
}
