//! What a validation of an `ImageValidatingPolicy` asks of every image. Such an expression says the same of each image of a
//! list (`images.containers.map(image, …).all(e, …)`); one that says anything else is not taken apart, and gives nothing.

/// The most letters of an expression that are looked at.
const LETTERS: usize = 64 << 10;
/// How often parentheses around the whole are taken off.
const DEPTH: usize = 32;

/// What is asked of every image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Asks {
    /// As many of these attestors as needed have signed it, or have attested something of it.
    Verified { attestation: Option<String>, by: Vec<String>, needed: usize },
    /// A condition holds of the statement, which it knows as `payload`.
    Payload { attestation: String, condition: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Token<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    is_word: bool,
}

/// What an expression asks of every image; none where it is not of that form.
pub(crate) fn asks_of(source: &str) -> Option<Vec<Asks>> {
    let tokens = tokens_of(source)?;
    let mut found = Vec::new();
    for part in conjunction(&tokens)? {
        of_all(source, part, &mut found)?;
    }
    (!found.is_empty()).then_some(found)
}

/// `LIST.all(image, …)`, or `LIST.map(image, …).all(e, …)`.
fn of_all(source: &str, tokens: &[Token<'_>], found: &mut Vec<Asks>) -> Option<()> {
    let rest = after_lists(tokens)?;
    let (name, arguments, rest) = method(rest)?;
    let (image, inner) = lambda(arguments)?;
    match (name, rest.is_empty()) {
        ("all", true) => {
            for part in conjunction(inner)? {
                found.push(of_one(source, image, part)?);
            }
        }
        ("map", false) => {
            let ("all", arguments, []) = method(rest)? else { return None };
            let (each, body) = lambda(arguments)?;
            let asks = if let Some((call, [])) = verification(image, inner) {
                let [one, compared @ ..] = body else { return None };
                if one.text != each {
                    return None;
                }
                call.compared(compared)?
            } else {
                let (attestation, inner) = payload(source, image, inner)?;
                let body = slice(source, body)?;
                Asks::Payload { attestation, condition: format!("[{inner}\n].all({each}, {body}\n)") }
            };
            found.push(asks);
        }
        _ => return None,
    }
    Some(())
}

/// What is said of one image.
fn of_one(source: &str, image: &str, tokens: &[Token<'_>]) -> Option<Asks> {
    if let Some((call, compared)) = verification(image, tokens) {
        return call.compared(compared);
    }
    let (attestation, condition) = payload(source, image, tokens)?;
    Some(Asks::Payload { attestation, condition })
}

/// A call of a function that counts those who signed.
struct Call {
    attestation: Option<String>,
    by: Vec<String>,
}

impl Call {
    /// With the number that it is compared with.
    fn compared(self, tokens: &[Token<'_>]) -> Option<Asks> {
        let [sign, number] = tokens else { return None };
        let number: usize = number.text.parse().ok()?;
        let needed = match sign.text {
            ">" => number.checked_add(1)?,
            ">=" => number,
            "==" if number == self.by.len() => number,
            _ => return None,
        };
        (needed > 0).then_some(Asks::Verified { attestation: self.attestation, by: self.by, needed })
    }
}

/// `verifyImageSignatures(image, [attestors.a])` or `verifyAttestationSignatures(image, attestations.t, [attestors.a])`, and
/// what comes after it.
fn verification<'s, 't>(image: &str, tokens: &'s [Token<'t>]) -> Option<(Call, &'s [Token<'t>])> {
    let (name, rest) = tokens.split_first()?;
    let (inside, rest) = parentheses(rest, "(", ")")?;
    let arguments = split(inside, ",");
    let is_image = |tokens: &[Token<'_>]| matches!(tokens, [one] if one.text == image);
    let (attestation, by) = match (name.text, arguments.as_slice()) {
        ("verifyImageSignatures", [one, by]) if is_image(one) => (None, *by),
        ("verifyAttestationSignatures", [one, attestation, by]) if is_image(one) => {
            (Some(member(attestation, "attestations")?), *by)
        }
        _ => return None,
    };
    let (inside, []) = parentheses(by, "[", "]")? else { return None };
    let by = split(inside, ",").into_iter().map(|one| member(one, "attestors")).collect::<Option<_>>()?;
    Some((Call { attestation, by }, rest))
}

/// The text of a condition in which `extractPayload(image, attestations.t)` is called `payload`, and of which attestation.
fn payload(source: &str, image: &str, tokens: &[Token<'_>]) -> Option<(String, String)> {
    let mut condition = String::new();
    let mut found: Option<String> = None;
    let (mut at, mut from) = (0, tokens.first()?.start);
    while let Some(token) = tokens.get(at) {
        if token.is_word && token.text == "payload" {
            return None;
        }
        if token.text == "extractPayload" {
            let rest = tokens.get(at + 1..)?;
            let (inside, after) = parentheses(rest, "(", ")")?;
            let arguments = split(inside, ",");
            let [[one], attestation] = arguments.as_slice() else { return None };
            let name = member(attestation, "attestations")?;
            if one.text != image || found.as_ref().is_some_and(|other| *other != name) {
                return None;
            }
            condition.push_str(source.get(from..token.start)?);
            condition.push_str("payload");
            found = Some(name);
            at = tokens.len() - after.len();
            from = tokens.get(at - 1)?.end;
            continue;
        }
        at += 1;
    }
    condition.push_str(source.get(from..tokens.last()?.end)?);
    Some((found?, condition))
}

/// `base.name` or `base["name"]`.
fn member(tokens: &[Token<'_>], base: &str) -> Option<String> {
    match tokens {
        [one, dot, name] if one.text == base && dot.text == "." && name.is_word => Some(name.text.to_owned()),
        [one, open, name, close] if one.text == base && open.text == "[" && close.text == "]" => {
            let quote = name.text.chars().next().filter(|sign| matches!(sign, '"' | '\''))?;
            let inside = name.text.strip_prefix(quote)?.strip_suffix(quote)?;
            (!inside.contains('\\')).then(|| inside.to_owned())
        }
        _ => None,
    }
}

/// What comes after `images.containers`, or after several lists that are put together in parentheses.
fn after_lists<'s, 't>(tokens: &'s [Token<'t>]) -> Option<&'s [Token<'t>]> {
    let is_list = |tokens: &[Token<'_>]| {
        member(tokens, "images").is_some_and(|name| {
            matches!(name.as_str(), "containers" | "initContainers" | "ephemeralContainers")
        })
    };
    if let Some((inside, rest)) = parentheses(tokens, "(", ")") {
        return split(inside, "+").into_iter().all(is_list).then_some(rest);
    }
    let (list, rest) = tokens.split_at_checked(3)?;
    is_list(list).then_some(rest)
}

/// `.name(…)`, and what comes after it.
fn method<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(&'t str, &'s [Token<'t>], &'s [Token<'t>])> {
    let [dot, name, rest @ ..] = tokens else { return None };
    let (inside, rest) = parentheses(rest, "(", ")")?;
    (dot.text == "." && name.is_word).then_some((name.text, inside, rest))
}

/// `name, body`.
fn lambda<'s, 't>(tokens: &'s [Token<'t>]) -> Option<(&'t str, &'s [Token<'t>])> {
    let [name, comma, body @ ..] = tokens else { return None };
    let is_one = !body.is_empty() && split(body, ",").len() == 1;
    (name.is_word && comma.text == "," && is_one).then_some((name.text, body))
}

/// What stands between a sign at the beginning and the one that ends it, and what comes after that.
fn parentheses<'s, 't>(
    tokens: &'s [Token<'t>],
    open: &str,
    close: &str,
) -> Option<(&'s [Token<'t>], &'s [Token<'t>])> {
    tokens.first().filter(|token| token.text == open)?;
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let inside = tokens.get(1..at)?;
            return (token.text == close).then_some((inside, tokens.get(at + 1..)?));
        }
    }
    None
}

