//! Images as other programs make and keep them: built by umoci, pushed to a real registry and saved by skopeo, and
//! examined by `sekisho scan` wherever they then lie.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::Outcome;
use crate::workspace::built;

/// The programs, by the Debian packages of the same name.
pub(super) const PROGRAMS: [&str; 3] = ["docker-registry", "skopeo", "umoci"];

/// A package of Python with known vulnerabilities, which is in the lowest layer.
const METADATA: &str = "usr/lib/python3/dist-packages/Django-3.2.0.dist-info/METADATA";
/// A package that a middle layer brings and the last one takes away.
const HIDDEN: &str = "opt/site-packages/PyYAML-5.3.dist-info/METADATA";

/// A file of a middle layer with a credential in it, which the last layer takes away.
const SECRET: &str = "app/.env";

/// Builds the image and examines it in every place.
pub(super) fn run(scratch: &Path) -> Result<Vec<Outcome>> {
    let storage = Storage(scratch.join("storage/overlay"));
    storage.release();
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    let sekisho = built()?;
    build(scratch, true)?;
    let registry = Registry::start(scratch)?;
    let layout = format!("oci:{}:shop", scratch.join("layout").display());
    let place = |name: &str| scratch.join(name).display().to_string();
    let pushed = |tag: &str| format!("docker://{}/team/shop:{tag}", registry.host);
    let plain = format!("dir:{}", place("plain"));
    let cases: [(&str, &str, &[&str], String, String); 9] = [
        ("layout", "", &[], String::new(), layout.clone()),
        ("registry, gzip", &layout, &[], pushed("gzip"), pushed("gzip")),
        ("registry, Docker's schema 2", &layout, &["--format", "v2s2"], pushed("v2s2"), pushed("v2s2")),
        ("folder of skopeo, not packed", &layout, &["--dest-decompress"], plain.clone(), plain.clone()),
        (
            "registry, zstd",
            &plain,
            &["--dest-compress-format", "zstd", "--format", "oci"],
            pushed("zstd"),
            pushed("zstd"),
        ),
        (
            "archive of Docker's form",
            &layout,
            &[],
            format!("docker-archive:{}:shop:1", place("docker.tar")),
            place("docker.tar"),
        ),
        (
            "archive of a layout",
            &layout,
            &[],
            format!("oci-archive:{}:1", place("oci.tar")),
            place("oci.tar"),
        ),
        (
            "storage of containers",
            &layout,
            &[],
            format!("containers-storage:[overlay@{}+{}]shop:1", place("storage"), place("run")),
            format!("containers-storage:[overlay@{}]shop:1", place("storage")),
        ),
        ("registry, by digest", "", &[], String::new(), String::new()),
    ];
    let mut outcomes = Vec::new();
    for (id, from, options, to, target) in &cases {
        let done = if from.is_empty() { Ok(()) } else { copy(options, from, to) };
        // The digest is known once the image is there.
        let target = if target.is_empty() {
            format!("registry:{}", registry.by_digest("gzip")?)
        } else {
            target.clone()
        };
        let miss = done.and_then(|()| check(&sekisho, &target)).err().map(|error| format!("{error:#}"));
        outcomes.push(Outcome { id: (*id).to_owned(), miss });
    }
    Ok(outcomes)
}

/// Builds an image of three layers: packages, something hidden, and its removal; with a credential among what is hidden
/// where that is asked for.
pub(super) fn build(scratch: &Path, has_credential: bool) -> Result<()> {
    let layout = scratch.join("layout");
    let image = format!("{}:shop", layout.display());
    program("umoci", &["init", "--layout", &layout.display().to_string()])?;
    program("umoci", &["new", "--image", &image])?;
    let hidden = "Metadata-Version: 2.1\nName: PyYAML\nVersion: 5.3\n";
    let known = "Metadata-Version: 2.1\nName: Django\nVersion: 3.2.0\n";
    let secret = format!("GITLAB_TOKEN={}\n", token());
    let mut layers: [Vec<(&str, &str)>; 3] = [
        vec![(METADATA, known)],
        vec![(HIDDEN, hidden)],
        vec![("opt/site-packages/.wh.PyYAML-5.3.dist-info", "")],
    ];
    if has_credential {
        let [_, middle, last] = &mut layers;
        middle.push((SECRET, &secret));
        last.push(("app/.wh..env", ""));
    }
    for (index, files) in layers.iter().enumerate() {
        let path = scratch.join(format!("layer{index}.tar"));
        let mut builder = tar::Builder::new(fs::File::create(&path)?);
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder.append_data(&mut header, path, content.as_bytes())?;
        }
        builder.finish()?;
        program("umoci", &["raw", "add-layer", "--image", &image, &path.display().to_string()])?;
    }
    Ok(())
}

