//! Keys in devices that speak PKCS #11: found by a `pkcs11:` URI, and signed with where they are.

use std::fs;
use std::path::{Path, PathBuf};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, CertificateType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use sekisho_signature::algorithm::{Hash, Scheme, Signed};
use sekisho_signature::certificate::Certificate;
use sekisho_signature::device::DeviceKeyName;
use sekisho_signature::key::PublicKey;
use sekisho_signature::parts::{
    digest_info, key_of_edwards, key_of_numbers, key_of_point, signature_of_halves,
};
use sekisho_signature::secret::{SigningError, SigningKey};

use crate::error::NotaryError;

/// Folders in which modules are looked for by name.
const FOLDERS: [&str; 8] = [
    "/usr/lib/pkcs11",
    "/usr/lib64/pkcs11",
    "/usr/lib/x86_64-linux-gnu/pkcs11",
    "/usr/lib/aarch64-linux-gnu/pkcs11",
    "/usr/lib/softhsm",
    "/usr/lib64/softhsm",
    "/usr/local/lib",
    "/opt/homebrew/lib",
];

/// What is not in the name of a key.
#[derive(Clone, Default)]
pub struct DeviceSettings {
    /// The file of the module, where the name says none.
    pub module: Option<PathBuf>,
    /// The PIN, where the name says none. Devices with a keypad of their own need none.
    pub pin: Option<String>,
}

/// A key in a device, with the session that it is used in.
pub struct DeviceKey {
    name: String,
    public: PublicKey,
    private: Option<ObjectHandle>,
    session: Session,
    /// The module must outlive its sessions.
    _module: Pkcs11,
}

impl DeviceKey {
    /// Finds a key to sign with.
    pub fn find(name: &DeviceKeyName, settings: &DeviceSettings) -> Result<Self, NotaryError> {
        Self::open(name, settings, true)
    }

    /// Finds the public half of a key.
    pub fn find_public(name: &DeviceKeyName, settings: &DeviceSettings) -> Result<PublicKey, NotaryError> {
        Self::open(name, settings, false).map(|key| key.public)
    }

    fn open(name: &DeviceKeyName, settings: &DeviceSettings, signs: bool) -> Result<Self, NotaryError> {
        let shown = name.to_string();
        let device = |message: String| NotaryError::Device { name: shown.clone(), message };
        if cfg!(target_feature = "crt-static") {
            return Err(device(
                "this program is linked statically and loads no modules: build one that is not".to_owned(),
            ));
        }
        let path = module_of(name, settings)?;
        let module = Pkcs11::new(&path)
            .map_err(|error| device(format!("cannot load `{}`: {}", path.display(), said(&error))))?;
        match module.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(device(said(&error))),
        }
        let slot = slot_of(&module, name).map_err(&device)?;
        let session = module.open_ro_session(slot).map_err(|error| device(said(&error)))?;
        let pin = pin_of(name, settings)?;
        let token = module.get_token_info(slot).map_err(|error| device(said(&error)))?;
        if signs || pin.is_some() {
            log_in(&session, pin, &token).map_err(&device)?;
        }
        let private = signs.then(|| single(&session, name, ObjectClass::PRIVATE_KEY)).transpose();
        let private = private.map_err(&device)?;
        let public = public_of(&session, name, private).map_err(&device)?;
        Ok(Self { name: shown, public, private, session, _module: module })
    }

    fn raw(&self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let key = self.private.ok_or_else(|| "the private half was not looked for".to_owned())?;
        let sign = |mechanism: &Mechanism<'_>, bytes: &[u8]| {
            self.session.sign(mechanism, key, bytes).map_err(|error| said(&error))
        };
        match self.public.usual_scheme() {
            Scheme::Ecdsa(hash) => {
                let halves = sign(&Mechanism::Ecdsa, &hash.of(bytes))?;
                signature_of_halves(&halves).ok_or_else(|| "it gives no signature".to_owned())
            }
            Scheme::Ed25519 | Scheme::Ed25519Prehashed => {
                sign(&Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Pure)), bytes)
            }
            Scheme::RsaPkcs1(_) | Scheme::RsaPss(_) => {
                let digest = Hash::Sha256.of(bytes);
                sign(&Mechanism::RsaPkcs, &digest_info(Hash::Sha256, &digest))
            }
        }
    }
}

