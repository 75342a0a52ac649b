//! One line to one event: parameters by their names, as their types have them.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use sekisho_capture::{
    Direction, EventBuf, EventFlags, EventType, Head, Parameter, Process, Type, syscall_name,
};

use super::words::{Word, ended};
use super::{control_group, set};
use crate::state::address;
use crate::state::flag::AT_WORKING_FOLDER;

/// The event of a line.
pub(super) fn build(
    thread: i64,
    time: u64,
    words: &[Word],
    processes: &BTreeMap<i64, Process>,
) -> Result<EventBuf, String> {
    let name = words.first().ok_or("name what the thread did")?.plain()?;
    let given: BTreeMap<&str, &str> = words
        .iter()
        .skip(1)
        .map(|word| match &word.key {
            Some(key) => Ok((key.as_str(), word.value.as_str())),
            None => Err(format!("`{}` has no name: write name=value", word.value)),
        })
        .collect::<Result<_, _>>()?;
    let kind = kind_of(name).ok_or_else(|| format!("no event is called `{name}`"))?;
    let head = Head { time, thread, cpu: 0, flags: 0, kind };
    let own;
    let given = match name {
        "execve" | "execveat" | "clone" | "clone3" | "fork" | "vfork" => {
            own = of_process(thread, name, words, processes)?;
            &own
        }
        _ => {
            own = given.into_iter().map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec())).collect();
            &own
        }
    };
    let mut event = EventBuf::new(head);
    let info = kind.info();
    if info.constant.starts_with("GENERIC_") {
        let number = (0..2_048).find(|number| syscall_name(*number) == Some(name)).unwrap_or_default();
        event.push(&number.to_le_bytes());
        event.push(&0_u16.to_le_bytes());
        return Ok(event);
    }
    let unknown =
        given.keys().find(|key| !info.parameters.iter().any(|parameter| parameter.name == key.as_str()));
    if let Some(key) = unknown {
        let known: Vec<_> = info.parameters.iter().map(|parameter| parameter.name).collect();
        return Err(format!("`{name}` has no parameter `{key}`: it has {}", known.join(", ")));
    }
    for parameter in &info.parameters {
        match given.get(parameter.name) {
            Some(value) => event.push(&encoded(parameter, value)?),
            None => event.push(&vec![0; parameter.kind.bytes().1.unwrap_or(0)]),
        }
    }
    Ok(event)
}

/// The type of events of this name: the newest form, its end where it has one.
fn kind_of(name: &str) -> Option<EventType> {
    let newest = |direction: Direction| {
        EventType::all()
            .filter(|kind| kind.direction() == direction && kind.info().name == name)
            .filter(|kind| {
                !kind.info().flags.contains(EventFlags::OLD)
                    && !kind.info().flags.contains(EventFlags::UNUSED)
            })
            .max_by_key(|kind| kind.info().parameters.len())
            .filter(|kind| direction == Direction::Enter || !kind.info().parameters.is_empty())
    };
    let is_call = || (0..2_048).any(|number| syscall_name(number) == Some(name));
    let generic = || EventType::named("GENERIC_X").filter(|_| is_call());
    newest(Direction::Exit).or_else(|| newest(Direction::Enter)).or_else(generic)
}

/// The parameters of an event that begins a process or a program.
fn of_process(
    thread: i64,
    name: &str,
    words: &[Word],
    processes: &BTreeMap<i64, Process>,
) -> Result<BTreeMap<String, Vec<u8>>, String> {
    let mut process = processes.get(&thread).cloned().unwrap_or_else(|| Process {
        parent: 1,
        session: thread,
        working_folder: b"/".to_vec(),
        ..Process::default()
    });
    (process.tid, process.pid) = (thread, thread);
    let is_new = !processes.contains_key(&thread);
    let mut rest: Vec<(&str, &str)> = Vec::new();
    for word in words.iter().skip(1) {
        match word.key.as_deref().unwrap_or_default() {
            key @ ("res" | "flags" | "comm" | "cap_effective" | "cap_permitted" | "cap_inheritable"
            | "pgid") => {
                rest.push((key, &word.value));
            }
            _ => set(&mut process, word)?,
        }
    }
    // What runs in a container is told by its parent's control groups too.
    if is_new
        && process.control_groups.is_empty()
        && let Some(parent) = processes.get(&process.parent)
    {
        process.control_groups.clone_from(&parent.control_groups);
    }
    let base = |path: &[u8]| path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec();
    let is_program = name.starts_with("execve");
    if is_program {
        process.command = base(&process.exe_path);
        if !words.iter().any(|word| word.key.as_deref() == Some("exe")) {
            process.exe.clone_from(&process.exe_path);
        }
    }
    let text = |number: i64| number.to_string().into_bytes();
    let mut given: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut put = |key: &str, value: Vec<u8>| drop(given.insert(key.to_owned(), value));
    put("exe", process.exe.clone());
    put("args", process.arguments.clone());
    put("tid", text(thread));
    put("pid", text(thread));
    put("ptid", text(process.parent));
    put("cwd", process.working_folder.clone());
    put("fdlimit", text(1_024));
    put("comm", process.command.clone());
    put("cgroups", process.control_groups.clone());
    put("uid", text(process.uid.into()));
    put("gid", text(process.gid.into()));
    if is_program {
        put("env", process.environment.clone());
        put("tty", text(process.terminal.into()));
        put("vpgid", text(thread));
        put("pgid", text(thread));
        put("loginuid", text(process.login_uid.into()));
        put("trusted_exepath", process.exe_path.clone());
    } else {
        put("vtid", text(thread));
        put("vpid", text(thread));
    }
    for (key, value) in rest {
        put(key, value.as_bytes().to_vec());
    }
    Ok(given)
}

