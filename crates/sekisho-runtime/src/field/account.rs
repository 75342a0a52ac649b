//! `user.*` and `group.*`.

use sekisho_falco::Value;

use super::{fields, push};
use crate::view::View;

fields! {
    /// Fields of users and groups.
    AccountField {
        Uid "user.uid",
        Name "user.name",
        Home "user.homedir",
        Shell "user.shell",
        LoginUid "user.loginuid",
        LoginName "user.loginname",
        Gid "group.gid",
        GroupName "group.name",
    }
}

const NOT_AVAILABLE: &str = "<NA>";

pub(crate) fn extract<'e>(view: &'e View<'_>, field: AccountField, values: &mut Vec<Value<'e>>) -> bool {
    push(values, value(view, field))
}

fn value<'e>(view: &'e View<'_>, field: AccountField) -> Option<Value<'e>> {
    let thread = view.thread()?;
    let is_of_container = view.event.head.kind.info().name == "container";
    if let Some(told) = view.state.container(thread)
        && field == AccountField::Name
        && is_of_container
        && !told.user.is_empty()
    {
        return Some(Value::text(&told.user));
    }
    let container = thread.control_groups.container.as_slice();
    let accounts = &view.state.accounts;
    let user = |uid| accounts.user(container, uid);
    let or_root = |uid: u32, root: &'static str| if uid == 0 { root } else { NOT_AVAILABLE };
    Some(match field {
        AccountField::Uid => Value::UInt(thread.uid.into()),
        AccountField::Name => match user(thread.uid) {
            Some(user) => Value::text(&user.name),
            None => Value::text(or_root(thread.uid, "root")),
        },
        AccountField::Home => match user(thread.uid) {
            Some(user) => Value::text(&user.home),
            None => Value::text(or_root(thread.uid, "/root")),
        },
        AccountField::Shell => {
            user(thread.uid).map_or(Value::text(NOT_AVAILABLE), |user| Value::text(&user.shell))
        }
        AccountField::LoginUid if thread.login_uid == u32::MAX => Value::Int(-1),
        AccountField::LoginUid => Value::Int(thread.login_uid.into()),
        AccountField::LoginName => match user(thread.login_uid) {
            Some(user) => Value::text(&user.name),
            None => Value::text(or_root(thread.login_uid, "root")),
        },
        AccountField::Gid => Value::UInt(thread.gid.into()),
        AccountField::GroupName => match accounts.group(container, thread.gid) {
            Some(group) => Value::text(&group.name),
            None => Value::text(or_root(thread.gid, "root")),
        },
    })
}
