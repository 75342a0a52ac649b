//! `cargo xtask release`: the files of a release, the same bytes from the same commit wherever it is built, signed by what
//! was built.

mod archive;
mod bill;
mod build;
mod image;
mod provenance;
mod signing;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

use self::signing::Signed;
use crate::workspace::root;

pub(crate) use self::signing::Signer;

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
    /// The sekisho that lists what is in the program and signs [default: the one that was built]
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// By whom the files are signed: options of `sekisho sign` [default: nobody signs]
    #[arg(last = true, value_name = "OPTION")]
    signer: Vec<String>,
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

/// What is packed, and by what.
pub(crate) struct Packing<'p> {
    /// The bytes of the program.
    pub(crate) program: &'p [u8],
    /// The target triple that it was built for.
    pub(crate) target: &'p str,
    /// The certificates that the image trusts.
    pub(crate) certificates: &'p [u8],
    /// The sekisho that lists and signs.
    pub(crate) sekisho: &'p Signer,
    /// Options of `sekisho sign`; none: nobody signs.
    pub(crate) signer: &'p [String],
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let changed = git(&["status", "--porcelain", "--untracked-files=no"])?;
    // What is not committed cannot be built again by others.
    ensure!(changed.is_empty(), "there are changes that are not committed");
    let output = root().join(&arguments.output);
    let program = build::program(&arguments.target, source()?.time)?;
    let certificates = fs::read(&arguments.certificates)
        .with_context(|| format!("cannot read `{}`", arguments.certificates.display()))?;
    let sekisho = match &arguments.program {
        Some(path) => path.clone(),
        None => build::place(&arguments.target),
    };
    let packing = Packing {
        program: &program,
        target: &arguments.target,
        certificates: &certificates,
        sekisho: &Signer::new(sekisho)?,
        signer: &arguments.signer,
    };
    print!("{}", pack(&packing, &output)?);
    Ok(())
}

/// Writes the files of a release of the commit that stands here, and gives their checksums.
pub(crate) fn pack(packing: &Packing<'_>, output: &Path) -> Result<String> {
    let source = source()?;
    if output.exists() {
        fs::remove_dir_all(output).with_context(|| format!("cannot empty `{}`", output.display()))?;
    }
    fs::create_dir_all(output).with_context(|| format!("cannot make `{}`", output.display()))?;
    let name = format!("sekisho-{}-{}", source.version, packing.target);
    let architecture = match packing.target.split('-').next() {
        Some("aarch64") => "arm64",
        _ => "amd64",
    };
    let image = image::layout(&image::Content {
        program: packing.program,
        certificates: packing.certificates,
        architecture,
        source: &source,
    })?;
    let products = vec![
        put(output, &format!("{name}.tar.gz"), &archive::packed(packing.program, source.time)?)?,
        put(output, &format!("{name}.oci.tar"), &image)?,
    ];
    let delivered: Vec<String> = products.iter().map(|product| product.name.clone()).collect();
    let scratch = output.join(".bill");
    let bill = bill::of(packing.sekisho, packing.target, &scratch, &name)?;
    fs::remove_dir_all(&scratch)?;
    let bill = put(output, &format!("{name}.cdx.json"), &bill)?;
    let statement = provenance::statement(&source, packing.target, &products, &hex(packing.certificates))?;
    let provenance = put(output, &format!("{name}.provenance.json"), &statement)?;
    let mut sums = products;
    sums.extend([bill, provenance]);
    let lines: Vec<_> =
        sums.iter().map(|product| format!("{}  {}\n", product.digest, product.name)).collect();
    let text = lines.concat();
    put(output, "SHA256SUMS", text.as_bytes())?;
    if !packing.signer.is_empty() {
        let mut files: Vec<String> = sums.iter().map(|product| product.name.clone()).collect();
        files.push("SHA256SUMS".to_owned());
        let signed = Signed {
            files: &files,
            delivered: &delivered,
            bill: &format!("{name}.cdx.json"),
            provenance: &format!("{name}.provenance.json"),
        };
        signing::sign(packing.sekisho, output, &signed, packing.signer)?;
    }
    Ok(text)
}

/// The commit that stands here.
fn source() -> Result<Source> {
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
