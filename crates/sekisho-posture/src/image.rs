//! Images as the checks see them: the object that is written of an image's layers, and the files in them that have
//! unusual modes.

use sekisho_manifest::{Node, Object, field};

use crate::Examination;
use crate::check::Found;

/// The kind of objects that are images; their API version is that of Dockerfiles.
pub const IMAGE_KIND: &str = "Image";

/// A file that a layer brings.
pub(crate) struct Brought<'a> {
    pub(crate) path: &'a str,
    pub(crate) mode: u32,
    /// The package of the distribution that owns it; empty where none does.
    pub(crate) owner: &'a str,
}

/// Files that a message names.
const NAMED: usize = 3;

impl Brought<'_> {
    /// One finding for each layer with files of a kind: fills `{layer}`, `{count}` and `{names}`.
    pub(crate) fn report<'a>(
        object: &'a Object,
        examination: &mut Examination<'a>,
        is_meant: impl Fn(&Brought<'a>) -> bool,
    ) {
        let layers = object.root.get("layers").map_or(&[][..], Node::items);
        for (number, layer) in layers.iter().enumerate() {
            let files = layer.get("files").map_or(&[][..], Node::items);
            let read = files.iter().filter_map(|file| {
                let mode = u32::from_str_radix(file.str("mode"), 8).ok()?;
                Some(Brought { path: file.str("path"), mode, owner: file.str("owner") })
            });
            let meant: Vec<&str> = read.filter(|file| is_meant(file)).map(|file| file.path).collect();
            if meant.is_empty() {
                continue;
            }
            let mut names: Vec<String> = meant.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
            if meant.len() > NAMED {
                names.push("…".to_owned());
            }
            let digest: String = layer.str("digest").chars().take(19).collect();
            let shown = if digest.is_empty() { number.to_string() } else { format!("{number} ({digest})") };
            let found = Found::at(object.place(field!["layers", number]))
                .identity(meant.join("\0"))
                .arg("layer", shown)
                .arg("count", meant.len().to_string())
                .arg("names", names.join(", "));
            examination.report(found);
        }
    }
}
