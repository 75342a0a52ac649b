//! `cargo xtask release`: the files of a release, the same bytes from the same commit wherever it is built.

mod archive;
mod build;
mod image;
mod provenance;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use crate::workspace::root;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Folder that the files are written to
    #[arg(long, value_name = "FOLDER", default_value = "target/release-files")]
    output: PathBuf,
    /// Target triple of the build
    #[arg(long, value_name = "TRIPLE", default_value = "x86_64-unknown-linux-gnu")]
    target: String,
    /// Certificates that the image trusts when it speaks to registries and repositories
    #[arg(long, value_name = "FILE", default_value = "/etc/ssl/certs/ca-certificates.crt")]
    certificates: PathBuf,
}

/// What a release is made of.
struct Source {
    /// Version of the workspace.
    version: String,
    /// The commit, in hex.
    commit: String,
    /// When the commit was made, in seconds since 1970: the time of every file.
    time: u64,
}

/// A file of the release and the SHA-256 of its bytes, in hex.
struct Product {
    name: String,
    digest: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let source = source()?;
    let output = root().join(&arguments.output);
    fs::create_dir_all(&output).with_context(|| format!("cannot make `{}`", output.display()))?;
    let program = build::program(&arguments.target, source.time)?;
    let name = format!("sekisho-{}-{}", source.version, arguments.target);
    let certificates = fs::read(&arguments.certificates)
        .with_context(|| format!("cannot read `{}`", arguments.certificates.display()))?;

    let architecture = match arguments.target.split('-').next() {
        Some("aarch64") => "arm64",
        _ => "amd64",
    };
    let image = image::layout(&image::Content {
        program: &program,
        certificates: &certificates,
        architecture,
        source: &source,
    })?;
    let products = vec![
        put(&output, &format!("{name}.tar.gz"), &archive::packed(&program, source.time)?)?,
        put(&output, &format!("{name}.oci.tar"), &image)?,
    ];
    let statement = provenance::statement(&source, &arguments.target, &products, &hex(&certificates))?;
    let mut sums = products;
    sums.push(put(&output, &format!("{name}.provenance.json"), &statement)?);
    let lines: Vec<_> =
        sums.iter().map(|product| format!("{}  {}\n", product.digest, product.name)).collect();
    let text = lines.concat();
    put(&output, "SHA256SUMS", text.as_bytes())?;
    print!("{text}");
    Ok(())
}

/// The commit that stands here. What is not committed cannot be built again by others, and is refused.
fn source() -> Result<Source> {
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    ensure!(changed.is_empty(), "there are changes that are not committed");
    let manifest: toml::Value = toml::from_str(&fs::read_to_string(root().join("Cargo.toml"))?)?;
    let version =
        manifest["workspace"]["package"]["version"].as_str().context("the workspace names no version")?;
    Ok(Source {
        version: version.to_owned(),
        commit: git(&["rev-parse", "HEAD"])?,
        time: git(&["log", "-1", "--format=%ct"])?.parse()?,
    })
}

fn git(arguments: &[&str]) -> Result<String> {
    let output =
        Command::new("git").args(arguments).current_dir(root()).output().context("cannot run git")?;
    ensure!(output.status.success(), "git: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<Product> {
    let path = folder.join(name);
    fs::write(&path, bytes).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(Product { name: name.to_owned(), digest: hex(bytes) })
}

/// The SHA-256 of bytes, in hex.
fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}
