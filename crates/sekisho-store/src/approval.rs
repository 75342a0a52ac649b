//! How the approvals of images stand, so that a grace outlasts who began it.

use crate::database::Cell;
use crate::error::StoreError;
use crate::store::Store;

/// How the approval of an image of a cluster stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovalRow {
    /// The image: its name without a tag, and its digest behind an `@`.
    pub image: String,
    /// A reference that it runs under.
    pub reference: String,
    /// In a word: `approved`, `lapsed`, `missing`, `unknown`.
    pub state: String,
    /// Since when, in seconds since 1970.
    pub since: i64,
    /// When it was last looked at.
    pub checked: i64,
    /// Why, a line each.
    pub reasons: String,
}

impl Store {
    /// Enters how approvals of a cluster stand, in place of what was entered of the same images.
    pub fn put_approvals(&mut self, cluster: &str, rows: &[ApprovalRow]) -> Result<(), StoreError> {
        self.database.transact(true, &mut |statements| {
            for row in rows {
                statements.execute(
                    "INSERT INTO approvals (cluster, image, reference, state, since, checked, reasons)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                     ON CONFLICT (cluster, image) DO UPDATE SET reference = ?3, state = ?4, since = ?5, checked = ?6,
                         reasons = ?7",
                    &[
                        cluster.into(),
                        row.image.as_str().into(),
                        row.reference.as_str().into(),
                        row.state.as_str().into(),
                        row.since.into(),
                        row.checked.into(),
                        row.reasons.as_str().into(),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// How the approvals of a cluster stand, in the order of images.
    pub fn approvals(&mut self, cluster: &str) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = "SELECT image, reference, state, since, checked, reasons FROM approvals WHERE cluster = ?1
                   ORDER BY image";
        let rows = self.select(sql, &[cluster.into()])?;
        let read = |row: &Vec<Cell>| {
            let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
            let number = |place: usize| row.get(place).and_then(Cell::integer).unwrap_or(0);
            ApprovalRow {
                image: text(0),
                reference: text(1),
                state: text(2),
                since: number(3),
                checked: number(4),
                reasons: text(5),
            }
        };
        Ok(rows.iter().map(read).collect())
    }

    /// Forgets approvals of a cluster.
    pub fn forget_approvals(&mut self, cluster: &str, images: &[String]) -> Result<(), StoreError> {
        self.database.transact(true, &mut |statements| {
            for image in images {
                statements.execute(
                    "DELETE FROM approvals WHERE cluster = ?1 AND image = ?2",
                    &[cluster.into(), image.as_str().into()],
                )?;
            }
            Ok(())
        })
    }
}
