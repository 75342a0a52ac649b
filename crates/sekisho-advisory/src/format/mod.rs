//! Formats of advisories, one file each.

mod friends_of_php;
mod osv;
mod rustsec;

pub use friends_of_php::read as read_friends_of_php;
pub use osv::{read as read_osv, read_each as read_each_osv, read_yaml as read_osv_yaml};
pub use rustsec::read as read_rustsec;
