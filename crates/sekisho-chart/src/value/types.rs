//! The types of Go that templates can meet, and their names.

use std::fmt;

/// A type of Go: of a value, an element, or a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// `interface {}`: anything, nil too.
    Any,
    /// `reflect.Value`: anything as it stands, no value at all too. Only builtins of the language have it.
    Reflect,
    /// `bool`
    Bool,
    /// An integer type with sign.
    Int(IntType),
    /// An integer type without sign.
    Uint(UintType),
    /// `float64`
    Float64,
    /// `string`
    String,
    /// `[]uint8`
    Bytes,
    /// A slice of elements of one type.
    List(&'static Self),
    /// A map from strings to elements of one type.
    Map(&'static Self),
    /// `common.Values`: Helm's name for a map of any.
    Values,
    /// The type of an object of the host, by Go's name.
    Host(&'static str),
}

/// Go's integer types with sign, and the named ones that stand on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IntType {
    /// `int`
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `time.Duration`, in nanoseconds
    Duration,
    /// `time.Month`, from 1
    Month,
    /// `time.Weekday`, Sunday is 0
    Weekday,
}

/// Go's integer types without sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UintType {
    /// `uint`
    Uint,
    /// `uint8`, also called byte
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
}

impl Type {
    /// `int`
    pub const INT: Self = Self::Int(IntType::Int);
    /// `int64`
    pub const INT64: Self = Self::Int(IntType::Int64);
    /// `[]interface {}`
    pub const LIST: Self = Self::List(&Self::Any);
    /// `[]string`
    pub const STRINGS: Self = Self::List(&Self::String);
    /// `map[string]interface {}`
    pub const MAP: Self = Self::Map(&Self::Any);

    /// Whether a value of type `from` may stand where this type is asked for.
    pub fn accepts(self, from: Self) -> bool {
        match self {
            Self::Any | Self::Reflect => true,
            // A named type and the unnamed one it stands on take each other's values.
            Self::Map(&Self::Any) | Self::Values => from == Self::MAP || from == Self::Values,
            _ => self == from,
        }
    }

    /// Whether `nil` may stand where this type is asked for.
    pub fn takes_nil(self) -> bool {
        match self {
            Self::Any | Self::Reflect | Self::Bytes | Self::List(_) | Self::Map(_) | Self::Values => true,
            Self::Host(name) => name.starts_with('*'),
            Self::Bool | Self::Int(_) | Self::Uint(_) | Self::Float64 | Self::String => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Any => "interface {}",
            Self::Reflect => "reflect.Value",
            Self::Bool => "bool",
            Self::Int(kind) => kind.name(),
            Self::Uint(kind) => kind.name(),
            Self::Float64 => "float64",
            Self::String => "string",
            Self::Bytes => "[]uint8",
            Self::List(element) => return write!(f, "[]{element}"),
            Self::Map(element) => return write!(f, "map[string]{element}"),
            Self::Values => "common.Values",
            Self::Host(name) => name,
        })
    }
}

impl IntType {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Duration => "time.Duration",
            Self::Month => "time.Month",
            Self::Weekday => "time.Weekday",
        }
    }
}

impl UintType {
    /// Go's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
        }
    }
}
