//! How images are set up and were built: configuration, history, modes of files, the end of a distribution.

use serde_json::Value;

use crate::command::Workbench;
use crate::images::{configured, digest};

/// A layer with files of these modes.
fn layer(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, mode, content) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(*mode);
        builder.append_data(&mut header, path, *content).expect("an entry");
    }
    builder.into_inner().expect("an archive")
}

const STATUS: &[u8] =
    b"Package: passwd\nStatus: install ok installed\nVersion: 1:4.13\nArchitecture: amd64\n";
const RELEASE: &[u8] = b"ID=debian\nVERSION_ID=\"10\"\nPRETTY_NAME=\"Debian GNU/Linux 10\"\n";

fn layers() -> Vec<Vec<u8>> {
    vec![
        layer(&[
            ("etc/os-release", 0o644, RELEASE),
            ("var/lib/dpkg/status", 0o644, STATUS),
            ("var/lib/dpkg/info/passwd.list", 0o644, b"/usr/bin/passwd\n"),
            ("usr/bin/passwd", 0o4755, b"x"),
            ("srv/gone", 0o777, b"x"),
            ("srv/mended", 0o666, b"x"),
        ]),
        layer(&[
            ("usr/local/bin/tool", 0o6755, b"x"),
            ("app/start.sh", 0o777, b"x"),
            ("srv/.wh.gone", 0o644, b""),
            ("srv/mended", 0o644, b"x"),
        ]),
    ]
}

const HISTORY: &str = r#""history":[
    {"created_by":"/bin/sh -c #(nop) ADD https://example.com/root.tar.gz in / "},
    {"created_by":"ENV APP_HOME=/app DB_PASSWORD=kR7-wq2ZpLm9","empty_layer":true},
    {"created_by":"RUN /bin/sh -c curl -s https://example.com/i | sh # sekisho: ignore[pipe-to-shell]: good # buildkit"},
    {"created_by":"EXPOSE map[22/tcp:{}]","empty_layer":true}]"#;

fn bench(said: &str) -> Workbench {
    let bench = Workbench::new();
    let layers = layers();
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    bench.file("image.tar", configured(&layers, &diff_ids, said));
    bench
}

fn scan(bench: &Workbench, more: &[&str]) -> Value {
    let common = ["scan", "--format", "json", "--no-cache", "image.tar", "--without", "vulnerability"];
    let ran = bench.run(&[&common[..], more].concat());
    assert!(!ran.out.contains("kR7-wq2ZpLm9"), "a credential is shown");
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}", ran.err))
}

/// `rule: message` of the findings, in order.
fn told(report: &Value) -> Vec<String> {
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut told: Vec<String> =
        findings.iter().map(|one| format!("{}: {}", text(&one["rule"]), text(&one["message"]))).collect();
    told.sort();
    told
}

#[test]
fn configuration_history_and_modes_are_examined_with_their_layers() {
    let said = format!(
        r#""config":{{"Env":["APP_HOME=/app","DB_PASSWORD=kR7-wq2ZpLm9"],"ExposedPorts":{{"22/tcp":{{}}}}}},{HISTORY}"#
    );
    let bench = bench(&said);
    let report = scan(&bench, &[]);
    let told = told(&report);
    let begins = [
        "add-from-url: `ADD` fetches `https://example.com/root.tar.gz`",
        "credential-in-build: `DB_PASSWORD` holds",
        "end-of-life-distribution: `debian 10` has not been mended since 2024-06-30",
        "image-exposes-ssh: ",
        "image-runs-as-root: ",
        "pipe-to-shell: ",
        "setuid-program-in-image: layer 1 (sha256:",
        "world-writable-file-in-image: layer 1 (sha256:",
    ];
    assert_eq!(told.len(), begins.len(), "{told:#?}");
    for (said, begin) in told.iter().zip(begins) {
        assert!(said.starts_with(begin), "{begin}: {told:#?}");
    }
    assert!(told[6].ends_with(
        "(1) that run with the rights of their owner and that no package owns: `usr/local/bin/tool`"
    ));
    assert!(told[7].ends_with("(1) that everyone may write: `app/start.sh`"), "{told:#?}");
    // What an instruction made is said with it, and the image itself cannot take the finding away.
    let piped =
        report["findings"].as_array().expect("a list").iter().find(|one| one["rule"] == "pipe-to-shell");
    let piped = piped.expect("a finding");
    assert_eq!(piped["location"]["file"], "image.tar:shop:1!history");
    let made = piped["related"][0]["message"].as_str().expect("a message");
    assert!(made.starts_with("layer 1 (sha256:"), "{piped}");
    assert!(piped.get("suppressed").is_none_or(Value::is_null), "{piped}");
}

