//! Signatures of a release by our own commands: of each file, and the claims about what is delivered.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

/// The `sekisho` that lists what a release is made of and signs it.
pub(crate) struct Signer {
    program: PathBuf,
}

impl Signer {
    pub(crate) fn new(program: PathBuf) -> Result<Self> {
        let signer = Self { program };
        let named = format!("`{}` does not run here: give `--program`", signer.program.display());
        signer.run(Path::new("."), &["--version"]).context(named)?;
        Ok(signer)
    }

    pub(super) fn run(&self, folder: &Path, arguments: &[&str]) -> Result<()> {
        // Folders that lie in ours may be named from elsewhere.
        let program = env::current_dir()?.join(&self.program);
        let output = Command::new(&program)
            .args(arguments)
            .current_dir(folder)
            .output()
            .with_context(|| format!("cannot run `{}`", program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "sekisho {}: {}", arguments.join(" "), said.trim());
        Ok(())
    }
}

/// What is signed of a release.
pub(super) struct Signed<'a> {
    /// All files.
    pub(super) files: &'a [String],
    /// Those that people run or install, about which claims are made.
    pub(super) delivered: &'a [String],
    /// The bill of materials.
    pub(super) bill: &'a str,
    /// The statement of where they come from.
    pub(super) provenance: &'a str,
}

/// Signs the files in a folder. `options` are those of `sekisho sign` that say by whom.
pub(super) fn sign(signer: &Signer, folder: &Path, of: &Signed<'_>, options: &[String]) -> Result<()> {
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    if options.iter().any(|option| option.starts_with("--output")) {
        bail!("where bundles are written is not to be chosen: leave `--output` out");
    }
    // Keys are named from where the task was called.
    let (here, path) = (Path::new("."), |name: &str| folder.join(name).display().to_string());
    for name in of.files {
        let bundle = path(&format!("{name}.sigstore.json"));
        signer.run(here, &[&["sign", &path(name), "--output", &bundle], &options[..]].concat())?;
    }
    // What is signed of a statement is the claim in it: the subject is named anew.
    let statement: serde_json::Value = serde_json::from_slice(&fs::read(folder.join(of.provenance))?)?;
    let origin = path(".claim.json");
    fs::write(&origin, statement["predicate"].to_string())?;
    let claims = [
        ("provenance", "https://slsa.dev/provenance/v1", origin.clone()),
        ("cdx", "cyclonedx", path(of.bill)),
    ];
    for name in of.delivered {
        for (word, kind, claim) in &claims {
            let bundle = path(&format!("{name}.{word}.sigstore.json"));
            let file = path(name);
            let attest = ["attest", &file, "--type", kind, "--predicate", claim, "--output", &bundle];
            signer.run(here, &[&attest[..], &options[..]].concat())?;
        }
    }
    fs::remove_file(origin)?;
    Ok(())
}
