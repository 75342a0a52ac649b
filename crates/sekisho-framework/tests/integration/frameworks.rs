//! Every framework is whole, in order, and findable by its identifiers.

use std::collections::BTreeSet;

use sekisho_framework::{
    Classification, Control, Framework, PodSecurityLevel, control, framework, frameworks,
    pod_security_controls,
};

fn ids(framework: &'static Framework) -> Vec<&'static str> {
    framework.controls().map(|control| control.id).collect()
}

fn known(id: &str) -> &'static Framework {
    framework(id).expect("a known framework")
}

#[test]
fn every_framework_has_all_its_controls() {
    let counts: Vec<_> = frameworks().map(|framework| (framework.id, framework.controls().count())).collect();
    assert_eq!(
        counts,
        [
            ("owasp-2022", 10),
            ("owasp-2025", 10),
            ("cis-1.12", 131),
            ("nsa-cisa", 30),
            ("nist-800-190", 23),
            ("pci", 16),
            ("pss", 18),
            ("attack", 62),
            ("microsoft-threat-matrix", 40),
        ]
    );
}

#[test]
fn identifiers_name_one_control_each() {
    for framework in frameworks() {
        let mut seen = BTreeSet::new();
        for control in framework.controls() {
            assert!(seen.insert(control.id), "{}/{} stands twice", framework.id, control.id);
        }
        for control in framework.controls() {
            for former in control.former {
                assert!(seen.insert(former), "{}/{former} names two controls", framework.id);
            }
        }
        let sections: BTreeSet<_> = framework.sections.iter().map(|section| section.id).collect();
        assert_eq!(sections.len(), framework.sections.len(), "{}", framework.id);
    }
}

#[test]
fn every_control_says_what_it_is_and_what_answers_it() {
    for framework in frameworks() {
        for control in framework.controls() {
            let name = format!("{}/{}", framework.id, control.id);
            assert!(!control.title.is_empty() && !control.title.ends_with('.'), "{name}");
            assert!(control.description.ends_with('.'), "{name}");
            assert!(control.title.len() <= 72, "{name}: too long for a table: `{}`", control.title);
            assert!(!control.description.contains("  "), "{name}");
            assert!(!control.evidence.is_empty(), "{name}");
            assert!(control.evidence.iter().all(|need| !need.is_empty()), "{name}");
        }
    }
}

#[test]
fn controls_are_found_by_their_full_identifier() {
    for framework in frameworks() {
        for expected in framework.controls() {
            let (of, found) = control(&format!("{}/{}", framework.id, expected.id)).expect("a control");
            assert_eq!((of.id, found), (framework.id, expected));
        }
    }
    for unknown in ["", "owasp-2025", "owasp-2025/", "owasp-2025/K11", "owasp/K01", "cis-1.12/5.2.13", "/K01"]
    {
        assert!(control(unknown).is_none(), "`{unknown}`");
    }
}

#[test]
fn a_control_is_found_by_its_number_in_an_earlier_edition() {
    let number = |id: &str| control(id).map(|(_, control)| control.id);
    assert_eq!(number("cis-1.12/5.7.4"), Some("5.6.4"));
    assert_eq!(number("attack/T1562.001"), Some("T1685"));
    assert_eq!(number("attack/T1562.012"), Some("T1685.004"));
}

#[test]
fn the_year_is_part_of_an_owasp_number() {
    for (id, year) in [("owasp-2022", "2022"), ("owasp-2025", "2025")] {
        for control in known(id).controls() {
            assert_eq!(control.number, format!("{}:{year}", control.id));
        }
    }
}

