//! The names of keys in devices: `pkcs11:` URIs, as RFC 7512 has them.

use std::fmt;

/// The most bytes of a name.
const LIMIT: usize = 4_096;

/// What a `pkcs11:` URI says. What is left out may be anything.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeviceKeyName {
    /// The label of the token.
    pub token: Option<String>,
    /// Who made the token.
    pub manufacturer: Option<String>,
    /// The number of the token.
    pub serial: Option<String>,
    /// The model of the token.
    pub model: Option<String>,
    /// Who made the slot.
    pub slot_manufacturer: Option<String>,
    /// What the slot is.
    pub slot_description: Option<String>,
    /// The number of the slot.
    pub slot: Option<u64>,
    /// What the module is.
    pub library_description: Option<String>,
    /// Who made the module.
    pub library_manufacturer: Option<String>,
    /// The version of the module, whole or its first number.
    pub library_version: Option<(u8, Option<u8>)>,
    /// The label of the key.
    pub object: Option<Vec<u8>>,
    /// The identifier of the key.
    pub id: Option<Vec<u8>>,
    /// The file of the module.
    pub module_path: Option<String>,
    /// The name of the module, without a folder and an ending.
    pub module_name: Option<String>,
    /// The PIN.
    pub pin: Option<String>,
    /// The file that holds the PIN.
    pub pin_file: Option<String>,
}

/// Why a text is no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceKeyNameError {
    /// It does not begin as one does.
    #[error("write `pkcs11:token=…;object=…?module-path=…`")]
    Scheme,
    /// It is too long.
    #[error("it has more than {LIMIT} bytes, the limit")]
    TooLong,
    /// An attribute without a value, or with one that cannot be.
    #[error("the value of `{0}` cannot be read")]
    Value(String),
    /// An attribute that is there twice.
    #[error("`{0}` is there twice")]
    Twice(String),
    /// An attribute that is not known; without it another key could be meant.
    #[error("`{0}` is no attribute that is known here")]
    Unknown(String),
    /// A PIN that a program would give.
    #[error("a program that gives the PIN is not run: name a file in `pin-source`")]
    Program,
    /// It says nothing of the key.
    #[error("name the key by `object` or `id`")]
    NoKey,
}

impl DeviceKeyName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, DeviceKeyNameError> {
        if text.len() > LIMIT {
            return Err(DeviceKeyNameError::TooLong);
        }
        let rest = text.strip_prefix("pkcs11:").ok_or(DeviceKeyNameError::Scheme)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut name = Self::default();
        let mut seen: Vec<&str> = Vec::new();
        let path = path.split(';').map(|part| (part, true));
        // RFC 7512 has `&` between the attributes behind the question mark; cosign takes `;` there too.
        let query = query.split(['&', ';']).map(|part| (part, false));
        for (part, is_path) in path.chain(query).filter(|(part, _)| !part.is_empty()) {
            let (attribute, value) = part
                .split_once('=')
                .ok_or_else(|| DeviceKeyNameError::Value(part.chars().take(40).collect()))?;
            if seen.contains(&attribute) {
                return Err(DeviceKeyNameError::Twice(attribute.chars().take(40).collect()));
            }
            seen.push(attribute);
            name.set(attribute, value, is_path)?;
        }
        if name.object.is_none() && name.id.is_none() {
            return Err(DeviceKeyNameError::NoKey);
        }
        Ok(name)
    }

    fn set(&mut self, attribute: &str, value: &str, is_path: bool) -> Result<(), DeviceKeyNameError> {
        let wrong = || DeviceKeyNameError::Value(attribute.chars().take(40).collect());
        let bytes = unescaped(value).ok_or_else(wrong)?;
        let text = || String::from_utf8(bytes.clone()).map_err(|_| wrong());
        match (is_path, attribute) {
            (true, "token") => self.token = Some(text()?),
            (true, "manufacturer") => self.manufacturer = Some(text()?),
            (true, "serial") => self.serial = Some(text()?),
            (true, "model") => self.model = Some(text()?),
            (true, "slot-manufacturer") => self.slot_manufacturer = Some(text()?),
            (true, "slot-description") => self.slot_description = Some(text()?),
            (true, "slot-id") => self.slot = Some(text()?.parse().map_err(|_| wrong())?),
            (true, "library-description") => self.library_description = Some(text()?),
            (true, "library-manufacturer") => self.library_manufacturer = Some(text()?),
            (true, "library-version") => {
                let text = text()?;
                let (major, minor) = match text.split_once('.') {
                    Some((major, minor)) => (major, Some(minor.parse().map_err(|_| wrong())?)),
                    None => (text.as_str(), None),
                };
                self.library_version = Some((major.parse().map_err(|_| wrong())?, minor));
            }
            (true, "object") => self.object = Some(bytes),
            (true, "id") => self.id = Some(bytes),
            // A key has a public and a private half, and which one is wanted is told by what is done with it.
            (true, "type") => match text()?.as_str() {
                "public" | "private" => {}
                _ => return Err(wrong()),
            },
            (false, "module-path") => self.module_path = Some(text()?),
            (false, "module-name") => {
                let text = text()?;
                let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
                if text.is_empty() || !text.bytes().all(is_fine) {
                    return Err(wrong());
                }
                self.module_name = Some(text);
            }
            (false, "pin-value") => self.pin = Some(text()?),
            (false, "pin-source") => {
                let text = text()?;
                if text.starts_with('|') {
                    return Err(DeviceKeyNameError::Program);
                }
                let path = text.strip_prefix("file:").unwrap_or(&text);
                let path = path.strip_prefix("//").unwrap_or(path);
                self.pin_file = Some(path.to_owned());
            }
            // What vendors add begins so, and may be left out.
            (_, vendor) if vendor.starts_with("x-") => {}
            _ => return Err(DeviceKeyNameError::Unknown(attribute.chars().take(40).collect())),
        }
        Ok(())
    }
}

impl fmt::Display for DeviceKeyName {
    /// What may be shown: no PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pkcs11:")?;
        let token = self.token.as_ref().map(|token| format!("token={token}"));
        let slot = self.slot.map(|slot| format!("slot-id={slot}"));
        let object = self.object.as_ref().map(|object| format!("object={}", String::from_utf8_lossy(object)));
        let id = self.id.as_ref().map(|id| {
            let digits = data_encoding::HEXLOWER.encode(id);
            format!("id=0x{digits}")
        });
        let parts: Vec<String> = [token, slot, object, id].into_iter().flatten().collect();
        let text = parts.join(";");
        write!(f, "{}", text.chars().filter(|letter| !letter.is_control()).collect::<String>())
    }
}

impl fmt::Debug for DeviceKeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The bytes of a value; none where an escape is none.
fn unescaped(value: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        bytes.extend(data_encoding::HEXLOWER_PERMISSIVE.decode(&digits).ok()?);
    }
    Some(bytes)
}
