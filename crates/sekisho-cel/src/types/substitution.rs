//! Which types can stand for which: assignability, and the types that were found for variables.

use super::Type;

/// How many steps the checker takes over types before it gives up.
const STEPS: u32 = 2_000_000;

/// What has been found for the type variables of an expression.
#[derive(Debug, Default)]
pub(crate) struct Substitution {
    found: Vec<Option<Type>>,
    /// What was overwritten, newest last, so that a failed try can be taken back.
    undo: Vec<(u32, Option<Type>)>,
    steps: u32,
}

impl Substitution {
    /// A new variable.
    pub(crate) fn fresh(&mut self) -> Type {
        self.found.push(None);
        Type::Variable(u32::try_from(self.found.len() - 1).unwrap_or(u32::MAX))
    }

    /// Whether the types are too large to be worked out.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.steps > STEPS
    }

    fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        !self.is_exhausted()
    }

    fn find(&self, variable: u32) -> Option<&Type> {
        self.found.get(variable as usize).and_then(Option::as_ref)
    }

    fn set(&mut self, variable: u32, kind: Type) {
        if let Some(place) = self.found.get_mut(variable as usize) {
            self.undo.push((variable, place.replace(kind)));
        }
    }

    fn take_back(&mut self, to: usize) {
        while self.undo.len() > to {
            if let Some((variable, old)) = self.undo.pop()
                && let Some(place) = self.found.get_mut(variable as usize)
            {
                *place = old;
            }
        }
    }

    /// The type with everything put in that has been found; what has not becomes `dyn` if so wished.
    pub(crate) fn resolve(&mut self, kind: &Type, open_to_dyn: bool) -> Type {
        if !self.step() {
            return Type::Dyn;
        }
        match kind {
            Type::Variable(variable) => match self.find(*variable).cloned() {
                Some(found) => self.resolve(&found, open_to_dyn),
                None if open_to_dyn => Type::Dyn,
                None => kind.clone(),
            },
            other => other.with(&mut |part| self.resolve(part, open_to_dyn)),
        }
    }

    /// Whether values of `from` may stand where `to` is wanted; what that says of variables is kept if so.
    pub(crate) fn assign(&mut self, from: &Type, to: &Type) -> bool {
        let before = self.undo.len();
        let fits = self.fits(from, to);
        if !fits {
            self.take_back(before);
        }
        fits
    }

    /// [`assign`](Self::assign), pair by pair, all or nothing.
    pub(crate) fn assign_all(&mut self, from: &[Type], to: &[Type]) -> bool {
        let before = self.undo.len();
        let fits = to.len() == from.len() && from.iter().zip(to).all(|(from, to)| self.fits(from, to));
        if !fits {
            self.take_back(before);
        }
        fits
    }

    fn fits(&mut self, from: &Type, to: &Type) -> bool {
        if !self.step() {
            return true;
        }
        if let Type::Variable(variable) = to {
            let (valid, known) = self.substitute(from, *variable);
            if valid || known {
                return valid;
            }
        }
        if let Type::Variable(variable) = from {
            return self.substitute(to, *variable).0;
        }
        match (from, to) {
            (Type::Dyn | Type::Error, _)
            | (_, Type::Dyn | Type::Error)
            | (Type::TypeOf(_), Type::TypeOf(_)) => true,
            (Type::Null, other) | (other, Type::Null) => is_nullable(other),
            (Type::Wrapper(inner), other) | (other, Type::Wrapper(inner)) => match other {
                Type::Wrapper(other) => inner == other,
                other => **inner == *other,
            },
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => self.fits(a, b),
            (Type::Map(key, value), Type::Map(other_key, other_value)) => {
                self.fits(key, other_key) && self.fits(value, other_value)
            }
            _ => from == to,
        }
    }

    /// Whether a type can be what a variable stands for, and whether the variable stood for one already.
    fn substitute(&mut self, kind: &Type, variable: u32) -> (bool, bool) {
        if *kind == Type::Variable(variable) {
            return (true, true);
        }
        if let Some(known) = self.find(variable).cloned() {
            if *kind == known {
                return (true, true);
            }
            if !self.fits(kind, &known) {
                return (false, true);
            }
            let general = if self.is_as_wide(kind, &known) { kind.clone() } else { known };
            if !self.occurs(variable, &general) {
                self.set(variable, general);
            }
            return (true, true);
        }
        if self.occurs(variable, kind) {
            return (false, false);
        }
        self.set(variable, kind.clone());
        (true, false)
    }

    fn occurs(&mut self, variable: u32, kind: &Type) -> bool {
        if !self.step() {
            return true;
        }
        match kind {
            Type::Variable(other) if *other == variable => true,
            Type::Variable(other) => {
                self.find(*other).cloned().is_some_and(|found| self.occurs(variable, &found))
            }
            other => other.parameters().into_iter().any(|part| self.occurs(variable, part)),
        }
    }

    /// The wider of two types that fit each other.
    pub(crate) fn most_general(&mut self, one: &Type, other: &Type) -> Type {
        if self.is_as_wide(one, other) { one.clone() } else { other.clone() }
    }

    fn is_as_wide(&mut self, one: &Type, other: &Type) -> bool {
        if !self.step() {
            return true;
        }
        match (one, other) {
            (Type::Dyn | Type::Variable(_), _) | (Type::TypeOf(_), Type::TypeOf(_)) => true,
            (_, Type::Dyn | Type::Variable(_)) => false,
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => self.is_as_wide(a, b),
            (Type::Map(key, value), Type::Map(other_key, other_value)) => {
                self.is_as_wide(key, other_key) && self.is_as_wide(value, other_value)
            }
            _ => one == other,
        }
    }
}

fn is_nullable(kind: &Type) -> bool {
    matches!(
        kind,
        Type::Null
            | Type::Wrapper(_)
            | Type::Struct(_)
            | Type::Opaque(_)
            | Type::Optional(_)
            | Type::Timestamp
            | Type::Duration
    )
}
