//! Lock files, manifests and installed packages of languages: files in, packages out.

mod apple_and_dart;
mod beam;
mod broken;
mod clouds;
mod dotnet;
mod functional;
mod go;
mod java;
mod javascript;
mod native;
mod php;
mod python;
mod python_locks;
mod ruby;
mod rust;
mod science;

use sekisho_contents::{Contents, Package, Scope};
use sekisho_package::{Budget, LayerScan, merge};

use crate::support::{Item, scanned};

/// What a folder of these files contains.
pub(super) fn folder(files: &[(&str, &[u8])]) -> Contents {
    let entries: Vec<_> = files.iter().map(|(path, bytes)| (*path, Item::File(bytes))).collect();
    merge(&[&scanned(LayerScan::folder(Budget::default()), &entries)]).contents
}

/// A package in one line: its URL without `pkg:`, its line, what is known of it, and what it needs.
fn shown(package: &Package) -> String {
    let mut words = vec![package.url.to_string().replacen("pkg:", "", 1)];
    words.extend(package.places.first().and_then(|place| place.line).map(|line| format!(":{line}")));
    words.extend(package.direct.map(|direct| if direct { "direct" } else { "indirect" }.to_owned()));
    match package.scope {
        Scope::Development => words.push("dev".to_owned()),
        Scope::Optional => words.push("optional".to_owned()),
        Scope::Runtime => {}
    }
    words.extend(package.licenses.iter().map(|license| format!("({})", license.text())));
    let short = |text: &str| text.chars().take(8).collect::<String>();
    words.extend(package.hashes.iter().map(|hash| format!("{}:{}", hash.algorithm, short(&hash.value))));
    let needs: Vec<&str> = package.dependencies.iter().map(|url| url.trim_start_matches("pkg:")).collect();
    if !needs.is_empty() {
        words.push(format!("> {}", needs.join(", ")));
    }
    words.join(" ")
}

/// Holds what files contain against the packages that they should, in the order of their URLs; what could not be read
/// stands behind them.
#[track_caller]
pub(super) fn check_all(title: &str, files: &[(&str, &str)], expected: &[&str]) {
    let files: Vec<(&str, &[u8])> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
    let contents = folder(&files);
    let packages = contents.packages.iter().map(shown);
    let unread = contents.unread.iter().map(|unread| format!("unread {}: {}", unread.path, unread.reason));
    let actual: Vec<String> = packages.chain(unread).collect();
    assert_eq!(actual, expected, "{title}");
}

/// As [`check_all`], of one file.
#[track_caller]
pub(super) fn check(title: &str, path: &str, text: &str, expected: &[&str]) {
    check_all(title, &[(path, text)], expected);
}
