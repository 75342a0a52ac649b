//! Texts through the template language: no panic, and origins that cover the rendered text and tell the
//! truth about what stands in the template as it is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sekisho_chart::functions::State;
use sekisho_chart::template::{Budget, Rendered, TemplateSet};
use sekisho_chart::value::{Map, Value, ValueKey};
use sekisho_manifest::{Budget as LoadBudget, SourceId, load_one};

const HELPERS: &str = "{{ define \"h\" }}<{{ . }}>{{ end }}{{ define \"r\" }}{{ include \"r\" . }}{{ end }}";
const VALUES: &str =
    "a: 1\nb: 1.5\ns: text\nn: null\nl: [p, 2, [q]]\nm: {k: v, j: {i: w}}\nt: '{{ .Values.s }}'\n";

fuzz_target!(|text: &str| {
    let values = load_one(SourceId(2), VALUES, &LoadBudget::default());
    let values = Value::from_node(&values.documents[0].root, &ValueKey::root(None));
    let root: Map = [("Values".into(), values)].into_iter().collect();
    let mut set = TemplateSet::new();
    set.add("_h", SourceId(0), HELPERS).expect("a template");
    if set.add("t", SourceId(1), text).is_err() {
        return;
    }
    let budget = Budget { steps: 100_000, bytes: 8 << 20, depth: 1_000 };
    if let Ok(rendered) = set.rendering(budget, State::default()).render("t", &root.into()) {
        check(text, &rendered);
    }
});

fn check(text: &str, rendered: &Rendered) {
    let mut end = 0;
    for (range, origin) in &rendered.origins {
        assert_eq!(range.start, end);
        end = range.end;
        let Some(site) = origin.site.filter(|_| origin.is_literal) else { continue };
        let source = if site.source == SourceId(0) { HELPERS } else { text };
        let from = site.offset as usize;
        let stands = source.get(from..from + range.len());
        assert_eq!(rendered.text.get(range.clone()), stands, "{range:?} {site:?}");
    }
    assert_eq!(end, rendered.text.len());
}
