//! What each type of event does.

use std::sync::LazyLock;

use sekisho_capture::{Direction, EventFlags, EventType, Origin};

use crate::state::file::FileKind;

/// What an event of a type does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Action {
    #[default]
    Nothing,
    /// It tells of something that no thread did: a container, an account.
    Notice,
    /// An enter event that its exit needs.
    Remember,
    /// It leaves alone what is known.
    Keep,
    Clone,
    Execute,
    End,
    Open,
    Close,
    CloseRange,
    Duplicate,
    Control,
    Pipe,
    Made(FileKind),
    MemoryFile,
    ProcessDescriptor,
    Borrow,
    Socket,
    SocketPair,
    Bind,
    Connect,
    Accept,
    /// The parameter with the ends of the connection.
    Send(u8),
    /// The same.
    Receive(Option<u8>),
    Folder,
    Limit,
    LimitOf,
    Memory,
    Switch,
    /// The parameter with the effective user.
    User(u8),
    /// The parameter with the effective group.
    Group(u8),
    Root,
    Session,
    Capabilities,
    /// The parameter with the flags.
    Namespace(u8),
    Process,
}

/// What is known of a type beforehand.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "types have these properties, which are independent")]
pub(crate) struct Traits {
    pub(crate) action: Action,
    /// The parameter with the descriptor that an event is about.
    pub(crate) place: Option<u8>,
    /// The first parameter is what a system call gave back.
    pub(crate) has_result: bool,
    /// Events are of any call that has no type of its own.
    pub(crate) is_generic: bool,
    pub(crate) is_syscall: bool,
    pub(crate) is_enter: bool,
    /// No thread did what such events tell of.
    pub(crate) is_meta: bool,
    /// The capturing program dropped others.
    pub(crate) is_drop: bool,
}

static TRAITS: LazyLock<Vec<Traits>> = LazyLock::new(|| EventType::all().map(traits_anew).collect());

fn traits_anew(kind: EventType) -> Traits {
    let info = kind.info();
    let is_generic = info.constant.starts_with("GENERIC_");
    let is_enter = kind.direction() == Direction::Enter;
    let is_syscall = info.origin == Origin::Syscall;
    Traits {
        action: by_name(info.constant),
        place: place(kind),
        has_result: !is_enter && is_syscall && !is_generic,
        is_generic,
        is_syscall,
        is_enter,
        is_meta: info.origin == Origin::Meta,
        is_drop: info.name == "drop",
    }
}

fn of(kind: EventType) -> Option<&'static Traits> {
    TRAITS.get(usize::from(kind.number()))
}

/// What is known of a type beforehand.
#[inline]
pub(crate) fn traits(kind: EventType) -> Traits {
    of(kind).copied().unwrap_or_default()
}

/// What an event of this type does.
pub(crate) fn action(kind: EventType) -> Action {
    of(kind).map(|known| known.action).unwrap_or_default()
}

/// The parameter with the descriptor that an event of this type is about.
pub(crate) fn descriptor_place(kind: EventType) -> Option<u8> {
    of(kind).and_then(|known| known.place)
}

/// Whether the first parameter of such events is what a system call gave back.
#[inline]
pub(crate) fn gives_result(kind: EventType) -> bool {
    of(kind).is_some_and(|known| known.has_result)
}

/// Whether such events are of any call that has no type of its own.
pub(crate) fn is_generic(kind: EventType) -> bool {
    of(kind).is_some_and(|known| known.is_generic)
}

fn place(kind: EventType) -> Option<u8> {
    let info = kind.info();
    if !info.flags.contains(EventFlags::USES_DESCRIPTOR) {
        return None;
    }
    let place = match (info.constant, kind.direction()) {
        ("SYSCALL_MMAP_E" | "SYSCALL_MMAP2_E", _) => 4,
        ("SYSCALL_SPLICE_E", _) => 1,
        (_, Direction::Enter) => 0,
        ("SYSCALL_MMAP_X" | "SYSCALL_MMAP2_X", _) => 8,
        ("SOCKET_RECVMSG_X", _) => 5,
        ("SOCKET_RECVFROM_X" | "SYSCALL_READV_X" | "SYSCALL_PREADV_X", _) => 3,
        (
            "SYSCALL_READ_X"
            | "SYSCALL_PREAD_X"
            | "SOCKET_BIND_X"
            | "SYSCALL_WRITE_X"
            | "SYSCALL_PWRITE_X"
            | "SOCKET_RECV_X"
            | "SOCKET_SEND_X"
            | "SOCKET_SENDTO_X"
            | "SOCKET_SENDMSG_X"
            | "SYSCALL_SENDFILE_X"
            | "SYSCALL_SPLICE_X"
            | "SYSCALL_WRITEV_X"
            | "SYSCALL_PWRITEV_X"
            | "SOCKET_CONNECT_X"
            | "SYSCALL_SYMLINKAT_X",
            _,
        ) => 2,
        // Everything else that says it tells it behind the result.
        _ => 1,
    };
    Some(place)
}

