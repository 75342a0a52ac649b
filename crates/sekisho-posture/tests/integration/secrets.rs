//! Credentials in plain text, and encryption at rest: what is one, what only looks like one, and that no value
//! leaves the engine.

use sekisho_finding::{Confidence, Finding, Severity};

use crate::support::findings_of;

const CHECKS: &[&str] = &[
    "credential-in-annotation",
    "credential-in-arguments",
    "credential-in-config-map",
    "credential-in-env",
    "encryption-identity-first",
    "encryption-kms-v1",
    "encryption-weak-key",
    "encryption-without-secrets",
    "secret-in-environment",
    "secret-in-manifest",
    "service-account-token-secret",
];
/// A password that nobody uses.
const RANDOM: &str = "9wTr4vLq2Zx7";

fn found(text: &str) -> Vec<Finding> {
    findings_of(CHECKS, text)
}

fn slugs(text: &str) -> Vec<String> {
    found(text).iter().map(|finding| finding.rule.to_string()).collect()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn pod(container: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c, image: i, {container}}}]}}\n"
    )
}

fn env(name: &str, value: &str) -> Option<Confidence> {
    let text = pod(&format!("env: [{{name: {}, value: {}}}]", quoted(name), quoted(value)));
    let found = found(&text);
    assert!(found.len() < 2, "{name}={value}");
    found.first().map(|finding| finding.confidence)
}

fn arguments(items: &[&str]) -> Vec<String> {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    let found = found(&pod(&format!("args: [{}]", items.join(", "))));
    found
        .iter()
        .map(|finding| finding.location.field.to_string().replace("spec.containers[0].", ""))
        .collect()
}

fn config(key: &str, value: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata: {{{}: {}}}\n",
        quoted(key),
        quoted(value)
    );
    found(&text).iter().map(|finding| finding.message.to_string()).collect()
}

