//! The service account of `IAMPolicyGenerator`, which is bound to one of the cloud.

use sekisho_manifest::Span;
use smol_str::{SmolStr, format_smolstr};

use crate::decode::Fields;
use crate::error::{BuildErrorKind, Result};
use crate::resource::Resource;
use crate::tree;

/// Generates the account that a plugin's file asks for.
pub(crate) fn generate(mut fields: Fields<'_>) -> Result<Resource> {
    let span = fields.span();
    let cloud = fields.text("cloud")?;
    if *cloud != *"gke" {
        let (value, expected) = (cloud.value.clone(), "`gke`");
        return Err(BuildErrorKind::FieldValue { field: "cloud", value, expected }.at(cloud.span));
    }
    let texts = |mut fields: Fields<'_>, second: &'static str| {
        Ok((fields.text("name")?.value, fields.text(second)?.value))
    };
    let (name, namespace) =
        fields.part("kubernetesService", |fields| texts(fields, "namespace"))?.unwrap_or_default();
    let (account, project) =
        fields.part("serviceAccount", |fields| texts(fields, "projectId"))?.unwrap_or_default();
    let address = format_smolstr!("{account}@{project}.iam.gserviceaccount.com");
    Ok(Resource::new(object(name, namespace, address, span)))
}

fn object(name: SmolStr, namespace: SmolStr, address: SmolStr, span: Span) -> sekisho_manifest::Node {
    let field = |key: &str, node| tree::entry(key, span, node);
    let annotation = field("iam.gke.io/gcp-service-account", tree::text(address, span));
    let mut metadata = vec![
        field("annotations", tree::mapping_of(vec![annotation], span)),
        field("name", tree::text(name, span)),
    ];
    if !namespace.is_empty() {
        metadata.push(field("namespace", tree::text(namespace, span)));
    }
    tree::mapping_of(
        vec![
            field("apiVersion", tree::text("v1", span)),
            field("kind", tree::text("ServiceAccount", span)),
            field("metadata", tree::mapping_of(metadata, span)),
        ],
        span,
    )
}
