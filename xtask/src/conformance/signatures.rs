//! Signatures beside cosign, Python's `sigstore` and sigstore's JavaScript: what is written here they verify, and what they
//! write is verified here. Images lie in a real registry; the certificate authority, the logs and the timestamp
//! authority are those of `@sigstore/mock`, on loopback.

mod devices;
mod policies;
mod release;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use super::images::{Registry, build, copy};
use super::{Options, Outcome, examine, skipped};
use crate::peer::{self, Sigstore};
use crate::workspace::{built, root};

/// The programs, by the Debian packages of the same name.
const PROGRAMS: [&str; 4] = ["docker-registry", "skopeo", "umoci", "softhsm2-util"];

const IDENTITY: &str = "ana@example.com";
const ISSUER: &str = "https://accounts.example.com";
const CLAIM: &str = "https://example.com/claim";

/// How an image is signed: by whom, and in which layout.
const WRITERS: [(&str, bool); 4] =
    [("sekisho", true), ("sekisho", false), ("cosign", true), ("cosign", false)];

struct Bench<'p> {
    folder: PathBuf,
    sekisho: PathBuf,
    peers: &'p Sigstore,
    registry: Registry,
    services: Services,
    outcomes: Vec<Outcome>,
}

/// Runs the suite where its peers can be had.
pub(super) fn suite(options: &Options) -> Result<()> {
    match (peer::debian(&PROGRAMS)?, peer::sigstore()?) {
        (Some(()), Some(peers)) => {
            examine("signatures", &root().join("target/signatures"), options, |folder| run(folder, &peers))
        }
        _ => skipped("signatures", "the programs that sign and verify are not here"),
    }
}

fn run(scratch: &Path, peers: &Sigstore) -> Result<Vec<Outcome>> {
    if scratch.exists() {
        fs::remove_dir_all(scratch)?;
    }
    fs::create_dir_all(scratch)?;
    let sekisho = built()?;
    build(scratch, false)?;
    fs::write(scratch.join("artifact"), "what is signed\n")?;
    fs::write(scratch.join("other"), "what is not\n")?;
    fs::write(scratch.join("claim.json"), "{\"n\": 1}\n")?;
    let registry = Registry::start(scratch)?;
    let services = Services::start(scratch, peers)?;
    let mut bench =
        Bench { folder: scratch.to_owned(), sekisho, peers, registry, services, outcomes: Vec::new() };
    bench.ran(&bench.sekisho, &["sign", "--new-key", "ours"])?;
    bench.ran(&bench.peers.cosign, &["generate-key-pair", "--output-key-prefix", "theirs"])?;
    bench.images_with_keys();
    bench.images_with_certificates();
    bench.files_with_keys();
    bench.gates()?;
    bench.our_bundles()?;
    bench.their_bundles();
    bench.devices();
    bench.policies_of_others()?;
    bench.release();
    Ok(bench.outcomes)
}