/// Tokens are put together here, so that no scanner of this repository takes them for real ones.
fn tokens() -> Vec<String> {
    let body = |length: usize| {
        "aZ3kQ9xW7bR1tY5mN8vC2pL6sD4fG0hJaZ3kQ9xW7bR1tY5mN8vC2pL6sD4fG0hJ"[..length].to_owned()
    };
    vec![
        format!("AKIA{}", "Q3EGT7WZ4LMN2RSX"),
        format!("ghp_{}", body(36)),
        format!("github_pat_{}_{}", body(22), body(59)),
        format!("glpat-{}", body(20)),
        format!("xoxb-{}-{}", "218736455", body(24)),
        format!("AIza{}", body(35)),
        format!("sk_live_{}", body(24)),
        format!("npm_{}", body(36)),
        format!("hvs.{}", body(24)),
        format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n{}\n-----END RSA PRIVATE KEY-----", body(64), body(64)),
        format!("{}.{}.{}", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJzdWIiOiJzaG9wIn0", body(43)),
    ]
}

#[test]
fn well_known_forms_are_certain_whatever_their_name() {
    for token in tokens() {
        assert_eq!(env("SETTING", &token), Some(Confidence::High), "{token}");
        assert_eq!(config("notes.txt", &format!("see\nused: {token}\n")).len(), 1, "{token}");
        assert_eq!(arguments(&["--setting", &token]), ["args[1]"], "{token}");
    }
}

#[test]
fn forms_that_manuals_show_are_not() {
    for text in [
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUJxMIIBszCCAVmgAwIBAgIUJxMIIBszCCAVmgAwIBAgIUJx\n",
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "npm_config_cache",
        "hf_home",
        "-----BEGIN PRIVATE KEY-----\\n${KEY}\\n-----END PRIVATE KEY-----",
    ] {
        assert_eq!(env("SETTING", text), None, "{text}");
    }
}

#[test]
fn names_are_read_by_their_last_word() {
    for name in [
        "DB_PASSWORD",
        "dbPassword",
        "PGPASSWORD",
        "MYSQL_PWD",
        "REDIS_PASS",
        "API_KEY",
        "apiKey",
        "APIKEY",
        "JWT_SECRET",
        "JWTSecret",
        "AWS_SECRET_ACCESS_KEY",
        "AUTH_TOKEN",
        "accessToken",
        "client-secret",
        "spring.datasource.password",
        "SMTP_PASSWORD_1",
        "SECRET_KEY_BASE",
        "ENCRYPTION_KEY",
        "passphrase",
        "RABBITMQ_ERLANG_COOKIE",
        "APP_SECRET",
    ] {
        assert_eq!(env(name, RANDOM), Some(Confidence::Medium), "{name}");
    }
    for name in [
        "DB_PASSWORD_FILE",
        "passwordKey",
        "SECRET_NAME",
        "TOKEN_URL",
        "tokenFile",
        "API_KEY_HEADER",
        "PASSWORD_POLICY",
        "COMPASS",
        "BYPASS",
        "SECRETARY",
        "TOKENIZER",
        "KEYSPACE",
        "PRIMARY_KEY",
        "PARTITION_KEY",
        "PUBLIC_KEY",
        "MONKEY",
        "PASSENGER",
        "ENABLE_TOKEN",
        "PASSWORD_HASH",
        "SESSION_TOKEN_TTL",
        "ETCD_INITIAL_CLUSTER_TOKEN",
        "ACCESS_KEY_ID",
        "AUTHOR",
        "HASH_PASSWORD",
    ] {
        assert_eq!(env(name, RANDOM), None, "{name}");
    }
}

#[test]
fn values_that_open_nothing_are_left_alone() {
    for value in [
        "",
        " ",
        "$(DB_PASSWORD)",
        "${DB_PASSWORD}",
        "$DB_PASSWORD",
        "{{ .Values.password }}",
        "<password>",
        "<your-password>",
        "%DB_PASSWORD%",
        "__DB_PASSWORD__",
        "/run/secrets/db",
        "./password.txt",
        "file:///run/secrets/db",
        "true",
        "no",
        "none",
        "null",
        "16",
        "3600",
        "30s",
        "xxxxxxxx",
        "********",
        "REPLACE_ME",
        "your-password-here",
        "yourpassword",
        "placeholder",
        "redacted",
        "https://vault.example.com",
        "vault:secret/data/db#password",
        "op://vault/db/password",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db",
        "database.shop.svc.cluster.local",
        "localhost:5432",
        "secret/data/shop/db",
        "shop@example.com",
        "a=b,c=d",
        "-",
        "todo",
    ] {
        assert_eq!(env("DB_PASSWORD", value), None, "{value}");
    }
}

#[test]
fn the_more_random_the_surer() {
    assert_eq!(env("DB_PASSWORD", "postgres"), Some(Confidence::Low));
    assert_eq!(env("DB_PASSWORD", "changeme"), Some(Confidence::Low));
    assert_eq!(env("DB_PASSWORD", "hunter2"), Some(Confidence::Low));
    assert_eq!(env("DB_PASSWORD", "12345678"), Some(Confidence::Low));
    assert_eq!(env("DB_PASSWORD", "P@ssw0rd!"), Some(Confidence::Medium));
    assert_eq!(env("API_TOKEN", "66c771a830ea7a89e5246d2bd4cf573f"), Some(Confidence::Medium));
    assert_eq!(env("API_TOKEN", "550e8400-e29b-41d4-a716-446655440000"), Some(Confidence::Medium));
    // What is called secret, key or token is as often the name of one.
    assert_eq!(env("TLS_SECRET", "shop-tls"), None);
    assert_eq!(env("TLS_SECRET", "shop"), None);
    assert_eq!(env("SECRET_KEY", "password-key"), None);
    assert_eq!(env("SIGNING_KEY", "signingKey"), None);
    assert_eq!(env("JWT_SECRET", "supersecret"), Some(Confidence::Low));
}

#[test]
fn urls_and_connection_strings() {
    assert_eq!(
        env("DATABASE_URL", &format!("postgres://shop:{RANDOM}@db:5432/shop")),
        Some(Confidence::High)
    );
    assert_eq!(env("REDIS", &format!("redis://:{RANDOM}@redis:6379/0")), Some(Confidence::High));
    assert_eq!(env("AMQP", "amqp://guest:guest@rabbit:5672"), Some(Confidence::Medium));
    assert_eq!(env("DATABASE_URL", "postgres://user:password@db/shop"), Some(Confidence::Low));
    assert_eq!(
        env("CONNECTION", &format!("Server=db;Database=shop;User Id=sa;Password={RANDOM};")),
        Some(Confidence::Medium)
    );
    for value in [
        "postgres://shop@db:5432/shop",
        "postgres://shop:$(PASSWORD)@db/shop",
        "postgres://shop:${PASSWORD}@db/shop",
        "postgres://shop:<password>@db/shop",
        "http://host:8080/a@b",
        "https://example.com/?q=a:b@c",
        "http://$(USER):$(PASS)@x",
        "postgres://%s:%s@db",
        "ssh://git@github.com:22/x",
    ] {
        assert_eq!(env("DATABASE_URL", value), None, "{value}");
    }
}

#[test]
fn the_name_of_a_secret_among_the_manifests_is_none() {
    let text = pod("env: [{name: ACCESS_TOKEN, value: a1B2c3D4e5F6}]")
        + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a1B2c3D4e5F6}\n";
    assert!(slugs(&text).is_empty());
}

