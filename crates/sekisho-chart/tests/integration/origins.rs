//! Where the bytes of rendered texts come from.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sekisho_chart::template::{Budget, on_deep_stack};
use sekisho_chart::value::Site;

use crate::support::{VALUES, render_here};

/// The pieces of a rendered text: each with the template's name and offset (`+` where the bytes stand there
/// as they are), the action it came through, and the key with its offset in the values.
fn pieces(templates: &[(&str, &str)], values: &str) -> Vec<String> {
    let templates: BTreeMap<String, String> =
        templates.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let rendered =
        on_deep_stack(|| render_here(&templates, values, "t", Budget::default())).unwrap().unwrap();
    let place = |site: &Site| {
        let name = templates.keys().nth(site.source.0 as usize).map_or("?", String::as_str);
        format!("{name}:{}", site.offset)
    };
    let shown = rendered.origins.iter().map(|(range, origin)| {
        let mut shown = format!("{:?} ", rendered.text.get(range.clone()).unwrap());
        shown.push_str(&origin.site.as_ref().map_or_else(|| "?".to_owned(), place));
        if origin.is_literal {
            shown.push('+');
        }
        if let Some(through) = &origin.through {
            let _ = write!(shown, " through {}", place(through));
        }
        if let Some(key) = &origin.key {
            let span = key.span().filter(|span| span.source == VALUES);
            let at = span.map_or_else(|| "?".to_owned(), |span| span.start.to_string());
            let _ = write!(shown, " = {}@{at}", key.path());
        }
        shown
    });
    shown.collect()
}

#[test]
fn text_and_actions_point_into_their_file() {
    let got = pieces(&[("t", "a: {{ .Values.x }}\nb: {{ 1 }}{{- 2 }} c")], "x: v\n");
    let want = [
        r#""a: " t:0+"#,
        r#""v" t:3 = x@3"#,
        r#""\nb: " t:18+"#,
        r#""1" t:22"#,
        r#""2" t:29"#,
        r#"" c" t:37+"#,
    ];
    assert_eq!(got, want);
}

#[test]
fn included_text_points_into_its_definition() {
    let helper = "{{ define \"h\" }}k: {{ .Values.x }}{{ end }}";
    let got = pieces(&[("h", helper), ("t", "{{ include \"h\" . }}!{{ template \"h\" . }}")], "x: v\n");
    let want = [
        r#""k: " h:16+ through t:0"#,
        r#""v" h:19 through t:0 = x@3"#,
        r#""!" t:19+"#,
        r#""k: " h:16+ through t:20"#,
        r#""v" h:19 through t:20 = x@3"#,
    ];
    assert_eq!(got, want);
}

#[test]
fn keys_reach_through_variables_loops_and_printing() {
    let values = "l: [p, q]\nm: {a: 1}\n";
    let template = "{{ range $i, $e := .Values.l }}{{ $e }}{{ end }}\
        {{ range $k, $v := .Values.m }}{{ $k }}{{ $v }}{{ end }}{{ printf \"%s-%v\" (index .Values.l 0) .Values.m.a }}";
    let got = pieces(&[("t", template)], values);
    let want = [
        r#""p" t:31 = l[0]@4"#,
        r#""q" t:31 = l[1]@7"#,
        r#""a" t:79 = m.a@17"#,
        r#""1" t:87 = m.a@17"#,
        r#""p" t:104 = l[0]@4"#,
        r#""-" t:104"#,
        r#""1" t:104 = m.a@17"#,
    ];
    assert_eq!(got, want);
}

#[test]
fn texts_given_to_tpl_point_to_their_key() {
    let got = pieces(&[("t", "{{ tpl .Values.x . }}")], "x: 'a{{ .Values.w }}b{{ 1 }}'\nw: z\n");
    let want = [r#""a" t:0 = x@3"#, r#""z" t:0 = w@33"#, r#""b1" t:0 = x@3"#];
    assert_eq!(got, want);
}
