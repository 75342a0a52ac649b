//! Goals in safe order to steps.

use std::collections::HashMap;

use super::grounds::MOST_ARGUMENTS;
use super::ops::{
    Aux, Comparison, FunctionId, Label, Making, Op, Operand, Pool, Reg, Replaced, Substitute, Unit,
};
use crate::ir::goal::{
    Callee, Comprehension, Goal, GoalKind, Modifier, Node, Reference, Replacement, Root, Target, Var,
};
use crate::ir::tree::{NodeId, ROOT, RuleId, Tree};
use crate::ir::variables::Bound;
use crate::span::Span;
use crate::syntax::ast::Name;
use crate::value::Value;

/// What the steps of one unit are written with.
pub(crate) struct Emitter<'c> {
    pub(crate) tree: &'c Tree,
    pub(crate) pool: &'c mut Pool,
    pub(crate) unit: Unit,
    pub(crate) bound: Bound,
    pub(crate) registers: HashMap<Var, Reg>,
    next_register: Reg,
    next_auxiliary: Aux,
    /// How many auxiliary registers all clauses leave alone.
    kept: Aux,
    span: Span,
    /// Where each label stands, once that is known.
    labels: Vec<u32>,
    /// How many of the first registers are answers of a query.
    pub(crate) answers: Reg,
    /// Whether a step of the clause so far can be taken many times.
    loops: bool,
    /// What could not be written.
    pub(crate) faults: Vec<(String, Span)>,
}

/// How far a reference was followed.
enum Cursor {
    Value(Operand),
    Tree(NodeId),
    /// A place of the tree or a value, which of them is known only at run time.
    Either {
        at: Aux,
        value: Reg,
    },
    /// No value can stand here.
    Nothing,
}

impl<'c> Emitter<'c> {
    pub(crate) fn new(tree: &'c Tree, pool: &'c mut Pool, name: String) -> Self {
        Self {
            tree,
            pool,
            unit: Unit { name, ..Unit::default() },
            bound: Bound::new(),
            registers: HashMap::new(),
            next_register: 0,
            next_auxiliary: 0,
            kept: 0,
            span: Span::default(),
            labels: Vec::new(),
            answers: 0,
            loops: false,
            faults: Vec::new(),
        }
    }

    /// The unit, its labels resolved.
    pub(crate) fn finish(mut self) -> Unit {
        super::settle::settle(&mut self.unit, &self.labels, self.answers);
        self.unit
    }

    pub(crate) fn register(&mut self) -> Reg {
        self.next_register += 1;
        self.unit.registers = self.unit.registers.max(self.next_register);
        self.next_register - 1
    }

    pub(crate) fn auxiliary(&mut self) -> Aux {
        self.next_auxiliary += 1;
        self.unit.auxiliaries = self.unit.auxiliaries.max(self.next_auxiliary);
        self.next_auxiliary - 1
    }

    /// An auxiliary register that clauses after this one do not use for something else.
    pub(crate) fn kept_auxiliary(&mut self) -> Aux {
        self.next_auxiliary = self.next_auxiliary.max(self.kept);
        let at = self.auxiliary();
        self.kept = self.next_auxiliary;
        at
    }

    pub(crate) fn label(&mut self) -> Label {
        self.labels.push(0);
        Label::try_from(self.labels.len() - 1).unwrap_or(Label::MAX)
    }

    pub(crate) fn place(&mut self, label: Label) {
        let here = u32::try_from(self.unit.ops.len()).unwrap_or(u32::MAX);
        if let Some(place) = self.labels.get_mut(label as usize) {
            *place = here;
        }
    }

    pub(crate) fn op(&mut self, op: Op) {
        self.loops |= matches!(op, Op::Next { .. } | Op::TreeNext { .. });
        self.unit.ops.push(op);
        self.unit.spans.push(self.span);
    }

    pub(crate) fn at(&mut self, span: Span) {
        self.span = span;
    }

