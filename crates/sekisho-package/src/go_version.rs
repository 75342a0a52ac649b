//! The version of a Go program's own module, where its build information says `(devel)`.

/// The version that the linker was told to set, `-X main.version=1.2.3`, else the pseudo-version of the commit.
pub(crate) fn main_version(module: &str, settings: &[(&str, &str)]) -> Option<String> {
    let setting = |name: &str| settings.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let told = setting("-ldflags").and_then(|flags| told(repository(module), flags));
    told.or_else(|| pseudo(setting("vcs.revision")?, setting("vcs.time")?))
}

/// The part of a path that names the repository, `github.com/docker/docker` of `github.com/docker/docker/cmd/dockerd`:
/// programs that were built without modules say only the path of their main package.
fn repository(path: &str) -> &str {
    let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
    path.get(..end).unwrap_or(path)
}

/// The version in the assignments of the linker's flags: of a variable of the main package or the module itself,
/// whose name ends like one for a version or a tag.
fn told(module: &str, flags: &str) -> Option<String> {
    let flags = flags.trim_matches('"');
    let assignments: Vec<(&str, &str)> = flags
        .split(|character: char| character.is_whitespace() || matches!(character, '\'' | '"'))
        .filter_map(|word| word.strip_prefix("-X=").unwrap_or(word).split_once('='))
        .filter(|(variable, _)| variable.starts_with("main.") || variable.starts_with(module))
        .collect();
    let ending = |endings: &[&str]| {
        assignments.iter().find_map(|(variable, value)| {
            let name = variable.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
            endings.iter().any(|ending| name.ends_with(ending)).then(|| version(value)).flatten()
        })
    };
    ending(&["version", "ver"]).or_else(|| ending(&["tag"]))
}

/// A value that is a version of three numbers, perhaps behind a path, with its `v`.
fn version(value: &str) -> Option<String> {
    let value = value.rsplit('/').next().unwrap_or(value);
    let numbers = value.strip_prefix('v').unwrap_or(value);
    let parts: Vec<&str> = numbers.splitn(3, '.').collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let [major, minor, rest] = parts.as_slice() else { return None };
    let is_version =
        is_number(major) && is_number(minor) && rest.starts_with(|first: char| first.is_ascii_digit());
    is_version.then(|| {
        let is_kept = |character: char| character.is_ascii_alphanumeric() || "-_.+".contains(character);
        let end = rest.find(|character| !is_kept(character)).unwrap_or(rest.len());
        format!("v{major}.{minor}.{}", rest.get(..end).unwrap_or(rest))
    })
}

/// `v0.0.0-20240102030405-abcdefabcdef` of a commit and its time, `2024-01-02T03:04:05Z`.
fn pseudo(commit: &str, time: &str) -> Option<String> {
    let commit = commit.get(..12)?;
    let digits: String = time.chars().filter(char::is_ascii_digit).take(14).collect();
    (digits.len() == 14 && time.ends_with('Z')).then(|| format!("v0.0.0-{digits}-{commit}"))
}
