//! Vectors and their scores.

use sekisho_advisory::Severity;
use sekisho_advisory::cvss::{CvssError, Vector};

fn score(vector: &str) -> u8 {
    vector.parse::<Vector>().unwrap_or_else(|error| panic!("{vector}: {error}")).score()
}

#[test]
fn base_scores_are_those_of_the_specifications() {
    for (vector, tenths) in [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 78),
        ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", 100),
        ("AV:L/AC:H/Au:N/C:C/I:C/A:C", 62),
        ("AV:L/AC:H/Au:M/C:N/I:N/A:N", 0),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100),
        ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N", 34),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93),
        ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 73),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", 81),
    ] {
        assert_eq!(score(vector), tenths, "{vector}");
    }
}

#[test]
fn a_vector_has_each_metric_once_with_a_value_that_it_has() {
    let error = |vector: &str| vector.parse::<Vector>().unwrap_err();
    assert_eq!(error("CVSS:3.1/AV:N"), CvssError::Missing("AC"));
    assert!(matches!(error("CVSS:3.1/AV:Q/AC:L"), CvssError::Metric(_)));
    assert!(matches!(error("CVSS:3.1/AV:N/AV:N"), CvssError::Twice(_)));
    assert!(matches!(error("CVSS:5.0/AV:N"), CvssError::Metric(_)));
    assert!(matches!(error(&"AV:N/".repeat(1000)), CvssError::Long(_)));
}

#[test]
fn scores_have_words() {
    let severity = |vector: &str| vector.parse::<Vector>().unwrap().severity();
    assert_eq!(severity("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Severity::Critical);
    assert_eq!(severity("AV:N/AC:L/Au:N/C:C/I:C/A:C"), Severity::High);
    assert!(Severity::named("MODERATE") < Severity::named("Important"));
}
