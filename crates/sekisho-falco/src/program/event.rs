//! What evaluation asks of an event.

use sekisho_capture::EventType;

use crate::catalog::Field;
use crate::value::Value;

/// Numbers of an identity.
pub const IDENTITY_NUMBERS: usize = 7;
/// What values come from, as bits to which a source of events gives their meaning.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Grounds(pub u64);

impl Grounds {
    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether these are among them.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// Numbers that tell the grounds of an event from all others.
pub type Identity = [u64; IDENTITY_NUMBERS];

/// What happened: the seam between rules and where events come from.
pub trait Event {
    /// The source that rules name: `syscall`, `k8s_audit`.
    fn source(&self) -> &str;

    /// The type of the event, where the source has types.
    fn event_type(&self) -> Option<EventType> {
        None
    }

    /// Pushes the values of a field; false where it has none in this event. A field that is no list has one
    /// value, or those of all processes or ends where its [`Reading`](crate::Reading) says so.
    fn extract<'e>(&'e self, field: &Field, values: &mut Vec<Value<'e>>) -> bool;

    /// What the values of a field come from in every event of this one's type; none where something else may play a
    /// part. While the grounds are the same, so are the values.
    fn grounds(&self, _field: &Field) -> Option<Grounds> {
        None
    }

    /// Numbers that tell these grounds, as they are for this event, from whatever they were for others of its type; none
    /// where that cannot be told.
    fn identity(&self, _grounds: Grounds) -> Option<Identity> {
        None
    }
}