#[test]
fn cis_items_are_numbered_without_gaps_and_stand_in_their_sections() {
    let cis = known("cis-1.12");
    for section in cis.sections {
        let numbers: Vec<_> = section.controls.iter().map(|control| control.id.to_owned()).collect();
        let expected: Vec<_> = (1..=numbers.len()).map(|item| format!("{}.{item}", section.id)).collect();
        assert_eq!(numbers, expected);
    }
    let sections: Vec<_> = cis.sections.iter().map(|section| (section.id, section.controls.len())).collect();
    assert_eq!(
        sections,
        [
            ("1.1", 21),
            ("1.2", 30),
            ("1.3", 7),
            ("1.4", 2),
            ("2", 7),
            ("3.1", 3),
            ("3.2", 2),
            ("4.1", 10),
            ("4.2", 14),
            ("4.3", 1),
            ("5.1", 13),
            ("5.2", 12),
            ("5.3", 2),
            ("5.4", 2),
            ("5.5", 1),
            ("5.6", 4),
        ]
    );
}

#[test]
fn cis_items_carry_level_and_assessment() {
    let items = |wanted: fn(u8, bool) -> bool| {
        known("cis-1.12")
            .controls()
            .filter(|control| match control.classification {
                Classification::Benchmark { level, automated } => wanted(level, automated),
                _ => false,
            })
            .count()
    };
    assert_eq!(items(|_, automated| automated), 65);
    assert_eq!(items(|_, automated| !automated), 66);
    assert_eq!(items(|level, _| level == 1), 116);
    assert_eq!(items(|level, _| level == 2), 15);
}

#[test]
fn nist_has_five_parts_of_five_three_five_five_and_five() {
    let nist = known("nist-800-190");
    let counts: Vec<_> = nist.sections.iter().map(|section| (section.id, section.controls.len())).collect();
    assert_eq!(counts, [("4.1", 5), ("4.2", 3), ("4.3", 5), ("4.4", 5), ("4.5", 5)]);
}

#[test]
fn pod_security_levels_include_each_other_and_grow_with_versions() {
    let controls = |level, minor| {
        pod_security_controls(level, minor).map(|control| control.id).collect::<Vec<&'static str>>()
    };
    let baseline = controls(PodSecurityLevel::Baseline, None);
    let restricted = controls(PodSecurityLevel::Restricted, None);
    assert_eq!(baseline.len(), 12);
    assert_eq!(restricted, ids(known("pss")));
    assert!(restricted.starts_with(&baseline));
    let before = controls(PodSecurityLevel::Baseline, Some(33));
    assert!(!before.contains(&"host-probes"));
    assert!(controls(PodSecurityLevel::Baseline, Some(34)).contains(&"host-probes"));
    assert!(!controls(PodSecurityLevel::Restricted, Some(22)).contains(&"run-as-non-root-user"));
    assert!(controls(PodSecurityLevel::Restricted, Some(23)).contains(&"run-as-non-root-user"));
}

#[test]
fn techniques_have_tactics_and_their_parents() {
    for id in ["attack", "microsoft-threat-matrix"] {
        for control in known(id).controls() {
            let Classification::Technique { tactics } = control.classification else {
                panic!("{id}/{} is no technique", control.id);
            };
            assert!(!tactics.is_empty(), "{id}/{}", control.id);
        }
    }
    let containers: Vec<&Control> = known("attack")
        .sections
        .iter()
        .filter(|section| section.id != "other-platforms")
        .flat_map(|section| section.controls)
        .collect();
    assert_eq!(containers.len(), 48, "the matrix for containers in version 19");
    for control in &containers {
        if let Some((parent, _)) = control.id.split_once('.') {
            assert!(containers.iter().any(|other| other.id == parent), "{} lacks its parent", control.id);
        }
    }
}

#[test]
fn techniques_stand_under_their_first_tactic() {
    for id in ["attack", "microsoft-threat-matrix"] {
        for section in known(id).sections.iter().filter(|section| section.id != "other-platforms") {
            for control in section.controls {
                let Classification::Technique { tactics } = control.classification else { continue };
                assert_eq!(tactics[0].as_str(), section.id, "{id}/{}", control.id);
            }
        }
    }
}
