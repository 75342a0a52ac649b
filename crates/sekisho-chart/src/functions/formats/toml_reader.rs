//! TOML read into maps.

use smol_str::SmolStr;
use toml::Value as Toml;

use sekisho_go::time::{Moment, Zone, parse};

use crate::call::Call;
use crate::error::BudgetError;
use crate::value::{Data, List, Map, Text, Type, Value};

/// Reads a text; what is wrong with it stands under `Error`, as Helm has it.
pub(super) fn read(call: &mut Call<'_>, text: &Text) -> Result<Map, BudgetError> {
    call.charge(text.len() as u64 / 8)?;
    match text.to_str().parse::<toml::Table>() {
        Ok(table) => self::table(call, table),
        Err(error) => {
            let map = Map::new();
            let message = format!("toml: {}", error.message());
            // The map is no nil one.
            let _ = map.set(SmolStr::new_static("Error"), message.into());
            Ok(map)
        }
    }
}

fn table(call: &mut Call<'_>, table: toml::Table) -> Result<Map, BudgetError> {
    call.allocate(Map::footprint(table.len()))?;
    let map = Map::new();
    for (key, item) in table {
        call.allocate(size_of::<Value>() + key.len())?;
        let _ = map.set(key, value(call, item)?);
    }
    Ok(map)
}

fn value(call: &mut Call<'_>, value: Toml) -> Result<Value, BudgetError> {
    Ok(match value {
        Toml::String(text) => {
            call.allocate(text.len())?;
            text.into()
        }
        Toml::Integer(number) => Value::int64(number),
        Toml::Float(number) => number.into(),
        Toml::Boolean(value) => value.into(),
        Toml::Datetime(datetime) => moment(&datetime.to_string()).map_or(Value::NIL, Value::host),
        Toml::Array(items) => {
            call.allocate(items.len().saturating_mul(size_of::<Value>()))?;
            let tables = !items.is_empty() && items.iter().all(Toml::is_table);
            let items = items.into_iter().map(|item| self::value(call, item)).collect::<Result<_, _>>()?;
            let list = if tables { List::of(&Type::MAP, items) } else { List::new(items) };
            Data::List(list).into()
        }
        Toml::Table(entries) => table(call, entries)?.into(),
    })
}

/// A date, a time, or both, in the zones that the Go library has for those without an offset.
fn moment(written: &str) -> Option<Moment> {
    const LAYOUTS: [(&[u8], Option<&str>); 4] = [
        (b"2006-01-02T15:04:05.999999999Z07:00", None),
        (b"2006-01-02T15:04:05.999999999", Some("datetime-local")),
        (b"2006-01-02", Some("date-local")),
        (b"15:04:05.999999999", Some("time-local")),
    ];
    LAYOUTS.iter().find_map(|(layout, zone)| {
        let moment = parse(layout, written.as_bytes()).ok()?;
        Some(match zone {
            Some(zone) => moment.within(Zone::Fixed((*zone).into(), 0)),
            None => moment,
        })
    })
}
