//! The manifest of an archive: attributes of its main section.

/// The main section of `META-INF/MANIFEST.MF`.
#[derive(Debug, Default)]
pub(crate) struct Manifest {
    attributes: Vec<(String, String)>,
}

impl Manifest {
    /// Reads the main section. Lines that begin with a blank continue the line before.
    pub(crate) fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        for line in text.lines().skip_while(|line| line.trim().is_empty()) {
            let line = line.trim_end_matches('\r');
            if line.is_empty() {
                break;
            }
            if let Some(more) = line.strip_prefix(' ') {
                if let Some((_, value)) = manifest.attributes.last_mut() {
                    value.push_str(more);
                }
            } else if let Some((key, value)) = line.split_once(':') {
                manifest.attributes.push((key.trim().to_owned(), value.trim_start().to_owned()));
            }
        }
        manifest
    }

    /// The value of an attribute; the case of its name does not count.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let attribute = self.attributes.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        attribute.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// The first of these attributes that there is.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.get(name))
    }
}
