//! The functions that Kyverno adds to CEL.

use sekisho_manifest::Node;
use sekisho_policy::kyverno::cel::{Address, HttpRequest, NoOutside, Outside, Silence, load};

use super::{creation, documents, judge_with, said};

/// What the tests' outside holds.
struct World(Vec<Node>);

impl Outside for World {
    fn get(&self, address: &Address, name: &str) -> Result<Option<Node>, Silence> {
        let fits = |object: &&Node| object.at(&["metadata", "name"]).and_then(Node::as_str) == Some(name);
        if address.resource != "configmaps" {
            return Err(Silence::Failed("down".to_owned()));
        }
        Ok(self.0.iter().find(fits).cloned())
    }

    fn list(&self, _: &Address, _: &[(smol_str::SmolStr, smol_str::SmolStr)]) -> Result<Vec<Node>, Silence> {
        Ok(self.0.clone())
    }

    fn http(&self, asked: &HttpRequest<'_>) -> Result<Node, Silence> {
        if asked.method == "GET" { Ok(self.0[0].clone()) } else { Err(Silence::Unknown) }
    }
}

fn message(expression: &str, outside: &dyn Outside) -> String {
    let policy = format!(
        "
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {{name: p}}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}}
  validations:
  - expression: |-
      {expression}
    message: 'no'"
    );
    let request =
        creation("{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: shop}, data: {k: v}}");
    let judgement = judge_with(&policy, &request, outside);
    let [(status, message)] = said(&judgement.results)[..] else { unreachable!("{:?}", judgement.results) };
    if status == "pass" { "pass".to_owned() } else { message.to_owned() }
}

#[test]
fn functions_give_what_kyvernos_do() {
    let digest = "sha256:2d44ae143feeb36f4c898d32ed2ab2dffeb3a573d2d8928646dfc9cb7deb1315";
    let rows = [
        "sha1('a') == '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8' && hash.sha1('a') == sha1('a')",
        "sha256('a') == 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb'",
        "gzip.decompress(gzip.compress('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')) == 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'",
        "gzip.decompress(base64.decode('H4sIAAAAAAAC/8vIBACsKpPYAgAAAA==')) == 'hi'",
        "hash.md5('a') == '0cc175b9c0f1b6a831c399e269772661'",
        "math.round(3.14159, 2) == 3.14 && math.round(-2.5, 0) == -3.0",
        "random().matches('^[0-9a-z]{8}$') && random('[ab]{3}x').matches('^[ab]{3}x$')",
        "json.unmarshal('{\"a\": [1, {\"b\": null}]}').a[0] == 1.0",
        "json.marshal({'a': ['b']}) == '{\"a\":[\"b\"]}'",
        "yaml.parse('a: [1, {b: c}]').a[1].b == 'c'",
        "listObjToMap([{'n': 'a'}, {'n': 'b'}], [{'v': '1'}, {'v': '2'}], 'n', 'v') == {'a': '1', 'b': '2'}",
        "parseServiceAccount('system:serviceaccount:shop:front').Name == 'front'",
        "user.parseServiceAccount('jane').Namespace == ''",
        "time.toCron(timestamp('2026-07-16T01:02:03Z')) == '2 1 16 7 4'",
        "time.toCron(timestamp('2024-02-29T23:59:03Z')) == '59 23 29 2 4'",
        "time.now() == timestamp('2026-07-16T01:02:03Z')",
        "time.truncate(timestamp('2026-07-16T01:02:03Z'), duration('1h')) == timestamp('2026-07-16T01:00:00Z')",
        "image('nginx').registry() == 'index.docker.io' && image('nginx').repository() == 'library/nginx'",
        "image('nginx').tag() == 'latest' && image('ghcr.io/a/b:1').identifier() == '1'",
        "image('localhost:5000/a/b').registry() == 'localhost:5000' && !image('a/b:1').containsDigest()",
        "image('a/b@DIGEST').digest() == 'DIGEST' && image('a/b@DIGEST').tag() == ''",
        "image('a/b:1@DIGEST').identifier() == '1@DIGEST' && image('a/b:1@DIGEST').containsDigest()",
        "image('a/b:1@DIGEST').identifierWithSeparator() == '@DIGEST' && image('ab').identifierWithSeparator() == ':latest'",
        "isImage('a/b:1') && !isImage('A B') && !isImage('a/b@sha256:12') && !isImage('ab:')",
        "request.object.data.k.orValue('x') == 'v' && object.?data.?other.orValue('x') == 'x'",
        "resource.ToGVR('apps/v1', 'Deployment') == resource.toGVR('apps/v1', 'Deployment')",
    ];
    for row in rows {
        assert_eq!(message(&row.replace("DIGEST", digest), &NoOutside), "pass", "{row}");
    }
}

#[test]
fn questions_are_answered_from_what_was_gathered() {
    let world = World(documents("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: b}}"));
    let rows = [
        ("resource.Get('v1', 'configmaps', 'shop', 'c').data.a == 'b'", "pass"),
        ("dyn(resource.get('v1', 'configmaps', 'shop', 'd')) == null", "pass"),
        ("dyn(resource.Get('v1', 'secrets', 'shop', 'd')) == null", "error: failed to get resource: down"),
        ("resource.List('v1', 'configmaps', 'shop').items.exists(c, c.data.a == 'b')", "pass"),
        ("http.Get('https://a.example').data.a == 'b'", "pass"),
        (
            "http.Post('https://a.example', {'a': 1}) == 1",
            "error: unknown fact: the answer to POST https://a.example",
        ),
        ("image.GetMetadata('a') == 1", "error: unknown fact: the metadata of the image `a`"),
        ("globalContext.Get('a', 'b') == 1", "error: unknown fact: the global context `a`"),
    ];
    for (expression, wanted) in rows {
        assert_eq!(message(expression, &world), wanted, "{expression}");
    }
}

#[test]
fn policies_of_a_namespace_name_none() {
    let policy = "
apiVersion: policies.kyverno.io/v1
kind: NamespacedValidatingPolicy
metadata: {name: p, namespace: shop}
spec:
  matchConstraints:
    resourceRules:
    - {apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}
  validations:
  - {expression: \"EXPRESSION\"}";
    let faults =
        |expression: &str| load(&documents(&policy.replace("EXPRESSION", expression))).problems.len();
    assert_eq!(faults("size(resource.Get('v1', 'configmaps', 'c')) == 1"), 0);
    assert_ne!(faults("size(resource.Get('v1', 'configmaps', 'shop', 'c')) == 1"), 0);
}