#[test]
fn what_is_usual_is_told_to_those_who_ask_for_it() {
    let bench = bench(r#""config":{"User":"app"}"#);
    let report = scan(&bench, &["--persona", "pedantic"]);
    let told = told(&report);
    assert!(told.iter().any(|one| one.starts_with("missing-healthcheck: ")), "{told:#?}");
    let owned =
        told.iter().find(|one| one.starts_with("setuid-program-of-distribution: ")).expect("a finding");
    assert!(owned.contains("layer 0 (sha256:") && owned.ends_with("`usr/bin/passwd`"), "{owned}");
    assert!(!told.iter().any(|one| one.starts_with("image-runs-as-root: ")), "{told:#?}");
}

#[test]
fn credentials_in_the_configuration_are_found_by_the_rules_too() {
    let token = ["glpat-", "x7Kq2Rm9Tz4Wv8Yb3Nc6"].concat();
    let bench = bench(&format!(r#""config":{{"User":"app","Labels":{{"build.note":"by {token}"}}}}"#));
    let report = scan(&bench, &["--only", "leaked-credential"]);
    let finding = &report["findings"][0];
    assert_eq!(finding["names"][0], "gitlab-token", "{report:#}");
    assert_eq!(finding["location"]["file"], "image.tar:shop:1!history");
    assert!(!report.to_string().contains(&token[7..]));
}

#[test]
fn a_root_file_system_has_no_history() {
    let bench = Workbench::new();
    bench.file("root/etc/os-release", RELEASE);
    let ran = bench.run(&["scan", "--format", "json", "dir:root"]);
    assert_eq!(
        ran.findings().iter().map(|(rule, _)| rule.as_str()).collect::<Vec<_>>(),
        ["end-of-life-distribution"]
    );
}

#[test]
fn denied_files_are_found_wherever_they_lie() {
    let bench = Workbench::new();
    let evil: &[u8] = b"miner\n";
    let hexadecimal = digest(evil).replace("sha256:", "");
    let layers = [layer(&[("opt/miner", 0o755, evil)]), layer(&[("opt/.wh.miner", 0o644, b"")])];
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    bench.file("image.tar", configured(&layers, &diff_ids, r#""config":{"User":"1000"}"#));
    bench.file("folder/tool", evil);
    bench.file("folder/other", "miner");
    for list in
        [format!("# ours\n{hexadecimal}  a miner\n"), format!("{}:6:a miner\n", hexadecimal.to_uppercase())]
    {
        bench.file("list.txt", list);
        let scan = |target: &str| {
            bench.run(&[
                "scan",
                "--format",
                "json",
                "--deny-files",
                "list.txt",
                "--only",
                "denied-file",
                target,
            ])
        };
        // The second time what was kept of the layer answers.
        for _ in 0..2 {
            let ran = scan("image.tar");
            let report: Value = serde_json::from_str(&ran.out).expect("JSON");
            let [finding] = &report["findings"].as_array().expect("a list")[..] else { panic!("{report:#}") };
            assert_eq!(finding["location"]["file"], "image.tar:shop:1!/opt/miner");
            let message = finding["message"].as_str().expect("a message");
            assert!(message.contains("(a miner); layer image.tar:shop:1 layer 0"), "{message}");
            assert!(message.ends_with("though a later layer deletes the file"), "{message}");
        }
        assert_eq!(scan("folder").findings().len(), 1);
    }
    bench.file("list.txt", "nonsense\n");
    let ran = bench.run(&["scan", "--deny-files", "list.txt", "folder"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("line 1"), "{}", ran.err);
}

#[test]
fn yara_rules_are_held_against_every_file() {
    let bench = Workbench::new();
    let evil: &[u8] = b"\x7fELF..stratum+tcp://pool..";
    let layers = [layer(&[("opt/miner", 0o755, evil)]), layer(&[("opt/.wh.miner", 0o644, b"")])];
    let diff_ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", digest(layer))).collect();
    bench.file("image.tar", configured(&layers, &diff_ids, r#""config":{"User":"1000"}"#));
    bench.file("folder/tool", evil);
    bench.file("folder/notes.txt", "stratum+tcp:// is a protocol");
    bench.file(
        "rules/miner.yar",
        "rule miner { meta: description = \"a miner\" strings: $pool = \"stratum+tcp://\" \
         condition: uint32be(0) == 0x7f454c46 and $pool }",
    );
    bench.file("rules/windows.yara", "import \"dotnet\" rule windows { condition: dotnet.is_dotnet }");
    let scan = |rules: &str, target: &str| {
        let only = ["scan", "--format", "json", "--only", "denied-file", "--deny-files", rules, target];
        bench.run(&only)
    };
    // The second time what was kept of the layer answers.
    for _ in 0..2 {
        let ran = scan("rules/miner.yar", "image.tar");
        let report: Value = serde_json::from_str(&ran.out).expect("JSON");
        let [finding] = &report["findings"].as_array().expect("a list")[..] else { panic!("{report:#}") };
        assert_eq!(finding["location"]["file"], "image.tar:shop:1!/opt/miner");
        let message = finding["message"].as_str().expect("a message");
        assert!(
            message.starts_with(
                "the YARA rule `miner` (a miner) holds of the file; layer image.tar:shop:1 layer 0"
            ),
            "{message}"
        );
        assert!(message.ends_with("though a later layer deletes the file"), "{message}");
    }
    // A folder of rules; what is left out of them is told.
    let ran = scan("rules", "folder");
    let report: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(ran.findings().len(), 1, "{report:#}");
    assert!(
        report["coverage"]["skipped"]
            .to_string()
            .contains("YARA rules that are left out: `windows`: the module `dotnet` is not evaluated"),
        "{report:#}"
    );
    bench.file("rules/miner.yar", "rule miner {\n condition: $pool }");
    let ran = scan("rules", "folder");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("line 2: the rule has no string `$pool`"), "{}", ran.err);
}