    pub(crate) fn constant(&mut self, value: &Value) -> Operand {
        Operand::Const(self.pool.constant(value))
    }

    pub(crate) fn variable(&mut self, var: Var) -> Reg {
        if let Some(register) = self.registers.get(&var) {
            return *register;
        }
        let register = self.register();
        self.registers.insert(var, register);
        register
    }

    /// Begins a clause: its variables are others than those of the clause before.
    pub(crate) fn begin_clause(&mut self) {
        self.bound.clear();
        self.registers.clear();
        self.next_register = self.unit.parameters;
        self.next_auxiliary = self.kept;
        self.loops = false;
    }

    /// The steps of a body. Gives the label to go on with for further solutions.
    pub(crate) fn body(&mut self, goals: &[Goal], fail: Label) -> Label {
        let mut fail = fail;
        for goal in goals {
            self.goal(goal, &mut fail);
        }
        fail
    }

    fn goal(&mut self, goal: &Goal, fail: &mut Label) {
        self.span = goal.span;
        match &goal.kind {
            GoalKind::Unify { left, right, .. } => self.unify(left, right, fail),
            GoalKind::Test(node) => self.test(node, fail),
            GoalKind::Call { callee, arguments, output } => {
                self.call(callee, arguments, output.as_ref(), fail);
            }
            GoalKind::Not { body, .. } => {
                let bound = self.bound.clone();
                let holds = self.label();
                self.body(body, holds);
                self.op(Op::Jump(*fail));
                self.place(holds);
                self.bound = bound;
            }
            GoalKind::And { left, right } => {
                for side in [left, right] {
                    let bound = self.bound.clone();
                    self.body(side, *fail);
                    self.bound = bound;
                }
            }
            GoalKind::Or { left, right } => {
                let (other, done) = (self.label(), self.label());
                let bound = self.bound.clone();
                self.body(left, other);
                self.op(Op::Jump(done));
                self.bound.clone_from(&bound);
                self.place(other);
                self.body(right, *fail);
                self.bound = bound;
                self.place(done);
            }
            GoalKind::Every { key, value, domain, body } => {
                self.every(*key, *value, domain, body, fail);
            }
            GoalKind::With { modifiers, body } => self.with(modifiers, body, fail),
            GoalKind::Print(arguments) => {
                let arguments = arguments.iter().map(|node| self.value(node, fail)).collect();
                self.op(Op::Print { arguments });
            }
        }
    }

    fn test(&mut self, node: &Node, fail: &mut Label) {
        match node {
            Node::Const(Value::Bool(false)) => self.op(Op::Jump(*fail)),
            Node::Const(_) => {}
            Node::Var(_) | Node::Ref(_) => {
                let value = self.value(node, fail);
                self.op(Op::Truthy { value, fail: *fail });
            }
            _ => {
                self.value(node, fail);
            }
        }
    }

    fn every(&mut self, key: Var, value: Var, domain: &Node, body: &[Goal], fail: &mut Label) {
        let span = self.span;
        let from = self.value(domain, fail);
        self.op(Op::IsCollection { value: from, fail: *fail });
        let bound = self.bound.clone();
        let iterator = self.auxiliary();
        let (next, done) = (self.label(), self.label());
        self.op(Op::Scan { iterator, from });
        self.place(next);
        let (key_register, value_register) = (self.variable(key), self.variable(value));
        self.bound.extend([key, value]);
        self.op(Op::Next { iterator, key: Some(key_register), value: Some(value_register), done });
        self.body(body, *fail);
        self.span = span;
        self.op(Op::Jump(next));
        self.place(done);
        self.bound = bound;
    }

