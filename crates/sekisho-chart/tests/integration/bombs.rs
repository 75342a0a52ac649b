//! Templates and charts that would blow up: each ends with the limit that it passes, named in the message.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sekisho_chart::chart::{Chart, ChartBudget};
use sekisho_chart::render::{Options, render};
use sekisho_chart::template::{Budget, on_deep_stack};
use sekisho_chart::values::Given;

use crate::in_memory::{Sources, chart_yaml, folder_within};
use crate::support::render_here;

/// What rendering a template with a fiftieth of the usual budget ends with.
fn message(template: &str) -> String {
    let whole = Budget::default();
    message_within(template, Budget { steps: whole.steps / 50, bytes: whole.bytes / 50, ..whole })
}

fn message_within(template: &str, budget: Budget) -> String {
    let templates = BTreeMap::from([("t".to_owned(), template.to_owned())]);
    on_deep_stack(|| match render_here(&templates, "a: 1\n", "t", budget) {
        Ok(rendered) => format!("rendered: {:.40}", rendered.text),
        Err(error) => error.to_string(),
    })
    .unwrap()
}

const STEPS: &str = "rendering takes more than 1000000 steps";
const BYTES: &str = "rendering makes more than 21474836 bytes of text and values";
const DEPTH: &str = "templates call each other more than 40000 deep";
const NESTING: &str = "a value is nested more than 1000 deep";

/// Two values that grow twice as large with each round.
const DOUBLED: &str = "{{ $d := dict \"x\" 1 }}{{ $e := dict \"x\" 1 }}{{ $l := list 1 }}{{ range 60 }}\
    {{ $d = dict \"a\" $d \"b\" $d }}{{ $e = dict \"a\" $e \"b\" $e }}{{ $l = list $l $l }}{{ end }}";

/// A map that holds itself, twice.
const CYCLE: &str = "{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ $_ := set $d \"b\" $d }}\
    {{ $e := dict }}{{ $_ := set $e \"a\" $e }}{{ $_ := set $e \"b\" $e }}";

#[test]
fn texts_that_grow_end_at_the_limit_of_bytes() {
    for template in [
        "{{ $x := \"a\" }}{{ range 60 }}{{ $x = repeat 2 $x }}{{ end }}",
        "{{ repeat 9223372036854775807 \"ab\" }}",
        "{{ indent 1000000000 \"x\" }}",
        "{{ nindent 1000000 (repeat 1000000 \"\\n\") }}",
        "{{ wrapWith 1 (repeat 1000000 \"x\") (repeat 1000000 \"a\") }}",
        "{{ replace \"\" (repeat 1000000 \"x\") (repeat 1000000 \"y\") }}",
        "{{ regexReplaceAllLiteral \"\" (repeat 1000 \"x\") (repeat 1000000 \"y\") }}",
        "{{ join (repeat 1000000 \"x\") (until 1000) }}",
        "{{ splitList \"\" (repeat 2000000 \"a\") }}",
        "{{ split \"\" (repeat 2000000 \"a\") }}",
        "{{ randAlphaNum 1000000000000 }}",
        "{{ randBytes 1000000000000 }}",
        "{{ range 1000 }}{{ printf \"%999999d\" 1 }}{{ end }}",
    ] {
        assert_eq!(message(template), BYTES, "{template}");
    }
    assert_eq!(message("{{ repeat 100000000000 \"\" }}"), "rendered: ");
    assert_eq!(message("{{ printf \"%999999999d\" 1 }}"), "rendered: %!(NOVERB)%!(EXTRA int=1)");
}

#[test]
fn numbers_that_are_too_large_end_at_a_limit() {
    for template in [
        "{{ until 1000000000000 }}",
        "{{ untilStep 0 9223372036854775807 1 }}",
        "{{ untilStep 9223372036854775807 -9223372036854775808 -1 }}",
        "{{ seq 1 1000000000000 }}",
        "{{ range until 100000000 }}{{ end }}",
        "{{ range 9223372036854775807 }}{{ end }}",
    ] {
        let message = message(template);
        assert!(message == BYTES || message == STEPS, "{template}: {message}");
    }
    for (template, rendered) in [
        ("{{ untilStep 0 10 0 }}", "rendered: []"),
        ("{{ trunc -9223372036854775808 \"abc\" }}", "rendered: abc"),
        ("{{ abbrev -9223372036854775808 \"abc\" }}", "rendered: abc"),
        ("{{ splitn \",\" 9223372036854775807 \"a,b\" }}", "rendered: map[_0:a _1:b]"),
        ("{{ round 1.5 9223372036854775807 }}", "rendered: NaN"),
    ] {
        assert_eq!(message(template), rendered);
    }
}

