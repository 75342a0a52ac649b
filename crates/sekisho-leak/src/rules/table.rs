//! Tables of TOML as loosely as gitleaks reads them: keys in any case, one text for a list of one, numbers in texts.

use smol_str::SmolStr;
use toml::Value;

use super::RulesError;

/// A table whose keys are in lower case.
pub(super) struct Table {
    fields: toml::Table,
    /// Where it is, for messages: `rule `github-pat``.
    place: String,
}

impl Table {
    pub(super) fn new(fields: toml::Table, place: impl Into<String>) -> Self {
        Self {
            fields: fields.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect(),
            place: place.into(),
        }
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn rename(&mut self, place: String) {
        self.place = place;
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    pub(super) fn text(&mut self, key: &'static str) -> Result<String, RulesError> {
        match self.fields.remove(key) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text),
            Some(Value::Integer(number)) => Ok(number.to_string()),
            Some(Value::Float(number)) => Ok(number.to_string()),
            Some(Value::Boolean(truth)) => Ok(truth.to_string()),
            Some(_) => Err(self.wrong(key, "a text")),
        }
    }

    pub(super) fn truth(&mut self, key: &'static str) -> Result<bool, RulesError> {
        match self.fields.remove(key) {
            None => Ok(false),
            Some(Value::Boolean(truth)) => Ok(truth),
            Some(Value::String(text)) => text.parse().map_err(|_| self.wrong(key, "`true` or `false`")),
            Some(_) => Err(self.wrong(key, "`true` or `false`")),
        }
    }

    pub(super) fn number(&mut self, key: &'static str) -> Result<Option<f64>, RulesError> {
        match self.fields.remove(key) {
            None => Ok(None),
            #[expect(clippy::cast_precision_loss, reason = "thresholds and numbers of groups are small")]
            Some(Value::Integer(number)) => Ok(Some(number as f64)),
            Some(Value::Float(number)) => Ok(Some(number)),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| self.wrong(key, "a number")),
            Some(_) => Err(self.wrong(key, "a number")),
        }
    }

    /// A number from 0 on.
    pub(super) fn count(&mut self, key: &'static str) -> Result<Option<u32>, RulesError> {
        let Some(number) = self.number(key)? else { return Ok(None) };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range is looked at first"
        )]
        let whole = (0.0..=f64::from(u32::MAX)).contains(&number).then_some(number as u32);
        let whole = whole.filter(|whole| (f64::from(*whole) - number).abs() < f64::EPSILON);
        whole.map(Some).ok_or_else(|| self.wrong(key, "a whole number from 0 on"))
    }

    pub(super) fn texts(&mut self, key: &'static str) -> Result<Vec<String>, RulesError> {
        match self.fields.remove(key) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split(',').map(str::to_owned).collect()),
            Some(Value::Array(values)) => {
                let texts = values.into_iter().map(|value| match value {
                    Value::String(text) => Ok(text),
                    Value::Integer(number) => Ok(number.to_string()),
                    _ => Err(self.wrong(key, "a list of texts")),
                });
                texts.collect()
            }
            Some(_) => Err(self.wrong(key, "a list of texts")),
        }
    }

    pub(super) fn names(&mut self, key: &'static str) -> Result<Vec<SmolStr>, RulesError> {
        Ok(self.texts(key)?.into_iter().map(SmolStr::from).collect())
    }

    pub(super) fn table(&mut self, key: &'static str) -> Result<Option<Table>, RulesError> {
        match self.fields.remove(key) {
            None => Ok(None),
            Some(Value::Table(fields)) => Ok(Some(Table::new(fields, format!("{}, `{key}`", self.place)))),
            Some(_) => Err(self.wrong(key, "a table")),
        }
    }

    pub(super) fn tables(&mut self, key: &'static str) -> Result<Vec<Table>, RulesError> {
        let values = match self.fields.remove(key) {
            None => return Ok(Vec::new()),
            Some(Value::Array(values)) => values,
            Some(one @ Value::Table(_)) => vec![one],
            Some(_) => return Err(self.wrong(key, "a list of tables")),
        };
        let tables = values.into_iter().zip(1..).map(|(value, number)| match value {
            Value::Table(fields) => Ok(Table::new(fields, format!("{}, `{key}` {number}", self.place))),
            _ => Err(self.wrong(key, "a list of tables")),
        });
        tables.collect()
    }

    fn wrong(&self, key: &'static str, expected: &'static str) -> RulesError {
        RulesError::Field { place: self.place.clone(), key, expected }
    }
}
