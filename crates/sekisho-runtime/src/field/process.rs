//! `proc.*` and `thread.*`.

use sekisho_falco::Value;

use super::{fields, index, made, push};
use crate::state::file::File;
use crate::state::image::{spaced, texts};
use crate::state::thread::Thread;
use crate::state::{Slot, State};
use crate::step::Parameters;
use crate::view::View;

fields! {
    /// Fields of processes and threads.
    ProcessField {
        Exe "proc.exe",
        ParentExe "proc.pexe",
        AncestorExe "proc.aexe",
        Path "proc.exepath",
        ParentPath "proc.pexepath",
        AncestorPath "proc.aexepath",
        Name "proc.name",
        ParentName "proc.pname",
        AncestorName "proc.aname",
        Arguments "proc.args",
        AncestorArguments "proc.aargs",
        Line "proc.cmdline",
        ParentLine "proc.pcmdline",
        AncestorLine "proc.acmdline",
        ArgumentCount "proc.cmdnargs",
        ArgumentBytes "proc.cmdlenargs",
        ExeLine "proc.exeline",
        Environment "proc.env",
        AncestorEnvironment "proc.aenv",
        WorkingFolder "proc.cwd",
        LoginShell "proc.loginshellid",
        Terminal "proc.tty",
        Pid "proc.pid",
        ParentPid "proc.ppid",
        AncestorPid "proc.apid",
        VirtualPid "proc.vpid",
        ParentVirtualPid "proc.pvpid",
        Session "proc.sid",
        SessionName "proc.sname",
        SessionExe "proc.sid.exe",
        SessionPath "proc.sid.exepath",
        VirtualGroup "proc.vpgid",
        VirtualGroupName "proc.vpgid.name",
        VirtualGroupExe "proc.vpgid.exe",
        VirtualGroupPath "proc.vpgid.exepath",
        Group "proc.pgid",
        GroupName "proc.pgid.name",
        GroupExe "proc.pgid.exe",
        GroupPath "proc.pgid.exepath",
        Duration "proc.duration",
        ParentDuration "proc.ppid.duration",
        Started "proc.pid.ts",
        ParentStarted "proc.ppid.ts",
        ExeWritable "proc.is_exe_writable",
        ExeUpperLayer "proc.is_exe_upper_layer",
        ExeLowerLayer "proc.is_exe_lower_layer",
        ExeFromMemory "proc.is_exe_from_memfd",
        IsSessionLeader "proc.is_sid_leader",
        IsVirtualGroupLeader "proc.is_vpgid_leader",
        IsGroupLeader "proc.is_pgid_leader",
        ExeInode "proc.exe_ino",
        ExeChanged "proc.exe_ino.ctime",
        ExeModified "proc.exe_ino.mtime",
        ExeChangedBeforeStart "proc.exe_ino.ctime_duration_proc_start",
        ExeChangedAfterNamespace "proc.exe_ino.ctime_duration_pidns_start",
        NamespaceStart "proc.pidns_init_start_ts",
        Permitted "thread.cap_permitted",
        Inheritable "thread.cap_inheritable",
        Effective "thread.cap_effective",
        DescriptorCount "proc.fdopencount",
        DescriptorLimit "proc.fdlimit",
        DescriptorUsage "proc.fdusage",
        MemoryVirtual "proc.vmsize",
        MemoryResident "proc.vmrss",
        MemorySwapped "proc.vmswap",
        FaultsMajor "thread.pfmajor",
        FaultsMinor "thread.pfminor",
        Tid "thread.tid",
        IsMain "thread.ismain",
        VirtualTid "thread.vtid",
        NameAndTid "thread.nametid",
        Ran "thread.exectime",
        RanTotal "thread.totexectime",
        ControlGroups "thread.cgroups",
        ControlGroup "thread.cgroup",
        ThreadCount "proc.nthreads",
        OtherThreadCount "proc.nchilds",
        Processor "thread.cpu",
        ProcessorUser "thread.cpu.user",
        ProcessorSystem "thread.cpu.system",
        ThreadMemoryVirtual "thread.vmsize",
        ThreadMemoryResident "thread.vmrss",
        ThreadMemoryVirtualBytes "thread.vmsize.b",
        ThreadMemoryResidentBytes "thread.vmrss.b",
        InputType "proc.stdin.type",
        OutputType "proc.stdout.type",
        ErrorType "proc.stderr.type",
        InputName "proc.stdin.name",
        OutputName "proc.stdout.name",
        ErrorName "proc.stderr.name",
    }
}

