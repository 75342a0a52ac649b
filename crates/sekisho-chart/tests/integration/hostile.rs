//! Templates that would cost too much: each ends with an error.

use std::any::Any;
use std::collections::BTreeMap;
use std::rc::Rc;

use sekisho_chart::functions::State;
use sekisho_chart::template::{Budget, BudgetError, TemplateError, TemplateSet, on_deep_stack};
use sekisho_chart::value::{Host, Map, Value};
use sekisho_manifest::SourceId;

use crate::support::render_here;

fn render_within(template: &str, budget: Budget) -> Result<String, TemplateError> {
    let templates = BTreeMap::from([("t".to_owned(), template.to_owned())]);
    on_deep_stack(|| render_here(&templates, "a: 1\n", "t", budget).map(|rendered| rendered.text)).unwrap()
}

fn render(template: &str) -> Result<String, TemplateError> {
    render_within(template, Budget::default())
}

/// The limit that ended a rendering.
fn limit(result: Result<String, TemplateError>) -> BudgetError {
    match result.unwrap_err() {
        TemplateError::Budget(error) => error,
        error => panic!("{error}"),
    }
}

#[test]
fn including_itself_ends_at_helms_limit() {
    let error = render("{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}").unwrap_err();
    let message = error.to_string();
    assert!(message.ends_with("nested reference name: r: unable to execute template"), "{message}");
    assert_eq!(message.matches("error calling include").count(), 1_002);
}

#[test]
fn recursion_without_limit_in_helm_ends_at_ours() {
    let template =
        "{{ define \"r\" }}{{ if true }}{{ template \"r\" . }}{{ end }}{{ end }}{{ template \"r\" . }}";
    assert!(matches!(limit(render(template)), BudgetError::Depth { .. }));
    let template = "{{ $t := \"{{ tpl . . }}\" }}{{ tpl $t $t }}";
    assert!(matches!(limit(render(template)), BudgetError::Depth { .. }));
}

#[test]
fn nested_blocks_within_recursion_keep_within_the_stack() {
    let deep = format!(
        "{}{{{{ include \"r\" . }}}}{}",
        "{{ if (print (print 1)) }}".repeat(900),
        "{{ end }}".repeat(900)
    );
    let template = format!("{{{{ define \"r\" }}}}{deep}{{{{ end }}}}{{{{ include \"r\" . }}}}");
    assert!(matches!(limit(render(&template)), BudgetError::Depth { .. }));
}

#[test]
fn deep_nesting_of_the_source_is_refused() {
    for (open, close) in [("(", ")"), ("(print ", ")")] {
        let template = format!("{{{{ {}1{} }}}}", open.repeat(100_000), close.repeat(100_000));
        let message = render(&template).unwrap_err().to_string();
        assert_eq!(message, "template: t:1: max expression depth exceeded");
    }
    for open in ["{{ if 1 }}", "{{ with 1 }}", "{{ range 1 }}", "{{ block \"b\" . }}", "{{ if 1 }}{{ else }}"]
    {
        let message = render(&open.repeat(100_000)).unwrap_err().to_string();
        assert!(message.ends_with("max expression depth exceeded"), "{message}");
    }
}

#[test]
fn long_chains_are_not_deep() {
    let chain = format!("{{{{ if 0 }}}}{}{{{{ else }}}}x{{{{ end }}}}", "{{ else if 0 }}".repeat(50_000));
    assert_eq!(render(&chain).unwrap(), "x");
    let pipe = format!("{{{{ 1 {} }}}}", "| print ".repeat(50_000));
    assert_eq!(render(&pipe).unwrap(), "1");
    let fields = format!("{{{{ $x := 1 }}}}{{{{ ($x){} }}}}", ".a".repeat(50_000));
    assert!(render(&fields).is_err());
}

#[test]
fn work_and_memory_are_bounded() {
    assert!(matches!(limit(render("{{ range 1000000000 }}{{ end }}")), BudgetError::Steps { .. }));
    let double = "{{ $x := \"0123456789abcdef\" }}{{ range 100 }}{{ $x = print $x $x }}{{ end }}{{ len $x }}";
    assert!(matches!(limit(render(double)), BudgetError::Bytes { .. }));
    let wide = "{{ range 100000 }}{{ printf \"%1000000d\" 1 }}{{ end }}";
    assert!(matches!(limit(render(wide)), BudgetError::Bytes { .. }));
    let budget = Budget { steps: 10, ..Budget::default() };
    assert_eq!(limit(render_within("{{ range 20 }}x{{ end }}", budget)), BudgetError::Steps { limit: 10 });
}

/// A value that tells whether it is held.
#[derive(Debug)]
struct Witness(#[expect(dead_code, reason = "only counted")] Rc<()>);

impl Host for Witness {
    fn type_name(&self) -> &'static str {
        "witness"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[test]
fn values_that_hold_themselves_are_let_go() {
    let cycles = [
        "{{ $d := dict \"w\" .w }}{{ $_ := set $d \"d\" $d }}",
        "{{ $d := dict \"w\" .w }}{{ $_ := set $d \"d\" (list 1 (list $d)) }}",
        "{{ $d := dict \"w\" .w }}{{ $_ := merge $d (dict \"d\" $d) }}",
        "{{ $d := dict \"w\" .w }}{{ $_ := mergeOverwrite $d (dict \"d\" (dict \"e\" $d)) }}",
        "{{ $a := dict \"w\" .w }}{{ $b := dict \"a\" $a }}{{ $_ := set $a \"b\" $b }}",
        "{{ $_ := set . \"root\" . }}",
        "{{ $_ := set . \"root\" . }}{{ fail \"half way\" }}",
        "{{ range 3 }}{{ $_ := set $ \"root\" (dict \"root\" $ \"n\" .) }}{{ end }}",
    ];
    for template in cycles {
        let witness = Rc::new(());
        let root: Map = [("w".into(), Value::host(Witness(Rc::clone(&witness))))].into_iter().collect();
        let mut set = TemplateSet::new();
        set.add("t", SourceId(0), template).unwrap();
        let mut rendering = set.rendering(Budget::default(), State::default());
        let rendered = rendering.render("t", &root.clone().into());
        assert_eq!(rendered.is_err(), template.contains("fail"), "{template}");
        assert!(root.has("w"), "nothing is taken before the end");
        drop(rendering);
        drop(root);
        assert_eq!(Rc::strong_count(&witness), 1, "{template}");
    }
}
