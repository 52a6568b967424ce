//! Jobs: tables of up to a hundred thousand applications, handed in over HTTP and worked through one after the other.
//!
//! * [`Job`]: who handed in what, and how far it has come;
//! * [`Queue`]: what a house holds of its jobs while it is open;
//! * [`Arriving`], `upload`: the table, from its first byte on, kept in the library and sealed as everything in it;
//! * [`Burden`]: what the jobs of an agency that are not over take;
//! * `work`: a batch of rows, what is told of them, and how far the job has come are one commit;
//! * `ground`: what a job stands on, asked again in each of these commits;
//! * `issuing`, `taking_in`: rows become certificates, or applications under review;
//! * [`Handling`]: who may do what with a job;
//! * `outcome`: what came of each row;
//! * `tidy`: what is taken away when its time is over.
//!
//! So there is no moment at which a certificate stands in the library and its job does not know it: a job that was killed goes on behind
//! its last batch (`docs/decisions/0013`).

mod arriving;
mod burden;
mod condition;
mod drawer;
mod error;
mod ground;
mod handling;
mod issuing;
mod job;
mod outcome;
mod pace;
mod queue;
mod taking_in;
mod tidy;
mod trade;
mod upload;
mod work;

pub use arriving::Arriving;
pub use burden::Burden;
pub use condition::{Condition, Turn};
pub use drawer::{find_job, jobs_of, queue_depth, refused_lines, result_lines, turn};
pub use error::{ActorError, CountError, JobError};
pub use handling::Handling;
pub use job::{Job, JobId, Task};
pub use outcome::{Outcome, RESULTS, RefusedRow, RowFault};
pub use pace::Pace;
pub use queue::{Queue, Rules};
pub use taking_in::may_take_in;
pub use upload::{Received, Upload, add, count, receive};
pub use work::{keep_up, round};
