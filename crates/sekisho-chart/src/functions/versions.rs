//! Semantic versions.

use std::any::Any;
use std::rc::Rc;

use super::arguments::{NIL_DEREFERENCE, text, value};
use super::function::{Family, Function};
use crate::error::CallError;
use crate::semver::{Constraint, Version};
use crate::value::{Data, Host, Method, MethodBody, Text, Type, UintType, Value};

/// The table of the family.
pub(super) const FAMILY: Family = &[
    Function::new("semver", &[Type::String], |_, args| {
        let version = parse(text(args, 0))?;
        Ok(Value::host(VersionHost { version, is_pointer: true }))
    }),
    Function::new("semverCompare", &[Type::String, Type::String], |_, args| {
        let constraint = Constraint::parse(&text(args, 0).to_str())
            .map_err(|error| CallError::Message(error.to_string()))?;
        Ok(constraint.allows(&parse(text(args, 1))?).into())
    }),
];

fn parse(text: &Text) -> Result<Version, CallError> {
    Version::parse(&text.to_str()).map_err(|error| CallError::Message(error.to_string()))
}

/// A version with the methods that templates may call: Go's `*semver.Version`, or `semver.Version`.
#[derive(Debug)]
pub(super) struct VersionHost {
    pub(super) version: Version,
    /// Whether it is the pointer, which alone can be compared.
    is_pointer: bool,
}

impl VersionHost {
    /// Go's zero version.
    pub(super) fn zero() -> Value {
        Value::host(Self { version: none(), is_pointer: true })
    }
}

const POINTER: Type = Type::Host("*semver.Version");

impl Host for VersionHost {
    fn type_name(&self) -> &'static str {
        if self.is_pointer { "*semver.Version" } else { "semver.Version" }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn methods(&self) -> &'static [Method] {
        // Those that only a pointer has stand at the end.
        if self.is_pointer { METHODS } else { METHODS.get(..OF_VALUES).unwrap_or(METHODS) }
    }

    fn display(&self) -> Option<Text> {
        Some(self.version.to_string().into())
    }
}

/// How many of the methods a value has too.
const OF_VALUES: usize = 11;

const METHODS: &[Method] = &[
    plain("Major", |_, host, _| Ok(number(own(host).major))),
    plain("Minor", |_, host, _| Ok(number(own(host).minor))),
    plain("Patch", |_, host, _| Ok(number(own(host).patch))),
    plain("Prerelease", |_, host, _| Ok(own(host).prerelease.into())),
    plain("Metadata", |_, host, _| Ok(own(host).metadata.into())),
    plain("String", |_, host, _| Ok(own(host).to_string().into())),
    plain("IncMajor", |_, host, _| {
        let version = own(host);
        Ok(next(&version, [increment(version.major, "major")?, 0, 0]))
    }),
    plain("IncMinor", |_, host, _| {
        let version = own(host);
        Ok(next(&version, [version.major, increment(version.minor, "minor")?, 0]))
    }),
    plain("IncPatch", |_, host, _| {
        let version = own(host);
        // A prerelease goes on to its release.
        let patch =
            if version.prerelease.is_empty() { increment(version.patch, "patch")? } else { version.patch };
        Ok(next(&version, [version.major, version.minor, patch]))
    }),
    Method {
        name: "SetPrerelease",
        parameters: &[Type::String],
        body: |_, host, args| {
            let prerelease = text(args, 0).to_str();
            let version = own(host);
            check(&format!("1.2.3-{prerelease}"), prerelease.is_empty(), "invalid prerelease string")?;
            Ok(changed(&version, Version { prerelease: prerelease.into(), ..version.clone() }))
        },
    },
    Method {
        name: "SetMetadata",
        parameters: &[Type::String],
        body: |_, host, args| {
            let metadata = text(args, 0).to_str();
            let version = own(host);
            check(&format!("1.2.3+{metadata}"), metadata.is_empty(), "invalid metadata string")?;
            Ok(changed(&version, Version { metadata: metadata.into(), ..version.clone() }))
        },
    },
    plain("Original", |_, host, _| Ok(own(host).original.into())),
    compared("Compare", |_, host, args| Ok(Value::int(own(host).cmp(&other(args)?) as i64))),
    compared("Equal", |_, host, args| Ok((!value(args, 0).is_nil() && own(host) == other(args)?).into())),
    compared("LessThan", |_, host, args| Ok((own(host) < other(args)?).into())),
    compared("LessThanEqual", |_, host, args| Ok((own(host) <= other(args)?).into())),
    compared("GreaterThan", |_, host, args| Ok((own(host) > other(args)?).into())),
    compared("GreaterThanEqual", |_, host, args| Ok((own(host) >= other(args)?).into())),
];

const fn plain(name: &'static str, body: MethodBody) -> Method {
    Method { name, parameters: &[], body }
}

const fn compared(name: &'static str, body: MethodBody) -> Method {
    Method { name, parameters: &[POINTER], body }
}

fn number(number: u64) -> Value {
    Data::Uint(number, UintType::Uint64).into()
}

/// The version whose method is called.
fn own(host: &Rc<dyn Host>) -> Version {
    match host.as_any().downcast_ref::<VersionHost>() {
        Some(host) => host.version.clone(),
        None => none(),
    }
}

/// The version that is the argument.
fn other(args: &[Value]) -> Result<Version, CallError> {
    match value(args, 0).as_host::<VersionHost>() {
        Some(host) => Ok(host.version.clone()),
        None => Err(CallError::new(NIL_DEREFERENCE)),
    }
}

fn none() -> Version {
    Version { major: 0, minor: 0, patch: 0, prerelease: "".into(), metadata: "".into(), original: "".into() }
}

fn increment(number: u64, name: &str) -> Result<u64, CallError> {
    number
        .checked_add(1)
        .ok_or_else(|| CallError::Message(format!("{name} version increment would overflow uint64")))
}

/// The release of these numbers.
fn next(before: &Version, [major, minor, patch]: [u64; 3]) -> Value {
    changed(before, Version { major, minor, patch, ..none() })
}

/// A version made of another, which hands on the `v` before it.
fn changed(before: &Version, version: Version) -> Value {
    let letter = if before.original.starts_with('v') { "v" } else { "" };
    let original = format!("{letter}{version}").into();
    Value::host(VersionHost { version: Version { original, ..version }, is_pointer: false })
}

/// Fails where a version with a new part would be none.
fn check(with_part: &str, is_empty: bool, message: &str) -> Result<(), CallError> {
    if is_empty {
        return Ok(());
    }
    match Version::parse(with_part) {
        Ok(_) => Ok(()),
        Err(error @ crate::semver::VersionError::LeadingZero) => Err(CallError::Message(error.to_string())),
        Err(_) => Err(CallError::new(message)),
    }
}
