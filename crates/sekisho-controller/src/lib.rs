//! What runs beside admission: the audit of what exists, and policies that make, change and remove objects.
//!
//! An [`Auditor`] holds the objects of a cluster as texts, and what each policy says of each. A change of an object is
//! judged by the policies that can concern it, a change of a policy by looking at the objects that it can concern, and
//! nothing is judged again that neither changed. [`Effects`] carries out what policies want done to other objects,
//! [`Cleaner`] what they want removed; [`Approvals`] is the book of the images that run and of whether they still may; a
//! [`Controller`] has all of them follow a cluster, in one replica at a time.

mod approvals;
mod auditor;
mod changes;
mod cleaner;
mod controller;
mod effects;
mod judged;
mod kept;
mod kinds;
mod schedule;
mod status;
mod summary;
mod texts;

pub use approvals::{ApprovalSettings, Approvals, ApprovalsStanding, Assessment, Assessor, Grace, Verdict};
pub use auditor::{Auditor, Counters, ObjectText};
pub use cleaner::{Cleaner, CleanerReport};
pub use controller::{Controller, ControllerError, Settings, Standing};
pub use effects::{Cause, EffectLimits, Effects, EffectsReport, Wanted, labelled, wanted};
pub use schedule::{Schedule, ScheduleError};
pub use status::{Answer, StatusServer};
pub use summary::{Summaries, SummaryForm, summaries};