#[test]
fn command_lines() {
    assert_eq!(arguments(&["--password=9wTr4vLq2Zx7"]), ["args[0]"]);
    assert_eq!(arguments(&["--port", "80", "--db-password", RANDOM]), ["args[3]"]);
    assert_eq!(arguments(&["-Dspring.datasource.password=9wTr4vLq2Zx7"]), ["args[0]"]);
    assert_eq!(arguments(&["PASSWORD=9wTr4vLq2Zx7"]), ["args[0]"]);
    assert_eq!(arguments(&["sh", "-c", "export API_TOKEN=9wTr4vLq2Zx7; exec server"]), ["args[2]"]);
    assert_eq!(arguments(&["sh", "-c", "mysqladmin ping -uroot -p9wTr4vLq2Zx7"]), ["args[2]"]);
    assert_eq!(arguments(&["sh", "-c", "curl -u shop:9wTr4vLq2Zx7 http://api"]), ["args[2]"]);
    assert_eq!(arguments(&["redis-server", "--requirepass", RANDOM]), ["args[2]"]);
    assert_eq!(arguments(&["redis-cli", "-a", RANDOM, "ping"]), ["args[2]"]);
    for items in [
        &["--password-file=/run/secrets/p"][..],
        &["--password=$(PASSWORD)"],
        &["--password", "--verbose"],
        &["--token-ttl", "24h"],
        &["--secret-name=shop-tls"],
        &["--tls-private-key-file=/etc/tls/tls.key"],
        &["sh", "-c", "mysqladmin ping -p\"$MYSQL_ROOT_PASSWORD\""],
        &["sh", "-c", "PASSWORD=$(cat /run/secrets/p) exec server"],
        &["sh", "-c", "grep -oP '^password=\\K.+' file"],
        &["mkdir", "-p", "a1B2c3D4e5F6"],
        &["--leader-elect", "--v=2"],
    ] {
        assert!(arguments(items).is_empty(), "{items:?}");
    }
}

#[test]
fn command_and_arguments_are_one_line_and_probes_count() {
    let text = pod("command: [server, --admin-password], args: [9wTr4vLq2Zx7]");
    let fields: Vec<String> = found(&text).iter().map(|finding| finding.location.field.to_string()).collect();
    assert_eq!(fields, ["spec.containers[0].args[0]"]);
    let text = pod(
        "livenessProbe: {httpGet: {httpHeaders: [{name: Authorization, value: Basic c2hvcDo5d1RyNHZMcTJaeDc=}]}}",
    );
    assert_eq!(slugs(&text), ["credential-in-arguments"]);
    let text = pod("lifecycle: {preStop: {exec: {command: [stop, --token=9wTr4vLq2Zx7]}}}");
    assert_eq!(slugs(&text), ["credential-in-arguments"]);
}