/// The capabilities by the numbers of their bits.
const CAPABILITIES: &[&str] = &[
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
];

pub(crate) fn extract<'e>(
    view: &'e View<'_>,
    field: ProcessField,
    argument: Option<&[u8]>,
    values: &mut Vec<Value<'e>>,
) -> bool {
    use ProcessField as F;
    if field == F::Tid {
        return push(values, number(view.event.head.thread));
    }
    if matches!(field, F::Ran | F::RanTotal) {
        return push(values, ran(view, field));
    }
    let Some((slot, thread)) = view.slot().zip(view.thread()) else { return false };
    if let Some(of) = ancestor_field(field) {
        return ancestors(view, slot, argument, of, values);
    }
    let value = names(view, field, argument, slot, thread)
        .or_else(|| numbers(view, field, slot, thread))
        .or_else(|| executable(field, thread))
        .or_else(|| resources(view, field, slot, thread));
    push(values, value)
}

/// How a value is had of one process above.
type OfProcess = for<'t> fn(&'t Thread) -> Option<Value<'t>>;

fn ancestor_field(field: ProcessField) -> Option<OfProcess> {
    use ProcessField as F;
    Some(match field {
        F::AncestorName => |thread| Some(Value::text(&thread.image.command)),
        F::AncestorExe => |thread| Some(Value::text(&thread.image.exe)),
        F::AncestorPath => |thread| Some(Value::text(&thread.image.path)),
        F::AncestorLine => |thread| Some(made(thread.image.line())),
        F::AncestorArguments => |thread| Some(made(spaced(&thread.image.arguments))),
        F::AncestorPid => |thread| number(thread.pid),
        _ => return None,
    })
}

/// The value of the process that the argument picks, counted from the process itself, or those of all above it.
fn ancestors<'e>(
    view: &'e View<'_>,
    slot: Slot,
    argument: Option<&[u8]>,
    of: OfProcess,
    values: &mut Vec<Value<'e>>,
) -> bool {
    let threads = &view.state.threads;
    let before = values.len();
    match argument {
        Some(_) => {
            let Some(wanted) = index(argument) else { return false };
            let picked = match wanted {
                0 => threads.main(slot).and_then(|main| threads.get(main)),
                above => threads.ancestors(slot).nth(above - 1),
            };
            values.extend(picked.and_then(of));
        }
        None => values.extend(threads.ancestors(slot).filter_map(of)),
    }
    values.len() > before
}

fn number<'e>(number: i64) -> Option<Value<'e>> {
    (-1..=i64::from(u32::MAX)).contains(&number).then_some(Value::Int(number))
}

fn count<'e>(count: impl TryInto<u64>) -> Option<Value<'e>> {
    count.try_into().ok().map(Value::UInt)
}

fn parent(state: &State, slot: Slot) -> Option<&Thread> {
    state.threads.ancestors(slot).next()
}

fn main(state: &State, slot: Slot) -> Option<&Thread> {
    state.threads.get(state.threads.main(slot)?)
}

