//! Paragraphs of `Field: value` lines, as Debian, opkg, R and Python's packages write them.

/// A paragraph: fields in their order; continued lines are joined by line feeds without their first blank.
#[derive(Debug, Default)]
pub(crate) struct Paragraph<'t> {
    fields: Vec<(&'t str, std::borrow::Cow<'t, str>)>,
}

impl<'t> Paragraph<'t> {
    /// The value of a field; the case of its name does not count.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_ref())
    }

    fn line(&mut self, line: &'t str) {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = self.fields.last_mut() {
                value.to_mut().push('\n');
                value.to_mut().push_str(line.trim());
            }
        } else if let Some((key, value)) = line.split_once(':') {
            self.fields.push((key.trim_end(), value.trim().into()));
        }
    }
}

/// The paragraphs of a text, which empty lines part. Lines that are neither field nor continuation are left out.
pub(crate) fn paragraphs(text: &str) -> impl Iterator<Item = Paragraph<'_>> {
    let mut lines = text.lines();
    std::iter::from_fn(move || {
        let mut paragraph = Paragraph::default();
        for line in lines.by_ref() {
            let line = line.trim_end();
            if !line.is_empty() {
                paragraph.line(line);
            } else if !paragraph.fields.is_empty() {
                return Some(paragraph);
            }
        }
        (!paragraph.fields.is_empty()).then_some(paragraph)
    })
}

/// The names in a list of relations, `libc6 (>= 2.36), awk | mawk`: versions and architectures left out, and of
/// alternatives each one.
pub(crate) fn relations(list: &str) -> impl Iterator<Item = &str> {
    list.split([',', '|']).filter_map(|relation| {
        let name = relation.trim().split([' ', '(', '[', '<', '\n', ':']).next().unwrap_or_default();
        Some(name).filter(|name| !name.is_empty())
    })
}
