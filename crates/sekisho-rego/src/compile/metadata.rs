//! What `# METADATA` comments say of rules, documents and packages.

use std::cell::OnceCell;

use sekisho_manifest::{Budget, Format, SourceId, load};

use crate::error::{ErrorCode, RegoError};
use crate::syntax::ast::{Annotation, Module, Name, Rule, Term};
use crate::value::Value;

/// The annotations of all modules, read when the first is asked for.
#[derive(Debug)]
pub(super) struct Metadata<'m> {
    modules: &'m [Module],
    read: OnceCell<Vec<Note>>,
}

/// What an annotation says, and of what.
#[derive(Debug)]
struct Note {
    module: usize,
    row: u32,
    scope: String,
    /// The package, or the path of the rule that it stands before.
    path: Vec<Name>,
    /// The row of that rule.
    of_rule: Option<u32>,
    value: Value,
    error: Option<RegoError>,
}

/// What a `# METADATA` comment says.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// The place in the list of modules.
    pub module: usize,
    /// What it is about: `rule`, `document`, `package`, `subpackages`, `import`.
    pub scope: String,
    /// The package, or the path of the rule, below `data`.
    pub path: Vec<Name>,
    /// The line of the rule that it stands before.
    pub of_rule: Option<u32>,
    /// Its fields.
    pub value: Value,
}

/// What all annotations say; those that cannot be read say nothing.
pub(crate) fn remarks(modules: &[Module]) -> Vec<Remark> {
    let metadata = Metadata::new(modules);
    let remark = |note: &Note| Remark {
        module: note.module,
        scope: note.scope.clone(),
        path: note.path.clone(),
        of_rule: note.of_rule,
        value: note.value.clone(),
    };
    metadata.notes().iter().filter(|note| note.error.is_none()).map(remark).collect()
}

impl<'m> Metadata<'m> {
    pub(super) fn new(modules: &'m [Module]) -> Self {
        Self { modules, read: OnceCell::new() }
    }

    fn notes(&self) -> &[Note] {
        self.read.get_or_init(|| {
            let modules = self.modules.iter().enumerate();
            modules
                .flat_map(|(place, module)| {
                    module.annotations.iter().map(move |annotation| note(place, module, annotation))
                })
                .collect()
        })
    }

    /// What is wrong with the annotations.
    pub(super) fn errors(&self) -> Vec<RegoError> {
        self.notes().iter().filter_map(|note| note.error.clone()).collect()
    }

    /// The annotations of a rule from the nearest outward, each with the path that it is about.
    pub(super) fn chain(&self, module: usize, rule: &Rule) -> Value {
        let Some(package) = self.modules.get(module).map(|module| module.package.as_slice()) else {
            return Value::array(Vec::new());
        };
        let path = rule_path(package, rule);
        let mut links: Vec<(Vec<Name>, Option<Value>)> = Vec::new();
        let mut own = self.own(module, rule);
        own.reverse();
        if own.is_empty() {
            links.push((path.clone(), None));
        }
        links.extend(own.into_iter().map(|note| (path.clone(), Some(note.value.clone()))));
        let with_scope = |scope: &'static str| self.notes().iter().filter(move |note| note.scope == scope);
        let document = with_scope("document").find(|note| note.path == path);
        links.extend(document.map(|note| (path.clone(), Some(note.value.clone()))));
        let of_package = with_scope("package").find(|note| note.path == package);
        links.extend(of_package.map(|note| (package.to_vec(), Some(note.value.clone()))));
        for length in (0..=package.len()).rev() {
            let above = package.get(..length).unwrap_or(&[]);
            let found = with_scope("subpackages").find(|note| note.path == above);
            links.extend(found.map(|note| (above.to_vec(), Some(note.value.clone()))));
        }
        let link = |(path, annotations): (Vec<Name>, Option<Value>)| {
            let path = Value::array(path.into_iter().map(Value::String).collect());
            let annotations = annotations.map(|value| ("annotations", value));
            Value::fields(std::iter::once(("path", path)).chain(annotations))
        };
        Value::array(links.into_iter().map(link).collect())
    }

    /// The annotations of the rule itself.
    pub(super) fn rule(&self, module: usize, rule: &Rule) -> Value {
        let own = self.own(module, rule);
        own.first().map_or_else(|| Value::object(Vec::new()), |note| note.value.clone())
    }

    fn own(&self, module: usize, rule: &Rule) -> Vec<&Note> {
        let is_own = |note: &&Note| {
            note.module == module && note.scope == "rule" && note.of_rule == Some(rule.span.row)
        };
        let mut own: Vec<&Note> = self.notes().iter().filter(is_own).collect();
        own.sort_by_key(|note| note.row);
        own
    }
}

fn rule_path(package: &[Name], rule: &Rule) -> Vec<Name> {
    let fixed = rule.head.path.iter().map_while(Term::as_text);
    package.iter().chain([&rule.head.name]).chain(fixed).cloned().collect()
}

