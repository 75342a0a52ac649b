//! URLs taken apart and put together, as Go's `net/url` does it.

use std::net::Ipv6Addr;

use crate::quote;

/// The parts of a URL.
#[derive(Debug, Default)]
pub struct Url {
    /// The scheme in lower case.
    pub scheme: Vec<u8>,
    /// What stands behind a scheme without slashes.
    pub opaque: Vec<u8>,
    /// Name and password before the host.
    pub user: Option<User>,
    /// The host with its port.
    pub host: Vec<u8>,
    /// The path, without escapes.
    pub path: Vec<u8>,
    /// The path as it was written, where that is not how the path is written by itself.
    pub raw_path: Vec<u8>,
    /// The query as it was written.
    pub query: Vec<u8>,
    /// The fragment, without escapes.
    pub fragment: Vec<u8>,
}

/// Name and password in a URL.
#[derive(Debug)]
pub struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

/// A part of a URL, each with its own characters that need no escape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    User,
    Host,
    Zone,
    Path,
    Fragment,
}

impl Part {
    /// Whether a byte stands for itself in this part.
    fn allows(self, byte: u8) -> bool {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            return true;
        }
        match self {
            Self::Host | Self::Zone => b"!$&'()*+,;=:[]<>\"".contains(&byte),
            Self::User => b"$&+,;=".contains(&byte),
            Self::Path => b"$&+,/:;=@".contains(&byte),
            Self::Fragment => b"$&+,/:;=?@!()*".contains(&byte),
        }
    }

    fn escape(self, bytes: &[u8]) -> Vec<u8> {
        let mut escaped = Vec::with_capacity(bytes.len());
        for byte in bytes {
            if self.allows(*byte) {
                escaped.push(*byte);
            } else {
                escaped.extend_from_slice(format!("%{byte:02X}").as_bytes());
            }
        }
        escaped
    }

    fn unescape(self, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut plain = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while let Some((first, behind)) = rest.split_first() {
            if *first != b'%' {
                if matches!(self, Self::Host | Self::Zone) && first.is_ascii() && !self.allows(*first) {
                    let shown = quote::quote_bytes(&[*first], '"', false);
                    return Err(format!("invalid character {shown} in host name"));
                }
                plain.push(*first);
                rest = behind;
                continue;
            }
            let written = rest.get(..3).unwrap_or(rest);
            let digit = |at: usize| written.get(at).and_then(|byte| char::from(*byte).to_digit(16));
            let code = digit(1).zip(digit(2)).and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            let is_allowed = |code: u8| match self {
                // In a host only bytes beyond ASCII are escaped, and the percent sign before a zone.
                Self::Host => !code.is_ascii() || code == b'%',
                Self::Zone => matches!(code, b'%' | b' ') || Self::Host.allows(code),
                _ => true,
            };
            if let Some(code) = code.filter(|code| is_allowed(*code)) {
                plain.push(code);
            } else {
                let shown = quote::quote_bytes(written, '"', false);
                return Err(format!("invalid URL escape {shown}"));
            }
            rest = rest.get(3..).unwrap_or_default();
        }
        Ok(plain)
    }
}

impl User {
    fn parse(written: &[u8]) -> Result<Self, String> {
        let is_valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
        if !written.iter().all(is_valid) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        let (name, password) = match cut(written, b':') {
            (name, Some(password)) => (name, Some(Part::User.unescape(password))),
            (name, None) => (name, None),
        };
        Ok(Self { name: Part::User.unescape(name)?, password: password.transpose()? })
    }

    /// Written with its escapes.
    pub fn written(&self) -> Vec<u8> {
        let mut written = Part::User.escape(&self.name);
        if let Some(password) = &self.password {
            written.push(b':');
            written.extend(Part::User.escape(password));
        }
        written
    }
}

/// What stands before a byte and behind it.
fn cut(bytes: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match memchr::memchr(at, bytes) {
        Some(place) => (bytes.get(..place).unwrap_or_default(), bytes.get(place + 1..)),
        None => (bytes, None),
    }
}

impl Url {
    /// Takes a URL apart.
    ///
    /// # Errors
    /// Where it is none, with the message that Go gives.
    pub fn parse(whole: &[u8]) -> Result<Self, String> {
        let (written, fragment) = cut(whole, b'#');
        let failed =
            |bytes: &[u8], error: String| format!("parse {}: {error}", quote::quote_bytes(bytes, '"', false));
        let mut url = Self::parse_without_fragment(written).map_err(|error| failed(written, error))?;
        if let Some(fragment) = fragment {
            url.fragment = Part::Fragment.unescape(fragment).map_err(|error| failed(whole, error))?;
        }
        Ok(url)
    }

