//! WordPress: its core, by `wp-includes/version.php`, and its plugins and themes, by the comments that they begin with.

use sekisho_contents::{Evidence, Package};

use super::prelude::*;
use crate::path::base_name;

pub(super) static ANALYZER: Analyzer = Analyzer {
    name: "wordpress",
    version: 1,
    evidence: Evidence::Installed,
    selects: &[Select::Tail("wp-includes/version.php"), Select::Custom(is_extension)],
    access: Access::Head(HEAD),
    read,
    join: None,
};

/// WordPress itself reads no more of a file for its comment.
const HEAD: u64 = 8 << 10;

const PLUGINS: &str = "wp-content/plugins/";
const THEMES: &str = "wp-content/themes/";

/// Whether a file may begin with the comment of a plugin or a theme: it lies in its folder or is all of it.
fn is_extension(path: &str, _: u64) -> bool {
    let below = |folder: &str| path.split_once(folder).map(|(_, rest)| rest);
    match (below(PLUGINS), below(THEMES)) {
        (Some(rest), _) => rest.strip_suffix(".php").is_some() && rest.matches('/').count() <= 1,
        (None, Some(rest)) => rest.ends_with("/style.css") && rest.matches('/').count() == 1,
        (None, None) => false,
    }
}

fn read(file: &File<'_>, report: &mut Report) -> Result<(), ReadError> {
    let text = String::from_utf8_lossy(file.bytes.unwrap_or_default());
    let (kind, name, version) = if file.path.ends_with("wp-includes/version.php") {
        let version = text.lines().find_map(|line| {
            let value = line.trim().strip_prefix("$wp_version")?.trim_start().strip_prefix('=')?;
            value.trim().trim_end_matches(';').trim().strip_prefix('\'')?.strip_suffix('\'')
        });
        ("generic", "wordpress".to_owned(), version)
    } else {
        let (folder, title, kind) = if file.path.contains(PLUGINS) {
            (PLUGINS, "Plugin Name", "wordpress-plugin")
        } else {
            (THEMES, "Theme Name", "wordpress-theme")
        };
        if field(&text, title).is_none() {
            return Ok(());
        }
        let rest = file.path.split_once(folder).map_or("", |(_, rest)| rest);
        let name = match rest.split_once('/') {
            Some((folder, _)) => folder,
            None => base_name(rest).trim_end_matches(".php"),
        };
        (kind, name.to_owned(), field(&text, "Version"))
    };
    if let Some(version) = version.filter(|version| !version.is_empty()) {
        let url = package_url(kind, None, &name, Some(version), &[])?;
        report.package(Package::new(url, Evidence::Installed));
    }
    Ok(())
}

/// A field of the comment: its name, a colon, its value to the end of the line.
fn field<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    text.lines().find_map(|line| {
        let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
        let begin = line.get(..name.len()).filter(|begin| begin.eq_ignore_ascii_case(name))?;
        let value = line.get(begin.len()..)?.trim_start().strip_prefix(':')?;
        Some(value.trim_end_matches("*/").trim())
    })
}