#[test]
fn files_in_config_maps() {
    let line = |file: &str, line: &str| config(file, &format!("# settings\n{line}\n"));
    for (file, text) in [
        ("application.properties", "spring.datasource.password=9wTr4vLq2Zx7"),
        ("application.yaml", "  password: 9wTr4vLq2Zx7"),
        ("application.yaml", "  password: \"9wTr4vLq2Zx7\" # comment"),
        ("config.json", r#"  "apiKey": "9wTr4vLq2Zx7","#),
        ("settings.ini", "secret_key = 9wTr4vLq2Zx7"),
        ("server.xml", "<password>9wTr4vLq2Zx7</password>"),
        ("core-site.xml", "<name>fs.s3a.secret.key</name><value>9wTr4vLq2Zx7</value>"),
        ("start.sh", "export DB_PASSWORD='9wTr4vLq2Zx7'"),
        ("compose.yaml", "command: server --password=9wTr4vLq2Zx7"),
        ("compose.yaml", "command: \"server --password=9wTr4vLq2Zx7\""),
        ("application.yaml", "database: {user: shop, password: 9wTr4vLq2Zx7}"),
        ("server.properties", r#"sasl.jaas.config=Module required username="shop" password="9wTr4vLq2Zx7";"#),
        ("settings.py", "SECRET_KEY = '9wTr4vLq2Zx7'"),
    ] {
        let said = line(file, text);
        assert_eq!(said.len(), 1, "{file}: {text}");
        assert!(said[0].contains("line 2"), "{}", said[0]);
    }
    for (file, text) in [
        ("application.properties", "spring.datasource.password=${DB_PASSWORD}"),
        ("application.yaml", "  password: {{ .Password }}"),
        ("application.yaml", "  passwordSecret: {name: shop, key: password}"),
        ("application.yaml", "  secretName: a1B2c3D4e5F6"),
        ("application.yaml", "  # password: 9wTr4vLq2Zx7"),
        ("settings.py", "password = get_password(user1X9)"),
        ("settings.py", "token = Parser9xK2mQ7.token"),
        ("start.sh", "password=\"$(cat /run/secrets/password)\""),
        ("server.xml", "<password/>"),
        ("a.txt", "if password == 9wTr4vLq2Zx7 then"),
    ] {
        assert!(line(file, text).is_empty(), "{file}: {text}");
    }
}

#[test]
fn annotations_may_name_secrets_and_hold_digests() {
    let annotation = |key: &str, value: &str| {
        slugs(&format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: s, annotations: {{{}: {}}}}}\n",
            quoted(key),
            quoted(value)
        ))
    };
    assert_eq!(annotation("example.com/password", RANDOM), ["credential-in-annotation"]);
    assert!(
        annotation("checksum/secret", "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9")
            .is_empty()
    );
    assert!(annotation("nginx.ingress.kubernetes.io/auth-secret", "shop-users").is_empty());
    let template = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {metadata: {annotations: {api-token: 9wTr4vLq2Zx7}}, spec: {containers: []}}}\n";
    assert_eq!(slugs(template), ["credential-in-annotation"]);
}

