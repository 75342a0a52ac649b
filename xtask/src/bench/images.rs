//! `cargo xtask bench images`: a Debian root file system packed as an image, examined cold and warm, beside
//! syft and gitleaks. Trivy is in no package index that would do: where it is on the PATH it is measured too.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use super::measure::{Cost, median};
use super::{installed, release_binary};
use crate::peer;
use crate::workspace::root;

/// The archive of a root file system that is measured.
const VARIABLE: &str = "SEKISHO_ROOT_ARCHIVE";
/// The least bytes that it must have.
const LEAST: u64 = 1_000_000_000;
/// What is installed where it is made here: languages with packages of their own, to be found beside the distribution's.
const PACKAGES: &str = "ca-certificates,python3,python3-pip,nodejs,npm,default-jdk-headless,golang-go,gcc,g++,git,maven,ruby,cargo";

pub(super) fn run() -> Result<()> {
    let folder = root().join("target/bench/images");
    fs::create_dir_all(&folder)?;
    let layer = layer(&folder)?;
    let size = fs::metadata(&layer)?.len();
    ensure!(size >= LEAST, "`{}` has {size} bytes, and must have {LEAST}", layer.display());
    let (plain, packed) = (folder.join("plain.tar"), folder.join("packed.tar"));
    save(&layer, &plain, false)?;
    save(&layer, &packed, true)?;
    let binary = release_binary()?;
    let syft = peer::syft()?;
    let cache = folder.join("cache");
    if cache.exists() {
        fs::remove_dir_all(&cache)?;
    }
    let keep = format!("SEKISHO_CACHE={}", cache.display());
    let ours = |target: &Path, more: &[&str], runs| {
        let (binary, target) = (text(&binary), text(target));
        let arguments = [&[keep.as_str(), &binary, "scan", "--format", "json", &target], more].concat();
        median(Path::new("/usr/bin/env"), &arguments, runs)
    };

    #[allow(clippy::cast_precision_loss, reason = "sizes of files are far below 2^52")]
    let gigabytes = size as f64 / 1e9;
    println!("one layer of {gigabytes:.2} GB\n");
    println!("| what | wall s | CPU s | CPU s a GB | memory MB |");
    println!("| --- | --- | --- | --- | --- |");
    let row = |what: &str, cost: Cost| {
        let each = cost.cpu / gigabytes;
        println!("| {what} | {:.3} | {:.2} | {each:.2} | {:.1} |", cost.wall, cost.cpu, cost.memory);
    };
    let packages = ["--without", "leaked-credential"];
    row("packages, not packed, cold", ours(&plain, &[&packages[..], &["--no-cache"]].concat(), 5)?);
    row("the same, warm", ours(&plain, &packages, 5)?);
    // The first archive that is packed is unpacked before its layers are read: a layer is packed in a layout or registry.
    row(
        "packages, the layer packed by gzip, cold",
        ours(&packed, &[&packages[..], &["--no-cache"]].concat(), 3)?,
    );
    row("packages and credentials, not packed, cold", ours(&plain, &["--no-cache"], 5)?);
    row("the same, warm", ours(&plain, &[], 5)?);
    row("the same, the layer packed by gzip, warm", ours(&packed, &[], 5)?);
    match syft {
        Some(syft) => {
            let theirs = |target: &Path| {
                let (syft, target) = (text(&syft), format!("docker-archive:{}", target.display()));
                let quiet =
                    ["SYFT_CHECK_FOR_APP_UPDATE=false", &syft, "scan", "--quiet", "-o", "json", &target];
                median(Path::new("/usr/bin/env"), &quiet, 1)
            };
            row("syft 1.18, not packed", theirs(&plain)?);
            row("syft 1.18, packed", theirs(&packed)?);
        }
        None => println!("\nsyft is not here: not compared"),
    }
    if let Some(trivy) = installed("trivy") {
        let file = text(&plain);
        let of = |what: &str| {
            let arguments = [
                "image",
                "--quiet",
                "--scanners",
                what,
                "--offline-scan",
                "--format",
                "json",
                "--input",
                &file,
            ];
            median(&trivy, &arguments, 1)
        };
        row("trivy, credentials", of("secret")?);
    }
    if let Some(gitleaks) = peer::gitleaks()? {
        let files = folder.join("files");
        unpack(&layer, &files)?;
        let (gitleaks, files) = (text(&gitleaks), text(&files));
        let cost = median(
            Path::new(&gitleaks),
            &["dir", &files, "--no-banner", "--exit-code", "0", "--log-level", "error"],
            1,
        )?;
        row("gitleaks 8.30, the unpacked files", cost);
        row("sekisho scan, the unpacked files, packages and credentials", ours(Path::new(&files), &[], 3)?);
    }
    Ok(())
}

/// The archive of a root file system: the one that is named, else one that is made once.
fn layer(folder: &Path) -> Result<PathBuf> {
    if let Some(given) = env::var_os(VARIABLE) {
        return Ok(PathBuf::from(given));
    }
    let path = folder.join("root.tar");
    if !path.is_file() {
        let hint = format!("`mmdebstrap` is not installed: install it, or name an archive in {VARIABLE}");
        installed("mmdebstrap").context(hint)?;
        let include = format!("--include={PACKAGES}");
        let part = folder.join("part.tar");
        let arguments = ["--variant=important", &include, "bookworm", &text(&part)];
        peer::run("mmdebstrap", &arguments)?;
        fs::rename(part, &path)?;
    }
    Ok(path)
}

/// Unpacks the regular files of the archive, which is all that a search for credentials reads.
fn unpack(layer: &Path, to: &Path) -> Result<()> {
    if to.join("etc").is_dir() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    let quiet = ["--extract", "--no-same-owner", "--exclude=./dev/*", "--file"];
    peer::run("tar", &[&quiet[..], &[&text(layer), "--directory", &text(to)]].concat())
}

/// Writes the archive of an image with one layer, as `docker save` does.
fn save(layer: &Path, to: &Path, is_packed: bool) -> Result<()> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(layer)?, &mut Hashing(&mut hasher))?;
    let digits: Vec<String> = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let diff_id = digits.concat();
    let mut builder = tar::Builder::new(File::create(to)?);
    let packed = to.with_extension("layer");
    let bytes = if is_packed {
        let mut encoder = GzEncoder::new(File::create(&packed)?, Compression::new(6));
        io::copy(&mut File::open(layer)?, &mut encoder)?;
        encoder.finish()?;
        &packed
    } else {
        layer
    };
    builder.append_path_with_name(bytes, "layer/layer.tar")?;
    let configuration = format!(
        r#"{{"os":"linux","architecture":"amd64","config":{{}},"rootfs":{{"type":"layers","diff_ids":["sha256:{diff_id}"]}}}}"#
    );
    let list = r#"[{"Config":"config.json","RepoTags":["debian:bench"],"Layers":["layer/layer.tar"]}]"#;
    for (name, text) in [("config.json", configuration.as_str()), ("manifest.json", list)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, text.as_bytes())?;
    }
    builder.finish()?;
    if is_packed {
        fs::remove_file(packed)?;
    }
    Ok(())
}

struct Hashing<'h>(&'h mut Sha256);

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
