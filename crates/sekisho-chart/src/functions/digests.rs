//! Checksums, as hexadecimal or decimal digits.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::arguments::text;
use super::function::{Family, Function};
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Text, Type, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("sha1sum", ONE, |call, args| {
        digest(call, text(args, 0), |bytes| hexadecimal(&Sha1::digest(bytes)))
    }),
    Function::new("sha256sum", ONE, |call, args| {
        digest(call, text(args, 0), |bytes| hexadecimal(&Sha256::digest(bytes)))
    }),
    Function::new("sha512sum", ONE, |call, args| {
        digest(call, text(args, 0), |bytes| hexadecimal(&Sha512::digest(bytes)))
    }),
    Function::new("adler32sum", ONE, |_, args| Ok(adler32(text(args, 0).as_bytes()).to_string().into())),
];

const ONE: &[Type] = &[Type::String];

fn digest(call: &mut Call<'_>, text: &Text, compute: impl Fn(&[u8]) -> String) -> Result<Value, CallError> {
    call.charge(text.len() as u64 / 64)?;
    let digits = compute(text.as_bytes());
    call.state().keep_derived(text.as_bytes(), &digits);
    Ok(digits.into())
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().map_or('0', char::from);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 0xF)]).collect()
}

/// The checksum of RFC 1950.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    // So many bytes can be added up before the sums must be reduced.
    const RUN: usize = 5_552;
    let (mut sum, mut sums) = (1_u32, 0_u32);
    for run in bytes.chunks(RUN) {
        for byte in run {
            sum += u32::from(*byte);
            sums += sum;
        }
        sum %= MODULUS;
        sums %= MODULUS;
    }
    sums << 16 | sum
}
