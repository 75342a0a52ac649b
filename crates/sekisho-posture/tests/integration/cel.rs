//! The conditions that checks carry as CEL can be read.

#[test]
fn every_expression_parses() {
    let mut expressions = 0;
    for check in sekisho_posture::checks() {
        if let Some(expression) = check.cel {
            let parsed = cel::parser::Parser::default().enable_optional_syntax(true).parse(expression);
            assert!(parsed.is_ok(), "{}: {:?}", check.id, parsed.err());
            expressions += 1;
        }
    }
    assert!(expressions > 0);
}
