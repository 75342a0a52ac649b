//! Images as targets: archives, standard input, daemons, registries; what is kept, and what could not be examined.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::thread;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::command::{Ran, Workbench};

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hexadecimal: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{}", hexadecimal.concat())
}

pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, path, *content).expect("an entry");
    }
    builder.into_inner().expect("an archive")
}

/// A package of Python with known vulnerabilities.
pub(crate) const METADATA: &str = "usr/lib/python3/dist-packages/Django-3.2.0.dist-info/METADATA";
const DJANGO: &[u8] = b"Metadata-Version: 2.1\nName: Django\nVersion: 3.2.0\n";

/// The archive of an image as `docker save` writes it.
pub(crate) fn saved(layers: &[Vec<u8>]) -> Vec<u8> {
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    saved_as(layers, &diff_ids)
}

pub(crate) fn saved_as(layers: &[Vec<u8>], diff_ids: &[String]) -> Vec<u8> {
    // An image that is set up well, so that findings are those of a test.
    let well = r#""config":{"User":"1000"}"#;
    configured(layers, diff_ids, well)
}

/// An archive with these parts of a configuration.
pub(crate) fn configured(layers: &[Vec<u8>], diff_ids: &[String], said: &str) -> Vec<u8> {
    let names: Vec<String> = (0..layers.len()).map(|index| format!("{index}/layer.tar")).collect();
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let list = format!(r#"[{{"Config":"c.json","RepoTags":["shop:1"],"Layers":[{}]}}]"#, quoted.join(","));
    let configuration =
        format!(r#"{{"os":"linux",{said},"rootfs":{{"diff_ids":[{}]}}}}"#, diff_ids.join(","));
    let mut files: Vec<(&str, &[u8])> =
        names.iter().map(String::as_str).zip(layers.iter().map(Vec::as_slice)).collect();
    files.extend([("c.json", configuration.as_bytes()), ("manifest.json", list.as_bytes())]);
    archive(&files)
}

pub(crate) fn django() -> Vec<u8> {
    archive(&[(METADATA, DJANGO)])
}

fn scan(bench: &Workbench, target: &str) -> (Ran, Value) {
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", target]);
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err));
    (ran, report)
}

/// What was skipped, each as `path: reason`.
fn skipped(report: &Value) -> Vec<String> {
    let list = report["coverage"]["skipped"].as_array().expect("a list");
    let text = |skip: &Value, key: &str| skip[key].as_str().unwrap_or_default().to_owned();
    list.iter().map(|skip| format!("{}: {}", text(skip, "file"), text(skip, "message"))).collect()
}

#[test]
fn an_archive_is_examined_layer_by_layer() {
    let bench = Workbench::new();
    bench.file("image.tar", saved(&[archive(&[("etc/hostname", b"x")]), django()]));
    for target in ["image.tar", "docker-archive:image.tar", "docker-archive:image.tar:shop:1"] {
        let (ran, report) = scan(&bench, target);
        assert!(ran.has("vulnerability"), "{}", ran.err);
        assert_eq!(report["coverage"]["layers"], 2);
        assert_eq!(report["coverage"]["packages"], 1);
        let finding = &report["findings"][0];
        assert_eq!(finding["location"]["file"], format!("image.tar:shop:1!/{METADATA}"));
        assert!(finding["message"].as_str().expect("a message").ends_with("; layer 1"), "{finding}");
    }
}

#[test]
fn what_a_later_layer_takes_away_is_gone() {
    let bench = Workbench::new();
    let whiteout = "usr/lib/python3/dist-packages/.wh.Django-3.2.0.dist-info";
    bench.file("image.tar", saved(&[django(), archive(&[(whiteout, b"")])]));
    let (ran, report) = scan(&bench, "image.tar");
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert_eq!(report["findings"].as_array().map(Vec::len), Some(0));
    assert_eq!(report["coverage"]["layers"], 2);
}

