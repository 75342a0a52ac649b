//! What a rule answers: an alert, the objects that it is about, and the paths in them.

use sekisho_rego::value::Value;
use serde_json::{Map, Value as Json};

/// One alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Response {
    /// What is wrong, in words.
    pub message: String,
    /// The paths in the first object.
    pub paths: Paths,
    /// How sure or bad it is, as the rule says.
    pub score: f64,
    /// The objects that it is about.
    pub objects: Vec<Json>,
    /// What it is about besides objects of the API.
    pub external: Option<Json>,
    /// Other objects that have part in it, with the paths in them.
    pub related: Vec<Related>,
    /// The package that the rule names.
    pub package: String,
}

/// Which fields are wrong, and how to mend them. A list that the rule does not give is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Paths {
    /// Fields that are wrong.
    pub failed: Option<Vec<String>>,
    /// Fields to look at.
    pub review: Option<Vec<String>>,
    /// Fields to take out.
    pub delete: Option<Vec<String>>,
    /// Fields to write.
    pub fix: Option<Vec<FixPath>>,
    /// A command that mends it.
    pub command: String,
}

/// A field and what to write there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FixPath {
    /// The field.
    pub path: String,
    /// What to write.
    pub value: String,
}

/// An object that has part in an alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Related {
    /// The object.
    pub object: Json,
    /// The paths in it.
    pub paths: Paths,
}

impl Response {
    /// Reads an alert; none where it is no object. Names of fields are read whatever their case.
    pub fn read(alert: &Value) -> Option<Self> {
        Self::of(&Json::from(alert))
    }

    /// The same of JSON.
    pub fn of(alert: &Json) -> Option<Self> {
        let fields = alert.as_object()?;
        let about = field(fields, "alertObject").and_then(Json::as_object);
        let list = |name: &str| {
            let found = about.and_then(|about| field(about, name)).and_then(Json::as_array);
            found.cloned().unwrap_or_default()
        };
        Some(Self {
            message: text(fields, "alertMessage"),
            paths: Paths::read(fields),
            score: field(fields, "alertScore").and_then(Json::as_f64).unwrap_or_default(),
            objects: list("k8sApiObjects"),
            external: about
                .and_then(|about| field(about, "externalObjects"))
                .filter(|one| !is_empty(one))
                .cloned(),
            related: field(fields, "relatedObjects")
                .and_then(Json::as_array)
                .into_iter()
                .flatten()
                .filter_map(Json::as_object)
                .map(|one| Related {
                    object: field(one, "object").cloned().unwrap_or(Json::Null),
                    paths: Paths::read(one),
                })
                .collect(),
            package: text(fields, "packagename"),
        })
    }
}

impl Paths {
    fn read(fields: &Map<String, Json>) -> Self {
        let texts = |name: &str| {
            let list = field(fields, name)?.as_array()?;
            Some(list.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        };
        let fix = field(fields, "fixPaths").and_then(Json::as_array).map(|list| {
            let paths = list.iter().filter_map(Json::as_object);
            paths.map(|one| FixPath { path: text(one, "path"), value: text(one, "value") }).collect()
        });
        Self {
            failed: texts("failedPaths"),
            review: texts("reviewPaths"),
            delete: texts("deletePaths"),
            fix,
            command: text(fields, "fixCommand"),
        }
    }
}

fn is_empty(value: &Json) -> bool {
    value.is_null() || value.as_object().is_some_and(Map::is_empty)
}

/// The field of a name: as it is written, else whatever its case.
fn field<'j>(fields: &'j Map<String, Json>, name: &str) -> Option<&'j Json> {
    fields
        .get(name)
        .or_else(|| fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

fn text(fields: &Map<String, Json>, name: &str) -> String {
    field(fields, name).and_then(Json::as_str).unwrap_or_default().to_owned()
}
