//! No format shows a credential that a check found, however the manifest is laid out.

use sekisho_posture::Check;
use sekisho_report::{Detail, Format, Options};

use crate::support::Run;

const PASSWORD: &str = "7kPz3mWc8Yd2";
/// The same in Base64.
const ENCODED: &str = "N2tQejNtV2M4WWQy";

/// Layouts that put a credential beside, before and behind what a finding points at.
const LAYOUTS: &[&str] = &[
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: i\n      env:\n        - name: DB_PASSWORD\n          value: 7kPz3mWc8Yd2\n",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i, env: [{name: DB_PASSWORD, value: '7kPz3mWc8Yd2'}], securityContext: {privileged: true}}]}\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"env\":[{\"name\":\"DB_URL\",\"value\":\"Server=a;Note=x: y;Password=7kPz3mWc8Yd2\"}]}]}}",
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n  containers:\n    - name: c\n      image: i\n      args: ['--password=7kPz3mWc8Yd2', '--note=x: y']\n      command: [sh, -c, 'PASSWORD=7kPz3mWc8Yd2 echo \"x: y\"']\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: {api-token: 7kPz3mWc8Yd2}}\ndata:\n  a.ini: |\n    # one\n    password=7kPz3mWc8Yd2\n",
    "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: 7kPz3mWc8Yd2, token: 7kPz3mWc8Yd2}\ndata: {other-password: N2tQejNtV2M4WWQy, key: N2tQejNtV2M4WWQy}\n",
    "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},\"type\":\"kubernetes.io/service-account-token\",\"data\":{\"password\":\"N2tQejNtV2M4WWQy\",\"token\":\"N2tQejNtV2M4WWQy\"}}",
];

#[test]
fn no_format_shows_a_found_credential() {
    let checks: Vec<&'static Check> = sekisho_posture::checks().collect();
    for text in LAYOUTS {
        let run = Run::of(&checks, &[("a.yaml", text)]);
        assert!(run.findings.iter().any(|finding| finding.secret), "{text}");
        for format in Format::ALL {
            for detail in [Detail::Summary, Detail::Full, Detail::Compact] {
                let written = run.write(*format, &Options { detail, limit: 100, ..Options::default() });
                for value in [PASSWORD, ENCODED] {
                    assert!(!written.contains(value), "{format}: {text}\n{written}");
                }
            }
        }
    }
}
