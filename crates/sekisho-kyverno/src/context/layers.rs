//! The data of one evaluation, in layers, and the entries that wait to be loaded into it.

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::budget::Meter;
use crate::jmespath::{Expression, JmespathError, Surroundings};
use crate::value::{Map, Value};
use crate::variables::{VariableError, Variables};

use super::deferred::{Loader, Loaders, Source};
use super::entry::ContextEntry;
use super::loading::Holder;
use super::{images, loading, path};

/// The most bytes of JSON that entries may add to a context, as in Kyverno.
const LARGEST: usize = 2 * 1024 * 1024;

/// The data of one evaluation, in layers that can be taken back.
#[derive(Clone)]
pub struct Context<'s> {
    around: &'s Surroundings<'s>,
    policy_namespace: SmolStr,
    data: RefCell<Arc<Map>>,
    checkpoints: RefCell<Vec<Arc<Map>>>,
    loaders: RefCell<Loaders>,
    /// How many bytes entries have added.
    size: Cell<usize>,
}

impl<'s> Context<'s> {
    /// An empty context.
    pub fn new(around: &'s Surroundings<'s>) -> Self {
        Self {
            around,
            policy_namespace: SmolStr::default(),
            data: RefCell::default(),
            checkpoints: RefCell::default(),
            loaders: RefCell::default(),
            size: Cell::new(0),
        }
    }

    /// An empty context for a policy of a namespace, which may see nothing of other namespaces.
    pub fn of_namespaced_policy(around: &'s Surroundings<'s>, namespace: &str) -> Self {
        Self { policy_namespace: namespace.into(), ..Self::new(around) }
    }

    /// A context with data, that of a policy of a namespace where it has one.
    pub(crate) fn over(around: &'s Surroundings<'s>, namespace: &str, data: Arc<Map>) -> Self {
        Self { data: RefCell::new(data), ..Self::of_namespaced_policy(around, namespace) }
    }

    /// What evaluations may use.
    pub fn around(&self) -> &'s Surroundings<'s> {
        self.around
    }

