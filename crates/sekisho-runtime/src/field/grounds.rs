//! What the values of fields come from, so that events are told apart by no more than rules can ask of them.
//!
//! A field that is not named here may have another value in each event.

use sekisho_capture::{Direction, Type};
use sekisho_falco::{Field, Grounds, IDENTITY_NUMBERS, Identity};

use super::container::ContainerField;
use super::event::EventField;
use super::file::FileField;
use super::process::ProcessField;
use super::{Known, index, known};
use crate::step::{Action, is_generic, traits};
use crate::view::View;

/// The process with its ancestors, container and accounts.
const PROCESS: Grounds = Grounds(1 << 32);
/// What the descriptor stands for.
const FILE: Grounds = Grounds(1 << 33);
/// The number of the descriptor.
const NUMBER: Grounds = Grounds(1 << 34);
/// Whether the event changed the name of what the descriptor stands for.
const CHANGE: Grounds = Grounds(1 << 35);
/// The working folder of the process.
const FOLDER: Grounds = Grounds(1 << 36);
/// The environment of the process.
const ENVIRONMENT: Grounds = Grounds(1 << 37);
/// The type of the event alone.
const NOTHING: Grounds = Grounds(0);
/// Parameters behind this are not told apart.
const PARAMETERS: usize = 32;
/// Parameters that an identity has room for.
const ROOM: usize = IDENTITY_NUMBERS - 4;

/// What the values of a field come from in events of this one's type.
pub(crate) fn of(view: &View<'_>, field: &Field) -> Option<Grounds> {
    let argument = field.argument.as_deref();
    // What such an event is about is told by its texts.
    if traits(view.event.head.kind).action == Action::Notice {
        return None;
    }
    match known(field) {
        Known::Event(known) => of_event(view, known, argument),
        Known::Process(known) => of_process(known),
        Known::File(known) => of_file(known),
        Known::Account(_) => Some(PROCESS),
        Known::Container(known) => of_container(known),
        Known::Path(_) | Known::Kubernetes(_) | Known::Unknown => None,
    }
}

fn parameter(place: usize) -> Option<Grounds> {
    (place < PARAMETERS).then(|| Grounds(1 << place))
}

/// The parameter of a name; nothing where events of the type have none.
fn named(view: &View<'_>, name: &str) -> Option<Grounds> {
    let parameters = &view.event.head.kind.info().parameters;
    parameters.iter().position(|parameter| parameter.name == name).map_or(Some(NOTHING), parameter)
}

fn of_event(view: &View<'_>, field: EventField, argument: Option<&[u8]>) -> Option<Grounds> {
    use EventField as F;
    let kind = view.event.head.kind;
    match field {
        F::Type | F::SyscallType if is_generic(kind) => parameter(0),
        F::Type
        | F::SyscallType
        | F::Direction
        | F::IsIo
        | F::IsRead
        | F::IsWrite
        | F::IoDirection
        | F::IsWait
        | F::Source => Some(NOTHING),
        F::Category | F::IsSyslog => Some(FILE),
        F::IsOpenRead | F::IsOpenWrite | F::IsOpenExec | F::IsOpenCreate => {
            Some(named(view, "flags")?.and(named(view, "mode")?).and(parameter(0)?))
        }
        F::RawResult | F::Result | F::Failed => parameter(0),
        F::Argument | F::RawArgument => {
            let parameters = &kind.info().parameters;
            let place = match index(argument) {
                Some(place) if field == F::Argument => Some(place),
                _ => {
                    let name = std::str::from_utf8(argument?).ok()?;
                    parameters.iter().position(|parameter| parameter.name == name)
                }
            };
            match place.and_then(|place| Some((place, parameters.get(place)?))) {
                None => Some(NOTHING),
                Some((place, of)) if is_plain(of.kind) => parameter(place),
                Some(_) => None,
            }
        }
        _ => None,
    }
}

/// Whether values of a type mean what they are, and nothing that they refer to.
fn is_plain(kind: Type) -> bool {
    matches!(
        kind,
        Type::Int8
            | Type::Int16
            | Type::Int32
            | Type::Int64
            | Type::UInt8
            | Type::UInt16
            | Type::UInt32
            | Type::UInt64
            | Type::Flags8
            | Type::Flags16
            | Type::Flags32
            | Type::Choice8
            | Type::Choice16
            | Type::Choice32
            | Type::Mode
            | Type::Bool
            | Type::Signal
            | Type::ErrorNumber
    )
}

