//! Why a chart cannot be rendered.

use sekisho_manifest::{FieldPath, LoadError, Segment, SourceId, Span, Traced};
use smol_str::SmolStr;

use crate::chart::FieldError;
use crate::schema::SchemaError;
use crate::template::TemplateError;
use crate::value::Site;
use crate::values::{GivenError, ValuesError};

/// Why a chart cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The chart is a library.
    #[error("the chart `{0}` is a library and cannot be installed; render a chart that depends on it")]
    Library(SmolStr),
    /// Charts that it depends on are not there.
    #[error("charts are missing in `charts/`: {}; run `helm dependency build`", .0.join(", "))]
    MissingDependencies(Vec<SmolStr>),
    /// The name of the release is none.
    #[error("`{0}` is no name of a release; use at most 53 small letters, digits, `-` and `.`")]
    ReleaseName(SmolStr),
    /// The values given cannot be used.
    #[error(transparent)]
    Given(#[from] GivenError),
    /// Values cannot be laid over each other.
    #[error(transparent)]
    Values(#[from] ValuesError),
    /// Values do not fit the schemas of their charts; there is at least one error.
    #[error("values do not fit their schema: {}", shown(.0))]
    Schema(Vec<SchemaError>),
    /// The chart is not made for the Kubernetes version.
    #[error("the chart needs Kubernetes {required} and is rendered for {version}")]
    KubeVersion {
        /// The versions that it is made for.
        required: SmolStr,
        /// The version that it is rendered for.
        version: SmolStr,
    },
    /// A template cannot be parsed or fails.
    #[error("`{template}`: {error}")]
    Template {
        /// The path of the template that was rendered.
        template: SmolStr,
        /// The key of the values that the failed action speaks of.
        value: Option<FieldPath>,
        /// What is wrong, and where.
        error: Box<TemplateError>,
    },
    /// What a template yields is no manifest.
    #[error("`{template}` renders to something that is no manifest: {fault}")]
    Yaml {
        /// The path of the template.
        template: SmolStr,
        /// What is wrong.
        fault: Box<YamlFault>,
        /// Where that came from.
        origin: Option<Box<Traced>>,
    },
    /// The system gives no thread to render on.
    #[error("cannot begin a thread: {0}")]
    Thread(String),
}

/// Why a document is no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum YamlFault {
    /// It is no YAML.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// What every manifest has is of the wrong type.
    #[error(transparent)]
    Field(#[from] FieldError),
}

fn shown(errors: &[SchemaError]) -> String {
    let shown: Vec<_> = errors.iter().map(ToString::to_string).collect();
    shown.join("; ")
}

impl RenderError {
    pub(super) fn template(template: &SmolStr, error: TemplateError) -> Self {
        let value = match &error {
            TemplateError::Execute(error) => value_in(&error.failed.context),
            _ => None,
        };
        Self::Template { template: template.clone(), value, error: Box::new(error) }
    }

    /// Where in a source the reason lies, if it lies in one: in a template, or in a values file.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Template { error, .. } => {
                let Site { source, offset } = error.place()?.site?;
                Some(Span { source, start: offset, end: offset })
            }
            Self::Yaml { origin, .. } => origin.as_ref().map(|origin| origin.span),
            Self::Given(GivenError::Yaml { error, .. }) => Some(error.span),
            Self::Schema(errors) => errors.iter().find_map(|error| error.span),
            _ => None,
        }
    }

    /// The source of [`span`](Self::span).
    pub fn source(&self) -> Option<SourceId> {
        self.span().map(|span| span.source)
    }
}

/// The key of the values that an expression speaks of: `image.tag` of `required "…" .Values.image.tag`.
fn value_in(expression: &str) -> Option<FieldPath> {
    let (_, behind) = expression.split_once(".Values.")?;
    let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
    let end = behind.find(|character| !is_part(character)).unwrap_or(behind.len());
    let path: FieldPath =
        behind.get(..end)?.split('.').filter(|part| !part.is_empty()).map(Segment::from).collect();
    (!path.is_root()).then_some(path)
}