    /// The account that every step is put on.
    pub fn meter(&self) -> &'s Meter {
        self.around.meter
    }

    /// All data as it stands; entries that no query has named yet are missing.
    pub fn data(&self) -> Value {
        Value::Map(self.shared_data())
    }

    /// The data, shared.
    pub(crate) fn shared_data(&self) -> Arc<Map> {
        Arc::clone(&self.data.borrow())
    }

    /// Adds the admission request under `request`.
    pub fn add_request(&self, request: Value) {
        self.put(&["request"], request);
    }

    /// Sets `request.object`.
    pub fn set_resource(&self, resource: Value) {
        self.clear(&["request", "object"]);
        self.put(&["request", "object"], resource);
    }

    /// Sets `request.oldObject`.
    pub fn set_old_resource(&self, resource: Value) {
        self.clear(&["request", "oldObject"]);
        self.put(&["request", "oldObject"], resource);
    }

    /// Sets `target`, the resource that a rule for existing resources changes.
    pub fn set_target(&self, resource: Value) {
        self.clear(&["target"]);
        self.put(&["target"], resource);
    }

    /// Sets `request.operation`.
    pub fn set_operation(&self, operation: &str) {
        self.put(&["request", "operation"], operation.into());
    }

    /// Sets `request.namespace`.
    pub fn set_namespace(&self, namespace: &str) {
        self.put(&["request", "namespace"], namespace.into());
    }

    /// Adds who asks under `request`: `userInfo`, `roles` and `clusterRoles`.
    pub fn add_user_info(&self, info: Value) {
        self.put(&["request"], info);
    }

    /// Sets `serviceAccountName` and `serviceAccountNamespace` by the name of who asks; both are empty where
    /// that is no service account.
    pub fn set_service_account(&self, user_name: &str) {
        const PREFIX: usize = "system:serviceaccount:".len();
        let account = user_name.get(PREFIX..).unwrap_or("");
        let (namespace, rest) = account.split_once(':').unwrap_or(("", ""));
        let name = rest.split(':').next().unwrap_or("");
        self.put(&["serviceAccountName"], name.into());
        self.put(&["serviceAccountNamespace"], namespace.into());
    }

    /// Sets `element` and `elementIndex`, and the same with the depth of the loop behind them.
    pub fn set_element(&self, element: Value, index: usize, nesting: usize) {
        let index = Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
        let mut data = self.data.borrow_mut();
        let data = Arc::make_mut(&mut data);
        data.insert("element", element.clone());
        data.insert(format_smolstr!("element{nesting}"), element);
        data.insert("elementIndex", index.clone());
        data.insert(format_smolstr!("elementIndex{nesting}"), index);
    }

    /// Sets `image`, the image that a rule about images looks at.
    pub fn set_image(&self, image: &crate::image::Image) {
        self.put(&["image"], image.to_value().into());
    }

    /// Declares `images`, which are looked for when a variable first names them.
    pub fn add_images(&self, resource: Value) {
        self.defer("images".into(), Source::Images(resource));
    }

    /// Adds the images that a rule's own extractors find, and gives them back.
    pub fn add_extracted_images(&self, resource: &Value, extractors: &Value) -> Result<Value, VariableError> {
        let found = images::images(resource, extractors, self.around)
            .map_err(|error| error.within("failed to extract images"))?;
        let found = Value::from(found);
        if found.as_map().is_some_and(|found| !found.is_empty()) {
            self.put(&["images"], found.clone());
        }
        Ok(found)
    }

    /// Adds a value at a path of names with points between them; a name with points stands in quotes.
    pub fn add_variable(&self, path: &str, value: Value) {
        let names = path::names(path);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.put(&names, value);
    }

    /// Adds the data of an entry; maps are merged.
    pub fn add_entry(&self, name: &str, data: Value) -> Result<(), VariableError> {
        self.pay(&data)?;
        self.put(&[name], data);
        Ok(())
    }

    /// Sets the data of an entry.
    pub fn replace_entry(&self, name: &str, data: Value) -> Result<(), VariableError> {
        self.pay(&data)?;
        self.put(&[name], Value::Null);
        self.put(&[name], data);
        Ok(())
    }

    /// Declares entries. Each is loaded when a variable first names it.
    pub fn declare(&self, entries: &[ContextEntry]) {
        for entry in entries {
            if entry.source.needs().is_none_or(|kind| self.around.facts.loads(kind, &entry.name)) {
                self.defer(entry.name.clone(), Source::Entry(Arc::new(entry.clone())));
            }
        }
    }

    /// The operation of the request, where it is known.
    pub fn operation(&self) -> Option<SmolStr> {
        let data = self.data.borrow();
        let operation = data.get("request")?.get("operation")?.as_str()?;
        (!operation.is_empty()).then(|| operation.into())
    }

    /// The value of an expression over the context; what it names is loaded first.
    pub fn query(&self, expression: &str) -> Result<Value, VariableError> {
        self.load_named(expression)?;
        let expression = expression.trim();
        if expression.is_empty() {
            return Err(VariableError::failed("invalid query (nil)"));
        }
        let compiled = Expression::shared(expression, self.around).map_err(|error| match error {
            JmespathError::Budget(limit) => VariableError::Budget(limit),
            other => VariableError::failed(format!("incorrect query {expression}: {other}")),
        })?;
        compiled.search(&self.data(), self.around).map_err(|error| match error {
            JmespathError::Budget(limit) => VariableError::Budget(limit),
            other => VariableError::failed(format!("JMESPath query failed: {other}")),
        })
    }

    /// Keeps the data as it is, to come back to it.
    pub fn checkpoint(&self) {
        let data = Arc::clone(&self.data.borrow());
        self.checkpoints.borrow_mut().push(data);
    }

    /// Goes back to the last checkpoint and forgets it. What outer entries loaded since is loaded there.
    pub fn restore(&self) -> Result<(), VariableError> {
        let Some(data) = self.checkpoints.borrow_mut().pop() else { return Ok(()) };
        *self.data.borrow_mut() = data;
        self.reset_loaders(true)
    }

    /// Goes back to the last checkpoint and keeps it.
    pub fn reset(&self) -> Result<(), VariableError> {
        let Some(data) = self.checkpoints.borrow().last().map(Arc::clone) else { return Ok(()) };
        *self.data.borrow_mut() = data;
        self.reset_loaders(false)
    }

    fn pay(&self, data: &Value) -> Result<(), VariableError> {
        let size = self.size.get().saturating_add(data.json_length());
        if size > LARGEST {
            return Err(VariableError::failed(format!(
                "context size limit exceeded: {size} bytes exceeds limit of {LARGEST} bytes"
            )));
        }
        self.size.set(size);
        Ok(())
    }

    fn put(&self, path: &[&str], value: Value) {
        let mut data = self.data.borrow_mut();
        put(Arc::make_mut(&mut data), path, value);
    }

    fn clear(&self, path: &[&str]) {
        let mut data = self.data.borrow_mut();
        clear(Arc::make_mut(&mut data), path);
    }

    fn defer(&self, name: SmolStr, source: Source) {
        let level = self.checkpoints.borrow().len();
        self.loaders.borrow_mut().all.push(Loader { name, source, level, matched: false, data: None });
    }

    fn load_named(&self, query: &str) -> Result<(), VariableError> {
        let (mut level, mut places) = (self.checkpoints.borrow().len(), usize::MAX);
        if let Some(running) = self.loaders.borrow().running {
            (level, places) = running;
        }
        loop {
            let named = self.loaders.borrow_mut().named(query, level, places);
            let Some(place) = named else { return Ok(()) };
            self.meter().work(1)?;
            self.meter().deeper(|| self.run(place))?;
        }
    }

    /// Runs the loader at a place; loaders behind it stay out of its reach.
    fn run(&self, place: usize) -> Result<(), VariableError> {
        let Some(loader) = self.loaders.borrow().all.get(place).cloned() else { return Ok(()) };
        self.loaders.borrow_mut().running = Some((loader.level, place));
        let result = match &loader.source {
            Source::Entry(entry) => loading::load(entry, self, loader.data.clone()).map(Some),
            Source::Images(resource) => images::images(resource, &Value::Null, self.around).map(|found| {
                if !found.is_empty() {
                    self.put(&["images"], found.into());
                }
                None
            }),
        };
        let mut loaders = self.loaders.borrow_mut();
        loaders.running = None;
        let data = result?;
        if let Some(loader) = loaders.all.get_mut(place) {
            loader.data = data;
        }
        Ok(())
    }

    /// Forgets what was declared since the checkpoint, and loads again what outer entries had loaded.
    fn reset_loaders(&self, restores: bool) -> Result<(), VariableError> {
        let level = self.checkpoints.borrow().len();
        self.loaders.borrow_mut().all.iter_mut().for_each(|loader| loader.matched = false);
        let mut place = 0;
        loop {
            let Some((own, loaded)) =
                self.loaders.borrow().all.get(place).map(|loader| (loader.level, loader.data.is_some()))
            else {
                return Ok(());
            };
            let stays = if own > level {
                false
            } else if loaded {
                if restores || own < level {
                    // What cannot be loaded again is missing, which shows when a variable names it.
                    match self.run(place) {
                        Err(VariableError::Budget(limit)) => return Err(limit.into()),
                        Ok(()) | Err(VariableError::Failed(_)) => {}
                    }
                }
                own != level
            } else {
                restores || own != level
            };
            if stays {
                place += 1;
            } else {
                self.loaders.borrow_mut().all.remove(place);
            }
        }
    }
}

