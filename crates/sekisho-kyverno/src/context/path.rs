//! Paths of variables.

/// The names of a path with dots between them; names with dots stand in quotes.
pub(crate) fn names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = vec![String::new()];
    let mut quoted = false;
    for letter in text.chars() {
        match letter {
            '"' => quoted = !quoted,
            '.' if !quoted => names.push(String::new()),
            letter => names.last_mut().into_iter().for_each(|name| name.push(letter)),
        }
    }
    names
}