impl Bench<'_> {
    fn note(&mut self, id: String, done: Result<()>) {
        self.outcomes.push(Outcome { id, miss: done.err().map(|error| format!("{error:#}")) });
    }

    fn ran(&self, program: &Path, arguments: &[&str]) -> Result<()> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(&self.folder)
            .env("COSIGN_PASSWORD", "a password")
            .env_remove("SEKISHO_PASSWORD")
            .env("SOFTHSM2_CONF", self.folder.join(devices::SETTINGS))
            .env("SEKISHO_PKCS11_PIN", devices::PIN)
            // Nothing of the user's counts, and nothing is fetched from elsewhere.
            .env("HOME", &self.folder)
            .env("NODE_PATH", self.peers.node.join("node_modules"))
            .output()
            .with_context(|| format!("cannot run `{}`", program.display()))?;
        let said = String::from_utf8_lossy(&output.stderr);
        let mut lines = said.lines().filter(|line| !line.trim().is_empty());
        let last =
            lines.clone().find(|line| line.contains("rror: ")).or(lines.next_back()).unwrap_or_default();
        ensure!(output.status.success(), "{} {}: {last}", program.display(), arguments.join(" "));
        Ok(())
    }

    /// A program must not succeed.
    fn refused(&self, program: &Path, arguments: &[&str]) -> Result<()> {
        match self.ran(program, arguments) {
            Ok(()) => bail!("{} {}: must be refused", program.display(), arguments.join(" ")),
            Err(_) => Ok(()),
        }
    }

    /// A copy of the image that nobody has signed.
    fn image(&self, name: &str) -> Result<String> {
        let image = format!("{}/team/{name}:1", self.registry.host);
        copy(
            &[],
            &format!("oci:{}:shop", self.folder.join("layout").display()),
            &format!("docker://{image}"),
        )?;
        Ok(image)
    }

    fn images_with_keys(&mut self) {
        for (writer, is_bundle) in WRITERS {
            let layout = if is_bundle { "bundle" } else { "tag" };
            for what in ["signature", "attestation"] {
                let done = self.image_with_key(writer, is_bundle, what == "attestation", layout);
                self.note(format!("image, key, {what} of {writer}, {layout}"), done);
            }
        }
    }

    fn image_with_key(&self, writer: &str, is_bundle: bool, is_claim: bool, layout: &str) -> Result<()> {
        let image = self.image(&format!("key-{writer}-{layout}-{is_claim}"))?;
        let format = format!("--new-bundle-format={is_bundle}");
        let cosign = &self.peers.cosign;
        match (writer, is_claim) {
            ("sekisho", false) => {
                self.ran(&self.sekisho, &["sign", &image, "--key", "theirs.key", "--layout", layout])?;
            }
            ("sekisho", true) => self.ran(
                &self.sekisho,
                &[
                    "attest",
                    &image,
                    "--key",
                    "theirs.key",
                    "--layout",
                    layout,
                    "--predicate",
                    "claim.json",
                    "--type",
                    CLAIM,
                ],
            )?,
            (_, is_claim) => {
                let verb = if is_claim { "attest" } else { "sign" };
                let mut arguments = vec![
                    verb,
                    "-y",
                    "--key",
                    "ours.key",
                    "--use-signing-config=false",
                    "--tlog-upload=false",
                    "--allow-http-registry",
                    &format,
                ];
                if is_claim {
                    arguments.extend(["--predicate", "claim.json", "--type", CLAIM]);
                }
                arguments.push(&image);
                self.ran(cosign, &arguments)?;
            }
        }
        let (key, other) =
            if writer == "sekisho" { ("theirs.pub", "ours.pub") } else { ("ours.pub", "theirs.pub") };
        let mut ours = vec!["verify", &image];
        let mut theirs = vec![
            if is_claim { "verify-attestation" } else { "verify" },
            "--insecure-ignore-tlog",
            "--allow-http-registry",
            &format,
        ];
        if is_claim {
            ours.extend(["--attestation", CLAIM]);
            theirs.extend(["--type", CLAIM]);
        }
        self.ran(&self.sekisho, &[&ours[..], &["--key", key]].concat())?;
        self.refused(&self.sekisho, &[&ours[..], &["--key", other]].concat())?;
        if is_claim {
            // A claim is no signature.
            self.refused(&self.sekisho, &["verify", &image, "--key", key])?;
        }
        self.ran(cosign, &[&theirs[..], &["--key", key, &image]].concat())
    }

    fn images_with_certificates(&mut self) {
        for (writer, is_bundle) in WRITERS {
            let layout = if is_bundle { "bundle" } else { "tag" };
            let done = self.image_with_certificate(writer, is_bundle, layout);
            self.note(format!("image, certificate, signature of {writer}, {layout}"), done);
        }
    }

    fn image_with_certificate(&self, writer: &str, is_bundle: bool, layout: &str) -> Result<()> {
        let image = self.image(&format!("certificate-{writer}-{layout}"))?;
        let format = format!("--new-bundle-format={is_bundle}");
        let address = self.services.address.as_str();
        if writer == "sekisho" {
            let arguments = ["sign", &image, "--layout", layout];
            self.ran(&self.sekisho, &[&arguments[..], &self.vouched(false)].concat())?;
        } else {
            self.ran(
                &self.peers.cosign,
                &[
                    "sign",
                    "-y",
                    "--fulcio-url",
                    address,
                    "--rekor-url",
                    address,
                    "--identity-token",
                    "token",
                    "--use-signing-config=false",
                    "--trusted-root",
                    "trusted_root.json",
                    "--allow-http-registry",
                    &format,
                    &image,
                ],
            )?;
        }
        self.ran(&self.sekisho, &[&["verify", &image][..], &TRUST].concat())?;
        let arguments = ["verify", "--allow-http-registry", &format];
        self.ran(&self.peers.cosign, &[&arguments[..], &TRUST, &[&image]].concat())
    }

    /// The options with which sekisho has a signature vouched for.
    fn vouched(&self, is_second: bool) -> Vec<&str> {
        let address = self.services.address.as_str();
        let mut options = vec!["--fulcio", address, "--rekor", address, "--identity-token", "token"];
        if is_second {
            options.extend(["--rekor-version", "2"]);
        }
        options
    }

    fn files_with_keys(&mut self) {
        let ours = || {
            self.ran(&self.sekisho, &["sign", "artifact", "--key", "theirs.key", "--output", "key.json"])?;
            let arguments = ["verify-blob", "--key", "theirs.pub", "--insecure-ignore-tlog", "--bundle"];
            self.ran(&self.peers.cosign, &[&arguments[..], &["key.json", "artifact"]].concat())
        };
        let theirs = || {
            self.ran(
                &self.peers.cosign,
                &[
                    "sign-blob",
                    "-y",
                    "--key",
                    "ours.key",
                    "--use-signing-config=false",
                    "--tlog-upload=false",
                    "--new-bundle-format",
                    "--bundle",
                    "their-key.json",
                    "artifact",
                ],
            )?;
            let verify = ["verify", "artifact", "--bundle", "their-key.json", "--key"];
            self.ran(&self.sekisho, &[&verify[..], &["ours.pub"]].concat())?;
            self.refused(&self.sekisho, &[&verify[..], &["theirs.pub"]].concat())?;
            self.refused(
                &self.sekisho,
                &["verify", "other", "--bundle", "their-key.json", "--key", "ours.pub"],
            )
        };
        let (ours, theirs) = (ours(), theirs());
        self.note("file, key, signature of sekisho".to_owned(), ours);
        self.note("file, key, signature of cosign".to_owned(), theirs);
    }

    /// The image has packages with known vulnerabilities: one bundle lets it pass, the other does not.
    fn gates(&mut self) -> Result<()> {
        for (name, limit) in [("strict", "medium"), ("open", "none")] {
            let folder = self.folder.join(name);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("policy.yaml"), POLICY)?;
            fs::write(folder.join("sekisho.yaml"), format!("scan: {{failOn: {limit}}}\n"))?;
        }
        let refused = || {
            let image = self.image("gate-strict")?;
            self.refused(&self.sekisho, &gate(&image, "strict"))?;
            // Nothing was written: neither signature nor claim.
            let found = ["verify", &image, "--key", "theirs.pub"];
            self.refused(&self.sekisho, &found)?;
            self.refused(&self.sekisho, &[&found[..], &["--attestation", GATE]].concat())
        };
        let passed = || {
            let image = self.image("gate-open")?;
            self.ran(
                &self.sekisho,
                &[&gate(&image, "open")[..], &["--attach", "custom=claim.json"]].concat(),
            )?;
            let found = ["verify", &image, "--key", "theirs.pub"];
            self.ran(&self.sekisho, &found)?;
            self.ran(&self.sekisho, &[&found[..], &["--attestation", GATE]].concat())?;
            self.ran(&self.sekisho, &[&found[..], &["--attestation", "custom"]].concat())?;
            let common = ["--key", "theirs.pub", "--insecure-ignore-tlog", "--allow-http-registry"];
            self.ran(&self.peers.cosign, &[&["verify"][..], &common, &[&image]].concat())?;
            let claim = ["verify-attestation", "--type", GATE];
            self.ran(&self.peers.cosign, &[&claim[..], &common, &[&image]].concat())
        };
        let (refused, passed) = (refused(), passed());
        self.note("gate, a bundle that the image does not pass".to_owned(), refused);
        self.note("gate, a bundle that the image passes".to_owned(), passed);
        Ok(())
    }

    /// What is written here, before everybody who verifies.
    fn our_bundles(&mut self) -> Result<()> {
        let stamp = format!("{}/api/v1/timestamp", self.services.address);
        let kinds = [
            ("log 1", false, false, false),
            ("log 1 and timestamp", false, true, false),
            ("log 2 and timestamp", true, true, false),
            ("statement, log 1 and timestamp", false, true, true),
            ("statement, log 2 and timestamp", true, true, true),
        ];
        for (at, (kind, is_second, is_stamped, is_claim)) in kinds.into_iter().enumerate() {
            let bundle = format!("ours-{at}.json");
            let mut arguments =
                vec![if is_claim { "attest" } else { "sign" }, "artifact", "--output", &bundle];
            arguments.extend(self.vouched(is_second));
            if is_stamped {
                arguments.extend(["--timestamp-authority", &stamp]);
            }
            if is_claim {
                arguments.extend(["--predicate", "claim.json", "--type", CLAIM]);
            }
            self.ran(&self.sekisho, &arguments)?;
            let judged = [
                ("sekisho", self.ours("artifact", &bundle)),
                ("cosign", self.cosigns(&bundle, is_claim)),
                ("Python's sigstore", self.pythons(&bundle)),
                ("@sigstore/verify", self.scripts(&bundle)),
            ];
            for (who, done) in judged {
                self.note(format!("file, certificate, {kind}, before {who}"), done);
            }
        }
        Ok(())
    }

    fn ours(&self, artifact: &str, bundle: &str) -> Result<()> {
        self.ran(&self.sekisho, &[&["verify", artifact, "--bundle", bundle][..], &TRUST].concat())?;
        self.refused(&self.sekisho, &[&["verify", "other", "--bundle", bundle][..], &TRUST].concat())?;
        let stranger = ["--certificate-identity", "eve@example.com", "--certificate-oidc-issuer", ISSUER];
        let root = ["--trusted-root", "trusted_root.json"];
        self.refused(
            &self.sekisho,
            &[&["verify", artifact, "--bundle", bundle][..], &stranger, &root].concat(),
        )
    }

    fn cosigns(&self, bundle: &str, is_claim: bool) -> Result<()> {
        let verb: &[&str] =
            if is_claim { &["verify-blob-attestation", "--type", CLAIM] } else { &["verify-blob"] };
        let arguments = ["--new-bundle-format", "--bundle", bundle];
        self.ran(&self.peers.cosign, &[verb, &arguments, &TRUST, &["artifact"]].concat())
    }

    fn pythons(&self, bundle: &str) -> Result<()> {
        self.ran(
            &self.peers.python,
            &[
                "--trust-config",
                "trust_config.json",
                "verify",
                "identity",
                "--offline",
                "--bundle",
                bundle,
                "--cert-identity",
                IDENTITY,
                "--cert-oidc-issuer",
                ISSUER,
                "artifact",
            ],
        )
    }

    fn script(&self, name: &str, arguments: &[&str]) -> Result<()> {
        let script = self.peers.node.join(name).display().to_string();
        self.ran(Path::new("node"), &[&[script.as_str()][..], arguments].concat())
    }

    fn scripts(&self, bundle: &str) -> Result<()> {
        self.script("verify.js", &["trusted_root.json", bundle, "artifact", IDENTITY, ISSUER])
    }

    /// What others write.
    fn their_bundles(&mut self) {
        let address = self.services.address.as_str();
        let token = fs::read_to_string(self.folder.join("token")).unwrap_or_default();
        let message = || {
            self.script("sign.js", &[address, "token", "artifact", "script.json", "message"])?;
            self.ours("artifact", "script.json")
        };
        let python = || {
            self.ran(
                &self.peers.python,
                &[
                    "--trust-config",
                    "trust_config.json",
                    "sign",
                    "--identity-token",
                    &token,
                    "--bundle",
                    "python.json",
                    "artifact",
                ],
            )?;
            self.ours("artifact", "python.json")
        };
        let cosign = || {
            let stamp = format!("{address}/api/v1/timestamp");
            self.ran(
                &self.peers.cosign,
                &[
                    "sign-blob",
                    "-y",
                    "--fulcio-url",
                    address,
                    "--rekor-url",
                    address,
                    "--timestamp-server-url",
                    &stamp,
                    "--identity-token",
                    "token",
                    "--use-signing-config=false",
                    "--new-bundle-format",
                    "--trusted-root",
                    "trusted_root.json",
                    "--bundle",
                    "cosign.json",
                    "artifact",
                ],
            )?;
            self.ours("artifact", "cosign.json")
        };
        let done = [("@sigstore/sign", message()), ("Python's sigstore", python()), ("cosign", cosign())];
        for (who, done) in done {
            self.note(format!("file, certificate, signature of {who}"), done);
        }
    }
}

