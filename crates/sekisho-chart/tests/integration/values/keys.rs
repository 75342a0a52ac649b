//! Every value knows its key from the root, and where it stands.

use sekisho_chart::render::{Options, values};
use sekisho_chart::values::Given;

use super::{GIVEN, at, chart_of, given_text};
use crate::in_memory::{Sources, chart_yaml};

#[test]
fn values_know_the_file_that_they_come_from() {
    let mut sources = Sources::default();
    let sub = "image:\n  tag: inner\n  name: web\n";
    let chart = chart_of(
        &[
            ("Chart.yaml", &chart_yaml("demo", "dependencies: [{name: sub, version: '*', alias: db}]")),
            ("values.yaml", "global: {zone: a}\ndb:\n  image: {tag: outer}\n"),
            ("charts/sub/Chart.yaml", &chart_yaml("sub", "")),
            ("charts/sub/values.yaml", sub),
        ],
        &mut sources,
    );
    let own = "own: {key: 1}\n";
    let given = Given { set: vec!["db.port=80,db.hosts[0].name=x".to_owned()], ..given_text(own) };
    let (values, _) = values(&chart, &Options { given, ..Options::default() }).unwrap();
    // The key, the file, and what stands there.
    let is = |path: &[&str], wanted: (&str, &str, &str)| {
        let value = at(&values, path).unwrap_or_else(|| panic!("no {path:?}"));
        let key = value.origin_key().unwrap_or_else(|| panic!("no key: {path:?}"));
        let (file, text) = match key.span() {
            None => ("", ""),
            Some(span) => {
                let (file, text) = match span.source {
                    GIVEN => ("given.yaml", own),
                    source => (sources.path(source), sources.text(source)),
                };
                (file, &text[span.start as usize..span.end as usize])
            }
        };
        assert_eq!((key.path().to_string().as_str(), file, text), wanted);
    };
    is(&["db", "image", "tag"], ("db.image.tag", "values.yaml", "outer"));
    is(&["db", "image", "name"], ("db.image.name", "charts/sub/values.yaml", "web"));
    is(&["db", "port"], ("db.port", "", ""));
    is(&["own", "key"], ("own.key", "given.yaml", "1"));
    is(&["db", "global", "zone"], ("global.zone", "values.yaml", "a"));
    let hosts = at(&values, &["db", "hosts"]).unwrap();
    let host = hosts.as_list().unwrap().items()[0].as_map().unwrap().get("name").unwrap();
    assert_eq!(host.origin_key().unwrap().path().to_string(), "db.hosts[0].name");
}
