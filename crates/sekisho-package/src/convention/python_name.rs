//! Python: names of packages as PEP 503 compares them.

/// A name as names are compared.
pub(crate) fn normal(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    for character in name.trim().chars() {
        let character = if matches!(character, '_' | '.') { '-' } else { character.to_ascii_lowercase() };
        if character != '-' || !normal.ends_with('-') {
            normal.push(character);
        }
    }
    normal
}