impl SigningKey for DeviceKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, SigningError> {
        let remote = |message: String| SigningError::Remote { key: self.name.clone(), message };
        let signature = self.raw(bytes).map_err(remote)?;
        let held = self.public.verify(Signed::Bytes(bytes), &signature);
        held.map_err(|_| remote("what it gives is no signature by the key that it showed".to_owned()))?;
        Ok(signature)
    }
}

fn module_of(name: &DeviceKeyName, settings: &DeviceSettings) -> Result<PathBuf, NotaryError> {
    if let Some(path) = &name.module_path {
        return Ok(PathBuf::from(path));
    }
    if let Some(module) = &name.module_name {
        let files = ["so", "dylib", "dll"]
            .map(|ending| [format!("lib{module}.{ending}"), format!("{module}.{ending}")]);
        let files = files.as_flattened();
        let mut places =
            FOLDERS.iter().flat_map(|folder| files.iter().map(|file| Path::new(folder).join(file)));
        return places.find(|path| path.is_file()).ok_or_else(|| NotaryError::Missing {
            name: name.to_string(),
            what: format!(
                "the module `{module}`, which lies in no usual folder: name its file in `module-path`"
            ),
        });
    }
    settings.module.clone().ok_or_else(|| NotaryError::Missing {
        name: name.to_string(),
        what: "a module: name its file in `module-path`, or in `SEKISHO_PKCS11_MODULE`".to_owned(),
    })
}

fn pin_of(name: &DeviceKeyName, settings: &DeviceSettings) -> Result<Option<String>, NotaryError> {
    if let Some(path) = &name.pin_file {
        let text = fs::read_to_string(path).map_err(|error| NotaryError::Device {
            name: name.to_string(),
            message: format!("cannot read the PIN in `{path}`: {error}"),
        })?;
        return Ok(Some(text.trim_end_matches(['\n', '\r']).to_owned()));
    }
    Ok(name.pin.clone().or_else(|| settings.pin.clone()))
}

/// The one slot with a token that the name means.
fn slot_of(module: &Pkcs11, name: &DeviceKeyName) -> Result<Slot, String> {
    let library = module.get_library_info().map_err(|error| said(&error))?;
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    let version = library.library_version();
    let is_library = is(&name.library_description, library.library_description())
        && is(&name.library_manufacturer, library.manufacturer_id())
        && name.library_version.is_none_or(|(major, minor)| {
            version.major() == major && minor.is_none_or(|minor| version.minor() == minor)
        });
    if !is_library {
        return Err("the module is another one than is asked for".to_owned());
    }
    let mut found = Vec::new();
    for slot in module.get_slots_with_token().map_err(|error| said(&error))? {
        let (Ok(token), Ok(about)) = (module.get_token_info(slot), module.get_slot_info(slot)) else {
            continue;
        };
        let is_wanted = token.token_initialized()
            && name.slot.is_none_or(|wanted| wanted == slot.id())
            && is(&name.token, token.label())
            && is(&name.manufacturer, token.manufacturer_id())
            && is(&name.serial, token.serial_number())
            && is(&name.model, token.model())
            && is(&name.slot_manufacturer, about.manufacturer_id())
            && is(&name.slot_description, about.slot_description());
        if is_wanted {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [slot] => Ok(*slot),
        [] => Err("no token is as the name says".to_owned()),
        _ => Err("more than one token is as the name says: add `token` or `serial`".to_owned()),
    }
}

fn log_in(session: &Session, pin: Option<String>, token: &cryptoki::slot::TokenInfo) -> Result<(), String> {
    if !token.login_required() {
        return Ok(());
    }
    if token.user_pin_locked() {
        return Err("the PIN is locked".to_owned());
    }
    if pin.is_none() && !token.protected_authentication_path() {
        return Err(
            "the token asks for a PIN: set `SEKISHO_PKCS11_PIN`, or name a file in `pin-source`".to_owned()
        );
    }
    let pin = pin.map(|pin| AuthPin::new(pin.into()));
    match session.login(UserType::User, pin.as_ref()) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(()),
        Err(Error::Pkcs11(RvError::PinIncorrect, _)) => Err("the PIN is wrong".to_owned()),
        Err(error) => Err(said(&error)),
    }
}

