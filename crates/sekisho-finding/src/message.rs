//! Text that can be shown in any language: a template, its key in the catalogue, and its arguments.

use std::borrow::Cow;
use std::fmt;

use smol_str::SmolStr;

/// A named value that fills a `{name}` of a template.
pub type Argument = (&'static str, SmolStr);

/// What a finding says: an English template with `{name}` places, and the values for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The key under which translations of the template stand; empty for text that has none.
    pub key: Cow<'static, str>,
    /// The English template.
    pub template: Cow<'static, str>,
    /// The values of its places.
    pub arguments: Vec<Argument>,
}

impl Message {
    /// Text that is shown as it is in every language.
    pub fn text(text: impl Into<Cow<'static, str>>) -> Self {
        Self { key: Cow::Borrowed(""), template: text.into(), arguments: Vec::new() }
    }

    /// The message in another language's template.
    pub fn render(&self, template: &str) -> String {
        if self.key.is_empty() {
            return self.template.to_string();
        }
        let mut out = String::with_capacity(template.len() + 32);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let known = after.split_once('}').and_then(|(name, tail)| {
                let (_, value) = self.arguments.iter().find(|(known, _)| *known == name)?;
                Some((value, tail))
            });
            if let Some((value, tail)) = known {
                out.push_str(value);
                rest = tail;
            } else {
                out.push('{');
                rest = after;
            }
        }
        out.push_str(rest);
        out
    }
}

impl fmt::Display for Message {
    /// The message in English.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(&self.template))
    }
}
