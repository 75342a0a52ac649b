//! The functions of the module `pe`.

use super::import::{Function, Imports};
use super::resource::Resource;
use super::{Pe, rich};
use crate::module::{Answer, Given};
use crate::value::Value;

/// Kinds of imports that a rule asks for.
const STANDARD: i64 = 1;
const DELAYED: i64 = 2;
const IS_LIBRARY: u64 = 0x2000;
/// Places among the members of a signature.
const NOT_BEFORE: usize = 7;
const NOT_AFTER: usize = 8;

impl Pe<'_> {
    /// What a function says.
    pub(crate) fn call(&self, name: &str, receiver: Option<&Value>, given: &[Given<'_>]) -> Answer {
        let value = match name {
            "is_dll" => self.short_of_file(18).map(|marks| marks & IS_LIBRARY).into(),
            "is_32bit" => (!self.is_wide).into(),
            "is_64bit" => self.is_wide.into(),
            "imphash" => self.imphash.get_or_init(|| self.imports().hash()).clone().into(),
            "calculate_checksum" => (*self.checksum.get_or_init(|| self.checksum())).into(),
            "section_index" => match given {
                [Given::Value(Value::Text(name))] => place(self.section_named(name)),
                [offset] => place(offset.integer().and_then(|offset| self.section_at(offset))),
                _ => Value::Undefined,
            },
            "rva_to_offset" => match given {
                [address] => {
                    let address = address.integer().map(i64::cast_unsigned);
                    address.and_then(|address| self.offset(address)).into()
                }
                _ => Value::Undefined,
            },
            "locale" => self.has_language(0xffff, given),
            "language" => self.has_language(0xff, given),
            "version" | "toolid" => counted_tools(name, receiver, given).unwrap_or(Value::Undefined),
            "valid_on" => valid_on(receiver, given).unwrap_or(Value::Undefined),
            _ => Value::Undefined,
        };
        let steps = match name {
            "exports" | "exports_index" => return self.ask_exports(name, given),
            "imports" => return self.ask_imports(given),
            "import_rva" => return ask_address(self.imports(), given),
            "delayed_import_rva" => return ask_address(self.delayed(), given),
            "locale" | "language" => self.resources().all.len() as u64 / 16 + 1,
            _ => 1,
        };
        Answer { value, steps }
    }

    /// The sum over the file that the header should hold.
    fn checksum(&self) -> u64 {
        let bytes = self.reader.bytes;
        let mut sum = 0;
        for (place, word) in (0_u64..).zip(bytes.chunks(4)) {
            // The sum's own place counts as zero.
            if 4 * place == self.optional + 64 {
                continue;
            }
            sum += word.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
            sum = (sum & 0xffff_ffff) + (sum >> 32);
        }
        sum = (sum & 0xffff) + (sum >> 16);
        sum += sum >> 16;
        (sum & 0xffff) + bytes.len() as u64
    }

    fn has_language(&self, mask: i64, given: &[Given<'_>]) -> Value {
        let Some(wanted) = given.first().and_then(Given::integer) else { return Value::Undefined };
        let mut languages = self.resources().all.iter().filter_map(Resource::language);
        languages.any(|language| language & mask == wanted).into()
    }

    /// Whether a function is given to programs, or its place among those that are.
    fn ask_exports(&self, name: &str, given: &[Given<'_>]) -> Answer {
        let all = &self.exports().all;
        let found = match given {
            [Given::Regex(regex)] => {
                all.iter().position(|export| export.name.is_some_and(|name| regex.is_match(name)))
            }
            [Given::Value(Value::Text(wanted))] => {
                let is = |name: &[u8]| name.eq_ignore_ascii_case(wanted);
                all.iter().position(|export| export.name.is_some_and(is))
            }
            [Given::Value(Value::Integer(wanted))] => {
                let wanted =
                    u64::try_from(*wanted).ok().filter(|wanted| (1..=all.len() as u64).contains(wanted));
                wanted.and_then(|wanted| all.iter().position(|export| export.ordinal == wanted))
            }
            _ => return Answer::of(Value::Undefined),
        };
        let value = if name == "exports" { found.is_some().into() } else { place(found) };
        Answer { value, steps: all.len() as u64 / 16 + 1 }
    }

    /// Whether something is taken from a library; where a library alone is named, how much, and by expressions how often.
    fn ask_imports(&self, given: &[Given<'_>]) -> Answer {
        let (kinds, rest) = match given {
            [Given::Value(Value::Integer(kinds)), rest @ ..] => (*kinds, rest),
            rest => (STANDARD, rest),
        };
        let (mut count, mut steps) = (0, 1);
        for kind in [STANDARD, DELAYED].into_iter().filter(|kind| kinds & kind != 0) {
            let imports = if kind == STANDARD { self.imports() } else { self.delayed() };
            steps += imports.function_count() / 16 + 1;
            let Some(found) = found(imports, rest) else { return Answer::of(Value::Undefined) };
            count += found;
        }
        let is_count = matches!(rest, [_] | [Given::Regex(_), _]);
        let value = if is_count { count.into() } else { (count > 0).into() };
        Answer { value, steps }
    }
}

fn place(found: Option<usize>) -> Value {
    found.map(|place| place as u64).into()
}

/// The functions of libraries of this name.
fn functions_of<'i>(imports: &'i Imports<'_>, library: &'i [u8]) -> impl Iterator<Item = &'i Function> {
    let of_name = imports.libraries.iter().filter(move |known| known.name.eq_ignore_ascii_case(library));
    of_name.flat_map(|library| &library.functions)
}

fn is_meant(function: &Function, wanted: &Given<'_>) -> bool {
    match wanted {
        Given::Value(Value::Text(name)) => function.name.eq_ignore_ascii_case(name),
        Given::Value(Value::Integer(ordinal)) => {
            function.ordinal == u64::try_from(*ordinal).ok() && *ordinal >= 0
        }
        _ => false,
    }
}

/// How many functions are meant; none where the arguments mean nothing.
fn found(imports: &Imports<'_>, given: &[Given<'_>]) -> Option<u64> {
    let count = match given {
        [library] => functions_of(imports, library.text()?).count(),
        [Given::Regex(library), Given::Regex(name)] => {
            let finds = |regex: &regex::bytes::Regex, text: &[u8]| {
                regex.find(text).is_some_and(|found| !found.is_empty())
            };
            let libraries = imports.libraries.iter().filter(|known| finds(library, known.name));
            libraries.flat_map(|library| &library.functions).filter(|known| finds(name, &known.name)).count()
        }
        [library, wanted] => {
            functions_of(imports, library.text()?).filter(|function| is_meant(function, wanted)).count()
        }
        _ => return None,
    };
    Some(count as u64)
}

