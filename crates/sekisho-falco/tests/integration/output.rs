//! Outputs and what they show.

use sekisho_falco::{Evaluator, Matching, Value};

use super::{Written, codes, load, rules, text};

fn file(output: &str) -> String {
    format!(
        "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: '{}'\n  priority: INFO\n",
        output.replace('\'', "''")
    )
}

#[track_caller]
fn shown(output: &str) -> String {
    let event = Written::of("SYSCALL_OPEN_X")
        .with("proc.name", text("cat"))
        .with("fd.num", Value::Int(3))
        .with("evt.is_open_read", Value::Bool(true))
        .with("evt.deltatime.ns", Value::UInt(42))
        .with("evt.buffer", Value::Bytes(b"a\0b\x80".to_vec().into()))
        .with("fd.cip", Value::Ip([127, 0, 0, 1].into()))
        .with("proc.env[HOME]", text("/root"))
        .with_all("k8smeta.svc.name", vec![text("-n"), text("x")]);
    let rules = rules(&file(output));
    let found = rules.matches(&mut Evaluator::new(), &event, Matching::First);
    found[0].output.clone()
}

#[test]
fn fields_and_text() {
    assert_eq!(shown("a %proc.name b %fd.num."), "a cat b 3.");
    assert_eq!(shown("%proc.name%fd.num"), "cat3");
    assert_eq!(shown("%proc.pname %fd.name"), "<NA> <NA>");
    assert_eq!(shown("%k8smeta.svc.name %evt.is_open_read %fd.cip"), "(-n,x) true 127.0.0.1");
    assert_eq!(shown("%evt.buffer"), "a.b.");
    assert_eq!(shown("%evt.deltatime.ns"), "000000042");
}

#[test]
fn widths_arguments_and_transformers() {
    assert_eq!(shown("[%6proc.name] [%2proc.name]"), "[cat   ] [ca]");
    assert_eq!(shown("%proc.env[HOME]/x"), "/root/x");
    assert_eq!(shown("%toupper(proc.name)!"), "CAT!");
    assert_eq!(shown("%len(proc.name)"), "3");
}

#[test]
fn the_longest_name_that_is_known() {
    assert_eq!(shown("%proc.name.suffix"), "cat.suffix");
    assert_eq!(shown("%proc.named"), "catd");
    assert_eq!(shown("%proc.name[0"), "cat[0");
}

#[test]
fn outputs_that_cannot_be() {
    for output in ["%proc.nonsense", "100%", "%", "%12", "%ka.verb", "x %5"] {
        assert_eq!(codes(&file(output)), ["LOAD_ERR_COMPILE_OUTPUT"], "{output}");
    }
    let (result, _) = load(&file("ab %proc.nonsense"));
    let error = result.errors().next().unwrap();
    assert_eq!(error.text, "no field `proc.nonsense` is known");
    assert_eq!(error.condition.as_ref().map(|(_, at)| *at), Some(4));
}
