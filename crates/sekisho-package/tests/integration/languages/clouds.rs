//! GitHub Actions, Terraform, Helm, Jenkins.

use super::{check, check_all};

#[test]
fn actions_of_github() {
    check_all(
        "github actions",
        &[
            (
                ".github/workflows/ci.yml",
                "name: CI
on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Codeql
        uses: github/codeql-action/init@0123456789012345678901234567890123456789 # v2
      - uses: ./local
      - uses: docker://alpine:3.18
      - run: make
  call:
    uses: acme/workflows/.github/workflows/shared.yml@main
",
            ),
            (
                ".github/actions/setup/action.yml",
                "name: x\nruns:\n  using: composite\n  steps:\n    - uses: actions/setup-go@v5\n    - uses: \"actions/cache@${{ x }}\"\n",
            ),
            ("deploy/workflow.yml", "jobs:\n  a:\n    steps:\n      - uses: not/read@v1\n"),
        ],
        &[
            "githubactions/acme/workflows@main#.github/workflows/shared.yml :14 direct",
            "githubactions/actions/checkout@v4 :7 direct",
            "githubactions/actions/setup-go@v5 :5 direct",
            "githubactions/github/codeql-action@0123456789012345678901234567890123456789#init :9 direct",
        ],
    );
}

#[test]
fn lock_files_of_terraform() {
    check(
        "terraform",
        ".terraform.lock.hcl",
        r#"# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.terraform.io/hashicorp/aws" {
  version     = "5.6.2"
  constraints = "~> 5.0"
  hashes = [
    "h1:x",
    "zh:y",
  ]
}

provider "registry.opentofu.org/acme/tool" {
  version = "0.1.0"
}
"#,
        &[
            "terraform/registry.opentofu.org/acme/tool@0.1.0 :13 direct",
            "terraform/registry.terraform.io/hashicorp/aws@5.6.2 :4 direct",
        ],
    );
}

#[test]
fn lock_files_of_helm() {
    check_all(
        "helm",
        &[
            (
                "chart/Chart.lock",
                "dependencies:\n- name: postgresql\n  repository: https://charts.bitnami.com/bitnami\n  version: 12.6.0\n- name: common\n  repository: file://../common\n  version: 1.0.0\n- name: redis\n  repository: oci://registry.example.com/charts\n  version: 17.11.6\ndigest: sha256:x\ngenerated: \"2023-07-01T00:00:00Z\"\n",
            ),
            (
                "other/Chart.yaml",
                "apiVersion: v2\nname: other\nversion: 1.0.0\ndependencies:\n  - name: exact\n    version: v1.2.3\n    repository: '@repo'\n  - name: ranged\n    version: ^1.0.0\n    repository: https://x\n  - name: any\n    version: 1.x.x\n",
            ),
        ],
        &[
            "helm/exact@v1.2.3 :5 direct",
            "helm/postgresql@12.6.0?repository_url=https:%2F%2Fcharts.bitnami.com%2Fbitnami :2 direct",
            "helm/redis@17.11.6?repository_url=oci:%2F%2Fregistry.example.com%2Fcharts :8 direct",
        ],
    );
}

#[test]
fn plugins_of_jenkins() {
    check_all(
        "jenkins",
        &[
            (
                "plugins.txt",
                "# plugins\ngit:5.2.0\nworkflow-aggregator:latest\nrole-strategy:680.v3a_6a_1698b_864\n",
            ),
            ("other/plugins.txt", "my plugin list\nfoo: bar\n"),
            (
                "plugins.yaml",
                "plugins:\n  - artifactId: \"ant\"\n    source:\n      version: \"1.13\"\n  - artifactId: no-version\n",
            ),
        ],
        &[
            "jenkins/ant@1.13 :2 direct",
            "jenkins/git@5.2.0 :2 direct",
            "jenkins/no-version :5 direct",
            "jenkins/role-strategy@680.v3a_6a_1698b_864 :4 direct",
            "jenkins/workflow-aggregator :3 direct",
        ],
    );
}
