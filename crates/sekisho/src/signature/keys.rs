//! Keys that the user names: private ones to sign with, public ones to trust.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use ring::rand::{SecureRandom as _, SystemRandom};
use sekisho_notary::{DeviceKey, DeviceSettings, ServiceKey, Services, Surroundings, names_service_key};
use sekisho_signature::device::DeviceKeyName;
use sekisho_signature::key::PublicKey;
use sekisho_signature::secret::{NewKey, PrivateKey, Randomness, SigningKey};

use crate::whole_file::write_atomically;

/// The variables that may hold the password of a key, the first that is set counts.
const PASSWORDS: [&str; 2] = ["SEKISHO_PASSWORD", "COSIGN_PASSWORD"];

/// The variables that name the module of a device, and those that hold its PIN.
const MODULES: [&str; 2] = ["SEKISHO_PKCS11_MODULE", "COSIGN_PKCS11_MODULE_PATH"];
const PINS: [&str; 2] = ["SEKISHO_PKCS11_PIN", "COSIGN_PKCS11_PIN"];

/// The text of a key: a file, or a variable of the environment.
fn text_of(name: &str) -> Result<String> {
    if let Some(variable) = name.strip_prefix("env://") {
        return env::var(variable).with_context(|| format!("the variable `{variable}` is not set"));
    }
    if let Some((scheme, _)) = name.split_once("://") {
        bail!(
            "keys at `{scheme}://` are not read: name a file, `env://NAME`, `pkcs11:…`, `awskms://…` or `hashivault://…`"
        );
    }
    fs::read_to_string(name).with_context(|| format!("cannot read `{name}`"))
}

/// A password is bytes; one that is set and empty is a password too.
fn password() -> Option<Vec<u8>> {
    PASSWORDS.iter().find_map(|name| env::var(name).ok()).map(String::into_bytes)
}

/// What signs: a key that is read, or one that stays in a device or a service.
pub(crate) fn private(name: &str, services: &Services, offline: bool) -> Result<Box<dyn SigningKey>> {
    if name.starts_with("pkcs11:") {
        return Ok(Box::new(DeviceKey::find(&device_name(name)?, &device_settings())?));
    }
    if names_service_key(name) {
        return Ok(Box::new(service_key(name, services, offline)?));
    }
    let read = PrivateKey::of_pem(&text_of(name)?, password, Box::new(SystemRandom::new()));
    let read =
        read.with_context(|| format!("`{name}` (its password is read from `{}`)", PASSWORDS.join("` or `")));
    Ok(Box::new(read?))
}

/// Reads a public key, or asks the device or the service that has its other half.
pub(crate) fn public(name: &str, services: &Services, offline: bool) -> Result<PublicKey> {
    if name.starts_with("pkcs11:") {
        return Ok(DeviceKey::find_public(&device_name(name)?, &device_settings())?);
    }
    if names_service_key(name) {
        return Ok(service_key(name, services, offline)?.public_key().clone());
    }
    PublicKey::of_pem(&text_of(name)?).with_context(|| format!("`{name}`"))
}

fn service_key(name: &str, services: &Services, offline: bool) -> Result<ServiceKey> {
    if offline {
        bail!("`--offline` forbids the connection that `{name}` needs");
    }
    Ok(ServiceKey::find(services, name, &Surroundings::of_process())?)
}

fn device_name(name: &str) -> Result<DeviceKeyName> {
    // The name may hold a PIN, and is not shown.
    DeviceKeyName::parse(name).context("the name of the key, `pkcs11:…`")
}

fn device_settings() -> DeviceSettings {
    let first = |names: [&str; 2]| {
        names.iter().find_map(|name| env::var(name).ok()).filter(|value| !value.is_empty())
    };
    DeviceSettings { module: first(MODULES).map(PathBuf::from), pin: first(PINS) }
}

/// A key that nobody keeps, for one certificate.
pub(crate) fn ephemeral() -> Result<PrivateKey> {
    let new = NewKey::unsealed(&drawn::<32>()?)?;
    Ok(new)
}

fn drawn<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).ok().context("this machine gives no random numbers")?;
    Ok(bytes)
}

/// Makes a key and writes both of its halves; what is there is not overwritten.
pub(crate) fn make(name: &Path) -> Result<(PathBuf, PathBuf)> {
    let ending = |ending: &str| {
        let mut path = name.as_os_str().to_os_string();
        path.push(ending);
        PathBuf::from(path)
    };
    let (private, public) = (ending(".key"), ending(".pub"));
    if let Some(there) = [&private, &public].into_iter().find(|path| path.exists()) {
        bail!("`{}` is there already: name another, or remove it", there.display());
    }
    let Some(password) = password() else {
        bail!("set the password of the new key in `{}`; an empty one is one too", PASSWORDS[0]);
    };
    let random = Randomness { scalar: drawn()?, salt: drawn()?, nonce: drawn()? };
    let new = NewKey::of_random(&random, &password)?;
    write_private(&private, new.private.as_bytes())?;
    write_atomically(&public, new.public.as_bytes())?;
    Ok((private, public))
}

/// A private key is for its owner's eyes.
fn write_private(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let named = || format!("cannot write `{}`", path.display());
    options.open(path).with_context(named)?.write_all(bytes).with_context(named)
}
