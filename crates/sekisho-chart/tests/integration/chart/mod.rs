//! Folders and archives in, charts out.

mod archive;
mod folder;
mod ignore;
mod metadata;