fn by_name(constant: &str) -> Action {
    match constant {
        "SYSCALL_OPEN_E"
        | "SYSCALL_CREAT_E"
        | "SYSCALL_OPENAT_2_E"
        | "SYSCALL_OPENAT2_E"
        | "SYSCALL_EXECVE_19_E"
        | "SYSCALL_EXECVEAT_E"
        | "SOCKET_CONNECT_E" => Action::Remember,
        "CONTAINER_JSON_2_E" | "CONTAINER_JSON_E" | "CONTAINER_E" | "USER_ADDED_E" | "USER_DELETED_E"
        | "GROUP_ADDED_E" | "GROUP_DELETED_E" | "PLUGINEVENT_E" | "ASYNCEVENT_E" => Action::Notice,
        "DROP_E"
        | "DROP_X"
        | "SCAPEVENT_E"
        | "PROCINFO_E"
        | "CPU_HOTPLUG_E"
        | "NOTIFICATION_E"
        | "INFRASTRUCTURE_EVENT_E"
        | "PAGE_FAULT_E" => Action::Keep,
        "SYSCALL_CLONE_20_X" | "SYSCALL_FORK_20_X" | "SYSCALL_VFORK_20_X" | "SYSCALL_CLONE3_X" => {
            Action::Clone
        }
        "SYSCALL_EXECVE_19_X" | "SYSCALL_EXECVEAT_X" => Action::Execute,
        "PROCEXIT_1_E" => Action::End,
        "SYSCALL_OPEN_X"
        | "SYSCALL_CREAT_X"
        | "SYSCALL_OPENAT_2_X"
        | "SYSCALL_OPENAT2_X"
        | "SYSCALL_OPEN_BY_HANDLE_AT_X" => Action::Open,
        "SYSCALL_CLOSE_X" => Action::Close,
        "SYSCALL_CLOSE_RANGE_X" => Action::CloseRange,
        "SYSCALL_DUP_1_X" | "SYSCALL_DUP2_X" | "SYSCALL_DUP3_X" => Action::Duplicate,
        "SYSCALL_FCNTL_X" => Action::Control,
        "SYSCALL_PIPE_X" | "SYSCALL_PIPE2_X" => Action::Pipe,
        "SYSCALL_EVENTFD_X" | "SYSCALL_EVENTFD2_X" => Action::Made(FileKind::Event),
        "SYSCALL_SIGNALFD_X" | "SYSCALL_SIGNALFD4_X" => Action::Made(FileKind::Signal),
        "SYSCALL_TIMERFD_CREATE_X" => Action::Made(FileKind::Timer),
        "SYSCALL_INOTIFY_INIT_X" | "SYSCALL_INOTIFY_INIT1_X" => Action::Made(FileKind::Inotify),
        "SYSCALL_BPF_2_X" => Action::Made(FileKind::Bpf),
        "SYSCALL_USERFAULTFD_X" => Action::Made(FileKind::UserFault),
        "SYSCALL_IO_URING_SETUP_X" => Action::Made(FileKind::IoUring),
        "SYSCALL_EPOLL_CREATE_X" | "SYSCALL_EPOLL_CREATE1_X" => Action::Made(FileKind::EventPoll),
        "SYSCALL_MEMFD_CREATE_X" => Action::MemoryFile,
        "SYSCALL_PIDFD_OPEN_X" => Action::ProcessDescriptor,
        "SYSCALL_PIDFD_GETFD_X" => Action::Borrow,
        "SOCKET_SOCKET_X" => Action::Socket,
        "SOCKET_SOCKETPAIR_X" => Action::SocketPair,
        "SOCKET_BIND_X" => Action::Bind,
        "SOCKET_CONNECT_X" => Action::Connect,
        "SOCKET_ACCEPT_5_X" | "SOCKET_ACCEPT4_6_X" => Action::Accept,
        "SOCKET_SEND_X" | "SOCKET_SENDTO_X" | "SOCKET_SENDMSG_X" | "SOCKET_SENDMMSG_X" => Action::Send(4),
        "SYSCALL_READ_X" | "SYSCALL_READV_X" | "SYSCALL_PREAD_X" | "SYSCALL_PREADV_X" => {
            Action::Receive(None)
        }
        "SOCKET_RECVFROM_X" => Action::Receive(Some(2)),
        "SOCKET_RECVMSG_X" => Action::Receive(Some(3)),
        "SOCKET_RECV_X" | "SOCKET_RECVMMSG_X" => Action::Receive(Some(4)),
        "SYSCALL_CHDIR_X" | "SYSCALL_FCHDIR_X" | "SYSCALL_GETCWD_X" => Action::Folder,
        "SYSCALL_GETRLIMIT_X" | "SYSCALL_SETRLIMIT_X" => Action::Limit,
        "SYSCALL_PRLIMIT_X" => Action::LimitOf,
        "SYSCALL_BRK_4_X" | "SYSCALL_MMAP_X" | "SYSCALL_MMAP2_X" | "SYSCALL_MUNMAP_X" => Action::Memory,
        "SCHEDSWITCH_6_E" => Action::Switch,
        "SYSCALL_SETRESUID_X" | "SYSCALL_SETREUID_X" => Action::User(2),
        "SYSCALL_SETUID_X" => Action::User(1),
        "SYSCALL_SETRESGID_X" | "SYSCALL_SETREGID_X" => Action::Group(2),
        "SYSCALL_SETGID_X" => Action::Group(1),
        "SYSCALL_CHROOT_X" => Action::Root,
        "SYSCALL_SETSID_X" => Action::Session,
        "SYSCALL_CAPSET_X" => Action::Capabilities,
        "SYSCALL_UNSHARE_X" => Action::Namespace(1),
        "SYSCALL_SETNS_X" => Action::Namespace(2),
        "SYSCALL_PRCTL_X" => Action::Process,
        _ => Action::Nothing,
    }
}