/// Reads an annotation, and finds the statement that it stands before.
fn note(place: usize, module: &Module, annotation: &Annotation) -> Note {
    let row = annotation.span.row;
    let rule = module.rules.iter().filter(|rule| rule.span.row > row).min_by_key(|rule| rule.span.row);
    let import = module.imports.iter().map(|import| import.span.row).filter(|found| *found > row).min();
    let before_package = module.package_span.row > row;
    let rule = rule.filter(|rule| !before_package && import.is_none_or(|import| import > rule.span.row));
    let fail = |message: String| RegoError::new(ErrorCode::Parse, message, annotation.span, &module.file);
    let mut note = Note {
        module: place,
        row,
        scope: String::new(),
        path: module.package.clone(),
        of_rule: rule.map(|rule| rule.span.row),
        value: Value::object(Vec::new()),
        error: None,
    };
    if annotation.text.trim().is_empty() {
        note.error = Some(fail("expected METADATA block, found whitespace".to_owned()));
        return note;
    }
    let loaded = load(SourceId::default(), &annotation.text, Format::YamlCore, &Budget::default());
    if let Some(error) = loaded.errors.first() {
        note.error = Some(fail(error.to_string()));
        return note;
    }
    let Some(root) = loaded.documents.first().map(|document| Value::from(&document.root)) else {
        return note;
    };
    let is_entrypoint = root.field("entrypoint").and_then(Value::as_bool) == Some(true);
    note.scope = match (root.field("scope").and_then(Value::as_str), rule) {
        (Some(scope), _) if !scope.is_empty() => scope.to_owned(),
        (_, Some(_)) if is_entrypoint => "document".to_owned(),
        (_, Some(_)) => "rule".to_owned(),
        (_, None) if before_package => "package".to_owned(),
        (_, None) => "import".to_owned(),
    };
    if let (Some(rule), "rule" | "document") = (rule, note.scope.as_str()) {
        note.path = rule_path(&module.package, rule);
    }
    match content(&root, &note.scope) {
        Ok(value) => note.value = value,
        Err(message) => note.error = Some(fail(message)),
    }
    note
}

/// The fields of an annotation as rules see them.
fn content(root: &Value, scope: &str) -> Result<Value, String> {
    let mut fields = vec![("scope", Value::from(scope))];
    for name in ["title", "description"] {
        if let Some(text) = root.field(name).filter(|text| text.as_str().is_some_and(|text| !text.is_empty()))
        {
            fields.push((name, text.clone()));
        }
    }
    if root.field("entrypoint").and_then(Value::as_bool) == Some(true) {
        fields.push(("entrypoint", Value::Bool(true)));
    }
    for name in ["organizations", "schemas"] {
        if let Some(list) =
            root.field(name).filter(|list| list.as_array().is_some_and(|list| !list.is_empty()))
        {
            fields.push((name, list.clone()));
        }
    }
    for name in ["custom", "labels"] {
        if let Some(object) = root.field(name).filter(|object| object.as_object().is_some()) {
            fields.push((name, object.clone()));
        }
    }
    let list = |name: &str| root.field(name).and_then(Value::as_array).filter(|list| !list.is_empty());
    if let Some(authors) = list("authors") {
        let authors: Result<Vec<Value>, String> = authors.iter().map(author).collect();
        fields.push(("authors", Value::array(authors?)));
    }
    if let Some(related) = list("related_resources") {
        let related: Result<Vec<Value>, String> = related.iter().map(resource).collect();
        fields.push(("related_resources", Value::array(related?)));
    }
    Ok(Value::fields(fields))
}

fn author(value: &Value) -> Result<Value, String> {
    let text = |name| value.field(name).and_then(Value::as_str).unwrap_or("").trim();
    let (name, email) = match value.as_str() {
        Some(written) => {
            let words: Vec<&str> = written.split_whitespace().collect();
            match words.split_last() {
                None => return Err("invalid author definition: author is an empty string".to_owned()),
                Some((last, before)) => {
                    match last.strip_prefix('<').and_then(|last| last.strip_suffix('>')) {
                        Some(email) => (before.join(" "), email.to_owned()),
                        None => (words.join(" "), String::new()),
                    }
                }
            }
        }
        None => (text("name").to_owned(), text("email").to_owned()),
    };
    if name.is_empty() && email.is_empty() {
        return Err("invalid author definition: 'name' and/or 'email' values required in object".to_owned());
    }
    let fields = [("name", name), ("email", email)].into_iter().filter(|(_, text)| !text.is_empty());
    Ok(Value::fields(fields.map(|(name, text)| (name, Value::from(text)))))
}

fn resource(value: &Value) -> Result<Value, String> {
    let text = |name| value.field(name).and_then(Value::as_str).unwrap_or("").trim();
    let (reference, description) = match value.as_str() {
        Some(reference) => (reference, ""),
        None => (text("ref"), text("description")),
    };
    if reference.is_empty() {
        return Err("invalid related-resource definition: 'ref' value required in object".to_owned());
    }
    let fields = [("ref", reference), ("description", description)];
    let fields = fields.into_iter().filter(|(_, text)| !text.is_empty());
    Ok(Value::fields(fields.map(|(name, text)| (name, Value::from(text)))))
}