    fn with(&mut self, modifiers: &[Modifier], body: &[Goal], fail: &mut Label) {
        let span = self.span;
        let mut values = Vec::new();
        let mut replaced = Vec::new();
        for modifier in modifiers {
            match &modifier.target {
                Target::Input { path, value } | Target::Data { path, value } => {
                    values.extend(path.iter().map(|node| self.value(node, fail)).collect::<Vec<_>>());
                    let keys = u32::try_from(path.len()).unwrap_or(u32::MAX);
                    values.push(self.value(value, fail));
                    let is_input = matches!(modifier.target, Target::Input { .. });
                    replaced.push(if is_input { Replaced::Input { keys } } else { Replaced::Data { keys } });
                }
                Target::Function { replaced: target, by } => {
                    let Some(target) = self.function_id(target) else { continue };
                    let by = match by {
                        Replacement::Value(value) => {
                            values.push(self.value(value, fail));
                            Substitute::Value
                        }
                        Replacement::Function(Callee::Builtin(builtin)) => Substitute::Builtin(builtin),
                        Replacement::Function(Callee::Host(place)) => {
                            Substitute::Host(u32::try_from(*place).unwrap_or(u32::MAX))
                        }
                        Replacement::Function(Callee::Group(rule)) => Substitute::Rule(*rule),
                        Replacement::Function(Callee::Function(path)) => match self.rule_at(path) {
                            Some(rule) => Substitute::Rule(rule),
                            None => continue,
                        },
                        Replacement::Document(path) => match self.tree.find(path) {
                            Some(node) => Substitute::Node(node),
                            None => continue,
                        },
                    };
                    replaced.push(Replaced::Function { target, by });
                }
            }
        }
        self.span = span;
        let at = self.auxiliary();
        let modifiers = self.pool.modifiers(replaced);
        self.op(Op::Enter { at, modifiers, values: values.into(), fail: *fail });
        let leaves = self.label();
        let again = self.body(body, leaves);
        let done = self.label();
        self.op(Op::Leave { at, is_last: again == leaves });
        self.op(Op::Jump(done));
        self.place(leaves);
        self.op(Op::Leave { at, is_last: true });
        self.op(Op::Jump(*fail));
        if again != leaves {
            let resume = self.label();
            self.place(resume);
            self.op(Op::Resume { at });
            self.op(Op::Jump(again));
            *fail = resume;
        }
        self.place(done);
    }

    pub(crate) fn rule_at(&self, path: &[Name]) -> Option<RuleId> {
        self.tree.find(path).and_then(|node| self.tree.node(node).rule)
    }

    fn function_id(&self, callee: &Callee) -> Option<FunctionId> {
        Some(match callee {
            Callee::Builtin(builtin) => FunctionId::Builtin(builtin.name),
            Callee::Host(place) => FunctionId::Host(u32::try_from(*place).ok()?),
            Callee::Function(path) => FunctionId::Rule(self.rule_at(path)?),
            Callee::Group(rule) => FunctionId::Rule(*rule),
        })
    }

    fn call(&mut self, callee: &Callee, arguments: &[Node], output: Option<&Node>, fail: &mut Label) {
        let arguments: Box<[Operand]> = arguments.iter().map(|node| self.value(node, fail)).collect();
        if let (Callee::Builtin(builtin), [left, right], None) = (callee, &*arguments, output)
            && let Some(how) = comparison(builtin.name)
        {
            let (left, right) = (*left, *right);
            let builtin = self.pool.builtin(builtin);
            self.op(Op::Compare { how, left, right, builtin, fail: *fail });
            return;
        }
        let mut is_relation = false;
        // The value of a call goes straight into the variable that is to have it.
        let own = match output {
            Some(Node::Var(var)) if !self.bound.contains(var) => Some(*var),
            _ => None,
        };
        let to = match callee {
            Callee::Builtin(builtin) if builtin.relation => {
                is_relation = true;
                self.register()
            }
            _ => match own {
                Some(var) => self.variable(var),
                None => self.register(),
            },
        };
        match callee {
            Callee::Builtin(builtin) => {
                let builtin = self.pool.builtin(builtin);
                self.op(Op::Builtin { to, builtin, arguments, fail: *fail });
            }
            Callee::Host(place) => {
                let function = u32::try_from(*place).unwrap_or(u32::MAX);
                self.op(Op::Host { to, function, arguments, fail: *fail });
            }
            Callee::Function(path) => match self.rule_at(path) {
                Some(rule) if arguments.is_empty() => self.op(Op::Rule { to, rule, fail: *fail }),
                Some(rule) => self.op(Op::Function { to, rule, arguments, fail: *fail }),
                None => self.op(Op::Jump(*fail)),
            },
            Callee::Group(rule) => self.op(Op::Function { to, rule: *rule, arguments, fail: *fail }),
        }
        let mut value = Operand::Reg(to);
        if is_relation {
            let (iterator, item) = (self.auxiliary(), self.register());
            let next = self.label();
            self.op(Op::Scan { iterator, from: value });
            self.place(next);
            self.op(Op::Next { iterator, key: None, value: Some(item), done: *fail });
            *fail = next;
            value = Operand::Reg(item);
        }
        match (output, own) {
            (None, _) if !is_relation => self.op(Op::Truthy { value, fail: *fail }),
            (None, _) => {}
            (Some(_), Some(var)) if !is_relation => {
                self.bound.insert(var);
            }
            (Some(output), _) => self.destructure(output, value, fail),
        }
    }

