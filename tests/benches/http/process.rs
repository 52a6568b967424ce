//! What a process has taken of the machine, as Linux counts it.

use std::process::{Child, Command};

/// Linux counts processor time in hundredths of a second for whoever reads /proc (`USER_HZ`, proc(5)).
const TICKS: f64 = 100.0;

/// A process that is measured from outside, and ended with whoever holds it.
pub struct Process(Child);

impl Process {
    /// A process that was just started.
    pub const fn new(child: Child) -> Self {
        Self(child)
    }

    /// Microseconds of processor time that the process takes for one of the things that `work` counts.
    pub fn time_of(&self, work: impl FnOnce() -> u64) -> f64 {
        let before = self.seconds();
        let done = work();
        (self.seconds() - before) * 1e6 / done as f64
    }

    /// Megabytes of memory that it has now.
    pub fn memory(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix("kB").unwrap().trim().parse::<f64>().unwrap() / 1_024.0
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.0);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.0.wait().unwrap().success());
    }

    fn seconds(&self) -> f64 {
        seconds_of(&self.0.id().to_string())
    }
}

/// Keeps this process to some of the machine's cores, named as in taskset(1), as long as `work` takes.
pub fn on_cores<T>(cores: &str, work: impl FnOnce() -> T) -> T {
    let keep_to = |cores: &str| {
        let this = std::process::id().to_string();
        assert!(Command::new("taskset").args(["--all-tasks", "--cpu-list", "--pid", cores, &this]).output().unwrap().status.success());
    };
    let all = std::fs::read_to_string("/sys/devices/system/cpu/online").unwrap();
    keep_to(cores);
    let done = work();
    keep_to(all.trim());
    done
}

/// Microseconds of processor time that this process takes for one of the things that `work` counts.
pub fn time_of_this_process(work: impl FnOnce() -> u64) -> f64 {
    let before = seconds_of("self");
    let done = work();
    (seconds_of("self") - before) * 1e6 / done as f64
}

fn seconds_of(process: &str) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name before it may have blanks in it.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks = |place: usize| fields[place].parse::<f64>().unwrap();
    (ticks(11) + ticks(12)) / TICKS
}

impl Drop for Process {
    fn drop(&mut self) {
        // One that was stopped has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
