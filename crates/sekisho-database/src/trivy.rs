//! Trivy's database into contents.

use std::path::Path;

use sekisho_advisory::trivy::{self, BoltError};
use sekisho_vulnerability::{Contents, Origin};

use crate::foreign_error::{ForeignError, Taken};
use crate::mapped::Mapped;

/// Reads Trivy's `trivy.db`.
pub(crate) fn read(path: &Path, contents: &mut Contents) -> Result<Taken, ForeignError> {
    let mapped = Mapped::open(path).map_err(|source| ForeignError::File { path: path.to_owned(), source })?;
    let mut taken = Taken::default();
    let left = trivy::read(mapped.as_ref(), &mut |piece| {
        let origin = contents.origin(Origin {
            name: format!("{} (by way of Trivy)", piece.source),
            licence: "NOASSERTION".to_owned(),
            ..Origin::default()
        });
        taken.records += 1;
        contents.add_piece(origin, &piece.advisory);
    })
    .map_err(|source: BoltError| ForeignError::Bolt { path: path.to_owned(), source })?;
    taken.malformed = left.malformed;
    taken.strange = left.strange;
    Ok(taken)
}
