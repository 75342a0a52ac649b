//! `CODEOWNERS` as GitHub and GitLab read it: which owners a path has.

use smol_str::SmolStr;

/// Where hosts of repositories look for the file, in this order.
pub(crate) const PLACES: [&str; 4] =
    [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The rules of a `CODEOWNERS` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Owners {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: Vec<SmolStr>,
    /// Whether the pattern stands for what lies below it only.
    folder: bool,
    owners: Vec<SmolStr>,
    /// The section of GitLab's files; each section has its own owners.
    section: u32,
}

impl Owners {
    /// Reads a file; lines that are no rule are passed over, as the hosts do.
    pub fn read(text: &str) -> Self {
        let mut rules = Vec::new();
        let (mut section, mut usual): (u32, Vec<SmolStr>) = (0, Vec::new());
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(owners) = heading(line) {
                section += 1;
                usual = owners;
                continue;
            }
            let words = words(line);
            let Some((pattern, owners)) = words.split_first() else { continue };
            let owners: Vec<SmolStr> =
                owners.iter().take_while(|word| !word.starts_with('#')).map(SmolStr::new).collect();
            let owners = if owners.is_empty() { usual.clone() } else { owners };
            rules.push(Rule { folder: pattern.ends_with('/'), pattern: parts(pattern), owners, section });
        }
        Self { rules }
    }

    /// The owners of a path: those of the last rule that fits; of a file with sections, of each section's last.
    pub fn of(&self, path: &str) -> Vec<SmolStr> {
        let path: Vec<&str> = path.split('/').collect();
        let mut sections: Vec<(u32, &Rule)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.fits(&path)) {
            match sections.iter_mut().find(|(section, _)| *section == rule.section) {
                Some((_, known)) => *known = rule,
                None => sections.push((rule.section, rule)),
            }
        }
        let mut owners = Vec::new();
        for owner in sections.into_iter().flat_map(|(_, rule)| &rule.owners) {
            if !owners.contains(owner) {
                owners.push(owner.clone());
            }
        }
        owners
    }
}

/// The usual owners of a section, where a line begins one: `[Name]`, `^[Name][2] @owner`.
fn heading(line: &str) -> Option<Vec<SmolStr>> {
    let rest = line.strip_prefix('^').unwrap_or(line).strip_prefix('[')?;
    let (_, mut rest) = rest.split_once(']')?;
    if let Some((_, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        rest = behind;
    }
    (rest.is_empty() || rest.starts_with(' ')).then(|| rest.split_whitespace().map(SmolStr::new).collect())
}

/// The words of a line; a space behind a backslash belongs to its word.
fn words(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => words.last_mut().into_iter().for_each(|word| word.extend(letters.clone().next())),
            letter if letter.is_whitespace() => words.push(String::new()),
            letter => words.last_mut().into_iter().for_each(|word| word.push(letter)),
        }
        if letter == '\\' {
            letters.next();
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The parts of a pattern; one without a slash before its end fits at any depth.
fn parts(pattern: &str) -> Vec<SmolStr> {
    let trimmed = pattern.trim_end_matches('/');
    let mut parts = Vec::new();
    if !trimmed.contains('/') {
        parts.push("**".into());
    }
    parts.extend(trimmed.split('/').filter(|part| !part.is_empty()).map(SmolStr::new));
    parts
}

impl Rule {
    fn fits(&self, path: &[&str]) -> bool {
        let ends_in_star = self.pattern.last().is_some_and(|part| part == "*") && self.pattern.len() > 1;
        let whole = !self.folder && fits(&self.pattern, path);
        // A pattern that fits a folder has all that lies in it; `docs/*` has the files of `docs` alone.
        whole || (!ends_in_star && (1..path.len()).any(|length| fits(&self.pattern, &path[..length])))
    }
}

fn fits(pattern: &[SmolStr], path: &[&str]) -> bool {
    let (mut at, mut place) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while place < path.len() {
        if pattern.get(at).is_some_and(|part| part == "**") {
            back = Some((at, place));
            at += 1;
        } else if pattern.get(at).is_some_and(|part| glob(part, path[place])) {
            at += 1;
            place += 1;
        } else if let Some((star, from)) = back {
            back = Some((star, from + 1));
            at = star + 1;
            place = from + 1;
        } else {
            return false;
        }
    }
    pattern[at.min(pattern.len())..].iter().all(|part| part == "**")
}

/// Whether a name fits a pattern with `*` and `?`.
pub(crate) fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut place) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while place < name.len() {
        match pattern.get(at) {
            Some('*') => {
                back = Some((at, place));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[place] => {
                at += 1;
                place += 1;
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    at = star + 1;
                    place = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at.min(pattern.len())..].iter().all(|letter| *letter == '*')
}

/// Whether a path of a bundle fits a pattern of paths: `*` within a name, `**` for any folders; a folder's name
/// fits all that lies in it.
pub(crate) fn path_fits(pattern: &str, path: &str) -> bool {
    let rule = Rule {
        pattern: pattern.split('/').filter(|part| !part.is_empty()).map(SmolStr::new).collect(),
        folder: false,
        owners: Vec::new(),
        section: 0,
    };
    rule.fits(&path.split('/').collect::<Vec<_>>())
}
