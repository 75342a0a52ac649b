//! Releases of the project before everybody: packed from the program as it was built for tests, and signed by it.

use std::fs;

use anyhow::{Result, ensure};

use super::Bench;
use super::devices::half;
use crate::release::{Packing, Signer, pack};

/// A triple that the program may be said to be built for.
const TARGET: &str = "x86_64-unknown-linux-gnu";

impl Bench<'_> {
    pub(super) fn release(&mut self) {
        let done = self.packed();
        let made = done.is_ok();
        self.note("release, the same bytes from the same program".to_owned(), done);
        let Ok(files) = fs::read_dir(self.folder.join("release")) else { return };
        let mut names: Vec<_> =
            files.filter_map(|file| Some(file.ok()?.file_name().to_string_lossy().into_owned())).collect();
        names.sort();
        let bundles = names.iter().filter(|name| name.ends_with(".sigstore.json"));
        for bundle in bundles.filter(|_| made) {
            let done = self.bundle_of_release(bundle);
            let short = bundle.split_once(TARGET).map_or(bundle.as_str(), |(_, rest)| rest);
            self.note(format!("release, {short}"), done);
        }
    }

    fn packed(&self) -> Result<()> {
        let sekisho = Signer::new(self.sekisho.clone())?;
        let key = ["--key".to_owned(), half("p256", "pem")];
        let program = fs::read(self.folder.join("artifact"))?;
        let packing =
            Packing { program: &program, target: TARGET, certificates: b"", sekisho: &sekisho, signer: &[] };
        let first = pack(&packing, &self.folder.join("release-first"))?;
        let second = pack(&Packing { signer: &key, ..packing }, &self.folder.join("release"))?;
        ensure!(first == second, "two releases of one commit differ");
        Ok(())
    }

    /// A signature of a file, or a claim about it: `FILE[.provenance|.cdx].sigstore.json`.
    fn bundle_of_release(&self, name: &str) -> Result<()> {
        let path = |name: &str| self.folder.join("release").join(name).display().to_string();
        let stem = name.trim_end_matches(".sigstore.json");
        let claims = [
            (".tar.provenance", "https://slsa.dev/provenance/v1"),
            (".tar.gz.provenance", "https://slsa.dev/provenance/v1"),
            (".tar.cdx", "cyclonedx"),
            (".tar.gz.cdx", "cyclonedx"),
        ];
        let claim = claims.into_iter().find(|(ending, _)| stem.ends_with(ending));
        let file = match claim {
            Some(_) => path(stem.rsplit_once('.').map_or(stem, |(file, _)| file)),
            None => path(stem),
        };
        let (bundle, key) = (path(name), half("p256", "pub"));
        let mut ours = vec!["verify", &file, "--bundle", &bundle];
        let mut theirs = vec![match claim {
            Some(_) => "verify-blob-attestation",
            None => "verify-blob",
        }];
        if let Some((_, kind)) = claim {
            ours.extend(["--attestation", kind]);
            theirs.extend(["--type", kind]);
        }
        theirs.extend(["--insecure-ignore-tlog", "--bundle", &bundle, &file]);
        self.ran(&self.sekisho, &[&ours[..], &["--key", &key]].concat())?;
        self.refused(&self.sekisho, &[&ours[..], &["--key", "ours.pub"]].concat())?;
        self.ran(&self.peers.cosign, &[&theirs[..], &["--key", &key]].concat())
    }
}
