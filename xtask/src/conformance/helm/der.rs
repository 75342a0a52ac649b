//! Certificates and keys against each other: the same structure, with the same values wherever those of the
//! real one do not change from run to run.

/// A value of DER: its tag and what it holds.
struct Item<'b> {
    tag: u8,
    body: &'b [u8],
}

/// The bit of a tag that tells that other values are within.
const CONSTRUCTED: u8 = 0x20;
const UTC_TIME: u8 = 0x17;

/// Compares our bytes with those of several runs; in error, what differs first.
pub(super) fn compare(ours: &[u8], theirs: &[&[u8]]) -> Result<(), String> {
    let unreadable = || "no DER".to_owned();
    let items = items(ours).ok_or_else(unreadable)?;
    let runs: Option<Vec<_>> = theirs.iter().map(|bytes| self::items(bytes)).collect();
    let runs = runs.ok_or_else(unreadable)?;
    if runs.iter().any(|run| run.len() != items.len()) {
        return Err(format!("{} values where helm has {}", items.len(), runs.first().map_or(0, Vec::len)));
    }
    for (index, item) in items.iter().enumerate() {
        let there: Vec<_> = runs.iter().filter_map(|run| run.get(index)).collect();
        if there.iter().any(|other| other.tag != item.tag) {
            return Err(format!("a value of tag {} where helm has another", item.tag));
        }
        let bodies: Vec<_> = there.iter().map(|other| other.body).collect();
        if bodies.iter().all(|body| *body == item.body) {
            continue;
        }
        if item.tag & CONSTRUCTED != 0 {
            compare(item.body, &bodies)?;
        } else if item.tag == UTC_TIME {
            // Both were made within minutes; the digits are years, months, days, and so on.
            if bodies.iter().any(|body| body.get(..4) != item.body.get(..4)) {
                return Err("another date".to_owned());
            }
        } else if bodies.iter().all(|body| Some(body) == bodies.first())
            || !bodies.iter().any(|body| body.len().abs_diff(item.body.len()) <= 2)
        {
            let lengths: Vec<_> = bodies.iter().map(|body| body.len()).collect();
            return Err(format!(
                "another value of tag {}; {} bytes and {lengths:?}",
                item.tag,
                item.body.len()
            ));
        }
    }
    Ok(())
}

/// The values that follow one another in bytes; none where they are no DER.
fn items(mut bytes: &[u8]) -> Option<Vec<Item<'_>>> {
    let mut items = Vec::new();
    while let [tag, length, rest @ ..] = bytes {
        let (length, rest) = if *length < 0x80 {
            (usize::from(*length), rest)
        } else {
            let count = usize::from(length & 0x7f);
            let digits = rest.get(..count.min(4))?;
            let length = digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit));
            (length, rest.get(count..)?)
        };
        items.push(Item { tag: *tag, body: rest.get(..length)? });
        bytes = rest.get(length..)?;
    }
    bytes.is_empty().then_some(items)
}