/// Names, paths and texts.
fn names<'e>(
    view: &'e View<'_>,
    field: ProcessField,
    argument: Option<&[u8]>,
    slot: Slot,
    thread: &'e Thread,
) -> Option<Value<'e>> {
    use ProcessField as F;
    let state = view.state;
    let above = || parent(state, slot);
    Some(match field {
        F::Exe => Value::text(&thread.image.exe),
        F::Path => Value::text(&thread.image.path),
        F::Name => Value::text(&thread.image.command),
        F::ParentExe => Value::text(&above()?.image.exe),
        F::ParentPath => Value::text(&above()?.image.path),
        F::ParentName => Value::text(&above()?.image.command),
        F::Arguments => match index(argument) {
            Some(wanted) => Value::text(texts(&thread.image.arguments).nth(wanted).unwrap_or_default()),
            None => made(spaced(&thread.image.arguments)),
        },
        F::Line => made(thread.image.line()),
        F::ParentLine => made(above()?.image.line()),
        F::ExeLine => {
            let mut line = thread.image.exe.clone();
            line.push(b' ');
            line.extend(spaced(&thread.image.arguments));
            made(line)
        }
        F::Environment => {
            let environment = &main(state, slot).unwrap_or(thread).image.environment;
            match argument {
                Some(name) => made(variable(environment, name)),
                None => made(spaced(environment)),
            }
        }
        F::AncestorEnvironment => ancestor_environment(state, slot, thread, argument)?,
        F::WorkingFolder => Value::text(state.working_folder(slot)),
        F::SessionName | F::SessionExe | F::SessionPath => {
            of_leader(state, slot, thread, field, |thread| thread.session, true)
        }
        F::VirtualGroupName | F::VirtualGroupExe | F::VirtualGroupPath => {
            of_leader(state, slot, thread, field, |thread| thread.virtual_group, true)
        }
        F::GroupName | F::GroupExe | F::GroupPath => {
            of_leader(state, slot, thread, field, |thread| thread.group, false)
        }
        F::NameAndTid => {
            let mut name = thread.image.command.clone();
            name.extend(view.event.head.thread.to_string().bytes());
            made(name)
        }
        F::ControlGroups => {
            let mut shown = Vec::new();
            for (subsystem, path) in &thread.control_groups.groups {
                if !shown.is_empty() {
                    shown.push(b' ');
                }
                shown.extend(subsystem);
                shown.push(b'=');
                shown.extend(path);
            }
            (!shown.is_empty()).then(|| made(shown))?
        }
        F::ControlGroup => {
            let wanted = argument?;
            let groups = &thread.control_groups.groups;
            Value::text(&groups.iter().find(|(subsystem, _)| subsystem == wanted)?.1)
        }
        F::Permitted => made(capabilities(thread.permitted)),
        F::Inheritable => made(capabilities(thread.inheritable)),
        F::Effective => made(capabilities(thread.effective)),
        F::InputType => standard(state, slot, 0, type_name)?,
        F::OutputType => standard(state, slot, 1, type_name)?,
        F::ErrorType => standard(state, slot, 2, type_name)?,
        F::InputName => standard(state, slot, 0, file_name)?,
        F::OutputName => standard(state, slot, 1, file_name)?,
        F::ErrorName => standard(state, slot, 2, file_name)?,
        _ => return None,
    })
}

fn standard<'e>(
    state: &'e State,
    slot: Slot,
    number: i64,
    of: fn(&'e File) -> Value<'e>,
) -> Option<Value<'e>> {
    state.file(slot, number).map(of)
}

fn type_name(file: &File) -> Value<'_> {
    Value::text(file.kind.name().unwrap_or("<NA>"))
}

fn file_name(file: &File) -> Value<'_> {
    Value::text(&*file.name)
}

/// The value of a variable, without spaces around it.
fn variable<'e>(environment: &'e [u8], name: &[u8]) -> &'e [u8] {
    let entries = texts(environment);
    let mut found = entries.filter_map(|entry| entry.strip_prefix(name)?.strip_prefix(b"="));
    found.find(|value| !value.is_empty()).unwrap_or_default().trim_ascii()
}

/// The environment of a process above: of the one that a number picks, or the nearest value of a variable.
fn ancestor_environment<'e>(
    state: &'e State,
    slot: Slot,
    thread: &'e Thread,
    argument: Option<&[u8]>,
) -> Option<Value<'e>> {
    const FURTHEST: usize = 20;
    let above = state.threads.ancestors(slot);
    match (argument, index(argument)) {
        (None, _) | (_, Some(0)) => {
            Some(made(spaced(&main(state, slot).unwrap_or(thread).image.environment)))
        }
        (_, Some(wanted)) => {
            Some(made(spaced(&state.threads.ancestors(slot).nth(wanted - 1)?.image.environment)))
        }
        (Some(name), None) => {
            let values = above.take(FURTHEST).map(|process| variable(&process.image.environment, name));
            let found = values.into_iter().find(|value| !value.is_empty());
            Some(Value::text(found.unwrap_or_default()))
        }
    }
}

