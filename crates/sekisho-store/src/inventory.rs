//! Inventories: documents by the digest of what they describe, such as the packages of an image.

use crate::database::Cell;
use crate::error::StoreError;
use crate::store::Store;

/// An inventory of something that has a digest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InventoryDocument {
    /// The digest of what it describes: `sha256:…`.
    pub digest: String,
    /// The format: `cyclonedx-1.6`, `sekisho-packages-1`.
    pub format: String,
    /// What made it: name and version.
    pub tool: String,
    /// When, in seconds since 1970.
    pub made: i64,
    /// The document.
    pub document: Vec<u8>,
}

impl Store {
    /// Keeps an inventory in place of one of the same digest and format.
    pub fn put_inventory(&mut self, inventory: &InventoryDocument) -> Result<(), StoreError> {
        let cells: [Cell; 5] = [
            inventory.digest.as_str().into(),
            inventory.format.as_str().into(),
            inventory.tool.as_str().into(),
            inventory.made.into(),
            inventory.document.as_slice().into(),
        ];
        self.database.transact(true, &mut |statements| {
            statements.execute(
                "INSERT INTO inventories (digest, format, tool, made, document) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (digest, format) DO UPDATE SET tool = ?3, made = ?4, document = ?5",
                &cells,
            )?;
            Ok(())
        })
    }

    /// The inventory of a digest in a format; none where there is none.
    pub fn inventory(&mut self, digest: &str, format: &str) -> Result<Option<InventoryDocument>, StoreError> {
        let sql =
            "SELECT digest, format, tool, made, document FROM inventories WHERE digest = ?1 AND format = ?2";
        let rows = self.select(sql, &[digest.into(), format.into()])?;
        let document = |mut row: Vec<Cell>| {
            let document = row.pop().map(Cell::bytes).unwrap_or_default();
            let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
            let made = row.get(3).and_then(Cell::integer).unwrap_or(0);
            InventoryDocument { digest: text(0), format: text(1), tool: text(2), made, document }
        };
        Ok(rows.into_iter().next().map(document))
    }

    /// The digests that there are inventories of in a format, in their order.
    pub fn inventoried(&mut self, format: &str) -> Result<Vec<String>, StoreError> {
        let rows = self
            .select("SELECT digest FROM inventories WHERE format = ?1 ORDER BY digest", &[format.into()])?;
        Ok(rows.iter().filter_map(|row| row.first()).map(Cell::text).collect())
    }
}