/// The one object of a class that the name means; none where there is none.
fn maybe(
    session: &Session,
    name: &DeviceKeyName,
    class: ObjectClass,
) -> Result<Option<ObjectHandle>, String> {
    let mut template = vec![Attribute::Class(class)];
    template.extend(name.object.clone().map(Attribute::Label));
    template.extend(name.id.clone().map(Attribute::Id));
    if class == ObjectClass::CERTIFICATE {
        template.push(Attribute::CertificateType(CertificateType::X_509));
    }
    let found = session.find_objects(&template).map_err(|error| said(&error))?;
    match found.as_slice() {
        [] => Ok(None),
        [object] => Ok(Some(*object)),
        _ => Err("more than one key is as the name says: name it by `object` and `id`".to_owned()),
    }
}

fn single(session: &Session, name: &DeviceKeyName, class: ObjectClass) -> Result<ObjectHandle, String> {
    maybe(session, name, class)?.ok_or_else(|| "no key of the token is as the name says".to_owned())
}

/// The public half: an object of its own, else what the private one shows, else the certificate.
fn public_of(
    session: &Session,
    name: &DeviceKeyName,
    private: Option<ObjectHandle>,
) -> Result<PublicKey, String> {
    let object = maybe(session, name, ObjectClass::PUBLIC_KEY)?;
    if let Some(key) = object.or(private).and_then(|object| key_of(session, object).transpose()) {
        return key;
    }
    let certificate = maybe(session, name, ObjectClass::CERTIFICATE)?
        .ok_or_else(|| "the token shows no public half of the key".to_owned())?;
    let attributes =
        session.get_attributes(certificate, &[AttributeType::Value]).map_err(|error| said(&error))?;
    let bytes = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::Value(bytes) => Some(bytes),
        _ => None,
    });
    let bytes = bytes.ok_or_else(|| "the certificate of the key is empty".to_owned())?;
    let certificate = Certificate::of_der(&bytes).map_err(|error| error.to_string())?;
    Ok(certificate.key().clone())
}

/// The key that an object shows; none where it shows no numbers.
fn key_of(session: &Session, object: ObjectHandle) -> Result<Option<PublicKey>, String> {
    let asked = [
        AttributeType::KeyType,
        AttributeType::EcParams,
        AttributeType::EcPoint,
        AttributeType::Modulus,
        AttributeType::PublicExponent,
    ];
    let attributes = session.get_attributes(object, &asked).map_err(|error| said(&error))?;
    let (mut kind, mut curve, mut point, mut modulus, mut exponent) = (None, None, None, None, None);
    for attribute in attributes {
        match attribute {
            Attribute::KeyType(found) => kind = Some(found),
            Attribute::EcParams(bytes) => curve = Some(bytes),
            Attribute::EcPoint(bytes) => point = Some(bytes),
            Attribute::Modulus(bytes) => modulus = Some(bytes),
            Attribute::PublicExponent(bytes) => exponent = Some(bytes),
            _ => {}
        }
    }
    let key = match (kind, curve, point, modulus, exponent) {
        (Some(KeyType::EC), Some(curve), Some(point), ..) => key_of_point(&curve, &point),
        (Some(KeyType::EC_EDWARDS), _, Some(point), ..) => key_of_edwards(&point),
        (Some(KeyType::RSA), _, _, Some(modulus), Some(exponent)) => key_of_numbers(&modulus, &exponent),
        _ => return Ok(None),
    };
    key.map(Some).map_err(|error| error.to_string())
}

/// What the module says, in one line.
fn said(error: &Error) -> String {
    let text = match error {
        Error::Pkcs11(value, function) => format!("{function} fails with {value:?}"),
        other => other.to_string(),
    };
    text.lines().next().unwrap_or_default().chars().take(300).collect()
}