fn secret(rest: &str) -> Vec<Finding> {
    found(&format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{rest}\n"))
}

#[test]
fn secrets_with_data() {
    let confidence = |rest: &str| secret(rest).first().map(|finding| finding.confidence);
    assert_eq!(confidence("data: {password: OXdUcjR2THEyWng3}"), Some(Confidence::High));
    assert_eq!(confidence("stringData: {password: postgres}"), Some(Confidence::High));
    assert_eq!(confidence("stringData: {blob: 9wTr4vLq2Zx7}"), Some(Confidence::Medium));
    assert_eq!(confidence("stringData: {app.yaml: \"a: 1\\nb: 2\\n\"}"), Some(Confidence::Low));
    assert_eq!(confidence("data: {keystore.p12: MIIKAAIBA/z/AIAA}"), Some(Confidence::Medium));
    for rest in [
        "",
        "data: {}",
        "data: null",
        "data: {password: ''}",
        "data: {password: null}",
        "stringData: {password: <password>}",
        "stringData: {password: '${PASSWORD}'}",
        "stringData: {password: '{{ .Values.password }}'}",
        "data: {password: '{{ .Values.password | b64enc }}'}",
        "stringData: {password: changeme}",
        "stringData: {password: REPLACE_ME}",
        "data: {username: c2hvcA==}",
        "stringData: {host: db.shop.svc, port: '5432', enabled: 'true'}",
        "type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{\"auths\": {}}'}",
        "type: kubernetes.io/tls\nstringData: {tls.crt: \"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\", tls.key: ''}",
        "data: {password: 'ENC[AES256_GCM,data:abc,iv:def,tag:ghi,type:str]'}\nsops: {version: 3.9.0}",
        "data: {id_rsa.pub: c3NoLXJzYSBBQUFBQjNOemFDMXljMkVBQUFBREFRQUJBQUFCQVFDNDk2RlNZRmNCQUtnRHRNc0JBSmlGLzY=}",
    ] {
        assert_eq!(confidence(rest), None, "{rest}");
    }
    let three = secret("stringData: {a: x, password: one1Two2three, token: four4Five5six, url: http://x}");
    assert_eq!(three.len(), 1);
    assert_eq!(three[0].location.field.to_string(), "stringData.password");
    assert_eq!(three[0].related.len(), 1);
}

#[test]
fn no_byte_of_a_value_leaves_the_engine() {
    let places = [
        pod(&format!(
            "env: [{{name: DB_PASSWORD, value: {RANDOM}}}], args: ['--password={RANDOM}', '--token', '{RANDOM}']"
        )),
        format!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, annotations: {{token: {RANDOM}}}}}\ndata: {{PASSWORD: {RANDOM}, a.ini: \"x=1\\npassword={RANDOM}\\n\"}}\n"
        ),
        format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {RANDOM}}}\n"),
    ];
    for text in places {
        let before = found(&text);
        assert!(!before.is_empty());
        let after = found(&text.replace(RANDOM, "4xRt9bNq7Kw2"));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            assert!(before.secret, "{}", before.rule);
            assert!(!format!("{before:?}").contains(RANDOM), "{}", before.rule);
            assert_eq!(before.fingerprint, after.fingerprint, "{}", before.rule);
        }
    }
}

#[test]
fn several_credentials_of_one_file_have_names_of_their_own() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a.ini: \"password=9wTr4vLq2Zx7\\napi_key=4xRt9bNq7Kw2\\n\"}\n";
    let found = found(text);
    assert_eq!(found.len(), 2);
    assert_ne!(found[0].fingerprint, found[1].fingerprint);
}

#[test]
fn secrets_by_environment() {
    let text = pod(
        "env: [{name: A, valueFrom: {secretKeyRef: {name: s, key: k}}}, {name: B, valueFrom: {configMapKeyRef: {name: s, key: k}}}, {name: C, valueFrom: null}], envFrom: [{secretRef: {name: s}}, {configMapRef: {name: c}}]",
    );
    assert_eq!(slugs(&text), ["secret-in-environment", "secret-in-environment"]);
}

fn encryption(resources: &str) -> Vec<(String, Severity)> {
    found(&format!(
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: {resources}\n"
    ))
    .iter()
    .map(|finding| (finding.rule.to_string(), finding.severity))
    .collect()
}

const STRONG: &str = "kQ8mJx2bV0nZ5rT7yP1cW4hL9sD3fG6aE+uIo/RtXzM=";
const OTHER: &str = "Zs7PdY0q3LkVwB5nT9xMhC2gR8fJ1eU4iA6oQ+yGtEc=";

fn key(cipher: &str, name: &str, secret: &str) -> String {
    format!("{{{cipher}: {{keys: [{{name: {name}, secret: '{secret}'}}]}}}}")
}