#[test]
fn expressions_that_are_slow_elsewhere_end_at_the_limit_of_steps() {
    for template in [
        "{{ regexReplaceAll \"(a)\" (repeat 100000 \"a\") (repeat 100000 \"$1\") }}",
        "{{ $s := repeat 100000 \"a\" }}{{ range 100000 }}{{ $x := regexMatch \"^b\" $s }}{{ end }}",
        "{{ $s := repeat 1000000 \"a\" }}{{ range 100000 }}{{ $x := adler32sum $s }}{{ end }}",
        "{{ $s := repeat 1000000 \"1\" }}{{ range 100000 }}{{ $x := float64 $s }}{{ end }}",
        "{{ $s := repeat 1000000 \"1\" }}{{ range 100000 }}{{ $x := int $s }}{{ end }}",
        "{{ $s := repeat 1000000 \"a\" }}{{ range 100000 }}{{ $x := contains \"b\" $s }}{{ end }}",
        "{{ uniq (until 100000) }}",
        "{{ $l := until 10000 }}{{ range $l }}{{ $x := has -1 $l }}{{ end }}",
    ] {
        assert_eq!(message(template), STEPS, "{template}");
    }
    // Each of many matches is found by a look at all of the rest.
    let template = "{{ regexFindAll \".*?,|a\" (repeat 5000 \"a\") -1 | len }}";
    let budget = Budget { steps: 50_000, ..Budget::default() };
    assert_eq!(message_within(template, budget), "rendering takes more than 50000 steps");
    for template in [
        "{{ regexMatch \"(a*)*b\" (repeat 100000 \"a\") }}",
        "{{ regexMatch \"(x+x+)+y\" (repeat 100000 \"x\") }}",
        "{{ regexMatch \"(((a{100}){100}){100})\" \"a\" }}",
    ] {
        assert_eq!(message(template), "rendered: false", "{template}");
    }
}

#[test]
fn values_that_hold_one_another_end_at_a_limit() {
    for action in
        ["$d", "deepCopy $d", "toJson $d", "toYaml $d", "toString $l", "print $l", "deepEqual $d $e"]
    {
        let message = message(&format!("{DOUBLED}{{{{ {action} }}}}"));
        assert!(message == BYTES || message == STEPS, "{action}: {message}");
    }
    let merged = message(&format!("{DOUBLED}{{{{ merge $d $e | len }}}}"));
    assert!(merged == BYTES || merged == STEPS, "{merged}");
    for action in
        ["$d", "deepCopy $d", "toJson $d", "toYaml $d", "toToml $d", "deepEqual $d $e", "merge $d $e"]
    {
        assert_eq!(message(&format!("{CYCLE}{{{{ {action} }}}}")), NESTING, "{action}");
    }
}

#[test]
fn templates_that_call_themselves_end_at_a_limit() {
    let twice = "{{ $t := \"{{ tpl .t . }}{{ tpl .t . }}\" }}{{ tpl $t (dict \"t\" $t) }}";
    assert_eq!(message(twice), DEPTH);
    let tree = "{{ define \"r\" }}{{ if . }}{{ template \"r\" rest . }}{{ template \"r\" rest . }}{{ end }}{{ end }}\
        {{ template \"r\" (until 60) }}";
    assert_eq!(message(tree), STEPS);
    let includes =
        "{{ define \"r\" }}{{ include \"r\" . }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}";
    assert!(message(includes).ends_with("nested reference name: r: unable to execute template"));
}

#[test]
fn documents_that_grow_when_they_are_read_say_so() {
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\\n");
    for level in 1..9 {
        let below = vec![format!("*a{}", level - 1); 9].join(", ");
        let _ = write!(aliases, "a{level}: &a{level} [{below}]\\n");
    }
    for (template, part) in [
        (format!("{{{{ fromYaml \"{aliases}\" }}}}"), "map[Error:error converting YAML to JSON: yaml: "),
        ("{{ fromYaml (repeat 100000 \"[\") }}".to_owned(), "map[Error:error converting YAML to JSON: "),
        ("{{ fromJson (repeat 100000 \"[\") }}".to_owned(), "map[Error:invalid character '[' exceeded"),
        ("{{ fromToml (print \"a=\" (repeat 100000 \"[\")) }}".to_owned(), "map[Error:toml: "),
    ] {
        let message = message(&template);
        assert!(message.starts_with(&format!("rendered: {part:.40}")), "{message}");
    }
}

