//! The table of event types and their parameters, from `data/events.txt`.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use crate::flags::{FlagTable, flag_table};

static TABLE: LazyLock<Vec<EventInfo>> = LazyLock::new(|| {
    include_str!("../data/events.txt").lines().filter(|line| !line.starts_with('#')).map(info).collect()
});

static NUMBERS: LazyLock<HashMap<&'static str, u16>> =
    LazyLock::new(|| (0..).zip(TABLE.iter()).map(|(number, info)| (info.constant, number)).collect());

/// The type of an event: one version of one system call, its beginning or its end, or a notice of another kind.
/// The default is the first, the beginning of a call that has no type of its own.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EventType(u16);

/// Whether an event tells of the beginning or of the end of something.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    /// The beginning: `>`. Events that are not system calls are of this kind.
    Enter,
    /// The end: `<`.
    Exit,
}

/// What is known of an event type.
#[derive(Clone, Debug)]
pub struct EventInfo {
    /// The full name, with version and direction: `SOCKET_ACCEPT4_6_X`.
    pub constant: &'static str,
    /// The name that rules use: `accept4`.
    pub name: &'static str,
    /// What makes such events.
    pub origin: Origin,
    /// The kind of activity.
    pub category: Category,
    /// Properties.
    pub flags: EventFlags,
    /// The parameters, in order.
    pub parameters: Vec<Parameter>,
}

/// What makes an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Origin {
    None,
    Syscall,
    Tracepoint,
    Plugin,
    Meta,
    Iterator,
}

/// The kind of activity that an event tells of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Category {
    Unknown,
    Other,
    File,
    Net,
    Ipc,
    Memory,
    Process,
    Sleep,
    System,
    Signal,
    User,
    Time,
    Processing,
    IoRead,
    IoWrite,
    IoOther,
    Wait,
    Scheduler,
    Internal,
}

/// Properties of an event type.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct EventFlags(u16);

impl EventFlags {
    /// It opens a descriptor.
    pub const CREATES_DESCRIPTOR: Self = Self(1);
    /// It closes a descriptor.
    pub const DESTROYS_DESCRIPTOR: Self = Self(1 << 1);
    /// It works on a descriptor.
    pub const USES_DESCRIPTOR: Self = Self(1 << 2);
    /// It reads from a descriptor.
    pub const READS: Self = Self(1 << 3);
    /// It writes to a descriptor.
    pub const WRITES: Self = Self(1 << 4);
    /// It changes what is known of processes and descriptors.
    pub const MODIFIES_STATE: Self = Self(1 << 5);
    /// No such events exist.
    pub const UNUSED: Self = Self(1 << 6);
    /// It waits.
    pub const WAITS: Self = Self(1 << 7);
    /// It leaves alone what a thread is known to be doing.
    pub const KEEPS_STATE: Self = Self(1 << 8);
    /// Only older captures have such events.
    pub const OLD: Self = Self(1 << 9);
    /// The lengths of its parameters have four bytes.
    pub const LARGE: Self = Self(1 << 11);
    /// Conversions from or to it exist.
    pub const CONVERTED: Self = Self(1 << 12);

    /// Whether all properties of `other` are here.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A parameter of an event type.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The name that `evt.arg.NAME` uses.
    pub name: &'static str,
    /// Its type.
    pub kind: Type,
    /// How a number is rendered.
    pub format: Format,
    /// The names of its bits or values.
    pub flags: Option<&'static FlagTable>,
    /// The parameter with the descriptor of the folder that a relative path counts from.
    pub folder: Option<u8>,
    /// The table of types that the value of a changing type can have.
    pub variants: Option<&'static str>,
}

/// How a number is rendered.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Format {
    None,
    Decimal,
    Hexadecimal,
    Padded,
    Id,
    Direction,
    Octal,
}

impl FromStr for Format {
    type Err = ();

    /// The format of this name, as tables of events and fields have it.
    fn from_str(name: &str) -> Result<Self, ()> {
        Ok(match name {
            "na" => Self::None,
            "dec" => Self::Decimal,
            "hex" => Self::Hexadecimal,
            "padded" => Self::Padded,
            "id" => Self::Id,
            "dir" => Self::Direction,
            "oct" => Self::Octal,
            _ => return Err(()),
        })
    }
}

