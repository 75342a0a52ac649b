//! The names that every check is written with.

pub(super) use sekisho_finding::{Confidence, Persona, Severity};
pub(super) use sekisho_framework::{Cell, Layer, Mode, Phase};
pub(super) use sekisho_manifest::workload::{Container, ContainerRole, Pod};
pub(super) use sekisho_manifest::{FieldPath, Node, Object, Place, field};

pub(super) use crate::{Check, Component, ComponentSettings, Examination, Examine, Found, Mend};

/// A CEL expression that is also true for a Pod that runs on Windows.
macro_rules! unless_windows {
    ($($expression:tt)*) => {
        concat!(
            "pod.?os.?name.orValue('') == 'windows' || ",
            "pod.?nodeSelector[?'kubernetes.io/os'].orValue('') == 'windows' || (",
            $($expression)*,
            ")"
        )
    };
}

/// A CEL expression over `container` that is asked of every container of `pod`.
macro_rules! each_container {
    ($($expression:tt)*) => {
        concat!(
            "[dyn(pod.?initContainers.orValue([])), dyn(pod.?containers.orValue([])), ",
            "dyn(pod.?ephemeralContainers.orValue([]))].all(list, list.all(container, ",
            $($expression)*,
            "))"
        )
    };
}

pub(super) use {each_container, unless_windows};