/// Where the loader writes the address of a function.
fn ask_address(imports: &Imports<'_>, given: &[Given<'_>]) -> Answer {
    let found = match given {
        [Given::Value(Value::Text(library)), wanted] => {
            functions_of(imports, library).find(|function| is_meant(function, wanted))
        }
        _ => None,
    };
    let address = found.map(|function| function.address).filter(|address| *address != 0);
    Answer { value: address.into(), steps: imports.function_count() / 16 + 1 }
}

fn counted_tools(name: &str, receiver: Option<&Value>, given: &[Given<'_>]) -> Option<Value> {
    let (first, second) = match given {
        [first] => (Some(first.integer()?), None),
        [first, second] => (Some(first.integer()?), Some(second.integer()?)),
        _ => return None,
    };
    let (version, tool) = if name == "version" { (first, second) } else { (second, first) };
    rich::times(receiver?, version, tool).map(Value::from)
}

/// Whether the certificate of a signature was valid at a time.
fn valid_on(receiver: Option<&Value>, given: &[Given<'_>]) -> Option<Value> {
    let signature = receiver?;
    let bound = |place| signature.member(place).integer();
    let (first, last) = (bound(NOT_BEFORE)?, bound(NOT_AFTER)?);
    let [time] = given else { return None };
    Some((first..=last).contains(&time.integer()?).into())
}
