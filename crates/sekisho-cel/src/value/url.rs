//! URLs, read as Go reads them.

/// An absolute URL, or an absolute path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Url {
    pub(crate) scheme: String,
    pub(crate) opaque: String,
    pub(crate) user: String,
    pub(crate) host: String,
    pub(crate) escaped_path: String,
    pub(crate) query: String,
    pub(crate) fragment: String,
}

/// Where percent signs stand for bytes differs between the parts.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Path,
    Query,
    Host,
}

impl Url {
    /// Reads a URL; none where the Kubernetes API refuses it.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        // What is tested is the text as a whole, what is taken apart ends before the fragment.
        Self::request(text)?;
        match text.split_once('#') {
            Some((text, fragment)) => {
                unescape(fragment, Part::Path).ok_or("invalid URL escape")?;
                Self::split(text, fragment, false)
            }
            None => Self::split(text, "", false),
        }
    }

    /// Whether a text is a URL that may be requested, and why not.
    pub(crate) fn request(text: &str) -> Result<(), &'static str> {
        Self::split(text, "", true).map(drop)
    }

    fn split(text: &str, fragment: &str, strict: bool) -> Result<Self, &'static str> {
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err("net/url: invalid control character in URL");
        }
        if text.is_empty() {
            return Err("empty url");
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            opaque: String::new(),
            user: String::new(),
            host: String::new(),
            escaped_path: String::new(),
            query: query.to_owned(),
            fragment: fragment.to_owned(),
        };
        if text == "*" {
            "*".clone_into(&mut url.escaped_path);
            return Ok(url);
        }
        if !rest.starts_with('/') {
            if scheme.is_empty() {
                return Err("invalid URI for request");
            }
            rest.clone_into(&mut url.opaque);
            return Ok(url);
        }
        let mut path = rest;
        // To be requested, a URL without scheme is a path even where it begins like a host.
        if (!scheme.is_empty() || !strict && !rest.starts_with("///"))
            && let Some(behind) = rest.strip_prefix("//")
        {
            let end = behind.find('/').unwrap_or(behind.len());
            let (authority, behind) = behind.split_at(end);
            path = behind;
            let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            if !user.bytes().all(is_user_byte) || unescape(user, Part::Path).is_none() {
                return Err("net/url: invalid userinfo");
            }
            user.clone_into(&mut url.user);
            url.host = read_host(host)?;
        }
        let plain = unescape(path, Part::Path).ok_or("invalid URL escape")?;
        let encoded = path.bytes().all(|byte| is_plain(byte) || b"!$&'()*+,;=:@[]%/".contains(&byte));
        url.escaped_path = if encoded { path.to_owned() } else { escape_path(&plain) };
        Ok(url)
    }

    pub(crate) fn hostname(&self) -> &str {
        if let Some(inner) = self.host.strip_prefix('[')
            && let Some((name, _)) = inner.split_once(']')
        {
            return name;
        }
        split_port(&self.host).0
    }

    pub(crate) fn port(&self) -> &str {
        split_port(&self.host).1
    }
}

fn split_scheme(text: &str) -> Result<(&str, &str), &'static str> {
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme"),
            b':' => return Ok((text.get(..at).unwrap_or(""), text.get(at + 1..).unwrap_or(""))),
            _ => return Ok(("", text)),
        }
    }
    Ok(("", text))
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte)
}

fn is_user_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(&byte)
}

fn read_host(host: &str) -> Result<String, &'static str> {
    let port = if host.starts_with('[') {
        let end = host.rfind(']').ok_or("missing ']' in host")?;
        host.get(end + 1..).unwrap_or("")
    } else {
        host.rfind(':').and_then(|at| host.get(at..)).unwrap_or("")
    };
    let digits = port
        .strip_prefix(':')
        .map_or(port.is_empty(), |digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits {
        return Err("invalid port after host");
    }
    unescape(host, Part::Host).ok_or("invalid character in host name")
}

fn split_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (name, port),
        _ => (host, ""),
    }
}

fn unescape(text: &str, part: Part) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'%' => {
                let digits = text.get(at + 1..at + 3).filter(|digits| !digits.starts_with('+'))?;
                let value = u8::from_str_radix(digits, 16).ok()?;
                if part == Part::Host && value < 0x80 && digits != "25" {
                    return None;
                }
                out.push(value);
                at += 3;
                continue;
            }
            b'+' if part == Part::Query => out.push(b' '),
            byte if part == Part::Host
                && byte.is_ascii()
                && !is_plain(*byte)
                && !b"!$&'()*+,;=:[]<>\"".contains(byte) =>
            {
                return None;
            }
            byte => out.push(*byte),
        }
        at += 1;
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

fn escape_path(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if is_plain(byte) || b"$&+,/:;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
    out
}

/// A part of a query, with what its percent signs stand for.
pub(crate) fn unescape_query(text: &str) -> Option<String> {
    unescape(text, Part::Query)
}