    fn parse_without_fragment(written: &[u8]) -> Result<Self, String> {
        let mut url = Self::default();
        if written.iter().any(u8::is_ascii_control) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        if written == b"*" {
            url.path = written.to_vec();
            return Ok(url);
        }
        let (scheme, rest) = scheme(written)?;
        url.scheme = scheme.to_ascii_lowercase();
        let (rest, query) = cut(rest, b'?');
        url.query = query.unwrap_or_default().to_vec();
        if !rest.starts_with(b"/") {
            if !url.scheme.is_empty() {
                url.opaque = rest.to_vec();
                return Ok(url);
            }
            if cut(rest, b'/').0.contains(&b':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
            }
        }
        let mut path = rest;
        if let Some(behind) = rest.strip_prefix(b"//")
            && (!url.scheme.is_empty() || !behind.starts_with(b"/"))
        {
            let end = memchr::memchr(b'/', behind).unwrap_or(behind.len());
            let (authority, behind) = behind.split_at(end);
            path = behind;
            let place = memchr::memrchr(b'@', authority);
            let host = authority.get(place.map_or(0, |place| place + 1)..).unwrap_or_default();
            url.host = parse_host(&url.scheme, host)?;
            if let Some(place) = place {
                url.user = Some(User::parse(authority.get(..place).unwrap_or_default())?);
            }
        }
        url.path = Part::Path.unescape(path)?;
        if Part::Path.escape(&url.path) != path {
            url.raw_path = path.to_vec();
        }
        Ok(url)
    }

    /// The host without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let colon = memchr::memrchr(b':', &self.host);
        let port = colon.and_then(|colon| self.host.get(colon..)).unwrap_or_default();
        let host = match colon {
            Some(colon) if is_port(port) => self.host.get(..colon).unwrap_or_default(),
            _ => &self.host,
        };
        host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]")).unwrap_or(host)
    }

    /// The port of the host, empty where there is none.
    pub fn port(&self) -> &[u8] {
        let colon = memchr::memrchr(b':', &self.host);
        let port = colon.and_then(|colon| self.host.get(colon..)).unwrap_or_default();
        if is_port(port) { port.get(1..).unwrap_or_default() } else { &[] }
    }

    /// The path as it was written where that is valid, else with escapes of its own.
    pub fn escaped_path(&self) -> Vec<u8> {
        let is_valid = |byte: &u8| b"!$&'()*+,;=:@[]%".contains(byte) || Part::Path.allows(*byte);
        if !self.raw_path.is_empty() && self.raw_path.iter().all(is_valid) {
            return self.raw_path.clone();
        }
        if self.path == b"*" { self.path.clone() } else { Part::Path.escape(&self.path) }
    }

    /// Written with its escapes.
    pub fn written(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            let has_authority = !self.host.is_empty() || self.user.is_some();
            if has_authority || (!self.scheme.is_empty() && !self.path.is_empty()) {
                out.extend_from_slice(b"//");
            }
            if let Some(user) = &self.user {
                out.extend(user.written());
                out.push(b'@');
            }
            out.extend(Part::Host.escape(&self.host));
            let path = if self.path == b"*" { self.path.clone() } else { Part::Path.escape(&self.path) };
            if !path.is_empty() && !path.starts_with(b"/") && !self.host.is_empty() {
                out.push(b'/');
            }
            if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
                out.extend_from_slice(b"./");
            }
            out.extend(path);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(Part::Fragment.escape(&self.fragment));
        }
        out
    }
}

/// The scheme, empty where there is none, and what stands behind it.
fn scheme(written: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let fits = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = written.iter().take_while(|byte| fits(byte)).count();
    if written.get(length) != Some(&b':') {
        return Ok((&[], written));
    }
    match written.first() {
        Some(b':') => Err("missing protocol scheme".to_owned()),
        Some(first) if first.is_ascii_alphabetic() => {
            let (scheme, rest) = written.split_at(length);
            Ok((scheme, rest.get(1..).unwrap_or_default()))
        }
        _ => Ok((&[], written)),
    }
}

/// Whether this is nothing, or a colon with digits.
fn is_port(bytes: &[u8]) -> bool {
    match bytes.split_first() {
        None => true,
        Some((first, digits)) => *first == b':' && digits.iter().all(u8::is_ascii_digit),
    }
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    let invalid_port =
        |port: &[u8]| format!("invalid port {} after host", quote::quote_bytes(port, '"', false));
    match memchr::memrchr(b'[', host) {
        Some(0) => {}
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {
            let first = memchr::memchr(b':', host);
            // Databases have lists of hosts in their URLs; web servers do not.
            let is_web = matches!(scheme, b"http" | b"https");
            let colon = if is_web { first } else { memchr::memrchr(b':', host) };
            let port = colon.and_then(|colon| host.get(colon..)).unwrap_or_default();
            if !is_port(port) {
                return Err(invalid_port(port));
            }
            return Part::Host.unescape(host);
        }
    }
    let Some(close) = memchr::memrchr(b']', host) else {
        return Err("missing ']' in host".to_owned());
    };
    let port = host.get(close + 1..).unwrap_or_default();
    if !is_port(port) {
        return Err(invalid_port(port));
    }
    let inside = host.get(1..close).unwrap_or_default();
    let zone = memchr::memmem::find(inside, b"%25").unwrap_or(inside.len());
    let (address, zone) = inside.split_at(zone);
    let mut literal = Part::Host.unescape(address)?;
    let is_address = std::str::from_utf8(&literal).ok().and_then(|text| text.parse::<Ipv6Addr>().ok());
    literal.extend(Part::Zone.unescape(zone)?);
    if is_address.is_none() {
        if literal.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') && literal.contains(&b'.') {
            return Err("invalid IP-literal".to_owned());
        }
        let shown = quote::quote_bytes(&literal, '"', false);
        return Err(format!("invalid host: ParseAddr({shown}): unable to parse IP"));
    }
    let mut parsed = b"[".to_vec();
    parsed.extend(literal);
    parsed.push(b']');
    parsed.extend_from_slice(port);
    Ok(parsed)
}