/// A text of the process that leads a session or group: the one of its number, else the furthest above that has it.
fn of_leader<'e>(
    state: &'e State,
    slot: Slot,
    thread: &'e Thread,
    field: ProcessField,
    of: fn(&Thread) -> i64,
    is_virtual: bool,
) -> Value<'e> {
    use ProcessField as F;
    let wanted = of(thread);
    let direct = || {
        let found = state.threads.find(wanted).filter(|_| !is_virtual || !thread.is_in_namespace())?;
        state.threads.get(found)
    };
    let furthest = || state.threads.ancestors(slot).take_while(|process| of(process) == wanted).last();
    let own = || main(state, slot).filter(|_| state.is_legacy && field == F::SessionName);
    let known = if wanted == -1 && !state.is_legacy { None } else { direct().or_else(furthest) };
    let leader = known.or_else(own);
    Value::text(leader.map_or(&[][..], |leader| match field {
        F::SessionName | F::VirtualGroupName | F::GroupName => &leader.image.command,
        F::SessionExe | F::VirtualGroupExe | F::GroupExe => &leader.image.exe,
        _ => &leader.image.path,
    }))
}

fn capabilities(bits: u64) -> String {
    let held = CAPABILITIES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    held.map(|(_, name)| *name).collect::<Vec<_>>().join(" ")
}

/// Numbers of processes, sessions and groups.
fn numbers<'e>(view: &'e View<'_>, field: ProcessField, slot: Slot, thread: &'e Thread) -> Option<Value<'e>> {
    use ProcessField as F;
    let state = view.state;
    let known = |number: i64| (number != -1).then_some(Value::Int(number));
    match field {
        F::Pid => number(thread.pid),
        F::ParentPid => match parent(state, slot) {
            Some(parent) => number(parent.pid),
            // Older versions tell the number of a parent of which they know no more.
            None if view.is_legacy() => number(main(state, slot)?.parent_tid),
            None => None,
        },
        F::VirtualPid => known(thread.virtual_pid),
        F::ParentVirtualPid => parent(state, slot).map(|parent| Value::Int(parent.virtual_pid)),
        F::VirtualTid => known(thread.virtual_tid),
        F::Session => Some(Value::Int(thread.session)),
        F::VirtualGroup => Some(Value::Int(thread.virtual_group)),
        F::Group => Some(Value::Int(thread.group)),
        F::Terminal => count(thread.terminal),
        F::LoginShell => {
            let is_shell = |process: &&Thread| process.image.command.ends_with(b"sh");
            let own = main(state, slot).filter(is_shell);
            let shell = state.threads.ancestors(slot).filter(is_shell).last().or(own)?;
            Some(Value::Int(shell.pid))
        }
        F::IsSessionLeader => Some(Value::Bool(thread.session == thread.virtual_pid)),
        F::IsVirtualGroupLeader => Some(Value::Bool(thread.virtual_group == thread.virtual_pid)),
        F::IsGroupLeader => Some(Value::Bool(thread.group == thread.pid)),
        F::IsMain => Some(Value::Bool(thread.is_main())),
        F::ThreadCount => count(main(state, slot)?.live),
        F::OtherThreadCount => {
            let main = main(state, slot)?;
            count(main.live.saturating_sub(u32::from(!main.is_dead)))
        }
        _ => None,
    }
}

/// What is known of the executable, and when the process began.
fn executable(field: ProcessField, thread: &Thread) -> Option<Value<'_>> {
    use ProcessField as F;
    let known = |number: u64| (number != 0).then_some(Value::UInt(number));
    match field {
        F::ExeWritable => Some(Value::Bool(thread.exe_writable)),
        F::ExeUpperLayer => Some(Value::Bool(thread.exe_upper_layer)),
        F::ExeLowerLayer => Some(Value::Bool(thread.exe_lower_layer)),
        F::ExeFromMemory => Some(Value::Bool(thread.exe_from_memory)),
        F::ExeInode => (thread.exe_inode != 0).then_some(Value::Int(thread.exe_inode.cast_signed())),
        F::ExeChanged => known(thread.exe_changed),
        F::ExeModified => known(thread.exe_modified),
        F::ExeChangedBeforeStart => known(thread.exe_changed_before_start),
        F::ExeChangedAfterNamespace => known(thread.exe_changed_after_namespace),
        F::NamespaceStart => known(thread.namespace_start),
        F::Started => known(thread.started),
        _ => None,
    }
}

