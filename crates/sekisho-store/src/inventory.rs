//! Inventories: documents by the digest of what they describe, such as the packages of an image; and who runs what
//! they describe.

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

/// That an image was seen under a reference, by itself or as what a workload of a cluster runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ImageUse {
    /// The cluster; empty for an image that was looked at by itself.
    pub cluster: String,
    /// The digest that the inventory is kept by.
    pub digest: String,
    /// The reference: `registry.example.com/shop/web:1.4.2`.
    pub reference: String,
    /// The workload: `Deployment shop/web (container web)`; empty for an image that was looked at by itself.
    pub workload: String,
}

/// Inventories that are read at once.
const PAGE: usize = 500;

impl Store {
    /// Keeps an inventory in place of one of the same digest and format.
    pub fn put_inventory(&mut self, inventory: &InventoryDocument) -> Result<(), StoreError> {
        self.put_inventories(std::slice::from_ref(inventory))
    }

    /// Keeps inventories, all or none, each in place of one of the same digest and format.
    pub fn put_inventories(&mut self, inventories: &[InventoryDocument]) -> Result<(), StoreError> {
        self.database.transact(true, &mut |statements| {
            for inventory in inventories {
                statements.execute(
                    "INSERT INTO inventories (digest, format, tool, made, document) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (digest, format) DO UPDATE SET tool = ?3, made = ?4, document = ?5",
                    &[
                        inventory.digest.as_str().into(),
                        inventory.format.as_str().into(),
                        inventory.tool.as_str().into(),
                        inventory.made.into(),
                        inventory.document.as_slice().into(),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// The inventory of a digest in a format; none where there is none.
    pub fn inventory(&mut self, digest: &str, format: &str) -> Result<Option<InventoryDocument>, StoreError> {
        let sql =
            "SELECT digest, format, tool, made, document FROM inventories WHERE digest = ?1 AND format = ?2";
        let rows = self.select(sql, &[digest.into(), format.into()])?;
        Ok(rows.into_iter().next().map(document))
    }

    /// The digests that there are inventories of in a format, in their order.
    pub fn inventoried(&mut self, format: &str) -> Result<Vec<String>, StoreError> {
        let rows = self
            .select("SELECT digest FROM inventories WHERE format = ?1 ORDER BY digest", &[format.into()])?;
        Ok(rows.iter().filter_map(|row| row.first()).map(Cell::text).collect())
    }

    /// Hands over all inventories of a format, some hundred at a time, in the order of their digests.
    pub fn each_inventory(
        &mut self,
        format: &str,
        take: &mut dyn FnMut(Vec<InventoryDocument>),
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT digest, format, tool, made, document FROM inventories WHERE format = ?1 AND digest > ?2
             ORDER BY digest LIMIT {PAGE}"
        );
        let mut last = String::new();
        loop {
            let rows = self.select(&sql, &[format.into(), last.as_str().into()])?;
            let page: Vec<InventoryDocument> = rows.into_iter().map(document).collect();
            let Some(end) = page.last() else { return Ok(()) };
            last.clone_from(&end.digest);
            let is_last = page.len() < PAGE;
            take(page);
            if is_last {
                return Ok(());
            }
        }
    }

    /// Enters who uses images, at a time in seconds since 1970.
    pub fn put_image_uses(&mut self, uses: &[ImageUse], now: i64) -> Result<(), StoreError> {
        self.database.transact(true, &mut |statements| {
            for one in uses {
                statements.execute(
                    "INSERT INTO image_uses (cluster, digest, reference, workload, seen) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (cluster, digest, reference, workload) DO UPDATE SET seen = ?5",
                    &[
                        one.cluster.as_str().into(),
                        one.digest.as_str().into(),
                        one.reference.as_str().into(),
                        one.workload.as_str().into(),
                        now.into(),
                    ],
                )?;
            }
            Ok(())
        })
    }

    /// Forgets uses in a cluster that were not seen since a time: the workloads went away, or run something else.
    pub fn sweep_image_uses(&mut self, cluster: &str, since: i64) -> Result<u64, StoreError> {
        let mut count = 0;
        self.database.transact(true, &mut |statements| {
            count = statements.execute(
                "DELETE FROM image_uses WHERE cluster = ?1 AND seen < ?2",
                &[cluster.into(), since.into()],
            )?;
            Ok(())
        })?;
        Ok(count)
    }

    /// Who uses images, in order; with a digest, who uses that one.
    pub fn image_uses(&mut self, digest: Option<&str>) -> Result<Vec<ImageUse>, StoreError> {
        let condition = if digest.is_some() { "WHERE digest = ?1 " } else { "" };
        let sql = format!(
            "SELECT cluster, digest, reference, workload FROM image_uses {condition}
             ORDER BY digest, cluster, reference, workload"
        );
        let cells: Vec<Cell> = digest.map(Cell::from).into_iter().collect();
        let rows = self.select(&sql, &cells)?;
        let read = |row: &Vec<Cell>| {
            let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
            ImageUse { cluster: text(0), digest: text(1), reference: text(2), workload: text(3) }
        };
        Ok(rows.iter().map(read).collect())
    }
}

fn document(mut row: Vec<Cell>) -> InventoryDocument {
    let document = row.pop().map(Cell::bytes).unwrap_or_default();
    let text = |place: usize| row.get(place).map(Cell::text).unwrap_or_default();
    let made = row.get(3).and_then(Cell::integer).unwrap_or(0);
    InventoryDocument { digest: text(0), format: text(1), tool: text(2), made, document }
}