#[test]
fn a_credential_that_a_later_layer_deletes_is_told_with_its_layer() {
    let bench = Workbench::new();
    let token = ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat();
    let hidden =
        archive(&[("app/.env", format!("\nGITLAB_TOKEN={token}\n").as_bytes()), ("app/run", b"#!/bin/sh\n")]);
    let layers = [archive(&[("etc/hostname", b"x")]), hidden, archive(&[("app/.wh..env", b"")])];
    bench.file("image.tar", saved(&layers));
    let keep = bench.path().join("kept");
    for pass in ["read", "kept"] {
        let variables = [("SEKISHO_CACHE", keep.to_str().expect("a path"))];
        let ran = bench.run_in(&["scan", "--format", "json", "image.tar"], b"", &variables);
        assert_eq!(ran.status, 1, "{pass}: {}", ran.err);
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        let [finding] = &report["findings"].as_array().expect("a list")[..] else {
            panic!("{pass}: {report}")
        };
        assert_eq!(finding["names"][0], "gitlab-token");
        assert_eq!(finding["location"]["file"], "image.tar:shop:1!/app/.env");
        let message = finding["message"].as_str().expect("a message");
        assert!(message.contains("line 2; layer "), "{message}");
        assert!(message.ends_with("though a later layer deletes the file"), "{message}");
        assert!(!ran.out.contains(&token[7..]), "{pass}");
    }
}

#[test]
fn an_image_without_packages_is_examined_too() {
    let bench = Workbench::new();
    bench.file("scratch.tar", saved(&[archive(&[("app", b"\x7fELF")])]));
    assert_eq!(bench.run(&["scan", "--no-cache", "scratch.tar"]).status, 0);
}

#[test]
fn standard_input_may_be_an_archive() {
    let bench = Workbench::new();
    let ran = bench.run_with(&["scan", "--format", "json", "docker-archive:-"], &saved(&[django()]));
    assert!(ran.has("vulnerability"), "{}", ran.err);
}

#[test]
fn a_root_file_system_is_examined() {
    let bench = Workbench::new();
    bench.file(&format!("root/{METADATA}"), DJANGO);
    for target in ["dir:root", "rootfs:root"] {
        let (ran, report) = scan(&bench, target);
        assert!(ran.has("vulnerability"), "{}", ran.err);
        assert_eq!(report["findings"][0]["location"]["file"], format!("root/{METADATA}"));
    }
    assert_eq!(bench.run(&["scan", "dir:nowhere"]).status, 4);
}

#[test]
fn images_and_manifests_are_examined_together() {
    let bench = Workbench::new();
    bench.file("image.tar", saved(&[django()]));
    bench.file("pod.yaml", crate::command::PRIVILEGED);
    let ran = bench.run(&["scan", "--format", "json", "--no-cache", "image.tar", "pod.yaml"]);
    assert!(ran.has("vulnerability") && ran.has("privileged-container"), "{}", ran.err);
}

#[test]
fn a_lie_is_told_and_the_rest_examined() {
    let bench = Workbench::new();
    let layers = [django(), archive(&[("x", b"y")])];
    let lie = [format!("\"{}\"", digest(&layers[0])), format!("\"{}\"", digest(b"other"))];
    bench.file("image.tar", saved_as(&layers, &lie));
    let (ran, report) = scan(&bench, "image.tar");
    assert_eq!(ran.status, 4);
    assert!(ran.has("vulnerability"));
    assert_eq!(report["coverage"]["layers"], 1);
    let said = skipped(&report).join("\n");
    assert!(said.contains("layer 1 (sha256:"), "{said}");
    assert!(said.contains("the unpacked bytes have the digest"), "{said}");
}

#[test]
fn broken_archives_are_told() {
    let bench = Workbench::new();
    let whole = saved(&[django()]);
    for length in [100, 600, 2_000, whole.len() - 1_100] {
        bench.file("image.tar", &whole[..length]);
        let ran = bench.run(&["scan", "--no-cache", "docker-archive:image.tar"]);
        assert_eq!(ran.status, 4, "{length}: {}", ran.out);
    }
}

#[test]
fn what_was_found_is_kept_and_the_same_again() {
    let bench = Workbench::new();
    bench.file("image.tar", saved(&[django()]));
    let keep = bench.path().join("kept");
    let run = || {
        let variables = [("SEKISHO_CACHE", keep.to_str().expect("a path"))];
        bench.run_in(&["scan", "--format", "json", "docker-archive:image.tar"], b"", &variables)
    };
    let first = run();
    assert!(first.has("vulnerability"), "{}", first.err);
    let kept = std::fs::read_dir(keep.join("layers")).expect("a folder").count();
    // The packages, the credentials, the image as a whole, and where it can be had the proof of the file.
    assert_eq!(kept, if cfg!(unix) { 4 } else { 3 });
    // The second time the image is known whole: neither its layers nor what was found in them is looked at.
    for entry in std::fs::read_dir(keep.join("layers")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("layer-")) {
            std::fs::remove_file(path).expect("removed");
        }
    }
    if cfg!(unix) {
        assert_eq!(run().out, first.out);
        let has_layer = std::fs::read_dir(keep.join("layers"))
            .expect("a folder")
            .any(|entry| entry.expect("an entry").file_name().to_string_lossy().starts_with("layer-"));
        assert!(!has_layer, "the layer was read again");
    }
    // Results that someone has meddled with are not used.
    for entry in std::fs::read_dir(keep.join("layers")).expect("a folder") {
        std::fs::write(entry.expect("an entry").path(), "sekisho layer 1 nonsense\n{}").expect("written");
    }
    assert_eq!(run().out, first.out);
    // What cannot be kept is told, and takes nothing from the findings.
    std::fs::remove_dir_all(&keep).expect("removed");
    std::fs::write(&keep, "a file").expect("written");
    let last = run();
    assert!(last.has("vulnerability"));
    assert!(last.out.contains("cannot keep results in"), "{}", last.out);
}

