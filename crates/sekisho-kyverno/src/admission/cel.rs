//! Rules of expressions, taken over as they are.

use super::refused::Untranslatable;
use super::rule::{AdmissionDemand, AdmissionParameters, AdmissionRule};
use crate::policy::CelRule;

/// Adds what the rule says to an admission policy.
pub(super) fn take_over(cel: &CelRule, made: &mut AdmissionRule) -> Result<(), Untranslatable> {
    for (place, condition) in cel.conditions.iter().enumerate() {
        made.conditions.push((format!("cel-{place}"), condition.text.to_string()));
    }
    made.variables.extend(
        cel.variables.iter().map(|(name, expression)| (name.to_string(), expression.text.to_string())),
    );
    made.demands.extend(cel.demands.iter().map(|demand| {
        let message_expression =
            demand.message_expression.as_ref().map_or_else(String::new, |made| made.text.to_string());
        let message = demand.message.split_whitespace().collect::<Vec<_>>().join(" ");
        AdmissionDemand { expression: demand.expression.text.to_string(), message, message_expression }
    }));
    if let Some(parameters) = &cel.parameters {
        let labels = match &parameters.selector {
            None => Vec::new(),
            Some(selector) if selector.requirements().is_some_and(<[_]>::is_empty) => {
                selector.labels().to_vec()
            }
            Some(_) => return Err(Untranslatable::Parameters),
        };
        made.parameters = Some(AdmissionParameters {
            kind: parameters.kind.clone(),
            name: parameters.name.clone(),
            namespace: parameters.namespace.clone(),
            labels,
            allows_none: parameters.allows_none,
        });
    }
    Ok(())
}