    /// Makes both sides the same: one side is evaluated, the other takes its value apart.
    fn unify(&mut self, left: &Node, right: &Node, fail: &mut Label) {
        let mut pairs = vec![(left, right)];
        while !pairs.is_empty() {
            let mut waiting = Vec::new();
            let before = pairs.len();
            let mut progress = false;
            for (left, right) in pairs {
                match (left, right) {
                    _ if self.can_evaluate(right) => {
                        progress = true;
                        self.bind(left, right, fail);
                    }
                    _ if self.can_evaluate(left) => {
                        progress = true;
                        self.bind(right, left, fail);
                    }
                    (Node::Array(one), Node::Array(two)) => {
                        progress = true;
                        if one.len() == two.len() {
                            waiting.extend(one.iter().zip(two));
                        } else {
                            self.op(Op::Jump(*fail));
                        }
                    }
                    (Node::Object(one), Node::Object(two)) => {
                        progress = true;
                        let matching: Option<Vec<_>> = one
                            .iter()
                            .map(|(key, value)| {
                                let other = two.iter().find(|(other, _)| other == key)?;
                                Some((value, &other.1))
                            })
                            .collect();
                        match matching.filter(|_| one.len() == two.len()) {
                            Some(matching) => waiting.extend(matching),
                            None => self.op(Op::Jump(*fail)),
                        }
                    }
                    _ => waiting.push((left, right)),
                }
            }
            if !progress && waiting.len() == before {
                self.faults.push(("expression cannot be evaluated".to_owned(), self.span));
                return;
            }
            pairs = waiting;
        }
    }

    /// Whether every variable of a term has a value, or gets one by following the term's own reference.
    fn can_evaluate(&self, node: &Node) -> bool {
        if let Node::Ref(reference) = node {
            match reference.root {
                Root::Var(var) => self.bound.contains(&var),
                Root::Input | Root::Data => true,
            }
        } else {
            let mut known = true;
            node.each_var(&mut |var| known &= self.bound.contains(&var));
            known
        }
    }

    /// Evaluates a term and takes its value apart by a pattern.
    fn bind(&mut self, pattern: &Node, node: &Node, fail: &mut Label) {
        if let Node::Var(var) = pattern
            && !self.bound.contains(var)
        {
            let mut is_inside = false;
            node.each_var(&mut |other| is_inside |= other == *var);
            let value = self.value_into(node, fail, (!is_inside).then_some(*var));
            if self.bound.insert(*var) {
                let to = self.variable(*var);
                if value != Operand::Reg(to) {
                    self.op(Op::Move { to, from: value });
                }
            } else {
                let known = Operand::Reg(self.variable(*var));
                self.op(Op::Equal { left: known, right: value, fail: *fail });
            }
            return;
        }
        let value = self.value(node, fail);
        self.destructure(pattern, value, fail);
    }