macro_rules! types {
    ($($(#[$doc:meta])* $variant:ident $name:literal $shortest:literal $longest:expr;)*) => {
        /// The type of a parameter.
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Type {
            $($(#[$doc])* $variant,)*
        }

        impl FromStr for Type {
            type Err = ();

            /// The type of this name, as tables of events and fields have it.
            fn from_str(name: &str) -> Result<Self, ()> {
                match name {
                    $($name => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }

        impl Type {
            /// The fewest and the most bytes of a value; none where any number will do.
            pub fn bytes(self) -> (usize, Option<usize>) {
                match self {
                    $(Self::$variant => ($shortest, $longest),)*
                }
            }
        }
    };
}

types! {
    /// No value.
    None "none" 0 None;
    /// A signed number of 8 bits.
    Int8 "int8" 1 Some(1);
    /// A signed number of 16 bits.
    Int16 "int16" 2 Some(2);
    /// A signed number of 32 bits.
    Int32 "int32" 4 Some(4);
    /// A signed number of 64 bits.
    Int64 "int64" 8 Some(8);
    /// A number of 8 bits.
    UInt8 "uint8" 1 Some(1);
    /// A number of 16 bits.
    UInt16 "uint16" 2 Some(2);
    /// A number of 32 bits.
    UInt32 "uint32" 4 Some(4);
    /// A number of 64 bits.
    UInt64 "uint64" 8 Some(8);
    /// Text, ended by a zero byte.
    Text "charbuf" 0 None;
    /// Bytes.
    Bytes "bytebuf" 0 None;
    /// A result: negative where it is the number of an error.
    ErrorNumber "errno" 8 Some(8);
    /// A socket's address behind a byte for its family.
    SocketAddress "sockaddr" 0 None;
    /// A connection's two addresses behind a byte for their family.
    SocketPair "socktuple" 0 None;
    /// A descriptor.
    Descriptor "fd" 8 Some(8);
    /// A process or thread.
    Pid "pid" 8 Some(8);
    /// Descriptors with flags.
    DescriptorList "fdlist" 0 None;
    /// A path.
    Path "fspath" 0 None;
    /// The number of a system call.
    SyscallId "syscallid" 2 Some(2);
    /// A signal.
    Signal "sigtype" 1 Some(1);
    /// A span of time in nanoseconds.
    Duration "reltime" 8 Some(8);
    /// A moment in nanoseconds since 1970.
    Time "abstime" 8 Some(8);
    /// A port.
    Port "port" 2 Some(2);
    /// A protocol over IP.
    Protocol "l4proto" 1 Some(1);
    /// A family of sockets.
    SocketFamily "sockfamily" 1 Some(1);
    /// True or false, of 32 bits.
    Bool "bool" 4 Some(4);
    /// An IPv4 address.
    Ipv4 "ipv4addr" 4 Some(4);
    /// A value whose first byte says which type it has.
    Dynamic "dyn" 0 None;
    /// Bits of 8.
    Flags8 "flags8" 1 Some(1);
    /// Bits of 16.
    Flags16 "flags16" 2 Some(2);
    /// Bits of 32.
    Flags32 "flags32" 4 Some(4);
    /// A user.
    Uid "uid" 4 Some(4);
    /// A group.
    Gid "gid" 4 Some(4);
    /// A number with a fraction.
    Double "double" 8 Some(8);
    /// A set of signals.
    SignalSet "sigset" 4 Some(4);
    /// Texts.
    TextList "charbufarray" 0 None;
    /// Pairs of texts.
    TextPairList "charbuf-pair-array" 0 None;
    /// An IPv4 network.
    Ipv4Network "ipv4net" 0 None;
    /// An IPv6 address.
    Ipv6 "ipv6addr" 16 Some(16);
    /// An IPv6 network.
    Ipv6Network "ipv6net" 0 None;
    /// An address of either version.
    Ip "ipaddr" 0 None;
    /// A network of either version.
    IpNetwork "ipnet" 0 None;
    /// The mode of a file.
    Mode "mode" 4 Some(4);
    /// A path that counts from the folder of a descriptor.
    RelativePath "fsrelpath" 0 None;
    /// One of several values, of 8 bits.
    Choice8 "enumflags8" 1 Some(1);
    /// One of several values, of 16 bits.
    Choice16 "enumflags16" 2 Some(2);
    /// One of several values, of 32 bits.
    Choice32 "enumflags32" 4 Some(4);
    /// A descriptor of 32 bits.
    Descriptor32 "fd32" 4 Some(4);
    /// A process of 32 bits.
    Pid32 "pid32" 4 Some(4);
}

impl EventType {
    /// The type of this number; none where it is newer than the table.
    pub fn from_number(number: u16) -> Option<Self> {
        (usize::from(number) < TABLE.len()).then_some(Self(number))
    }

    /// The type of this full name, such as `SYSCALL_EXECVE_19_X`.
    pub fn named(constant: &str) -> Option<Self> {
        NUMBERS.get(constant).copied().map(Self)
    }

    /// Every type, in the order of their numbers.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..u16::try_from(TABLE.len()).unwrap_or(u16::MAX)).map(Self)
    }

    /// Its number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// What is known of it.
    pub fn info(self) -> &'static EventInfo {
        // INVARIANT: no number is made that the table lacks.
        TABLE.get(usize::from(self.0)).unwrap_or_else(|| TABLE.first().unwrap_or(&NOTHING))
    }

    /// Whether it tells of a beginning or of an end.
    pub fn direction(self) -> Direction {
        if self.0.is_multiple_of(2) { Direction::Enter } else { Direction::Exit }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().constant)
    }
}

static NOTHING: EventInfo = EventInfo {
    constant: "",
    name: "",
    origin: Origin::None,
    category: Category::Unknown,
    flags: EventFlags::UNUSED,
    parameters: Vec::new(),
};

fn info(line: &'static str) -> EventInfo {
    let mut words = line.split(' ');
    let mut word = || words.next().unwrap_or_default();
    let (constant, name, origin, category, flags) = (word(), word(), word(), word(), word());
    EventInfo {
        constant,
        name,
        origin: self::origin(origin),
        category: self::category(category),
        flags: flags.split(',').fold(EventFlags::default(), |all, name| EventFlags(all.0 | flag(name).0)),
        parameters: words.map(parameter).collect(),
    }
}

fn parameter(text: &'static str) -> Parameter {
    let mut parts = text.split(':');
    let mut part = || parts.next().unwrap_or_default();
    let (name, kind, format, more) = (part(), part(), part(), part());
    Parameter {
        name,
        kind: kind.parse().unwrap_or(Type::None),
        format: format.parse().unwrap_or(Format::None),
        flags: flag_table(more),
        folder: more.strip_prefix('@').and_then(|index| index.parse().ok()),
        variants: more.ends_with("_dynamic_param").then_some(more),
    }
}

fn origin(name: &str) -> Origin {
    match name {
        "syscall" => Origin::Syscall,
        "tracepoint" => Origin::Tracepoint,
        "plugin" => Origin::Plugin,
        "meta" => Origin::Meta,
        "iterator" => Origin::Iterator,
        _ => Origin::None,
    }
}

fn category(name: &str) -> Category {
    match name {
        "other" => Category::Other,
        "file" => Category::File,
        "net" => Category::Net,
        "ipc" => Category::Ipc,
        "memory" => Category::Memory,
        "process" => Category::Process,
        "sleep" => Category::Sleep,
        "system" => Category::System,
        "signal" => Category::Signal,
        "user" => Category::User,
        "time" => Category::Time,
        "processing" => Category::Processing,
        "io-read" => Category::IoRead,
        "io-write" => Category::IoWrite,
        "io-other" => Category::IoOther,
        "wait" => Category::Wait,
        "scheduler" => Category::Scheduler,
        "internal" => Category::Internal,
        _ => Category::Unknown,
    }
}

fn flag(name: &str) -> EventFlags {
    match name {
        "creates-fd" => EventFlags::CREATES_DESCRIPTOR,
        "destroys-fd" => EventFlags::DESTROYS_DESCRIPTOR,
        "uses-fd" => EventFlags::USES_DESCRIPTOR,
        "reads-fd" => EventFlags::READS,
        "writes-fd" => EventFlags::WRITES,
        "modifies-state" => EventFlags::MODIFIES_STATE,
        "unused" => EventFlags::UNUSED,
        "waits" => EventFlags::WAITS,
        "keeps-state" => EventFlags::KEEPS_STATE,
        "old" => EventFlags::OLD,
        "large" => EventFlags::LARGE,
        "converted" => EventFlags::CONVERTED,
        _ => EventFlags::default(),
    }
}
