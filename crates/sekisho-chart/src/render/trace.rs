//! Where the bytes of rendered files come from, in the terms of findings.

use std::sync::Arc;

use sekisho_manifest::{Origin, Span, ValueOrigin};
use smol_str::ToSmolStr;

use super::Texts;
use super::manifest::File;
use crate::template::Rendered;
use crate::value::{Origin as TemplateOrigin, Site, ValueKey};

/// A rendered file with its origins.
///
/// A line comes from the template in which it begins: the one of a helper, if the helper writes it from its
/// first character on, else the rendered file itself, whatever it includes further on in the line. What an
/// action prints comes from the action of the rendered file by which it got there: that is what its author can
/// change, and the key of the values says the rest.
pub(super) fn traced(rendered: Rendered, texts: &Texts) -> File {
    let mut tracer = Tracer { texts, origins: Vec::new(), line: None, shown: None };
    for (range, origin) in rendered.origins {
        tracer.piece(rendered.text.get(range.clone()).unwrap_or(""), range.start, &origin);
    }
    File { text: rendered.text, origins: tracer.origins }
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Tracer<'t> {
    texts: &'t Texts,
    origins: Vec<Origin>,
    /// What the last character of the current line came from, if there is one that is not blank.
    line: Option<Span>,
    /// The last key, and what it is in the terms of findings.
    shown: Option<(Arc<ValueKey>, ValueOrigin)>,
}

impl Tracer<'_> {
    /// Adds a piece that starts at an offset.
    fn piece(&mut self, text: &str, start: usize, origin: &TemplateOrigin) {
        let value = origin.key.as_ref().map(|key| self.value(key)).filter(|value| !value.key.is_empty());
        let mut done = 0;
        if let Some(line) = self.line {
            done = text.find('\n').map_or(text.len(), |at| at + 1);
            let (span, verbatim) = self.span_within(line, origin, done);
            self.enter(Origin { start: offset(start), span, verbatim, value: value.clone() });
            self.line = (done == text.len() && !text.ends_with('\n')).then_some(span);
        }
        let Some(rest) = text.get(done..).filter(|rest| !rest.is_empty()) else {
            return;
        };
        let site = if origin.is_literal { origin.site } else { origin.through.or(origin.site) };
        let Some(site) = site else { return };
        let (span, verbatim) = if origin.is_literal {
            let begin = site.offset.saturating_add(offset(done));
            (Span { source: site.source, start: begin, end: begin.saturating_add(offset(rest.len())) }, true)
        } else {
            (self.action(site), false)
        };
        self.enter(Origin { start: offset(start + done), span, verbatim, value });
        let last = rest.rsplit('\n').next().unwrap_or(rest);
        self.line = (!last.trim().is_empty()).then_some(span);
    }

    /// Enters an origin, unless it is that of the bytes before.
    fn enter(&mut self, origin: Origin) {
        let goes_on = self.origins.last().is_some_and(|last| {
            !last.verbatim && !origin.verbatim && last.span == origin.span && last.value == origin.value
        });
        if !goes_on {
            self.origins.push(origin);
        }
    }

    /// Where a piece comes from that goes on a line, of which so many bytes belong to the line.
    fn span_within(&self, line: Span, origin: &TemplateOrigin, length: usize) -> (Span, bool) {
        let within = |site: Option<Site>| site.filter(|site| site.source == line.source);
        match (within(origin.site), within(origin.through)) {
            (Some(Site { source, offset: start }), _) if origin.is_literal => {
                (Span { source, start, end: start.saturating_add(offset(length)) }, true)
            }
            (Some(site), _) | (None, Some(site)) => (self.action(site), false),
            // Of a third template: it got here behind what the line has so far.
            (None, None) => (Span { start: line.end, ..line }, false),
        }
    }

    /// The action that begins at a place.
    fn action(&self, site: Site) -> Span {
        let Site { source, offset: start } = site;
        let rest = self.texts.get(&source).and_then(|text| text.get(start as usize..)).unwrap_or("");
        let length = rest.find("}}").map_or(rest.len(), |at| at + 2);
        Span { source, start, end: start.saturating_add(offset(length)) }
    }

    fn value(&mut self, key: &Arc<ValueKey>) -> ValueOrigin {
        match &self.shown {
            Some((known, value)) if Arc::ptr_eq(known, key) => value.clone(),
            _ => {
                let value = ValueOrigin { key: key.path().to_smolstr(), span: key.span() };
                self.shown = Some((Arc::clone(key), value.clone()));
                value
            }
        }
    }
}
