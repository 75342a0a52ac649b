//! Stand-ins for random values.
//!
//! A scan must say the same of the same chart each time, so nothing here is random: every value follows from
//! the seed of the run and from how many such values were made before it. It has the form of the real one:
//! length, alphabet, structure. None of them may be used as a secret.

use sha2::{Digest, Sha256};

use sekisho_go::base64::base64_encode;
use sekisho_go::characters::runes;

use super::arguments::{int, text};
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("randAlphaNum", COUNT, |call, args| characters(call, args, u8::is_ascii_alphanumeric)),
    Function::new("randAlpha", COUNT, |call, args| characters(call, args, u8::is_ascii_alphabetic)),
    Function::new("randNumeric", COUNT, |call, args| characters(call, args, u8::is_ascii_digit)),
    Function::new("randAscii", COUNT, |call, args| {
        characters(call, args, |byte| matches!(byte, b' '..=b'~'))
    }),
    Function::new("randBytes", COUNT, |call, args| {
        let Ok(count) = usize::try_from(int(args, 0)) else {
            return Err(CallError::new("runtime error: makeslice: len out of range"));
        };
        let bytes = Source::next(call).bytes(call, count)?;
        Ok(drawn(call, base64_encode(&bytes)))
    }),
    Function::new("randInt", &[Type::INT, Type::INT], |call, args| {
        let (least, limit) = (int(args, 0), int(args, 1));
        match u64::try_from(limit.wrapping_sub(least)) {
            Ok(range) if range > 0 => {
                let offset = Source::next(call).below(range);
                let number = least.wrapping_add_unsigned(offset);
                call.state().keep_drawn(&number.to_string());
                Ok(Value::int(number))
            }
            _ => Err(CallError::new("invalid argument to Intn")),
        }
    }),
    Function::new("uuidv4", &[], |call, _| {
        let bytes = Source::next(call).bytes(call, 16)?;
        let mut number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
        // The version, and the variant of RFC 9562.
        number = number & !(0xF << 76) | 4 << 76;
        number = number & !(3 << 62) | 2 << 62;
        let digits = format!("{number:032x}");
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or("").to_owned();
        let parts = [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)];
        Ok(drawn(call, parts.join("-")))
    }),
    Function::new("shuffle", &[Type::String], |call, args| {
        let mut characters: Vec<char> = runes(text(args, 0).as_bytes()).map(|rune| rune.character).collect();
        let mut source = Source::next(call);
        for at in (1..characters.len()).rev() {
            let other = source.below(at as u64 + 1);
            characters.swap(at, usize::try_from(other).unwrap_or(at));
        }
        Ok(characters.into_iter().collect::<String>().into())
    }),
];

const COUNT: &[Type] = &[Type::INT];

/// Bytes that follow from a seed and a number.
pub(super) struct Source {
    seed: u64,
    draw: u64,
    block: u64,
    left: Vec<u8>,
}

impl Source {
    /// The source of the next value of a run.
    pub(super) fn next(call: &mut Call<'_>) -> Self {
        let state = call.state();
        Self { seed: state.seed, draw: state.draw(), block: 0, left: Vec::new() }
    }

    fn byte(&mut self) -> u8 {
        if let Some(byte) = self.left.pop() {
            return byte;
        }
        let mut hash = Sha256::new();
        for number in [self.seed, self.draw, self.block] {
            hash.update(number.to_be_bytes());
        }
        self.block += 1;
        self.left = hash.finalize().to_vec();
        self.left.pop().unwrap_or(0)
    }

    /// So many bytes, after the budget has allowed them.
    pub(super) fn bytes(&mut self, call: &mut Call<'_>, count: usize) -> Result<Vec<u8>, CallError> {
        call.allocate(count)?;
        call.charge(count as u64 / 32)?;
        Ok((0..count).map(|_| self.byte()).collect())
    }

    /// A number below a limit that is not 0.
    fn below(&mut self, limit: u64) -> u64 {
        let number = (0..8).fold(0, |number, _| number << 8 | u64::from(self.byte()));
        number % limit
    }

    /// So many characters of an alphabet that is not empty.
    fn characters(&mut self, count: usize, alphabet: &[u8]) -> String {
        let size = alphabet.len() as u64;
        let one = |_| {
            let place = usize::try_from(self.below(size)).unwrap_or(0);
            alphabet.get(place).copied().map_or(' ', char::from)
        };
        (0..count).map(one).collect()
    }
}

/// As many characters of an alphabet as the argument says; none where it is below 0.
fn characters(call: &mut Call<'_>, args: &[Value], belongs: fn(&u8) -> bool) -> Result<Value, CallError> {
    let count = usize::try_from(int(args, 0)).unwrap_or(0);
    call.allocate(count)?;
    call.charge(count as u64 / 4)?;
    let alphabet: Vec<u8> = (0..=0x7F).filter(belongs).collect();
    let text = Source::next(call).characters(count, &alphabet);
    Ok(drawn(call, text))
}

/// A random text, which is kept so that nobody takes it for one that stands in a file.
fn drawn(call: &mut Call<'_>, text: String) -> Value {
    call.state().keep_drawn(&text);
    text.into()
}