    /// Takes a value apart by a pattern.
    pub(crate) fn destructure(&mut self, pattern: &Node, value: Operand, fail: &mut Label) {
        match pattern {
            Node::Var(var) if !self.bound.contains(var) => {
                let to = self.variable(*var);
                self.bound.insert(*var);
                if value != Operand::Reg(to) {
                    self.op(Op::Move { to, from: value });
                }
            }
            Node::Array(items) if !self.can_evaluate(pattern) => {
                let length = u32::try_from(items.len()).unwrap_or(u32::MAX);
                self.op(Op::IsArray { value, length, fail: *fail });
                for (index, item) in items.iter().enumerate() {
                    let key = self.constant(&Value::from(index));
                    let part = self.part(item);
                    self.op(Op::Lookup { to: part, from: value, key, fail: *fail });
                    self.destructure(item, Operand::Reg(part), fail);
                }
            }
            Node::Object(pairs) if !self.can_evaluate(pattern) => {
                let length = u32::try_from(pairs.len()).unwrap_or(u32::MAX);
                self.op(Op::IsObject { value, length, fail: *fail });
                for (key, item) in pairs {
                    let key = self.value(key, fail);
                    let part = self.part(item);
                    self.op(Op::Lookup { to: part, from: value, key, fail: *fail });
                    self.destructure(item, Operand::Reg(part), fail);
                }
            }
            _ => {
                let known = self.value(pattern, fail);
                self.op(Op::Equal { left: known, right: value, fail: *fail });
            }
        }
    }

    /// The register for a part of a value: that of the variable which it gives a value to, or a new one.
    fn part(&mut self, pattern: &Node) -> Reg {
        match pattern {
            Node::Var(var) if !self.bound.contains(var) => self.variable(*var),
            _ => self.register(),
        }
    }

    /// The value of a term.
    pub(crate) fn value(&mut self, node: &Node, fail: &mut Label) -> Operand {
        self.value_into(node, fail, None)
    }

    /// The value of a term, in the register of a variable where a step is needed to make it.
    fn value_into(&mut self, node: &Node, fail: &mut Label, own: Option<Var>) -> Operand {
        match node {
            Node::Const(value) => self.constant(value),
            Node::Var(var) => {
                if !self.bound.contains(var) {
                    self.faults.push(("expression cannot be evaluated".to_owned(), self.span));
                }
                Operand::Reg(self.variable(*var))
            }
            Node::Array(items) => {
                let items = items.iter().map(|item| self.value(item, fail)).collect();
                let to = self.target(own);
                self.op(Op::Array { to, items });
                Operand::Reg(to)
            }
            Node::Set(items) => {
                let items = items.iter().map(|item| self.value(item, fail)).collect();
                let to = self.target(own);
                self.op(Op::Set { to, items });
                Operand::Reg(to)
            }
            Node::Object(pairs) => {
                let pairs = pairs
                    .iter()
                    .map(|(key, value)| (self.value(key, fail), self.value(value, fail)))
                    .collect();
                let to = self.target(own);
                self.op(Op::Object { to, pairs });
                Operand::Reg(to)
            }
            Node::Ref(reference) => self.reference(reference, fail, own),
            Node::Comprehension(comprehension) => self.comprehension(comprehension, own),
        }
    }

    fn target(&mut self, own: Option<Var>) -> Reg {
        match own {
            Some(var) => self.variable(var),
            None => self.register(),
        }
    }

    fn comprehension(&mut self, comprehension: &Comprehension, own: Option<Var>) -> Operand {
        let mut free = super::lift::free(comprehension, &self.bound);
        // Without a loop around it nothing but the evaluations to come could use what it makes.
        free = free.filter(|free| free.is_empty() || (self.loops && free.len() <= MOST_ARGUMENTS));
        match free {
            Some(free) => self.lifted(comprehension, free, own),
            None => self.gather(comprehension, own),
        }
    }

