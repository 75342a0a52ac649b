//! The names that every check is written with.

pub(super) use sekisho_finding::{Confidence, Persona, Severity};
pub(super) use sekisho_framework::{Cell, Layer, Mode, Phase};
pub(super) use sekisho_manifest::workload::{Container, ContainerRole, Pod};
pub(super) use sekisho_manifest::{FieldPath, Node, Object, Place, field};

pub(super) use crate::build::Build;
pub(super) use crate::{Check, Component, ComponentSettings, Examination, Examine, Found, Mend};

/// A CEL expression that is true for a Pod that runs on Windows.
macro_rules! on_windows {
    () => {
        "(pod.?os.?name.orValue(pod.?nodeSelector[?'kubernetes.io/os'].orValue('')) == 'windows')"
    };
}

/// A CEL expression that is also true for a Pod that runs on Windows.
macro_rules! unless_windows {
    ($($expression:tt)*) => {
        concat!(on_windows!(), " || (", $($expression)*, ")")
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

pub(super) use {each_container, on_windows, unless_windows};
