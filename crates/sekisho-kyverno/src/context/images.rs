//! The images of a resource, by the kind of container and its name.

use smol_str::SmolStr;

use crate::image::Image;
use crate::jmespath::{Expression, JmespathError, Surroundings};
use crate::settings::Settings;
use crate::value::{Map, Value};
use crate::variables::VariableError;

/// Where images stand in a resource.
struct Extractor {
    /// What is found is put under this name.
    name: SmolStr,
    /// The way down; `*` stands for every item or value.
    fields: Vec<SmolStr>,
    /// The field that names the image; empty where its place does.
    key: SmolStr,
    /// The field that holds the image.
    value: SmolStr,
    /// The expression that the reference is made with; may be empty.
    jmespath: SmolStr,
}

/// The images of a resource as variables see them; empty for kinds that hold none.
///
/// `extractors` are the rule's own, by kind; null where it has none.
pub(super) fn images(
    resource: &Value,
    extractors: &Value,
    around: &Surroundings<'_>,
) -> Result<Map, VariableError> {
    let kind = resource.get("kind").and_then(Value::as_str).unwrap_or("");
    let own = extractors.get(kind).and_then(Value::as_list);
    let extractors = match own {
        Some([]) => {
            return Err(VariableError::failed(format!("no extractors found for {kind}")));
        }
        Some(own) => own.iter().map(Extractor::read).collect(),
        None => standard(kind),
    };
    let mut images = Map::default();
    for extractor in extractors {
        let mut found = Map::default();
        Extraction { extractor: &extractor, around, found: &mut found }.descend(
            Some(resource),
            &extractor.fields,
            &mut Vec::new(),
        )?;
        if !found.is_empty() {
            images.insert(extractor.name.clone(), found.into());
        }
    }
    Ok(images)
}

/// The places of containers in the kinds that Kubernetes itself knows.
fn standard(kind: &str) -> Vec<Extractor> {
    let way: &[&str] = match kind {
        "Pod" => &["spec"],
        "DaemonSet" | "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "Job" => {
            &["spec", "template", "spec"]
        }
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return Vec::new(),
    };
    ["initContainers", "containers", "ephemeralContainers"]
        .into_iter()
        .map(|name| Extractor {
            name: name.into(),
            fields: way.iter().copied().chain([name, "*"]).map(SmolStr::new).collect(),
            key: "name".into(),
            value: "image".into(),
            jmespath: SmolStr::default(),
        })
        .collect()
}

impl Extractor {
    fn read(source: &Value) -> Self {
        let text = |key: &str| SmolStr::new(source.get(key).and_then(Value::as_str).unwrap_or(""));
        let path = text("path");
        let mut fields: Vec<SmolStr> = path
            .split('/')
            .map(|field| field.trim_matches(' '))
            .filter(|field| !field.is_empty())
            .map(SmolStr::new)
            .collect();
        let value = match text("value") {
            value if value.is_empty() => fields.pop().unwrap_or_default(),
            value => value,
        };
        let name = match text("name") {
            name if name.is_empty() => SmolStr::new_static("custom"),
            name => name,
        };
        Self { name, fields, key: text("key"), value, jmespath: text("jmesPath") }
    }
}

struct Extraction<'e, 's> {
    extractor: &'e Extractor,
    around: &'e Surroundings<'s>,
    found: &'e mut Map,
}

impl Extraction<'_, '_> {
    fn descend(
        &mut self,
        value: Option<&Value>,
        fields: &[SmolStr],
        path: &mut Vec<SmolStr>,
    ) -> Result<(), VariableError> {
        self.around.meter.work(1)?;
        let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
        if let Some((first, rest)) = fields.split_first()
            && first == "*"
            && matches!(value, Value::List(_) | Value::Map(_))
        {
            return self.each(value, fields, rest, path);
        }
        let Value::Map(map) = value else { return Err(VariableError::failed("invalid image config")) };
        let Some((first, rest)) = fields.split_first() else { return self.take(map, path) };
        path.push(first.clone());
        self.descend(map.get(first), rest, path)?;
        path.pop();
        Ok(())
    }

    /// Goes into every item of a list or value of a map that is one itself.
    fn each(
        &mut self,
        value: &Value,
        fields: &[SmolStr],
        rest: &[SmolStr],
        path: &mut Vec<SmolStr>,
    ) -> Result<(), VariableError> {
        let children: Vec<(SmolStr, &Value)> = match value {
            Value::List(items) => items
                .iter()
                .enumerate()
                .map(|(place, item)| (SmolStr::from(place.to_string()), item))
                .collect(),
            Value::Map(map) => map.iter().map(|(key, item)| (key.clone(), item)).collect(),
            _ => Vec::new(),
        };
        for (name, child) in children {
            // Lists in lists are gone through with the same star.
            let further = match (value, child) {
                (Value::List(_), Value::List(_)) => fields,
                (_, Value::List(_) | Value::Map(_)) => rest,
                _ => continue,
            };
            path.push(name);
            let deeper = std::mem::take(path);
            let mut deeper = deeper;
            self.around.meter.deeper(|| self.descend(Some(child), further, &mut deeper))?;
            *path = deeper;
            path.pop();
        }
        Ok(())
    }

    fn take(&mut self, map: &Map, path: &[SmolStr]) -> Result<(), VariableError> {
        let extractor = self.extractor;
        let pointer = format!("/{}/{}", path.join("/"), extractor.value);
        let key = if extractor.key.is_empty() {
            SmolStr::new(&pointer)
        } else {
            let key = map.get(&extractor.key).and_then(Value::as_str);
            SmolStr::new(key.ok_or_else(|| VariableError::failed("invalid key"))?)
        };
        let reference = map.get(&extractor.value).and_then(Value::as_str).unwrap_or("");
        if reference.trim().is_empty() {
            return Ok(());
        }
        let reference = self.made(reference)?;
        let settings: &Settings = self.around.settings;
        let image = Image::parse(&reference, settings)
            .map_err(|error| VariableError::failed(format!("invalid image '{reference}' ({error})")))?;
        let mut shown = image.to_value();
        shown.insert("jsonPointer", pointer.into());
        self.found.insert(key, shown.into());
        Ok(())
    }

    /// The reference that the extractor's expression makes of what is written.
    fn made(&self, reference: &str) -> Result<SmolStr, VariableError> {
        let path = &self.extractor.jmespath;
        if path.is_empty() {
            return Ok(reference.into());
        }
        let failed = |what: &str, error: JmespathError| match error {
            JmespathError::Budget(limit) => VariableError::Budget(limit),
            other => VariableError::failed(format!("{what} jmespath {path}: {other}")),
        };
        let expression = Expression::compile(path).map_err(|error| failed("invalid", error))?;
        let found = expression.search(&reference.into(), self.around);
        match found.map_err(|error| failed("failed to apply", error))? {
            Value::String(text) => Ok(text),
            other => Err(VariableError::failed(format!(
                "jmespath {path} must produce a string, but produced {}",
                other.to_plain()
            ))),
        }
    }
}
