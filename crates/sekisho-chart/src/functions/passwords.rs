//! Passwords: hashed, derived, and used to encrypt.
//!
//! `bcrypt` and `htpasswd` are stand-ins, like all that is random: Helm's hash has a random salt and takes a
//! tenth of a second. The stand-in has its form but fits no password. `derivePassword` yields what Helm's
//! does, and `decryptAES` reads what Helm's `encryptAES` writes.

use aes::Aes256;
use aes::cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use hmac::{Hmac, Mac};
use scrypt::Params;
use sha2::{Digest, Sha256};

use sekisho_go::base64::{base64_decode, base64_encode};

use super::arguments::{text, value};
use super::function::{Family, Function};
use super::random::Source;
use crate::call::Call;
use crate::error::CallError;
use crate::value::{Text, TextBuilder, Type, UintType, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("bcrypt", &[Type::String], |call, args| {
        let hash = bcrypt(call, text(args, 0))?;
        call.state().keep_derived(text(args, 0).as_bytes(), &hash);
        Ok(hash.into())
    }),
    Function::new("htpasswd", &[Type::String, Type::String], |call, args| {
        let user = text(args, 0);
        let mut line = TextBuilder::new();
        if memchr::memchr(b':', user.as_bytes()).is_some() {
            line.push("invalid username: ");
            line.push_text(user);
        } else {
            line.push_text(user);
            line.push(":");
            let hash = bcrypt(call, text(args, 1))?;
            call.state().keep_derived(text(args, 1).as_bytes(), &hash);
            line.push(&hash);
        }
        Ok(line.finish().into())
    }),
    Function::new("derivePassword", DERIVE, derive),
    Function::new("encryptAES", &[Type::String, Type::String], encrypt),
    Function::new("decryptAES", &[Type::String, Type::String], |_, args| decrypt(args)),
];

const DERIVE: &[Type] =
    &[Type::Uint(UintType::Uint32), Type::String, Type::String, Type::String, Type::String];

/// The longest password that bcrypt takes, in bytes.
const LONGEST_PASSWORD: usize = 72;

/// A text of the form of a bcrypt hash.
fn bcrypt(call: &mut Call<'_>, password: &Text) -> Result<String, CallError> {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    if password.len() > LONGEST_PASSWORD {
        let reason = format!("bcrypt: password length exceeds {LONGEST_PASSWORD} bytes");
        return Ok(format!("failed to encrypt string with bcrypt: {reason}"));
    }
    let salt = Source::next(call).bytes(call, 22)?;
    let hash = Sha256::new().chain_update(&salt).chain_update(password.as_bytes()).finalize();
    let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 64)).copied().map_or('.', char::from);
    let letters: String = salt.iter().chain(hash.iter().take(31)).map(letter).collect();
    Ok(format!("$2a$10${letters}"))
}

/// The characters that a letter of a template stands for.
fn alphabet(letter: char) -> &'static [u8] {
    match letter {
        'V' => b"AEIOU",
        'C' => b"BCDFGHJKLMNPQRSTVWXYZ",
        'v' => b"aeiou",
        'c' => b"bcdfghjklmnpqrstvwxyz",
        'A' => b"AEIOUBCDFGHJKLMNPQRSTVWXYZ",
        'a' => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
        'n' => b"0123456789",
        'o' => b"@&%?,=[]_:-+*$#!'^~;()/.",
        _ => b"AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
    }
}

/// The templates of a type of passwords, as the Master Password algorithm (Spectre, version 3) has them.
fn templates(password_type: &str) -> &'static [&'static str] {
    match password_type {
        "maximum" => &["anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"],
        "long" => &[
            "CvcvnoCvcvCvcv",
            "CvcvCvcvnoCvcv",
            "CvcvCvcvCvcvno",
            "CvccnoCvcvCvcv",
            "CvccCvcvnoCvcv",
            "CvccCvcvCvcvno",
            "CvcvnoCvccCvcv",
            "CvcvCvccnoCvcv",
            "CvcvCvccCvcvno",
            "CvcvnoCvcvCvcc",
            "CvcvCvcvnoCvcc",
            "CvcvCvcvCvccno",
            "CvccnoCvccCvcv",
            "CvccCvccnoCvcv",
            "CvccCvccCvcvno",
            "CvcvnoCvccCvcc",
            "CvcvCvccnoCvcc",
            "CvcvCvccCvccno",
            "CvccnoCvcvCvcc",
            "CvccCvcvnoCvcc",
            "CvccCvcvCvccno",
        ],
        "medium" => &["CvcnoCvc", "CvcCvcno"],
        "short" => &["Cvcn"],
        "basic" => &["aaanaaan", "aannaaan", "aaannaaa"],
        "pin" => &["nnnn"],
        _ => &[],
    }
}

