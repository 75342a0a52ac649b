//! What a bill of materials is made of: an image, a folder, a file, or another bill.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use sekisho_finding::{Skip, SkipReason};
use sekisho_sbom::{Bill, Subject, SubjectKind};

use crate::request::Request;
use crate::run;
use crate::target::image::{self, Examined, Images, Settings, Sought};
use crate::target::{self, Selection, bill, packages};
use crate::terminal::{self, Status};

/// How targets are read.
pub(super) struct Reading {
    pub(super) images: Settings,
    pub(super) no_ignore: bool,
    pub(super) config: Option<PathBuf>,
}

impl Reading {
    /// The bill of a target, and what of it could not be read.
    pub(super) fn read(&self, named: &Path) -> Result<(Bill, Vec<Skip>)> {
        let targets = [named.to_owned()];
        if let Some(read) = bill::divide(&targets)?.bills.pop() {
            let bill = read.bill.map_err(|error| anyhow::anyhow!("`{}`: {error}", read.name))?;
            return Ok((bill, Vec::new()));
        }
        let (images, _) = image::divide(&targets)?;
        if !images.is_empty()
            && let Some(examined) = Images::new(&self.images, &images, Sought::default())?.read(&images).pop()
        {
            return of_image(examined);
        }
        if !named.exists() {
            bail!("`{}` is no file, no folder and no image", named.display());
        }
        let request = Request {
            targets: targets.to_vec(),
            config: self.config.clone(),
            no_ignore: self.no_ignore,
            ..Request::default()
        };
        let selection = Selection { all_files: true, ..run::selected(&request)? };
        let walked = target::walked(&selection)?;
        let Some(packed) = packages::read(&selection, &walked, Sought::default()).pop() else {
            bail!("`{}` is no bill of materials and holds no packages", named.display());
        };
        let kind = if named.is_dir() { SubjectKind::Folder } else { SubjectKind::File };
        let subject = Subject { kind, name: named.display().to_string(), ..Subject::default() };
        let name = named.display().to_string();
        let unread = packed.contents.unread.iter().map(|unread| Skip {
            path: format!("{name}/{}", unread.path).into(),
            line: None,
            reason: SkipReason::Unreadable(unread.reason.clone()),
        });
        let unread = unread.collect();
        Ok((Bill::of(packed.contents, subject), unread))
    }
}

fn of_image(examined: Examined) -> Result<(Bill, Vec<Skip>)> {
    let Examined { name, within, image, contents, mut skipped, layers, .. } = examined;
    if let Some(skip) = skipped.iter().find(|_| layers == 0 && image.is_none()) {
        bail!("{}: {}", skip.path, skip.reason);
    }
    skipped.extend(contents.unread.iter().map(|unread| Skip {
        path: format!("{name}!/{}", unread.path).into(),
        line: None,
        reason: SkipReason::Unreadable(unread.reason.clone()),
    }));
    let mut subject = Subject { kind: SubjectKind::Folder, name, ..Subject::default() };
    if let Some(image) = image {
        subject.kind = SubjectKind::Image;
        subject.url = within.into_iter().next();
        subject.digest = image.digest.as_ref().map(ToString::to_string);
        subject.identifier = Some(image.identifier.to_string());
        subject.version = subject.digest.clone().or_else(|| subject.identifier.clone());
        subject.platform = Some(image.configuration.platform.to_string());
        subject.layers = image.layers.iter().map(|layer| layer.diff_id.to_string()).collect();
        if subject.url.is_some() {
            subject.tags = vec![subject.name.clone()];
        }
    }
    Ok((Bill::of(contents, subject), skipped))
}

/// Says what could not be read, and how the run ends.
pub(super) fn told(skipped: &[Skip]) -> Status {
    let mut status = Status::Clean;
    for skip in skipped.iter().filter(|skip| matches!(skip.reason, SkipReason::Unreadable(_))) {
        terminal::complain(format_args!("{}: {}", skip.path, skip.reason));
        status = Status::Incomplete;
    }
    status
}
