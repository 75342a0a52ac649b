//! What the rules of a test may ask: the objects of the cluster and the answers that the test gives. Whatever
//! it says nothing about is left out, and the values of the test stand for it.

use sekisho_manifest::Node;
use smol_str::SmolStr;

use crate::context::{ApiCall, FactError, FactKind, Facts};
use crate::rule::ApiPath;
use crate::value::Value;

use crate::given::put;

/// The world of a test.
#[derive(Debug, Default)]
pub(super) struct TestFacts {
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
    /// The data, with every projection as a field.
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
    pub(super) fn add_global(&mut self, node: &Node, resources: Vec<Value>) {
        let inline = node.get("resources").map_or(&[][..], Node::items).iter().map(Value::from_node);
        let shown = || inline.chain(resources).collect();
        let data = node.get("data").map_or_else(shown, Value::from_node);
        let mut data = below(&data, node.str("fieldPath"));
        let whole = data.clone();
        for each in node.get("projections").map_or(&[][..], Node::items) {
            put(&mut data, &[each.str("name")], &below(&whole, each.str("path")));
        }
        self.globals.push(Global { name: node.str("name").into(), data: data.with_floats() });
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
        let fits =
            |answer: &&Answer| answer.url == *url && (answer.method.is_empty() || answer.method == method);
        if let Some(answer) = self.answers.iter().find(fits) {
            if (200..300).contains(&answer.status) {
                return Ok(answer.body.clone());
            }
            return Err(FactError::Failed(format!("HTTP {} from `{url}`", answer.status)));
        }
        ApiPath::parse(&call.url_path)
            .filter(|_| self.has_cluster && call.service.is_none())
            .and_then(|path| path.answer(&self.objects))
            .ok_or_else(|| FactError::Unknown(format!("the answer to `{url}`")))
    }

    fn global(&self, name: &str, projection: &str) -> Result<Value, FactError> {
        let unknown = || FactError::Unknown(format!("the global context entry `{name}`"));
        let global = self.globals.iter().find(|global| global.name == name).ok_or_else(unknown)?;
        if projection.is_empty() {
            return Ok(global.data.clone());
        }
        global.data.get(projection).cloned().ok_or_else(unknown)
    }
}

/// What stands below a path of keys with points between them.
fn below(data: &Value, path: &str) -> Value {
    let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
    data.at(&keys).cloned().unwrap_or_default()
}
