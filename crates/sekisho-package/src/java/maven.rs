//! What Maven leaves in archives: `pom.properties` and `pom.xml`.

/// The coordinates of an artifact.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Coordinates {
    pub(crate) group: String,
    pub(crate) artifact: String,
    pub(crate) version: Option<String>,
}

/// The coordinates in `pom.properties`.
pub(crate) fn properties(text: &str) -> Option<Coordinates> {
    let get = |wanted: &str| {
        let lines = text.lines().filter(|line| !line.starts_with(['#', '!']));
        let mut pairs = lines.filter_map(|line| line.split_once(['=', ':']));
        let value = pairs.find(|(key, _)| key.trim() == wanted).map(|(_, value)| value.trim());
        value.filter(|value| !value.is_empty() && !value.contains("${")).map(str::to_owned)
    };
    Some(Coordinates { group: get("groupId")?, artifact: get("artifactId")?, version: get("version") })
}

/// The coordinates in the model of a project, `pom.xml`: its own, else those of its parent. Only the elements directly
/// below the project count.
pub(crate) fn model(text: &str) -> Option<Coordinates> {
    let mut open: Vec<&str> = Vec::new();
    let mut own = Coordinates::default();
    let mut parent = Coordinates::default();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        let (tag, following) = after.split_once('>')?;
        rest = following;
        if let Some(closed) = tag.strip_prefix('/') {
            let value = before.trim();
            let target = match open.as_slice() {
                ["project", name] => Some((&mut own, *name)),
                ["project", "parent", name] => Some((&mut parent, *name)),
                _ => None,
            };
            if let Some((coordinates, name)) = target.filter(|(_, name)| *name == closed.trim()) {
                set(coordinates, name, value);
            }
            open.pop();
        } else if !tag.ends_with('/') && !tag.starts_with(['?', '!']) {
            // Deeper elements say nothing of the project.
            if open.len() > 64 {
                return None;
            }
            let name = tag.split_whitespace().next().unwrap_or_default();
            open.push(name.rsplit(':').next().unwrap_or(name));
        }
    }
    let group = if own.group.is_empty() { parent.group } else { own.group };
    let version = own.version.or(parent.version);
    let is_whole = !group.is_empty() && !own.artifact.is_empty();
    is_whole.then_some(Coordinates { group, artifact: own.artifact, version })
}

fn set(coordinates: &mut Coordinates, name: &str, value: &str) {
    if value.is_empty() || value.contains("${") {
        return;
    }
    match name {
        "groupId" => value.clone_into(&mut coordinates.group),
        "artifactId" => value.clone_into(&mut coordinates.artifact),
        "version" => coordinates.version = Some(value.to_owned()),
        _ => {}
    }
}
