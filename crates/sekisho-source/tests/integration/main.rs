//! The tests of sources of policies.

mod charters;
mod folders;
mod follower;
mod hostile;
mod http;
mod locations;
mod owners;
mod repository;
mod separation;
mod signatures;
mod support;