/// The type of the claim that an image passed.
const GATE: &str = "https://sekisho.dev/attestations/gate/v1";

/// A policy for a bundle, which must have one.
const POLICY: &str = r#"
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: labels}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]
  validations: [{expression: "has(object.metadata.labels)"}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: labels}
spec: {policyName: labels, validationActions: [Deny]}
"#;

/// How the gate is asked; the database in the program is older than it may usually be.
fn gate<'a>(image: &'a str, bundle: &'a str) -> [&'a str; 8] {
    ["gate", image, "--bundle", bundle, "--key", "theirs.key", "--max-database-age", "9999"]
}

/// Who may have signed, in the words that cosign and sekisho share.
const TRUST: [&str; 6] = [
    "--certificate-identity",
    IDENTITY,
    "--certificate-oidc-issuer",
    ISSUER,
    "--trusted-root",
    "trusted_root.json",
];

/// The services on loopback, ended when they are dropped.
struct Services {
    address: String,
    server: Child,
}

impl Services {
    fn start(scratch: &Path, peers: &Sigstore) -> Result<Self> {
        let log = fs::File::create(scratch.join("services.log"))?;
        let server = Command::new("node")
            .arg(peers.node.join("services.js"))
            .arg(scratch)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot run node")?;
        let mut services = Self { address: String::new(), server };
        for _ in 0..300 {
            if let Ok(address) = fs::read_to_string(scratch.join("address")) {
                services.address = address;
                return Ok(services);
            }
            thread::sleep(Duration::from_millis(100));
        }
        bail!("the services of sigstore do not listen")
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // They may have ended by themselves.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