/// A value as the type of its parameter has it.
fn encoded(parameter: &Parameter, value: &[u8]) -> Result<Vec<u8>, String> {
    if value.is_empty() {
        return Ok(Vec::new());
    }
    let text = String::from_utf8_lossy(value).into_owned();
    let wrong = || format!("`{text}` is no value of `{}`", parameter.name);
    let mut out = match parameter.kind {
        Type::Text | Type::Path | Type::RelativePath => {
            let mut out = value.to_vec();
            out.push(0);
            return Ok(out);
        }
        Type::Bytes => {
            return Ok(if value.contains(&0) { value.to_vec() } else { listed(parameter.name, &text) });
        }
        Type::SocketAddress => return socket(&text, None).ok_or_else(wrong),
        Type::SocketPair => {
            let (source, destination) = text.split_once("->").ok_or_else(wrong)?;
            return socket(source, Some(destination)).ok_or_else(wrong);
        }
        _ => number(parameter, &text).ok_or_else(wrong)?.to_le_bytes().to_vec(),
    };
    out.truncate(parameter.kind.bytes().1.unwrap_or(8));
    Ok(out)
}

/// Arguments and the like are texts; data are bytes.
fn listed(name: &str, text: &str) -> Vec<u8> {
    match name {
        "args" | "env" => ended(text),
        "cgroups" => control_group(text),
        _ => text.as_bytes().to_vec(),
    }
}

/// A number: as it is, the names of bits with `|` between them, or what stands for one.
fn number(parameter: &Parameter, text: &str) -> Option<i64> {
    if let Ok(number) = text.parse::<i64>() {
        return Some(number);
    }
    if let Some(digits) = text.strip_prefix("0x") {
        return u64::from_str_radix(digits, 16).ok().map(u64::cast_signed);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok();
    }
    if text == "AT_FDCWD" {
        return Some(AT_WORKING_FOLDER);
    }
    let table = parameter.flags?;
    let bits = text.split('|').map(|name| table.value(name)).collect::<Option<Vec<_>>>()?;
    Some(bits.into_iter().fold(0_u32, |all, bit| all | bit).into())
}

/// An address, or two, as parameters hold them: `10.0.0.1:80`, `[::1]:80`, or a path for a Unix socket.
fn socket(first: &str, second: Option<&str>) -> Option<Vec<u8>> {
    let parse = |text: &str| text.parse::<SocketAddr>().ok();
    let put = |out: &mut Vec<u8>, address: SocketAddr| {
        match address.ip() {
            std::net::IpAddr::V4(ip) => out.extend(ip.octets()),
            std::net::IpAddr::V6(ip) => out.extend(ip.octets()),
        }
        out.extend(address.port().to_le_bytes());
    };
    let Some(one) = parse(first) else {
        let mut out = vec![address::UNIX];
        if let Some(path) = second {
            out.extend([0; 16]);
            out.extend(path.as_bytes());
        } else {
            out.extend(first.as_bytes());
        }
        out.push(0);
        return Some(out);
    };
    let mut out = vec![if one.is_ipv4() { address::INTERNET } else { address::INTERNET_6 }];
    put(&mut out, one);
    if let Some(second) = second {
        put(&mut out, parse(second)?);
    }
    Some(out)
}
