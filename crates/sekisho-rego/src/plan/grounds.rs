//! What the results of units rest on, and thus how long they hold.

use std::ops::BitOrAssign;

/// What a result rests on beside constants and arguments.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grounds(u8);

impl Grounds {
    /// Parts of the input that come again in many evaluations, or documents below `data`.
    pub(super) const STEADY: Self = Self(1);
    /// Other parts of the input.
    pub(super) const INPUT: Self = Self(2);
    /// What can be another thing each time.
    pub(super) const FLEETING: Self = Self(4);
    pub(super) const EVERYTHING: Self = Self(7);

    /// Whether the same arguments give the same result throughout an evaluation.
    pub(crate) fn hold_in_one(self) -> bool {
        self.0 & Self::FLEETING.0 == 0
    }

    /// Whether they do so in the next evaluation, too, as long as what is steady stays.
    pub(crate) fn hold_in_all(self) -> bool {
        self.0 & (Self::FLEETING.0 | Self::INPUT.0) == 0
    }
}

impl BitOrAssign for Grounds {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// How many arguments a result is kept by at most.
pub(crate) const MOST_ARGUMENTS: usize = 4;
