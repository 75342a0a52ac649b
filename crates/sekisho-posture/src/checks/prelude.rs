//! The names that every check is written with.

pub(super) use sekisho_finding::{Confidence, Persona, Severity};
pub(super) use sekisho_framework::{Cell, Layer, Mode, Phase};
pub(super) use sekisho_manifest::workload::{Container, ContainerRole, Pod};
pub(super) use sekisho_manifest::{FieldPath, Node, Object, Place, field};

pub(super) use crate::{Check, Component, ComponentSettings, Examination, Examine, Found, Given, Mend};
