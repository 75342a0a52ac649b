//! `/proc` mount type, restricted: keeps asking of every Pod, since v1.35, what the baseline then asks only of
//! Pods with the users of the node.

use super::prelude::{Control, Edition, Level};
use super::proc_mount;

pub(in super::super) const CONTROL: Control = Control {
    id: "procMount_restricted",
    name: "/proc Mount Type",
    level: Level::Restricted,
    replaces: Some("procMount"),
    editions: &[Edition { since: 35, examine: proc_mount::examine }],
};