    /// Makes a comprehension a unit of its own, whose parameters are the variables that it uses from around.
    fn lifted(&mut self, comprehension: &Comprehension, free: Vec<Var>, own: Option<Var>) -> Operand {
        let arguments = free.iter().map(|var| Operand::Reg(self.variable(*var))).collect();
        let mut inner = Emitter::new(self.tree, &mut *self.pool, self.unit.name.clone());
        inner.span = self.span;
        inner.unit.parameters = u32::try_from(free.len()).unwrap_or(u32::MAX);
        for var in free {
            inner.variable(var);
            inner.bound.insert(var);
        }
        let value = inner.gather(comprehension, None);
        inner.op(Op::Yield { value });
        inner.op(Op::Return);
        self.faults.append(&mut inner.faults);
        let unit = inner.finish();
        let place = u32::try_from(self.pool.lifted.len()).unwrap_or(u32::MAX);
        self.pool.lifted.push(unit);
        let to = self.target(own);
        self.op(Op::Lifted { to, unit: place, arguments });
        Operand::Reg(to)
    }

    /// The steps that make a comprehension where it stands.
    fn gather(&mut self, comprehension: &Comprehension, own: Option<Var>) -> Operand {
        let span = self.span;
        let at = self.auxiliary();
        let bound = self.bound.clone();
        let done = self.label();
        let what = match comprehension {
            Comprehension::Array { .. } => Making::Array,
            Comprehension::Set { .. } => Making::Set,
            Comprehension::Object { .. } => Making::Object,
        };
        self.op(Op::Begin { at, what });
        let mut again = self.body(comprehension.body(), done);
        self.span = span;
        match comprehension {
            Comprehension::Array { head, .. } | Comprehension::Set { head, .. } => {
                let value = self.value(head, &mut again);
                self.op(Op::Push { at, value });
            }
            Comprehension::Object { key, value, .. } => {
                let key = self.value(key, &mut again);
                let value = self.value(value, &mut again);
                self.op(Op::Insert { at, key, value });
            }
        }
        self.op(Op::Jump(again));
        self.place(done);
        self.bound = bound;
        let to = self.target(own);
        self.op(Op::Finish { at, to });
        Operand::Reg(to)
    }

    fn reference(&mut self, reference: &Reference, fail: &mut Label, own: Option<Var>) -> Operand {
        let mut path = reference.path.as_slice();
        let mut cursor = match reference.root {
            Root::Var(var) => {
                if !self.bound.contains(&var) {
                    self.faults.push(("expression cannot be evaluated".to_owned(), reference.span));
                }
                Cursor::Value(Operand::Reg(self.variable(var)))
            }
            Root::Input => {
                let keys = take_constants(&mut path);
                let to = self.last_target(path, own);
                let keys = self.pool.path(keys);
                self.op(Op::Input { to, path: keys, fail: *fail });
                Cursor::Value(Operand::Reg(to))
            }
            Root::Data => self.static_part(&mut path, fail, own),
        };
        while let Some((element, rest)) = path.split_first() {
            cursor = match cursor {
                Cursor::Value(from) => self.step(from, &mut path, fail, own),
                Cursor::Tree(node) => {
                    let (at, value) = (self.auxiliary(), self.register());
                    self.op(Op::Tree { at, node });
                    Cursor::Either { at, value }
                }
                Cursor::Either { at, value } => {
                    path = rest;
                    self.tree_step(at, value, element, fail)
                }
                Cursor::Nothing => return self.constant(&Value::Null),
            };
        }
        match cursor {
            Cursor::Value(operand) => operand,
            Cursor::Tree(node) => {
                let to = self.target(own);
                self.op(Op::Extent { to, node, fail: *fail });
                Operand::Reg(to)
            }
            Cursor::Either { at, value } => {
                self.op(Op::TreeValue { at, value, fail: *fail });
                Operand::Reg(value)
            }
            Cursor::Nothing => self.constant(&Value::Null),
        }
    }

