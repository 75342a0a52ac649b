//! What the rules of a test may ask: the objects of the cluster and the answers that the test gives. Whatever
//! it says nothing about is left out, and the values of the test stand for it.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::budget::{Budget, Meter};
use crate::facts::{ApiCall, FactError, FactKind, Facts, NoFacts};
use crate::jmespath::{Expression, JmespathError, Surroundings};
use crate::rule::ApiPath;
use crate::settings::Settings;
use crate::value::{Map, Value};

/// The world of a test.
#[derive(Debug, Default)]
pub struct TestFacts {
    /// Whether the test shows a cluster.
    pub(super) has_cluster: bool,
    /// The objects of the cluster.
    pub(super) objects: Vec<Value>,
    answers: Vec<Answer>,
    globals: Vec<Global>,
}

/// What is answered to a call.
#[derive(Debug)]
struct Answer {
    /// Empty: any.
    method: SmolStr,
    url: SmolStr,
    status: i64,
    body: Value,
}

/// A global context entry.
#[derive(Debug)]
struct Global {
    name: SmolStr,
    /// The data, or its projections.
    data: Value,
}

impl TestFacts {
    /// Reads the answers that a test gives.
    pub(super) fn add_answers(&mut self, node: &Node) {
        for answer in node.items() {
            let (url, path) = (answer.str("url"), answer.str("urlPath"));
            let response = answer.get("response");
            let status = response.and_then(|response| response.get("statusCode")?.as_i64()).unwrap_or(200);
            let body = response.and_then(|response| response.get("body"));
            self.answers.push(Answer {
                method: answer.str("method").trim().to_uppercase().into(),
                url: if url.is_empty() { path } else { url }.into(),
                status,
                body: body.map(Value::from_node).unwrap_or_default().with_floats(),
            });
        }
    }

    /// Reads a global context entry; `resources` are those of its files.
    pub(super) fn add_global(&mut self, node: &Node, resources: Vec<Value>) -> Result<(), String> {
        let name = node.str("name");
        let found = |path: &str, data: &Value| {
            searched(path, data).map_err(|why| format!("global context entry `{name}`: `{path}`: {why}"))
        };
        let inline = node.get("resources").map_or(&[][..], Node::items).iter().map(Value::from_node);
        let shown = || inline.chain(resources).collect();
        let data: Value = node.get("data").map_or_else(shown, Value::from_node);
        let mut data = found(node.str("fieldPath"), &data.with_floats())?;
        let projections = node.get("projections").map_or(&[][..], Node::items);
        if !projections.is_empty() {
            let mut projected = Map::default();
            for each in projections {
                projected.insert(each.str("name"), found(each.str("path"), &data)?);
            }
            data = Value::from(projected);
        }
        self.globals.push(Global { name: name.into(), data });
        Ok(())
    }

    /// Whether the test shows a cluster.
    pub fn has_cluster(&self) -> bool {
        self.has_cluster
    }

    /// The objects of the cluster, and of the test.
    pub fn objects(&self) -> &[Value] {
        &self.objects
    }

    /// The status and the body that are answered to a call.
    pub fn answer(&self, method: &str, url: &str) -> Option<(i64, &Value)> {
        let fits =
            |answer: &&Answer| answer.url == url && (answer.method.is_empty() || answer.method == method);
        self.answers.iter().find(fits).map(|answer| (answer.status, &answer.body))
    }

    /// The data of a global context entry, with its projections in place of what it has been, if it has some.
    pub fn global_entry(&self, name: &str) -> Option<&Value> {
        self.globals.iter().find(|global| global.name == name).map(|global| &global.data)
    }
}

impl Facts for TestFacts {
    fn loads(&self, kind: FactKind, _name: &str) -> bool {
        match kind {
            FactKind::ConfigMap => self.has_cluster,
            FactKind::ApiCall => self.has_cluster || !self.answers.is_empty(),
            FactKind::Global => !self.globals.is_empty(),
            FactKind::Image => false,
        }
    }

    fn config_map(&self, namespace: &str, name: &str) -> Result<Value, FactError> {
        let path = ApiPath::parse(&format!("/api/v1/namespaces/{namespace}/configmaps/{name}"));
        path.and_then(|path| path.answer(&self.objects))
            .ok_or_else(|| FactError::Failed(format!("configmaps \"{name}\" not found")))
    }

    fn api_call(&self, call: &ApiCall) -> Result<Value, FactError> {
        let url = call.service.as_ref().map_or(&call.url_path, |service| &service.url);
        let method = if call.method.is_empty() { "GET" } else { call.method.as_str() };
        if let Some((status, body)) = self.answer(method, url) {
            if (200..300).contains(&status) {
                return Ok(body.clone());
            }
            return Err(FactError::Failed(format!("HTTP {status} from `{url}`")));
        }
        ApiPath::parse(&call.url_path)
            .filter(|_| self.has_cluster && call.service.is_none())
            .and_then(|path| path.answer(&self.objects))
            .ok_or_else(|| FactError::Unknown(format!("the answer to `{url}`")))
    }

    fn global(&self, name: &str, projection: &str) -> Result<Value, FactError> {
        let unknown = || FactError::Unknown(format!("the global context entry `{name}`"));
        let data = self.global_entry(name).ok_or_else(unknown)?;
        if projection.is_empty() {
            return Ok(data.clone());
        }
        data.get(projection).cloned().ok_or_else(unknown)
    }
}

/// What an expression gives of data; an empty one gives them as they are.
fn searched(path: &str, data: &Value) -> Result<Value, JmespathError> {
    if path.is_empty() {
        return Ok(data.clone());
    }
    let (meter, settings) = (Meter::new(Budget::default()), Settings::default());
    Ok(Expression::compile(path)?
        .search(data, &Surroundings::new(&meter, &NoFacts, &settings))?
        .with_floats())
}