/// The parts between signs that stand in no parentheses.
fn split<'s, 't>(tokens: &'s [Token<'t>], sign: &str) -> Vec<&'s [Token<'t>]> {
    let mut depth = 0_usize;
    let is_between = |token: &Token<'_>| {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0 && token.text == sign
    };
    tokens.split(is_between).collect()
}

/// The parts that must all hold. What binds less than `&&` leaves the whole as it is.
fn conjunction<'s, 't>(tokens: &'s [Token<'t>]) -> Option<Vec<&'s [Token<'t>]>> {
    let mut tokens = tokens;
    for _ in 0..DEPTH {
        match parentheses(tokens, "(", ")") {
            Some((inside, [])) => tokens = inside,
            _ => break,
        }
    }
    if split(tokens, "||").len() > 1 || split(tokens, "?").len() > 1 {
        return Some(vec![tokens]);
    }
    let parts = split(tokens, "&&");
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

fn slice<'t>(source: &'t str, tokens: &[Token<'_>]) -> Option<&'t str> {
    source.get(tokens.first()?.start..tokens.last()?.end)
}

/// The words and signs of an expression; none where they cannot be told.
fn tokens_of(source: &str) -> Option<Vec<Token<'_>>> {
    if source.len() > LETTERS {
        return None;
    }
    let bytes = source.as_bytes();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let is_word = byte.is_ascii_alphabetic() || byte == b'_';
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {
                at += 1;
                continue;
            }
            b'"' | b'\'' => at = end_of_text(bytes, at)?,
            _ if is_letter(byte) => {
                while bytes.get(at).copied().is_some_and(is_letter) {
                    at += 1;
                }
                // Texts with letters before them have rules of their own.
                if matches!(bytes.get(at), Some(b'"' | b'\'')) {
                    return None;
                }
            }
            _ => {
                let two = source.get(at..at + 2);
                if two == Some("//") || !byte.is_ascii_graphic() {
                    return None;
                }
                at += match two {
                    Some("&&" | "||" | ">=" | "<=" | "==" | "!=") => 2,
                    _ => 1,
                };
            }
        }
        tokens.push(Token { text: source.get(start..at)?, start, end: at, is_word });
    }
    Some(tokens)
}

/// Where a text ends that begins here.
fn end_of_text(bytes: &[u8], start: usize) -> Option<usize> {
    let quote = *bytes.get(start)?;
    if bytes.get(start + 1) == Some(&quote) && bytes.get(start + 2) == Some(&quote) {
        return None;
    }
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' => at += 2,
            b'\n' => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}