impl Variables for Context<'_> {
    fn meter(&self) -> &Meter {
        self.around.meter
    }

    fn operation(&self) -> Option<SmolStr> {
        Context::operation(self)
    }

    fn query(&self, expression: &str) -> Result<Value, VariableError> {
        Context::query(self, expression)
    }
}

impl Holder for Context<'_> {
    fn around(&self) -> &Surroundings<'_> {
        self.around
    }

    fn policy_namespace(&self) -> &SmolStr {
        &self.policy_namespace
    }

    fn add_entry(&self, name: &str, data: Value) -> Result<(), VariableError> {
        Context::add_entry(self, name, data)
    }

    fn replace_entry(&self, name: &str, data: Value) -> Result<(), VariableError> {
        Context::replace_entry(self, name, data)
    }
}

/// Puts a value at a path; maps are merged into maps.
fn put(data: &mut Map, path: &[&str], value: Value) {
    let Some((first, rest)) = path.split_first() else {
        if let Value::Map(map) = value {
            for (key, item) in map.iter() {
                merge(data, key, item.clone());
            }
        }
        return;
    };
    if rest.is_empty() {
        merge(data, first, value);
        return;
    }
    if data.get(first).is_none_or(|known| known.as_map().is_none()) {
        data.insert(*first, Map::default().into());
    }
    if let Some(Value::Map(inner)) = data.get_mut(first) {
        put(Arc::make_mut(inner), rest, value);
    }
}

fn merge(data: &mut Map, key: &str, value: Value) {
    if let Value::Map(new) = &value
        && let Some(Value::Map(known)) = data.get_mut(key)
    {
        let known = Arc::make_mut(known);
        for (key, item) in new.iter() {
            merge(known, key, item.clone());
        }
        return;
    }
    data.insert(key, value);
}

fn clear(data: &mut Map, path: &[&str]) {
    match path {
        [] => {}
        [last] => drop(data.remove(last)),
        [first, rest @ ..] => {
            if let Some(Value::Map(inner)) = data.get_mut(first) {
                clear(Arc::make_mut(inner), rest);
            }
        }
    }
}