/// The password of a site, from a counter, a type, the master password, the user and the site.
fn derive(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    const SCOPE: &[u8] = b"com.lyndir.masterpassword";
    // 2 to the power of this times 8 blocks of 128 bytes are held while the key is derived.
    const COST: u8 = 15;
    const MEMORY: usize = (128 * 8) << COST;
    // A literal that is too large wraps around.
    let counter = u32::try_from(value(args, 0).as_uint().unwrap_or(0) & u64::from(u32::MAX)).unwrap_or(0);
    let templates = templates(&text(args, 1).to_str());
    if templates.is_empty() {
        return Ok(format!("cannot find password template {}", text(args, 1).to_str()).into());
    }
    let (password, user, site) = (text(args, 2), text(args, 3), text(args, 4));
    call.allocate(MEMORY)?;
    call.charge(1_000_000)?;
    let length = |text: &Text| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
    let salt = [SCOPE, &length(user), user.as_bytes()].concat();
    let failed = |error: &dyn std::fmt::Display| format!("failed to derive password: {error}");
    let mut key = [0; 64];
    let parameters = Params::new(COST, 8, 2).map_err(|error| CallError::Message(failed(&error)))?;
    scrypt::scrypt(password.as_bytes(), &salt, &parameters, &mut key)
        .map_err(|error| CallError::Message(failed(&error)))?;
    let mut code = <Hmac<Sha256> as KeyInit>::new_from_slice(&key)
        .map_err(|error| CallError::Message(failed(&error)))?;
    for part in [SCOPE, &length(site), site.as_bytes(), &counter.to_be_bytes()] {
        code.update(part);
    }
    let seed = code.finalize().into_bytes();
    let mut places = seed.iter().copied().map(usize::from);
    let template = places.next().and_then(|place| templates.get(place % templates.len())).unwrap_or(&"");
    let letters = template.chars().zip(places).map(|(letter, place)| {
        let alphabet = alphabet(letter);
        alphabet.get(place % alphabet.len()).copied().map_or(' ', char::from)
    });
    Ok(letters.collect::<String>().into())
}

/// The cipher of a password, which is cut or filled with zeros to the length of a key.
fn cipher(password: &Text) -> Aes256 {
    let mut key = [0; 32];
    for (byte, given) in key.iter_mut().zip(password.as_bytes()) {
        *byte = *given;
    }
    Aes256::new(&key.into())
}

const BLOCK: usize = 16;

/// Encrypts in CBC mode behind an initialization vector, which is a stand-in for a random one.
fn encrypt(call: &mut Call<'_>, args: &[Value]) -> Result<Value, CallError> {
    let plain = text(args, 1);
    if plain.is_empty() {
        return Ok("".into());
    }
    call.charge(plain.len() as u64 / 16)?;
    let cipher = cipher(text(args, 0));
    let mut out = Source::next(call).bytes(call, BLOCK)?;
    let padding = BLOCK - plain.len() % BLOCK;
    let mut padded = plain.as_bytes().to_vec();
    padded.extend(std::iter::repeat_n(u8::try_from(padding).unwrap_or(0), padding));
    let mut before = out.clone();
    for chunk in padded.chunks(BLOCK) {
        let mut block = Block::<Aes256>::default();
        for (byte, (plain, before)) in block.iter_mut().zip(chunk.iter().zip(&before)) {
            *byte = plain ^ before;
        }
        cipher.encrypt_block(&mut block);
        before = block.to_vec();
        out.extend_from_slice(&before);
    }
    Ok(base64_encode(&out).into())
}

fn decrypt(args: &[Value]) -> Result<Value, CallError> {
    let written = text(args, 1);
    if written.is_empty() {
        return Ok("".into());
    }
    let bytes = base64_decode(written.as_bytes()).map_err(CallError::Message)?;
    let Some((vector, crypted)) = bytes.split_at_checked(BLOCK) else {
        // Go makes room for what the digits could hold.
        let room = written.len() / 4 * 3;
        let message = format!("runtime error: slice bounds out of range [:16] with capacity {room}");
        return Err(CallError::Message(message));
    };
    if !crypted.len().is_multiple_of(BLOCK) {
        return Err(CallError::new("crypto/cipher: input not full blocks"));
    }
    let cipher = cipher(text(args, 0));
    let mut plain = Vec::with_capacity(crypted.len());
    let mut before = vector;
    for chunk in crypted.chunks(BLOCK) {
        let mut block = Block::<Aes256>::default();
        block.iter_mut().zip(chunk).for_each(|(byte, given)| *byte = *given);
        cipher.decrypt_block(&mut block);
        plain.extend(block.iter().zip(before).map(|(byte, before)| byte ^ before));
        before = chunk;
    }
    let Some(padding) = plain.last().copied().map(usize::from) else {
        return Err(CallError::new("runtime error: index out of range [-1]"));
    };
    if let Some(length) = plain.len().checked_sub(padding) {
        plain.truncate(length);
    } else {
        let short = padding - plain.len();
        return Err(CallError::Message(format!("runtime error: slice bounds out of range [:-{short}]")));
    }
    Ok(Text::from_bytes(plain).into())
}