/// A token that GitLab could have issued. It is put together here, so that no scanner of this repository finds it.
fn token() -> String {
    ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat()
}

pub(super) fn copy(options: &[&str], from: &str, to: &str) -> Result<()> {
    let mut arguments = vec!["copy", "--quiet", "--insecure-policy"];
    for (side, place) in [("--src-tls-verify=false", from), ("--dest-tls-verify=false", to)] {
        if place.starts_with("docker://") {
            arguments.push(side);
        }
    }
    arguments.extend(options);
    arguments.extend([from, to]);
    program("skopeo", &arguments)
}

fn program(name: &str, arguments: &[&str]) -> Result<()> {
    crate::peer::run(name, arguments).with_context(|| format!("{name} {}", arguments.join(" ")))
}

/// Scans the image in one place: all layers, the package of the first with its layer, and not what was taken away, but
/// for the credential of the second, with that layer.
fn check(sekisho: &Path, target: &str) -> Result<()> {
    let output = Command::new(sekisho)
        .args(["scan", "--format", "json", "--no-cache", target])
        .output()
        .context("cannot run sekisho")?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    let report: Value = serde_json::from_slice(&output.stdout).with_context(|| said.clone())?;
    ensure!(output.status.code() != Some(4), "status 4: {}", report["coverage"]["skipped"]);
    ensure!(report["coverage"]["layers"] == 3, "layers: {}", report["coverage"]["layers"]);
    ensure!(report["coverage"]["packages"] == 1, "packages: {}", report["coverage"]["packages"]);
    let findings = report["findings"].as_array().context("no findings")?;
    let of_django = findings.iter().filter(|finding| finding["rule"] == "vulnerability");
    let mut places = of_django.filter_map(|finding| {
        let file = finding["location"]["file"].as_str()?;
        let message = finding["message"].as_str()?;
        Some(file.ends_with(METADATA) && message.contains("layer 0"))
    });
    ensure!(places.any(|is_there| is_there), "no finding in layer 0");
    let leaks: Vec<&Value> =
        findings.iter().filter(|finding| finding["rule"] == "leaked-credential").collect();
    let [leak] = leaks[..] else { bail!("{} credentials, and there is one", leaks.len()) };
    let said = leak["message"].as_str().context("a message")?;
    let file = leak["location"]["file"].as_str().context("a file")?;
    ensure!(file.ends_with(SECRET), "the credential is in `{file}`");
    ensure!(
        said.contains(" layer 1 ") && said.contains("a later layer deletes the file"),
        "it is said: {said}"
    );
    ensure!(!String::from_utf8_lossy(&output.stdout).contains(&token()), "the credential is shown");
    Ok(())
}

/// The folder that skopeo mounts over itself when it fills a storage, and leaves so. It is given back at the end, and
/// at the beginning where a run before was ended.
struct Storage(PathBuf);

impl Storage {
    fn release(&self) {
        let unmounted = || {
            Command::new("umount")
                .arg(&self.0)
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        };
        // Every copy mounts it once more.
        while self.0.exists() && unmounted() {}
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        self.release();
    }
}

/// Debian's registry on the loopback interface, ended when it is dropped.
pub(super) struct Registry {
    pub(super) host: String,
    server: Child,
}

impl Registry {
    pub(super) fn start(scratch: &Path) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let host = format!("127.0.0.1:{port}");
        let blobs = scratch.join("registry");
        fs::create_dir_all(&blobs)?;
        let settings = format!(
            "version: 0.1\nlog: {{level: error}}\nhttp: {{addr: \"{host}\"}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}}}\n",
            blobs.display()
        );
        let path = scratch.join("registry.yml");
        fs::write(&path, settings)?;
        let log = fs::File::create(scratch.join("registry.log"))?;
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(&path)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot run docker-registry")?;
        let registry = Self { host, server };
        for _ in 0..100 {
            if std::net::TcpStream::connect(&registry.host).is_ok() {
                return Ok(registry);
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("docker-registry does not listen")
    }

    /// The reference of a tag by its digest.
    fn by_digest(&self, tag: &str) -> Result<String> {
        let reference = format!("docker://{}/team/shop:{tag}", self.host);
        let arguments = ["inspect", "--tls-verify=false", "--format", "{{.Digest}}", &reference];
        let output = Command::new("skopeo").args(arguments).output().context("cannot run skopeo")?;
        let digest = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        ensure!(digest.starts_with("sha256:"), "skopeo gives no digest of `{tag}`");
        Ok(format!("{}/team/shop@{digest}", self.host))
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
