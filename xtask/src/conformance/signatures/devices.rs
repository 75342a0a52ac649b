//! Keys in a device: OpenSSL's keys in a token of SoftHSM, and what they sign before everybody.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Bench;
use crate::workspace::root;

/// The keys by their files; each is the label of one in the token.
const KEYS: [&str; 5] = ["p256", "p384", "p521", "ed25519", "rsa"];
/// The PIN of the token.
pub(super) const PIN: &str = "1234";
/// The file that says where tokens lie.
pub(super) const SETTINGS: &str = "softhsm2.conf";

impl Bench<'_> {
    pub(super) fn devices(&mut self) {
        let token = self.token();
        let made = token.is_ok();
        self.note("device, a token with keys".to_owned(), token);
        for name in KEYS.into_iter().filter(|_| made) {
            let done = self.device(name);
            self.note(format!("device, {name}"), done);
        }
    }

    fn token(&self) -> Result<()> {
        let folder = self.folder.join("tokens");
        fs::create_dir_all(&folder)?;
        let text = format!(
            "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
            folder.display()
        );
        fs::write(self.folder.join(SETTINGS), text)?;
        let program = Path::new("softhsm2-util");
        let begin = ["--init-token", "--free", "--label", "sekisho", "--pin", PIN, "--so-pin", "5678"];
        self.ran(program, &begin)?;
        for (at, name) in KEYS.into_iter().enumerate() {
            let (file, id) = (half(name, "pem"), format!("0{at}"));
            self.ran(
                program,
                &["--import", &file, "--token", "sekisho", "--label", name, "--id", &id, "--pin", PIN],
            )?;
        }
        Ok(())
    }

    fn device(&self, name: &str) -> Result<()> {
        let (key, public) =
            (format!("pkcs11:token=sekisho;object={name}?module-name=softhsm2"), half(name, "pub"));
        let bundle = format!("device-{name}.json");
        self.ran(&self.sekisho, &["sign", "artifact", "--key", &key, "--output", &bundle])?;
        let verify = ["verify", "artifact", "--bundle", &bundle, "--key"];
        self.ran(&self.sekisho, &[&verify[..], &[&public]].concat())?;
        self.ran(&self.sekisho, &[&verify[..], &[&key]].concat())?;
        self.refused(&self.sekisho, &[&verify[..], &["ours.pub"]].concat())?;
        let wrong = key.replace('?', "?pin-value=0000&");
        self.refused(&self.sekisho, &["sign", "artifact", "--key", &wrong, "--output", "wrong.json"])?;
        // Cosign takes SHA-256 for every curve where it reads a bundle of a key, and these sign with longer hashes.
        if ["p384", "p521"].contains(&name) {
            return Ok(());
        }
        let arguments = ["verify-blob", "--key", &public, "--insecure-ignore-tlog", "--bundle"];
        self.ran(&self.peers.cosign, &[&arguments[..], &[&bundle, "artifact"]].concat())
    }
}

/// A half of a key that OpenSSL made.
pub(super) fn half(name: &str, ending: &str) -> String {
    root().join(format!("crates/sekisho-signature/tests/data/{name}.{ending}")).display().to_string()
}
