//! What was judged before is judged the same again: rules that may be remembered find what rules find that are asked anew
//! of every event, whatever processes, descriptors, containers and accounts become meanwhile.

use std::fmt::Write as _;

use sekisho_capture::{Budget, CaptureReader, EventBuf, EventType, Head, Profile};
use sekisho_falco::{Matching, RuleSet};
use sekisho_runtime::{Alert, Scenario, Settings, Watcher};

use crate::rules;

/// Conditions about all that events are told apart by.
const CONDITIONS: &[&str] = &[
    "evt.type in (openat, open) and evt.is_open_write = true and fd.name startswith /etc",
    "evt.type = openat and fd.directory = /srv and proc.name = cat",
    "evt.type = openat and fd.num > 4 and not proc.pname in (bash, cron)",
    "evt.type = openat and evt.failed = true and fd.name contains secret",
    "evt.type = openat and evt.arg.flags contains O_CREAT and container.id != host",
    "evt.type in (read, write) and fd.name = /etc/passwd and proc.aname in (sshd)",
    "evt.type in (read, write, close) and fd.typechar = 'f' and user.name = root",
    "evt.type in (read, write) and fd.type = ipv4 and fd.sport = 443",
    "evt.type in (sendto, connect) and fd.snet = \"198.51.100.0/24\" and not fd.connected = false",
    "evt.type in (sendto, recvfrom) and fd.name_changed = true",
    "evt.type = execve and proc.cmdline contains sh and proc.aname[2] = sshd",
    "evt.type = execve and proc.exepath endswith /cat and user.uid = 0",
    "evt.type in (clone, procexit) and proc.pcmdline startswith bash",
    "evt.type in (dup, dup2, close) and fd.name endswith passwd and proc.exe = cat",
    "evt.type in (chdir, setuid, read) and container.image.repository = registry.example/new",
    "evt.type in (setuid, mkdir) and user.name in (ada, eve) and thread.cap_effective contains CAP_SYS_ADMIN",
    "evt.type in (openat, mkdir) and proc.is_sid_leader = true and proc.tty = 5",
    "evt.type = openat and (proc.duration > 20000000 or fd.filename = hosts) and fd.nameraw startswith /etc",
    "evt.res = ENOENT and proc.name = cat",
    "evt.type = execve and proc.env contains LD_PRELOAD and proc.name != cat",
    "evt.type in (execve, openat) and proc.env[MODE] = loud and proc.cwd startswith /srv",
    "evt.type in (mkdir, openat) and proc.cwd = /etc/ and fd.name endswith hosts",
    "evt.type in (dup2, close) and fd.type = ipv4 and fd.l4proto = udp and fd.sport = 80",
    "fd.typechar = 4 and proc.args contains x",
];

/// Rules of the conditions; with `anew` each asks for something that no memory is told apart by.
fn ruleset(anew: bool) -> RuleSet {
    let mut text = String::new();
    for (number, condition) in CONDITIONS.iter().enumerate() {
        let condition = if anew {
            format!("(({condition}) and evt.rawtime > 0) or evt.rawtime = 0")
        } else {
            (*condition).to_owned()
        };
        writeln!(
            text,
            "- rule: rule {number}\n  desc: a rule\n  condition: >-\n    {condition}\n  output: '%evt.num %evt.type %proc.name \
             %fd.name'\n  priority: NOTICE"
        )
        .unwrap();
    }
    rules(&text)
}