fn of_process(field: ProcessField) -> Option<Grounds> {
    use ProcessField as F;
    match field {
        F::Exe
        | F::ParentExe
        | F::AncestorExe
        | F::Path
        | F::ParentPath
        | F::AncestorPath
        | F::Name
        | F::ParentName
        | F::AncestorName
        | F::Arguments
        | F::AncestorArguments
        | F::Line
        | F::ParentLine
        | F::AncestorLine
        | F::ArgumentCount
        | F::ArgumentBytes
        | F::ExeLine
        | F::Terminal
        | F::ExeWritable
        | F::ExeUpperLayer
        | F::ExeLowerLayer
        | F::ExeFromMemory
        | F::IsSessionLeader
        | F::IsVirtualGroupLeader
        | F::IsGroupLeader
        | F::IsMain
        | F::Permitted
        | F::Inheritable
        | F::Effective => Some(PROCESS),
        F::WorkingFolder => Some(FOLDER),
        F::Environment => Some(ENVIRONMENT),
        _ => None,
    }
}

fn of_file(field: FileField) -> Option<Grounds> {
    use FileField as F;
    match field {
        F::Number => Some(NUMBER),
        F::NameChanged => Some(FILE.and(CHANGE)),
        // Nobody is asked for names of hosts.
        F::ClientHost | F::ServerHost | F::LocalHost | F::RemoteHost => Some(NOTHING),
        F::Type
        | F::Letter
        | F::Name
        | F::RawName
        | F::Folder
        | F::FileName
        | F::Address
        | F::ClientAddress
        | F::ServerAddress
        | F::Port
        | F::ClientPort
        | F::ServerPort
        | F::Protocol
        | F::Family
        | F::Service
        | F::ClientService
        | F::ServerService
        | F::Network
        | F::ClientNetwork
        | F::ServerNetwork
        | F::IsConnected
        | F::Device
        | F::DeviceMajor
        | F::DeviceMinor
        | F::UpperLayer
        | F::LowerLayer => Some(FILE),
        _ => None,
    }
}

fn of_container(field: ContainerField) -> Option<Grounds> {
    use ContainerField as F;
    match field {
        F::Started | F::Duration => None,
        _ => Some(PROCESS),
    }
}

/// Numbers that tell these grounds, as they are for this event, from all others.
pub(crate) fn identity(view: &View<'_>, grounds: Grounds) -> Option<Identity> {
    let event = view.event;
    let count = event.parameter_count() as u64;
    let (slot, thread) = (view.slot()?, view.thread()?);
    let mut numbers = [0_u64; ROOM];
    let mut room = numbers.iter_mut();
    let mut lengths = 0_u64;
    let mut rest = grounds.0 & ((1 << PARAMETERS) - 1);
    while rest != 0 {
        let place = rest.trailing_zeros() as usize;
        rest &= rest - 1;
        let bytes = event.parameter(place).unwrap_or_default();
        let mut whole = [0_u8; 8];
        whole.get_mut(..bytes.len())?.copy_from_slice(bytes);
        *room.next()? = u64::from_le_bytes(whole);
        lengths = lengths << 4 | bytes.len() as u64;
    }
    let mut process = if grounds.has(PROCESS) { view.state.identity(slot)? } else { 0 };
    let (folder, environment) = (grounds.has(FOLDER), grounds.has(ENVIRONMENT));
    if folder || environment {
        process = view.state.identity_within(process, slot, folder, environment);
    }
    let mut file = 0;
    if grounds.has(FILE) {
        file = match view.file() {
            Some(file) => view.state.file_identity(file),
            // The name is that of what could not be opened.
            None if is_opening(view) => return None,
            None => 0,
        };
    }
    let number = if grounds.has(NUMBER) { thread.descriptor.cast_unsigned() } else { 0 };
    let changed = grounds.has(CHANGE) && view.context.name_changed;
    let [first, second, third] = numbers;
    Some([lengths << 16 | count << 1 | u64::from(changed), process, file, number, first, second, third])
}

/// Whether a descriptor that is not known has a name that the event tells.
fn is_opening(view: &View<'_>) -> bool {
    let kind = view.event.head.kind;
    kind.direction() == Direction::Exit
        && matches!(
            kind.info().name,
            "open" | "creat" | "accept" | "accept4" | "connect" | "openat" | "openat2" | "open_by_handle_at"
        )
}
