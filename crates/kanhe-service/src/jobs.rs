//! Jobs: tables of up to a hundred thousand applications, handed in over HTTP and worked through one after the other.
//!
//! * [`Job`]: who handed in what, and how far it has come;
//! * [`Queue`]: what a house holds of its jobs while it is open;
//! * `upload`: the table, kept in the library and sealed as everything in it;
//! * `work`: rows become certificates; a batch of them, what is told of them, and how far the job has come are one commit;
//! * `outcome`: what came of each row;
//! * `tidy`: what is taken away when its time is over.
//!
//! So there is no moment at which a certificate stands in the library and its job does not know it: a job that was killed goes on behind
//! its last batch (`docs/decisions/0013`).

mod drawer;
mod job;
mod outcome;
mod queue;
mod tidy;
mod upload;
mod work;

pub use drawer::{find_job, jobs_of, queue_depth, queued, refused_lines, result_lines, turn};
pub use job::{Condition, Job, JobError, JobId, Turn};
pub use outcome::{Outcome, RefusedRow, RowFault};
pub use queue::{Arriving, Queue, Rules};
pub use tidy::drop_upload;
pub use upload::{CountError, Received, Upload, add, count, receive};
pub use work::{keep_up, round};