/// An image of a layout with a layer that lies elsewhere.
fn foreign(bench: &Workbench, host: &str) {
    let layers = [django(), archive(&[("windows", b"x")])];
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    let configuration = format!(
        r#"{{"os":"linux","config":{{"User":"1000"}},"rootfs":{{"diff_ids":[{}]}}}}"#,
        diff_ids.join(",")
    );
    let entry = |kind: &str, bytes: &[u8], more: &str| {
        format!(r#"{{"mediaType":"{kind}","digest":"{}","size":{}{more}}}"#, digest(bytes), bytes.len())
    };
    let urls = format!(r#","urls":["http://{host}/steal"]"#);
    let manifest = format!(
        r#"{{"schemaVersion":2,"config":{},"layers":[{},{}]}}"#,
        entry("application/vnd.oci.image.config.v1+json", configuration.as_bytes(), ""),
        entry("application/vnd.oci.image.layer.v1.tar", &layers[0], ""),
        entry("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", &layers[1], &urls),
    );
    let index = entry("application/vnd.oci.image.manifest.v1+json", manifest.as_bytes(), "");
    bench.file("layout/index.json", format!(r#"{{"schemaVersion":2,"manifests":[{index}]}}"#));
    bench.file("layout/oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
    for bytes in [configuration.as_bytes(), manifest.as_bytes(), &layers[0]] {
        let name = digest(bytes).replace(':', "/");
        bench.file(&format!("layout/blobs/{name}"), bytes);
    }
}

#[test]
fn a_foreign_layer_is_not_fetched_and_told() {
    let bench = Workbench::new();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        let _ = listener.accept();
        panic!("it was fetched");
    });
    foreign(&bench, &host);
    for target in ["layout", "oci:layout"] {
        let (ran, report) = scan(&bench, target);
        assert!(ran.has("vulnerability"), "{}", ran.err);
        assert_ne!(ran.status, 4);
        assert_eq!(report["coverage"]["layers"], 1);
        let said = skipped(&report).join("\n");
        assert!(said.contains("a foreign layer, which lies on another server and is not fetched"), "{said}");
    }
}

#[test]
fn names_of_images_are_told_from_mistyped_paths() {
    let bench = Workbench::new();
    let ran = bench.run(&["scan", "deploy"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("is no file and no folder; for the image write `deploy:latest`"), "{}", ran.err);
    assert_eq!(bench.run(&["scan", "./deploy"]).status, 2);
    let ran = bench.run(&["scan", "--offline", "nginx:1.27"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("`--offline` forbids the connection that `nginx:1.27` needs"), "{}", ran.err);
    let ran = bench.run(&["scan", "--platform", "nonsense/", "nginx:1.27"]);
    assert_eq!(ran.status, 2);
}

#[cfg(unix)]
fn program(bench: &Workbench, name: &str, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    let path = bench.file(&format!("programs/{name}"), text);
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).expect("a program");
}

/// A registry that wants to know who asks, and has nothing; the header that let it in.
#[cfg(unix)]
fn registry(expected: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut lines = Vec::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            let is_text = reader.fill_buf().is_ok_and(|bytes| bytes.first() == Some(&b'G'));
            let mut line = String::new();
            while is_text && reader.read_line(&mut line).is_ok_and(|count| count > 2) {
                lines.push(std::mem::take(&mut line).trim().to_owned());
            }
            let is_known = lines.iter().any(|line| line.eq_ignore_ascii_case(expected));
            let status = if is_known { "404 No" } else { "401 No\r\nWWW-Authenticate: Basic" };
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    });
    host
}

#[cfg(unix)]
#[test]
fn helpers_are_asked_for_credentials() {
    let bench = Workbench::new();
    // Base64 of `user:hunter2`.
    let host = registry("authorization: Basic dXNlcjpodW50ZXIy");
    let good =
        "#!/bin/sh\nread server\n[ \"$1\" = get ] && echo '{\"Username\":\"user\",\"Secret\":\"hunter2\"}'\n";
    program(&bench, "docker-credential-good", good);
    program(
        &bench,
        "docker-credential-none",
        "#!/bin/sh\necho 'credentials not found in native keychain'\nexit 1\n",
    );
    program(&bench, "docker-credential-bad", "#!/bin/sh\necho hunter2\nexit 3\n");
    let run = |helper: &str| {
        bench.file("docker/config.json", format!(r#"{{"credHelpers":{{"{host}":"{helper}"}}}}"#));
        let docker = bench.path().join("docker");
        let path = format!("{}:/usr/bin:/bin", bench.path().join("programs").display());
        let variables = [("PATH", path.as_str()), ("DOCKER_CONFIG", docker.to_str().expect("a path"))];
        let ran = bench.run_in(&["scan", &format!("{host}/app:1")], b"", &variables);
        assert_eq!(ran.status, 4);
        assert!(!ran.out.contains("hunter2") && !ran.err.contains("hunter2"), "{} {}", ran.out, ran.err);
        ran.out
    };
    assert!(run("good").contains("has no `app/manifests/1`"));
    assert!(run("none").contains("refuses `app` to whoever is not signed in"));
    assert!(run("bad").contains("the credential helper `docker-credential-bad` ended with exit status: 3"));
    assert!(run("missing").contains("`docker-credential-missing` cannot be run"));
    assert!(run("../bad").contains("is no name of a credential helper"));
}

#[cfg(unix)]
#[test]
fn a_daemon_is_asked_over_its_socket() {
    use std::os::unix::net::UnixListener;
    let bench = Workbench::new();
    let socket = bench.path().join("docker.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut line = String::new();
            let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
            reader.read_line(&mut line).expect("a request");
            let known = line.starts_with("GET /images/shop%3A1/get HTTP/1.0");
            let _ =
                stream.write_all(if known { b"HTTP/1.0 200 OK\r\n\r\n" } else { b"HTTP/1.0 404 No\r\n\r\n" });
            if known {
                let _ = stream.write_all(&saved(&[django()]));
            }
        }
    });
    let address = format!("unix://{}", socket.display());
    let run = |target: &str, host: &str| {
        bench.run_in(&["scan", "--format", "json", target], b"", &[("DOCKER_HOST", host)])
    };
    let ran = run("docker-daemon:shop:1", &address);
    assert!(ran.has("vulnerability"), "{}", ran.out);
    assert!(ran.out.contains("docker:shop:1!/"), "{}", ran.out);
    let ran = run("docker:other", &address);
    assert!(ran.out.contains("the daemon has no such image"), "{}", ran.out);
    assert!(run("docker:x", "unix:///nowhere/x").out.contains("no daemon listens at"));
    assert!(run("docker:x", "tcp://127.0.0.1:1").out.contains("only sockets of this machine are spoken to"));
}

/// The scan of a target with no more memory for data than this.
#[cfg(target_os = "linux")]
fn scan_within(folder: &Path, target: &str, kibibytes: u32) -> std::process::Output {
    let line = format!("ulimit -d {kibibytes}; exec \"$0\" scan --jobs 1 --no-cache --format json {target}");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &line, env!("CARGO_BIN_EXE_sekisho")]).current_dir(folder);
    command.output().expect("the command starts")
}

#[cfg(target_os = "linux")]
#[test]
fn bombs_stay_within_the_memory() {
    let bench = Workbench::new();
    let zeros = vec![0; 300 << 20];
    let status = archive(&[("var/lib/dpkg/status", &zeros), (METADATA, DJANGO)]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(&saved(&[status])).expect("packed");
    bench.file("bomb.tar.gz", encoder.finish().expect("packed"));
    let output = scan_within(bench.path(), "docker-archive:bomb.tar.gz", 256 << 10);
    let out = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(4), "{out} {}", String::from_utf8_lossy(&output.stderr));
    // The file that is too large is told, and what lies behind it examined.
    assert!(out.contains("bytes, the limit"), "{out}");
    assert!(out.contains("\"vulnerability\""), "{out}");
}
