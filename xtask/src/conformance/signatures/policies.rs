//! Policies of others over images in a real registry.

use std::fs;

use anyhow::Result;

use super::{Bench, CLAIM};

impl Bench<'_> {
    pub(super) fn policies_of_others(&mut self) -> Result<()> {
        let signed = self.image("policies-signed")?;
        let other = self.image("policies-other")?;
        self.ran(&self.sekisho, &["sign", &signed, "--key", "theirs.key", "--layout", "tag"])?;
        let claim = ["--predicate", "claim.json", "--type", CLAIM];
        self.ran(&self.sekisho, &[&["attest", &signed, "--key", "theirs.key"][..], &claim].concat())?;
        let key = fs::read_to_string(self.folder.join("theirs.pub"))?;
        let cases = [
            ("a key", format!("- key: {{data: {}}}", quoted(&key)), "", true, false),
            ("a repository for signatures", elsewhere(&key, &signed), "", true, true),
            ("a claim that Rego takes", rego(&key, "input.predicate.n == 1"), "", true, false),
            ("a claim that Rego refuses", rego(&key, "input.predicate.n == 2"), "", false, false),
            ("what always passes", "- static: {action: pass}".to_owned(), "", true, true),
            ("what always fails", "- static: {action: fail}".to_owned(), "", false, false),
            ("what warns", "- static: {action: fail}".to_owned(), "mode: warn", true, true),
            ("the user of the image", format!("- key: {{data: {}}}", quoted(&key)), USER, true, false),
        ];
        for (what, authority, more, is_signed, is_other) in cases {
            let text = format!(
                "apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {{name: p}}\nspec:\n  \
                 images: [{{glob: \"**\"}}]\n  {more}\n  authorities:\n  {authority}\n"
            );
            fs::write(self.folder.join("policy.yaml"), text)?;
            let judged = |image: &str, wanted: bool| {
                let arguments = ["verify", image, "--policy", "policy.yaml"];
                if wanted {
                    self.ran(&self.sekisho, &arguments)
                } else {
                    self.refused(&self.sekisho, &arguments)
                }
            };
            let done = judged(&signed, is_signed).and_then(|()| judged(&other, is_other));
            self.note(format!("policy of policy-controller, {what}"), done);
        }
        Ok(())
    }
}

/// An authority whose signatures lie beside another image.
fn elsewhere(key: &str, signed: &str) -> String {
    let repository = signed.rsplit_once(':').map_or(signed, |(name, _)| name);
    format!("- {{key: {{data: {}}}, source: [{{oci: \"{repository}\"}}]}}", quoted(key))
}

/// A policy that reads the configuration.
const USER: &str = "policy: {type: rego, fetchConfigFile: true, data: \"package sigstore\\nisCompliant { \
                    count(input.config) == 1; count(input.authorityMatches) == 1 }\"}";

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\n', "\\n"))
}

fn rego(key: &str, rule: &str) -> String {
    format!(
        "- {{key: {{data: {}}}, attestations: [{{name: a, predicateType: \"{CLAIM}\", policy: {{type: rego, data: \
         \"package sigstore\\nisCompliant {{ {rule} }}\"}}}}]}}",
        quoted(key)
    )
}
