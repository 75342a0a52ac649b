//! The bill of materials of a release: the packages that are compiled into the program, and no others of the workspace.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::Signer;
use crate::workspace::root;

/// The bill as CycloneDX, made by the program itself of the part of the lock file that it was built by.
pub(super) fn of(signer: &Signer, target: &str, scratch: &Path, name: &str) -> Result<Vec<u8>> {
    // The bill is one of what its folder is called.
    let folder = scratch.join(name);
    fs::create_dir_all(&folder)?;
    let lock = fs::read_to_string(root().join("Cargo.lock"))?;
    fs::write(folder.join("Cargo.lock"), part(&lock, &compiled(target)?)?)?;
    signer.run(scratch, &["sbom", name, "--format", "cyclonedx", "--output", "bill.json"])?;
    fs::read(scratch.join("bill.json")).context("cannot read the bill")
}

/// The names and versions of what is compiled into the program for a target.
fn compiled(target: &str) -> Result<BTreeSet<(String, String)>> {
    let arguments = ["tree", "--locked", "--package", "sekisho", "--edges", "normal", "--prefix", "none"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--format", "{p}", "--target", target])
        .current_dir(root())
        .output()
        .context("cannot run cargo")?;
    ensure!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let package = |line: &str| {
        let (name, rest) = line.split_once(" v")?;
        Some((name.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    Ok(text.lines().filter_map(package).collect())
}

/// A lock file with these packages alone. Cargo writes it in one way: packages apart by an empty line, a need a line.
fn part(lock: &str, wanted: &BTreeSet<(String, String)>) -> Result<String> {
    let mut kept = Vec::new();
    for block in lock.split("\n\n") {
        let Some(package) = block.trim_start().strip_prefix("[[package]]\n") else { continue };
        let field = |name: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            line.unwrap_or_default().trim_matches('"').to_owned()
        };
        if !wanted.contains(&(field("name"), field("version"))) {
            continue;
        }
        // `name`, or `name version` where there are several.
        let is_wanted = |line: &&str| {
            let Some(need) = line.strip_prefix(" \"") else { return true };
            let mut words = need.trim_end_matches(',').trim_end_matches('"').split(' ');
            let (name, version) = (words.next().unwrap_or_default(), words.next());
            wanted.iter().any(|(one, of)| one == name && version.is_none_or(|version| version == of))
        };
        kept.push(format!(
            "[[package]]\n{}\n",
            package.lines().filter(is_wanted).collect::<Vec<_>>().join("\n")
        ));
    }
    ensure!(kept.len() == wanted.len(), "the lock file lacks packages that are compiled in");
    Ok(format!("version = 4\n\n{}", kept.join("\n")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::part;

    const LOCK: &str = r#"# a comment
version = 4

[[package]]
name = "a"
version = "1.0.0"
dependencies = [
 "b 2.0.0",
 "c",
]

[[package]]
name = "b"
version = "1.0.0"

[[package]]
name = "b"
version = "2.0.0"

[[package]]
name = "c"
version = "3.0.0"
"#;

    fn wanted(packages: &[(&str, &str)]) -> BTreeSet<(String, String)> {
        packages.iter().map(|(name, version)| ((*name).to_owned(), (*version).to_owned())).collect()
    }

    #[test]
    fn what_is_not_compiled_in_is_left_out() {
        let kept = part(LOCK, &wanted(&[("a", "1.0.0"), ("b", "2.0.0")])).expect("a part");
        let kept: toml::Table = toml::from_str(&kept).expect("a lock file");
        let packages = kept["package"].as_array().expect("packages");
        assert_eq!(packages.len(), 2);
        assert_eq!(packages[0]["dependencies"].as_array().expect("needs").len(), 1);
        assert_eq!(packages[1]["version"].as_str(), Some("2.0.0"));
        assert!(part(LOCK, &wanted(&[("d", "1.0.0")])).is_err());
    }
}
