//! What events change of what is known, and the values that fields have of it.

use crate::{play, rule, shown};

const TREE: &str = "process 1 init path=/sbin/init\nprocess 10 sshd parent=1 path=/usr/sbin/sshd\n\
                    process 11 bash parent=10 path=/bin/bash args=\"-l\" uid=1000 cwd=/home/ada tty=5\n";

#[test]
fn processes_have_ancestors() {
    let scenario = format!("{TREE}12 execve path=/usr/bin/cat args=\"a b\" parent=11\n");
    let output = "%proc.name %proc.cmdline %proc.exepath %proc.pname %proc.aname[2] %proc.aname[3] %proc.ppid %proc.args";
    assert_eq!(
        shown("evt.type = execve", output, &scenario),
        ["cat cat a b /usr/bin/cat bash sshd init 11 a b"]
    );
    let above = "evt.type = execve and proc.aname in (sshd) and not proc.aname = cat";
    assert_eq!(shown(above, "%proc.loginshellid", &scenario), ["11"]);
}

#[test]
fn children_inherit_and_orphans_are_adopted() {
    let scenario = format!(
        "{TREE}11 openat fd=3 dirfd=AT_FDCWD name=notes flags=O_RDONLY\n11 clone res=20 comm=bash\n\
         20 read res=1 fd=3 size=1\n11 procexit status=0\n20 read res=1 fd=3 size=1\n"
    );
    assert_eq!(
        shown("evt.type = read", "%fd.name %proc.pname %proc.ppid", &scenario),
        ["/home/ada/notes bash 11", "/home/ada/notes init 1"]
    );
}

#[test]
fn a_number_that_is_used_again_is_another_process() {
    let scenario = format!(
        "{TREE}11 openat fd=3 dirfd=AT_FDCWD name=/a flags=O_RDONLY\n11 procexit status=0\n\
         10 clone res=11 comm=other\n11 read res=1 fd=3 size=1\n"
    );
    assert_eq!(shown("evt.type = read", "%proc.name %fd.name.", &scenario), ["other ."]);
}

#[test]
fn descriptors_are_followed() {
    let scenario = format!(
        "{TREE}11 openat fd=3 dirfd=AT_FDCWD name=../b/./c flags=O_WRONLY|O_CREAT\n11 dup2 res=7 oldfd=3 newfd=7\n\
         11 close res=0 fd=3\n11 write res=1 fd=7 size=1 data=x\n11 write res=1 fd=3 size=1 data=x\n\
         11 chdir res=0 path=/tmp\n11 openat fd=4 dirfd=AT_FDCWD name=d flags=O_RDONLY\n\
         11 openat fd=-2 dirfd=AT_FDCWD name=e flags=O_RDONLY\n"
    );
    assert_eq!(
        shown(
            "evt.type in (write, openat, close)",
            "%evt.type %fd.num %fd.name %fd.directory %fd.filename",
            &scenario
        ),
        [
            "openat 3 /home/b/c /home/b c",
            "close 3 /home/b/c /home/b c",
            "write 7 /home/b/c /home/b c",
            "write 3  / <NA>",
            "openat 4 /tmp/d /tmp d",
            "openat -1 /tmp/e /tmp <NA>",
        ]
    );
}

#[test]
fn connections_have_ends() {
    let scenario = format!(
        "{TREE}11 socket fd=3 domain=AF_INET type=1 proto=6\n\
         11 connect fd=3 tuple=10.0.0.2:40000->198.51.100.7:443 addr=198.51.100.7:443\n\
         11 accept fd=4 tuple=203.0.113.9:5000->10.0.0.2:80\n"
    );
    assert_eq!(
        shown(
            "evt.type in (connect, accept)",
            "%fd.name %fd.type %fd.l4proto %fd.cip %fd.cport %fd.sip %fd.sport",
            &scenario
        ),
        [
            "10.0.0.2:40000->198.51.100.7:443 ipv4 tcp 10.0.0.2 40000 198.51.100.7 443",
            "203.0.113.9:5000->10.0.0.2:80 ipv4 tcp 203.0.113.9 5000 10.0.0.2 80",
        ]
    );
    let within = "evt.type = connect and fd.snet in (\"198.51.100.0/24\") and fd.net = \"10.0.0.0/8\" and fd.port = 443";
    assert_eq!(shown(within, "%fd.sport", &scenario), ["443"]);
}

#[test]
fn containers_are_known_by_groups_and_events() {
    let scenario = "container 0a1b2c3d4e5f name=web image=registry.example:5000/shop/web:1.2 pod=web-1 namespace=shop \
                    privileged=true mounts=/:/host\nprocess 1 init\n\
                    process 5 nginx parent=1 container=0a1b2c3d4e5f\n\
                    5 mkdir res=0 path=/x\n1 mkdir res=0 path=/x\n";
    let output = "%container.id %container.name %container.image.repository %container.image.tag %k8s.pod.name \
                  %k8s.ns.name %container.privileged %container.mount.dest[0]";
    assert_eq!(
        shown("evt.type = mkdir", output, scenario),
        [
            "0a1b2c3d4e5f web registry.example:5000/shop/web 1.2 web-1 shop true /host",
            "host host   <NA> <NA> false <NA>",
        ]
    );
    let alerts = play(rule("evt.type = mkdir and container.id != host", "x"), scenario);
    assert_eq!((alerts[0].subject.pod.as_str(), alerts[0].subject.namespace.as_str()), ("web-1", "shop"));
}

#[test]
fn users_are_named() {
    let scenario = format!("{TREE}11 mkdir res=0 path=x\n11 setuid res=0 uid=0\n11 mkdir res=0 path=x\n");
    assert_eq!(
        shown("evt.type = mkdir", "%user.name %user.uid %group.name %user.loginuid %fs.path.name", &scenario),
        ["ada 1000 ada -1 /home/ada/x", "root 0 ada -1 /home/ada/x"]
    );
}

#[test]
fn parameters_are_shown() {
    let scenario = format!(
        "{TREE}11 openat fd=3 dirfd=AT_FDCWD name=a flags=O_WRONLY|O_CREAT mode=0o644\n11 chmod res=0 filename=a mode=S_ISUID\n\
         11 unlink res=-2 path=b\n11 kill res=0 pid=10 sig=9\n"
    );
    assert_eq!(
        shown(
            "evt.type in (openat, chmod, unlink, kill)",
            "%evt.res %evt.arg.flags|%evt.arg.mode|%evt.arg.sig|%evt.arg.pid|%evt.rawres",
            &scenario
        ),
        [
            "SUCCESS O_CREAT|O_WRONLY|0644|<NA>|<NA>|3",
            "SUCCESS <NA>|S_ISUID|<NA>|<NA>|0",
            "ENOENT <NA>|<NA>|<NA>|<NA>|-2",
            "SUCCESS <NA>|<NA>|SIGKILL|sshd|0",
        ]
    );
}
