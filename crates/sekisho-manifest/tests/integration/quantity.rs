//! Quantities: held against the API server's own library, and against the laws of numbers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sekisho_manifest::{Budget, Format, Quantity, QuantityError, QuantityStyle, SourceId, load};

/// Rows of `text is style canonical value milli`, `text error kind` or `text with text order sum difference`,
/// as the package `k8s.io/apimachinery/pkg/api/resource` of Kubernetes 1.36 answers them.
const TABLE: &str = include_str!("quantity.tsv");

fn number(text: &str) -> Option<i64> {
    (text != "-").then(|| text.parse().expect("a number"))
}

fn read(text: &str) -> Quantity {
    text.parse().unwrap_or_else(|error: QuantityError| panic!("{error}"))
}

fn style(name: &str) -> QuantityStyle {
    match name {
        "DecimalSI" => QuantityStyle::Decimal,
        "BinarySI" => QuantityStyle::Binary,
        "DecimalExponent" => QuantityStyle::Exponent,
        _ => panic!("no style: {name}"),
    }
}

#[test]
fn every_row_of_the_table_holds() {
    for row in TABLE.lines() {
        match row.split('\t').collect::<Vec<_>>()[..] {
            [text, "error", _] => assert!(text.parse::<Quantity>().is_err(), "{row}"),
            [text, "is", name, canonical, value, milli] => {
                let quantity = read(text);
                assert_eq!(quantity.style(), style(name), "{row}");
                assert_eq!(quantity.to_string(), canonical, "{row}");
                if let Some(value) = number(value) {
                    assert_eq!(quantity.value(), Some(value), "{row}");
                    assert_eq!(quantity.milli(), number(milli), "{row}");
                }
            }
            [one, "with", other, order, sum, difference] => {
                let (one, other) = (read(one), read(other));
                assert_eq!(number(order), Some(one.cmp(&other) as i64), "{row}");
                assert_eq!(one.checked_add(other).map(|sum| sum.to_string()).as_deref(), Some(sum), "{row}");
                let found = one.checked_sub(other).map(|difference| difference.to_string());
                assert_eq!(found.as_deref(), Some(difference), "{row}");
            }
            _ => panic!("no row: {row}"),
        }
    }
}

#[test]
fn negative_amounts_are_rounded_away_from_zero() {
    assert_eq!(read("-1500m").value(), Some(-2));
    assert_eq!(read("-0.0000000001").to_string(), "-1n");
    assert_eq!(read("-1n").milli(), Some(-1));
}

#[test]
fn amounts_too_large_for_a_suffix_keep_their_size() {
    assert_eq!(read("1000E").to_string(), "1000E");
    assert_eq!(read("1e21").to_string(), "1e21");
    assert_eq!(read("8Ei").value(), Some(i64::MAX));
    assert_eq!(read("1E").checked_add(read("999E")), Some(read("1000E")));
    assert_eq!(read("1000E").value(), None);
}

#[test]
fn extreme_exponents_cost_nothing() {
    assert!(read("1e2147483647") > read("9e2147483646"));
    assert!(read("-1e2147483647") < read("1e-2147483648"));
    assert_eq!(read("1e-2147483648").to_string(), "1e-9");
    assert_eq!(read("1e2147483647").checked_add(read("1")), None);
    assert_eq!(read("1e2147483647").to_string(), "10e2147483646");
    assert_eq!("1e2147483648".parse::<Quantity>(), Err(QuantityError::Suffix("1e2147483648".into())));
}

#[test]
fn long_texts_are_read_or_refused_in_linear_time() {
    let zeros = "0".repeat(1 << 20);
    assert_eq!(read(&format!("{zeros}7.{zeros}")), read("7"));
    assert_eq!(read(&format!("0.{zeros}1")), read("1n"));
    assert_eq!(read(&format!("1{zeros}Ki")).value(), Some(i64::MAX));
    let nines = "9".repeat(1 << 20);
    assert!(matches!(nines.parse::<Quantity>(), Err(QuantityError::Digits(shown)) if shown.len() < 100));
    assert_eq!(read(&format!("0.{nines}Ki")), read("1Ki"));
}

#[test]
fn numbers_and_text_of_manifests_are_read() {
    let text = "a: 1\nb: 0.5\nc: 1e3\nd: ' 2Gi '\ne: 1e22\ng: -2\nh: 0.0\ni: 1e-7\n";
    let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
    let found: BTreeMap<&str, String> = loaded.documents[0]
        .root
        .entries()
        .iter()
        .map(|entry| (entry.key.as_str(), Quantity::from_node(&entry.node).expect("a quantity").to_string()))
        .collect();
    let expected = [
        ("a", "1"),
        ("b", "500m"),
        ("c", "1k"),
        ("d", "2Gi"),
        ("e", "10e21"),
        ("g", "-2"),
        ("h", "0"),
        ("i", "100e-9"),
    ];
    assert_eq!(found, expected.map(|(key, text)| (key, text.to_owned())).into());
}

#[test]
fn other_types_are_no_quantities() {
    for text in ["a: true", "a: []", "a: {}"] {
        let loaded = load(SourceId(0), text, Format::Yaml, &Budget::default());
        let node = loaded.documents[0].root.get("a").expect("a value");
        assert_eq!(Quantity::from_node(node), Err(QuantityError::Type), "{text}");
    }
}

fn any_quantity() -> impl Strategy<Value = Quantity> {
    let suffix = prop::sample::select(vec![
        "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei", "e3", "e-4",
        "E9",
    ]);
    ("[-+]?[0-9]{1,9}(\\.[0-9]{0,12})?", suffix)
        .prop_map(|(digits, suffix)| read(&format!("{digits}{suffix}")))
}

proptest! {
    #[test]
    fn the_canonical_form_reads_back(one in any_quantity()) {
        let printed = one.to_string();
        prop_assert_eq!(read(&printed), one);
        prop_assert_eq!(read(&printed).to_string(), printed);
    }

    #[test]
    fn order_and_sums_agree(one in any_quantity(), two in any_quantity(), three in any_quantity()) {
        let sum = one.checked_add(two).expect("few digits");
        prop_assert_eq!(sum, two.checked_add(one).expect("few digits"));
        prop_assert_eq!(sum.checked_sub(two).expect("few digits"), one);
        prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
        let shifted = (one.checked_add(three).expect("few"), two.checked_add(three).expect("few"));
        prop_assert_eq!(one.cmp(&two), shifted.0.cmp(&shifted.1));
        prop_assert_eq!(one == two, one.checked_sub(two).expect("few digits").is_zero());
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,24}") {
        let _ = text.parse::<Quantity>();
    }
}
