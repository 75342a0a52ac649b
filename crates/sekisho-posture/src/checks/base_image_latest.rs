//! A stage begins from an image without a version.
//!
//! ## Why
//!
//! `latest`, or no tag at all, is another image every week. Two builds of one commit then differ, nobody can say
//! which base an image has, and a base that was replaced by an attacker arrives unseen.
//!
//! ## Mend
//!
//! Name a version, best together with the digest, and let a program propose new ones.
//!
//! ```dockerfile bad
//! FROM debian # here
//! RUN true
//! ```
//!
//! ```dockerfile bad
//! ARG BASE=alpine:latest
//! FROM ${BASE} AS build # here
//! FROM build
//! ```
//!
//! ```dockerfile good
//! ARG VERSION
//! FROM debian:12.5 AS build
//! FROM alpine@sha256:0123456789012345678901234567890123456789012345678901234567890123
//! FROM node:${VERSION}
//! FROM build
//! FROM scratch
//! ```
//!
//! ## References
//!
//! - NIST SP 800-190, 4.2.2

use sekisho_manifest::ImageRef;

use super::prelude::*;

pub(super) static CHECK: Check = Check {
    id: "base-image-latest",
    title: "Base image without a version",
    message: "the stage begins from `{image}`, which is another image at another time",
    variants: &[],
    remedy: "Name a version of the base image, best together with its digest",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Default,
    cell: Cell::new(Layer::Container, Phase::Develop, Mode::Preventive),
    controls: &["nist-800-190/4.2.2", "pci/14"],
    cel: None,
    examine: Examine::Build(examine),
};

fn examine<'a>(build: &Build<'a>, examination: &mut Examination<'a>) {
    for (index, stage) in build.dockerfile().stages.iter().enumerate() {
        let Some(image) = stage.image.as_deref().filter(|image| stage.base.is_none() && *image != "scratch")
        else {
            continue;
        };
        let Ok(reference) = image.parse::<ImageRef>() else { continue };
        let is_moving = reference.tag.as_deref().is_none_or(|tag| tag == "latest");
        if is_moving && reference.digest.is_none() {
            let place = build.place(index, 0).child("image");
            examination.report(Found::at(place).arg("image", image));
        }
    }
}
