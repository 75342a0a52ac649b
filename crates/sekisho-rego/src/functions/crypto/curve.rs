//! The elliptic curves of the NIST.

const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

const P521: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x23];

/// A curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::functions) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    /// How many bytes a coordinate takes.
    pub(in crate::functions) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    pub(in crate::functions) fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
        }
    }

    pub(in crate::functions) fn named(name: &str) -> Option<Self> {
        [Self::P256, Self::P384, Self::P521].into_iter().find(|curve| curve.name() == name)
    }

    pub(super) fn of_object(object: &[u8]) -> Option<Self> {
        match object {
            P256 => Some(Self::P256),
            P384 => Some(Self::P384),
            P521 => Some(Self::P521),
            _ => None,
        }
    }

    /// Whether a point lies on the curve.
    pub(super) fn has_point(self, point: &[u8]) -> bool {
        match self {
            Self::P256 => p256::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok(),
            Self::P384 => p384::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok(),
            Self::P521 => p521::ecdsa::VerifyingKey::from_sec1_bytes(point).is_ok(),
        }
    }

    /// The point that belongs to a secret number.
    pub(super) fn point_of(self, secret: &[u8]) -> Option<Vec<u8>> {
        Some(match self {
            Self::P256 => {
                let key = p256::ecdsa::SigningKey::from_slice(secret).ok()?;
                key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            }
            Self::P384 => {
                let key = p384::ecdsa::SigningKey::from_slice(secret).ok()?;
                key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            }
            Self::P521 => {
                let key = p521::ecdsa::SigningKey::from_slice(secret).ok()?;
                key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            }
        })
    }
}