fn chart(files: &[(String, String)]) -> Chart {
    let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    folder_within(&files, &mut Sources::default(), &ChartBudget::default()).unwrap()
}

#[test]
fn names_for_charts_within_charts_do_not_multiply() {
    // Ten names for a chart in which there are ten names for another, eight deep.
    let alias = |at| format!("- {{name: c, version: '*', alias: n{at}}}\n");
    let names = (0..10).map(alias).collect::<Vec<_>>().concat();
    let mut files = Vec::new();
    let mut folder = String::new();
    for level in 0..8 {
        let dependencies = if level < 7 { format!("dependencies:\n{names}") } else { String::new() };
        files.push((format!("{folder}Chart.yaml"), chart_yaml("c", &dependencies)));
        folder += "charts/c/";
    }
    let error = render(&chart(&files), &Options::default()).unwrap_err();
    assert_eq!(error.to_string(), "charts take part below others more than 10000 times; use fewer aliases");
}

#[test]
fn files_are_found_by_patterns_in_time_and_nowhere_else() {
    let pattern = "*a".repeat(100);
    let templates = [
        format!("{{{{ len (.Files.Glob \"{pattern}b\") }}}}"),
        format!("{{{{ len (.Files.Glob \"{}\") }}}}", "**/".repeat(100)),
        format!("{{{{ len (.Files.Glob \"{}x\") }}}}", "{a,".repeat(40)),
        format!("{{{{ len (.Files.Glob \"{}\") }}}}", "{a,b}".repeat(60)),
        "{{ .Files.Get \"../secret\" }}{{ .Files.Get \"/etc/passwd\" }}{{ .Files.Get \"a/../Chart.yaml\" }}"
            .to_owned(),
        "{{ range .Files.Lines \"../secret\" }}x{{ end }}{{ len (.Files.GetBytes \"/etc/passwd\") }}"
            .to_owned(),
    ];
    for template in templates {
        let files = [
            ("Chart.yaml".to_owned(), chart_yaml("demo", "")),
            ("a".repeat(200), String::new()),
            (format!("{}x", "a/".repeat(100)), String::new()),
            ("templates/a.yaml".to_owned(), format!("a: {template}\n")),
        ];
        // An answer or a refusal, but soon.
        let text = match render(&chart(&files), &Options::default()) {
            Ok(rendering) => rendering.to_text(),
            Err(error) => error.to_string(),
        };
        assert!(!text.contains("root:"), "{text}");
    }
}

#[test]
fn rules_of_what_to_ignore_match_in_time() {
    let files = [
        ("Chart.yaml".to_owned(), chart_yaml("demo", "")),
        (".helmignore".to_owned(), format!("{}b\n", "*a".repeat(100))),
        ("a".repeat(200), String::new()),
    ];
    assert_eq!(chart(&files).files.len(), 2);
}

#[test]
fn settings_and_values_that_would_grow_are_refused() {
    let base = [("Chart.yaml".to_owned(), chart_yaml("demo", ""))];
    let deep = "a.".repeat(100_000);
    let lists = format!("a={}", "{".repeat(100_000));
    let indexes = format!("a{}=1", "[0]".repeat(100_000));
    for setting in ["a[1000000000]=1", "a[99999999999999999999]=1", &deep, &lists, &indexes] {
        for option in 0..3 {
            let mut given = Given::default();
            let lines = [&mut given.set, &mut given.strings, &mut given.json];
            if let Some(lines) = lines.into_iter().nth(option) {
                lines.push(setting.to_owned());
            }
            // Whether it is refused or taken, it takes no time and no memory worth a word.
            let _ = render(&chart(&base), &Options { given, ..Options::default() });
        }
    }
    let given = Given { set: vec!["a[1000000000]=1".to_owned()], ..Given::default() };
    let error = render(&chart(&base), &Options { given, ..Options::default() }).unwrap_err();
    assert!(error.to_string().contains("65536"), "{error}");
}