    /// Where a step may put its value: into the variable if it is the last.
    fn last_target(&mut self, path: &[Node], own: Option<Var>) -> Reg {
        self.target(own.filter(|_| path.is_empty()))
    }

    /// Follows the constant keys of a reference into the tree, up to a rule or out of it.
    fn static_part(&mut self, path: &mut &[Node], fail: &mut Label, own: Option<Var>) -> Cursor {
        let mut node = ROOT;
        let mut followed = Vec::new();
        loop {
            if let Some(rule) = self.tree.node(node).rule {
                let to = self.last_target(path, own);
                self.op(Op::Rule { to, rule, fail: *fail });
                return Cursor::Value(Operand::Reg(to));
            }
            let Some((Node::Const(key), rest)) = path.split_first() else { return Cursor::Tree(node) };
            if let Some(child) = key.as_str().and_then(|name| self.tree.child(node, name)) {
                followed.push(key.clone());
                node = child;
                *path = rest;
            } else {
                followed.extend(take_constants(path));
                let to = self.last_target(path, own);
                let keys = self.pool.path(followed);
                self.op(Op::Base { to, path: keys, fail: *fail });
                return Cursor::Value(Operand::Reg(to));
            }
        }
    }

    /// Follows one or more keys in a value.
    fn step(&mut self, from: Operand, path: &mut &[Node], fail: &mut Label, own: Option<Var>) -> Cursor {
        let mut keys = take_constants(path);
        if keys.len() > 1 {
            let to = self.last_target(path, own);
            let keys = self.pool.path(keys);
            self.op(Op::Path { to, from, path: keys, fail: *fail });
            return Cursor::Value(Operand::Reg(to));
        }
        if let Some(key) = keys.pop() {
            let to = self.last_target(path, own);
            let key = self.constant(&key);
            self.op(Op::Lookup { to, from, key, fail: *fail });
            return Cursor::Value(Operand::Reg(to));
        }
        let Some((element, rest)) = path.split_first() else { return Cursor::Nothing };
        *path = rest;
        let to = self.last_target(rest, own);
        if self.can_evaluate(element) {
            let key = self.value(element, fail);
            self.op(Op::Lookup { to, from, key, fail: *fail });
        } else {
            let iterator = self.auxiliary();
            let next = self.label();
            let key = self.part(element);
            self.op(Op::Scan { iterator, from });
            self.place(next);
            self.op(Op::Next { iterator, key: Some(key), value: Some(to), done: *fail });
            *fail = next;
            self.destructure(element, Operand::Reg(key), fail);
        }
        Cursor::Value(Operand::Reg(to))
    }

    fn tree_step(&mut self, at: Aux, value: Reg, element: &Node, fail: &mut Label) -> Cursor {
        if self.can_evaluate(element) {
            let key = self.value(element, fail);
            let (next_at, next_value) = (at, value);
            self.op(Op::TreeLookup { at, value, key, fail: *fail });
            return Cursor::Either { at: next_at, value: next_value };
        }
        let (iterator, next_at, next_value) = (self.auxiliary(), self.auxiliary(), self.register());
        let next = self.label();
        let key = self.part(element);
        self.op(Op::TreeScan { iterator, at, value });
        self.place(next);
        self.op(Op::TreeNext { iterator, at: next_at, key, value: next_value, done: *fail });
        *fail = next;
        self.destructure(element, Operand::Reg(key), fail);
        Cursor::Either { at: next_at, value: next_value }
    }
}

/// Takes the constant keys off the beginning of a path.
fn take_constants(path: &mut &[Node]) -> Vec<Value> {
    let mut keys = Vec::new();
    while let Some((Node::Const(key), rest)) = path.split_first() {
        keys.push(key.clone());
        *path = rest;
    }
    keys
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "neq" => Comparison::NotEqual,
        "lt" => Comparison::Less,
        "lte" => Comparison::LessOrEqual,
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}
