//! Resources: icons, texts, manifests, in a tree of kinds, names and languages.

use super::{Pe, RESOURCES};
use crate::value::Value;

const MOST: usize = 65_536;
/// The most entries of the tree that are looked at.
const MOST_LOOKED_AT: u64 = 262_144;
const LARGEST: u64 = 0x3fff_ffff;
const LONGEST_NAME: u64 = 1000;
/// The kind of what tells of the version.
const VERSION: i32 = 16;

/// Resources, and what they say of the program's version.
#[derive(Debug, Default)]
pub(super) struct Resources<'b> {
    pub(super) timestamp: Option<u64>,
    pub(super) major: Option<u64>,
    pub(super) minor: Option<u64>,
    pub(super) all: Vec<Resource<'b>>,
    /// Keys and values.
    pub(super) versions: Vec<(Vec<u8>, Vec<u8>)>,
}

#[derive(Debug)]
pub(super) struct Resource<'b> {
    address: u64,
    offset: Option<u64>,
    length: u64,
    /// The kind, name and language, each a number or a text.
    numbers: [i32; 3],
    texts: [Option<&'b [u8]>; 3],
}

/// How far the tree is gone through.
struct Walk<'r, 'b> {
    all: &'r mut Vec<Resource<'b>>,
    start: u64,
    looked_at: u64,
    /// The numbers that were last at each depth, which entries that end early inherit.
    numbers: [i32; 3],
}

impl Resource<'_> {
    fn number(&self, level: usize) -> Option<i64> {
        let text = self.texts.get(level).copied().flatten();
        let number = self.numbers.get(level).filter(|number| text.is_none() && **number != -1);
        number.map(|number| i64::from(*number))
    }

    /// The language, where it is a number.
    pub(super) fn language(&self) -> Option<i64> {
        self.number(2)
    }
}

impl Resources<'_> {
    pub(super) fn told(&self) -> Value {
        let told = |resource: &Resource<'_>| {
            let number = |level| resource.number(level).map_or(Value::Undefined, Value::Integer);
            let [kind, name, language] = resource.texts;
            Value::structure([
                resource.address.into(),
                resource.offset.into(),
                resource.length.into(),
                number(0),
                number(1),
                number(2),
                kind.into(),
                name.into(),
                language.into(),
            ])
        };
        Value::list(self.all.iter().map(told).collect())
    }
}

impl<'b> Pe<'b> {
    pub(super) fn read_resources(&self) -> Resources<'b> {
        let mut resources = Resources::default();
        let start = self.directory_offset(RESOURCES);
        let Some(start) = start.filter(|start| self.reader.slice(*start, 16).is_some()) else {
            return resources;
        };
        resources.timestamp = self.reader.u32(start + 4);
        resources.major = self.reader.u16(start + 8);
        resources.minor = self.reader.u16(start + 10);
        let mut walk = Walk { all: &mut resources.all, start, looked_at: 0, numbers: [-1; 3] };
        self.walk(&mut walk, start, 0, [None; 3]);
        let of_version = resources.all.iter().filter(|resource| matches!(resource.numbers, [VERSION, ..]));
        let places: Vec<u64> = of_version.filter_map(|resource| resource.offset).collect();
        resources.versions = self.read_versions(&places);
        resources
    }

    /// Goes through a directory of the tree; false where there is no going on.
    fn walk(&self, walk: &mut Walk<'_, 'b>, at: u64, level: usize, mut texts: [Option<&'b [u8]>; 3]) -> bool {
        let reader = &self.reader;
        let (Some(marks), Some(named), Some(numbered)) =
            (reader.u32(at), reader.u16(at + 12), reader.u16(at + 14))
        else {
            return true;
        };
        let count = named + numbered;
        let is_sound = marks == 0 && named <= 32_768 && numbered <= 32_768;
        if !is_sound || reader.slice(at + 16, 8 * count).is_none() {
            return true;
        }
        for entry in (0..count).map(|place| at + 16 + 8 * place) {
            walk.looked_at += 1;
            let (Some(name), Some(data)) = (reader.u32(entry), reader.u32(entry + 4)) else { break };
            // Behind an entry of nothing the reference implementation reads no further.
            if data == 0 || walk.looked_at > MOST_LOOKED_AT {
                break;
            }
            if let (Some(number), Some(text)) = (walk.numbers.get_mut(level), texts.get_mut(level)) {
                *number = u32::try_from(name).unwrap_or_default().cast_signed();
                *text = self.resource_name(walk.start, name);
            }
            let place = walk.start + (data & 0x7fff_ffff);
            if reader.slice(place, 16).is_none() {
                continue;
            }
            if data >> 31 == 1 && level < 2 {
                if place != at && !self.walk(walk, place, level + 1, texts) {
                    return false;
                }
            } else if let (Some(address), Some(length)) = (reader.u32(place), reader.u32(place + 4))
                && (1..=LARGEST).contains(&length)
            {
                if walk.all.len() >= MOST {
                    return false;
                }
                let (offset, numbers) = (self.offset(address), walk.numbers);
                walk.all.push(Resource { address, offset, length, numbers, texts });
            }
        }
        true
    }

    /// The text in place of a number: two bytes for each character, their count before them.
    fn resource_name(&self, start: u64, name: u64) -> Option<&'b [u8]> {
        let at = start + (name & 0x7fff_ffff);
        let length = self.reader.u16(at).filter(|length| name >> 31 == 1 && *length <= LONGEST_NAME)?;
        self.reader.slice(at + 2, 2 * length)
    }
}
