//! The templates of a chart by name.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use sekisho_manifest::SourceId;
use smol_str::SmolStr;

use super::TemplateError;
use super::ast::{Source, Template};
use super::parser::{Dialect, is_blank, parse};
use crate::value::Text;

/// The name that Helm gives to its set of templates.
pub(super) const ROOT_NAME: &str = "gotpl";

/// Templates by name.
#[derive(Debug, Default)]
pub struct TemplateSet {
    templates: HashMap<SmolStr, Rc<Template>>,
}

impl TemplateSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and the templates that it defines. Of two definitions of one name the later one counts,
    /// unless it is blank; the caller adds files in Helm's order.
    ///
    /// # Errors
    /// Where the text is no template. The set is then unchanged.
    pub fn add(
        &mut self,
        name: &str,
        source: SourceId,
        text: impl Into<Arc<str>>,
    ) -> Result<(), TemplateError> {
        let name = SmolStr::new(name);
        let source = Rc::new(Source { name: name.clone(), id: source, text: text.into(), given: None });
        let bodies = parse(&name, &source, Dialect::HELM)?;
        associate(&mut self.templates, bodies, &source);
        Ok(())
    }

    /// The templates of one text in Go's own dialect.
    pub(super) fn of_go(name: &SmolStr, text: &str) -> Result<Self, TemplateError> {
        let source = Rc::new(Source { name: name.clone(), id: SourceId(0), text: text.into(), given: None });
        let mut set = Self::new();
        associate(&mut set.templates, parse(name, &source, Dialect::GO)?, &source);
        Ok(set)
    }

    /// Whether there is a template of this name.
    pub fn has(&self, name: &str) -> bool {
        self.templates.contains_key(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Rc<Template>> {
        self.templates.get(name)
    }
}

/// Enters bodies under their names; a blank one does not replace another.
pub(super) fn associate(
    templates: &mut HashMap<SmolStr, Rc<Template>>,
    bodies: Vec<(SmolStr, Rc<super::ast::Body>)>,
    source: &Rc<Source>,
) {
    for (name, body) in bodies {
        if templates.contains_key(&name) && is_blank(&body, &source.text) {
            continue;
        }
        let template = Template { name: name.clone(), source: Rc::clone(source), body };
        templates.insert(name, Rc::new(template));
    }
}

/// The text without Go's `<no value>`, which Helm takes out wherever it stands.
pub(super) fn without_no_value(text: Text) -> Text {
    const NO_VALUE: &[u8] = b"<no value>";
    let bytes = text.as_bytes();
    let Some(mut at) = find(bytes, NO_VALUE, 0) else {
        return text;
    };
    let mut kept = crate::value::TextBuilder::with_capacity(bytes.len());
    let mut start = 0;
    loop {
        kept.push_slice(&text, start..at);
        start = at + NO_VALUE.len();
        match find(bytes, NO_VALUE, start) {
            Some(next) => at = next,
            None => break,
        }
    }
    kept.push_slice(&text, start..bytes.len());
    kept.finish()
}

fn find(bytes: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = bytes.get(from..)?;
    memchr::memmem::find(rest, needle).map(|at| from + at)
}
