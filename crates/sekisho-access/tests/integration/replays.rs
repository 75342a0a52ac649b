//! The proof: with the roles that are made of a log, every request of the log is allowed, and nothing else is.

use std::fmt::Write as _;

use proptest::prelude::*;
use sekisho_access::{Economy, Permissions, least};
use sekisho_manifest::to_yaml;

use super::{objects, usage};

const VERBS: [&str; 5] = ["get", "list", "create", "patch", "delete"];
const RESOURCES: [&str; 5] = ["pods", "pods/exec", "secrets", "deployments.apps", "/metrics"];
const PLACES: [&str; 8] = ["-", "n1", "shop/", "shop/a", "shop/b", "shop/c", "ops/", "ops/a"];
const USERS: [&str; 3] = ["system:serviceaccount:shop:web", "system:serviceaccount:ops:web", "jane"];

fn line() -> impl Strategy<Value = String> {
    (0..3_usize, 0..5_usize, 0..5_usize, 0..8_usize, prop_oneof![Just(200), Just(201), Just(403), Just(404)])
        .prop_map(|(user, verb, resource, place, code)| {
            format!("{} {} {} {} {code}\n", USERS[user], VERBS[verb], RESOURCES[resource], PLACES[place])
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn every_request_is_allowed(lines in prop::collection::vec(line(), 1..40), names in 0_usize..4) {
        let usage = usage(&lines.concat());
        let economy = Economy { names, everyones: true };
        let mut yaml = String::new();
        for (identity, used) in usage.identities() {
            for manifest in least(identity, used, &economy).manifests() {
                let _ = write!(yaml, "---\n{}", to_yaml(&manifest));
            }
        }
        let objects = objects(&yaml);
        let permissions = Permissions::of(objects.iter(), "default");
        prop_assert!(permissions.unresolved.is_empty());
        for (identity, used) in usage.identities() {
            for asked in used.questions() {
                prop_assert!(permissions.allows(identity, &[], &asked), "{identity} {asked}\n{yaml}");
            }
            // What only others did, or nobody, is not allowed.
            for asked in used.refused.keys().filter(|asked| !used.allowed.contains_key(*asked)) {
                let is_wider = used.allowed.keys().any(|other| {
                    use sekisho_access::Target::Resource;
                    let mut everywhere = (*asked).clone();
                    if let Resource { namespace, .. } = &mut everywhere.target {
                        *namespace = None;
                    }
                    *other == everywhere
                }) || asked.verb == "create";
                prop_assert!(is_wider || !permissions.allows(identity, &[], asked), "{identity} {asked}\n{yaml}");
            }
        }
    }
}