#[test]
fn the_first_provider_writes() {
    let entry = |resources: &str, providers: &str| {
        encryption(&format!("[{{resources: [{resources}], providers: [{providers}]}}]"))
    };
    let strong = key("secretbox", "a", STRONG);
    assert!(entry("secrets", &format!("{strong}, {{identity: {{}}}}")).is_empty());
    assert_eq!(entry("secrets", &format!("{{identity: {{}}}}, {strong}"))[0].0, "encryption-identity-first");
    assert_eq!(entry("'*.*'", "{identity: {}}")[0].0, "encryption-identity-first");
    assert_eq!(entry("configmaps", &strong), [("encryption-without-secrets".to_owned(), Severity::High)]);
    assert!(entry("'*.'", &strong).is_empty());
    assert_eq!(entry("secrets.example.com", &strong)[0].0, "encryption-without-secrets");
    assert_eq!(encryption("[]")[0].0, "encryption-without-secrets");
    // The first entry decides; leaving events out on purpose is fine.
    let two = format!(
        "[{{resources: [events], providers: [{{identity: {{}}}}]}}, {{resources: ['*.*'], providers: [{strong}]}}]"
    );
    assert!(encryption(&two).is_empty());
}

#[test]
fn keys_are_random_bytes() {
    let weak = |providers: &str| encryption(&format!("[{{resources: [secrets], providers: [{providers}]}}]"));
    assert!(weak(&key("aescbc", "a", STRONG)).is_empty());
    for (cipher, secret, severity) in [
        ("aescbc", "c2VjcmV0IGlzIHNlY3VyZQ==", Severity::High),
        ("secretbox", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", Severity::High),
        ("secretbox", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", Severity::High),
        ("secretbox", "kQ8mJx2bV0nZ5rT7yP1cWQ==", Severity::Medium),
        ("aesgcm", "kQ8mJx2bV0nZ5rT7yP1cWQ==", Severity::Low),
        ("aesgcm", "not base64", Severity::Medium),
    ] {
        assert_eq!(
            weak(&key(cipher, "a", secret)),
            [("encryption-weak-key".to_owned(), severity)],
            "{secret}"
        );
    }
    for secret in ["<BASE 64 ENCODED SECRET>", "${KEY}", ""] {
        assert!(weak(&key("aescbc", "a", secret)).is_empty(), "{secret}");
    }
    let pair = |left: String, right: String| weak(&format!("{left}, {right}")).len();
    assert_eq!(pair(key("aescbc", "a", STRONG), key("aescbc", "b", OTHER)), 0);
    assert_eq!(pair(key("aescbc", "a", STRONG), key("aescbc", "b", STRONG)), 1);
    assert_eq!(pair(key("aescbc", "a", STRONG), key("secretbox", "a", STRONG)), 1);
    let shared = key("aescbc", "a", STRONG);
    let two = format!(
        "[{{resources: [secrets], providers: [{shared}]}}, {{resources: [configmaps], providers: [{shared}]}}]"
    );
    assert!(encryption(&two).is_empty());
}

#[test]
fn wrong_types_harm_nobody() {
    for text in [
        pod("env: {a: b}, args: text, command: [1, null, {}], envFrom: [1], livenessProbe: []"),
        pod("env: [1, null, {name: [], value: {}}, {name: PASSWORD, value: 5}]"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, annotations: [a]}\ndata: [a]\nbinaryData: {a: '***'}\n".to_owned(),
        "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: 1, token: [], b: {}}\ntype: []\n".to_owned(),
        "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{resources: [secrets], providers: {a: b}}, 1, null]\n".to_owned(),
    ] {
        assert!(slugs(&text).is_empty(), "{text}");
    }
}

#[test]
fn long_and_strange_texts_end_soon() {
    for text in [
        "=".repeat(200_000),
        ":a".repeat(100_000),
        "\"=".repeat(100_000),
        "://".repeat(70_000),
        "eyJ.".repeat(50_000),
        "-----BEGIN ".repeat(20_000),
        "password=\"".repeat(20_000),
        "<a>".repeat(70_000),
        "Ａ=é".repeat(50_000),
        "a.".repeat(100_000),
    ] {
        assert!(config("a.txt", &text).len() < 2);
    }
}