/// Memory, processors, descriptors and times.
fn resources<'e>(
    view: &'e View<'_>,
    field: ProcessField,
    slot: Slot,
    thread: &'e Thread,
) -> Option<Value<'e>> {
    use ProcessField as F;
    let state = view.state;
    let now = view.event.head.time;
    let of_main = |kilobytes: u32| if thread.is_main() { u64::from(kilobytes) } else { 0 };
    match field {
        F::Duration => (thread.started != 0).then(|| Value::UInt(now.wrapping_sub(thread.started))),
        F::ParentDuration => {
            let started = parent(state, slot)?.started;
            (started != 0).then(|| Value::UInt(now.wrapping_sub(started)))
        }
        F::ParentStarted => count(parent(state, slot)?.started),
        F::ArgumentCount => count(texts(&thread.image.arguments).count()),
        F::ArgumentBytes => count(texts(&thread.image.arguments).map(<[u8]>::len).sum::<usize>()),
        F::DescriptorCount => count(main(state, slot).map_or(0, |main| main.descriptors.len())),
        F::DescriptorLimit => Some(Value::Int(main(state, slot).map_or(0, |main| main.descriptor_limit))),
        F::DescriptorUsage => Some(Value::Double(usage(main(state, slot)))),
        F::MemoryVirtual => count(thread.memory_virtual),
        F::MemoryResident => count(thread.memory_resident),
        F::MemorySwapped => count(thread.memory_swapped),
        F::FaultsMajor => count(thread.faults_major),
        F::FaultsMinor => count(thread.faults_minor),
        F::ThreadMemoryVirtual => count(of_main(thread.memory_virtual)),
        F::ThreadMemoryResident => count(of_main(thread.memory_resident)),
        F::ThreadMemoryVirtualBytes => count(of_main(thread.memory_virtual) * 1024),
        F::ThreadMemoryResidentBytes => count(of_main(thread.memory_resident) * 1024),
        F::Processor | F::ProcessorUser | F::ProcessorSystem => processor(view, field, thread),
        _ => None,
    }
}

#[allow(clippy::cast_precision_loss, reason = "numbers of descriptors are far below 2^52")]
fn usage(main: Option<&Thread>) -> f64 {
    let Some(main) = main.filter(|main| main.descriptor_limit > 0) else { return 0.0 };
    (main.descriptors.len() as f64 * 100.0 / main.descriptor_limit as f64).min(100.0)
}

/// The processor time since the last notice, of a hundred at most.
#[allow(clippy::cast_precision_loss, reason = "the value is cut off at a hundred")]
fn processor<'e>(view: &View<'_>, field: ProcessField, thread: &Thread) -> Option<Value<'e>> {
    if view.event.head.kind.info().constant != "PROCINFO_E" {
        return None;
    }
    let user = if field == ProcessField::ProcessorSystem { 0 } else { view.event.u64(0)? };
    let system = if field == ProcessField::ProcessorUser { 0 } else { view.event.u64(1)? };
    let total = user.saturating_add(system);
    let since = if thread.processor_time == 0 { 0 } else { total.saturating_sub(thread.processor_time) };
    Some(Value::Double((since as f64).min(100.0)))
}

/// The time that a thread ran before a switch, or ran in all.
fn ran<'e>(view: &View<'_>, field: ProcessField) -> Option<Value<'e>> {
    let is_switch = view.event.head.kind.info().name == "switch";
    let now = if is_switch { view.ran } else { 0 };
    if field == ProcessField::Ran {
        return count(now);
    }
    count(view.thread()?.ran.saturating_add(now))
}