/// Numbers that look like chance, and are the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// What a machine does: few threads, programs and paths, so that the same comes again in other circumstances.
fn scenario(chance: &mut Chance, events: usize) -> String {
    let mut text = String::from(
        "container 0a1b2c3d4e5f name=web image=registry.example/old:1 pod=web-1 namespace=shop\n\
         process 1 init path=/sbin/init\nprocess 10 sshd parent=1 path=/usr/sbin/sshd\n\
         process 11 bash parent=10 path=/bin/bash uid=1000 tty=5\nprocess 12 cron parent=1 path=/usr/sbin/cron\n\
         process 13 nginx parent=1 path=/usr/sbin/nginx container=0a1b2c3d4e5f uid=33\nfile 11 3 /etc/passwd\n",
    );
    for _ in 0..events {
        let thread = 10 + chance.below(8);
        let (number, other) = (3 + chance.below(4), 3 + chance.below(4));
        let (program, parent) = (chance.one(&["cat", "sh", "bash"]), 10 + chance.below(4));
        let path =
            chance.one(&["/etc/passwd", "/etc/hosts", "hosts", "/srv/secret", "/srv/./secret", "../etc/x"]);
        let flags = chance.one(&["O_RDONLY", "O_WRONLY|O_CREAT", "O_RDWR"]);
        let end = chance.one(&["198.51.100.7:443", "203.0.113.9:80"]);
        let uid = chance.one(&["0", "33", "1000"]);
        let line = match chance.below(18) {
            0..4 => format!("openat fd={number} dirfd=AT_FDCWD name={path} flags={flags}"),
            4 => format!("openat fd=-2 dirfd=AT_FDCWD name={path} flags={flags}"),
            5 => format!("read res=1 fd={number} size=1"),
            6 => format!("write res=1 fd={number} size=1 data=x"),
            7 => format!("close res=0 fd={number}"),
            8 => format!("dup2 res={other} oldfd={number} newfd={other}"),
            9 => format!(
                "execve path=/bin/{program} args=\"-x {number}\" parent={parent} uid={uid} tty={number}"
            ),
            10 => format!("clone res={} comm={program}", 10 + chance.below(8)),
            11 => "procexit status=0".to_owned(),
            12 => format!("setuid res=0 uid={uid}"),
            13 => format!("chdir res=0 path={}", chance.one(&["/etc", "/srv", "/"])),
            14 => format!("connect fd={number} tuple=10.0.0.2:40000->{end} addr={end}"),
            // Programs that only their environments tell apart.
            15 | 16 => {
                let mode = chance.one(&["MODE=loud", "MODE=low", "LD_PRELOAD=/tmp/x.so"]);
                format!("execve path=/bin/sh args=-y parent=1 uid=0 tty=5 env={mode}")
            }
            _ if chance.below(2) == 0 => format!("socket fd={number} domain=AF_INET type=2 proto=17"),
            _ => format!("sendto res=1 fd={number} size=1 tuple=10.0.0.2:40000->{end} data=x"),
        };
        writeln!(text, "{thread} {line}").unwrap();
    }
    text
}

/// A notice: a container that is told of in other words, or a user who has another name.
fn notice(chance: &mut Chance) -> EventBuf {
    let of = |name| EventBuf::new(Head { time: 1, kind: EventType::named(name).unwrap(), ..Head::default() });
    if chance.below(2) == 0 {
        let image = chance.one(&["registry.example/old", "registry.example/new"]);
        let json =
            format!("{{\"container\":{{\"id\":\"0a1b2c3d4e5f\",\"name\":\"web\",\"image\":\"{image}\"}}}}\0");
        return of("CONTAINER_JSON_2_E").with(json.as_bytes());
    }
    let name = format!("{}\0", chance.one(&["ada", "eve", "root"]));
    let gid = 7_u32.to_le_bytes();
    let texts: &[&[u8]] = &[&[232, 3, 0, 0], &gid, name.as_bytes(), b"/\0", b"/bin/sh\0", b"\0"];
    texts.iter().fold(of("USER_ADDED_E"), |event, text| event.with(text))
}

fn play(rules: RuleSet, profile: Profile, capture: &[u8], seed: u64) -> (Vec<Alert>, u64) {
    let mut chance = Chance(seed);
    let matching = if seed.is_multiple_of(3) { Matching::First } else { Matching::All };
    let mut watcher = Watcher::new(rules, Settings { profile, matching, ..Settings::default() });
    let mut reader = CaptureReader::new(capture, profile, Budget::default()).unwrap();
    let mut alerts = Vec::new();
    while let Some(item) = reader.next_item().unwrap() {
        alerts.extend(watcher.take(item));
        if chance.below(40) == 0 {
            alerts.extend(watcher.event(&notice(&mut chance).as_event()));
        }
    }
    (alerts, watcher.evaluated().0)
}

#[test]
fn memory_changes_nothing() {
    let (mut found, mut remembered, mut asked) = (0, 0, 0);
    for seed in 1..=12_u64 {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let scenario = Scenario::parse(&scenario(&mut chance, 600)).unwrap_or_else(|error| panic!("{error}"));
        // What is told of a section before must not count in the next.
        let mut capture = scenario.capture().unwrap();
        capture.extend(scenario.capture().unwrap());
        for profile in [Profile::Current, Profile::Legacy] {
            let (once, few) = play(ruleset(false), profile, &capture, seed);
            let (anew, many) = play(ruleset(true), profile, &capture, seed);
            assert_eq!(once, anew, "of seed {seed}");
            found += once.len();
            remembered += few;
            asked += many;
        }
    }
    assert!(found > 500, "{found} alerts");
    assert!(remembered < asked, "{remembered} comparisons, and {asked} without a memory");
}
