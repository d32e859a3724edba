//! Power cuts below a real file system: what a disk makes of writes that nobody flushed.
//!
//! What it is: a file that logs every block write and every flush ([`Disk`], over FUSE), ext4 mounted on it by a loop device, and
//! disks as a power cut may leave them ([`Cuts`]): before the last flush everything, after it any part, in any order, torn at any
//! sector. What it is not: F2FS, a phone's flash or its controller; a disk that lies about flushes is the negative control.
//!
//! Linux, root, `/dev/fuse` and loop devices are needed: [`missing`] says what is not there.

mod cut;
mod disk;
mod mounted;

pub use cut::{Cut, Cuts};
pub use disk::{Disk, Op};
pub use mounted::{Mounted, Ram};

use std::path::Path;
use std::process::Command;

/// Bytes of a disk: the phone's reserve, its lists, and a day's work fit.
pub const SIZE: usize = 72 << 20;

/// What this machine lacks for it; `None` if nothing.
pub fn missing() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("root is needed".into());
    }
    for device in ["/dev/fuse", "/dev/loop-control"] {
        if !Path::new(device).exists() {
            return Some(format!("there is no {device}"));
        }
    }
    for program in ["mkfs.ext4", "losetup", "mount", "umount"] {
        if Command::new(program).arg("--version").output().is_err() && Command::new(program).arg("-V").output().is_err()
        {
            return Some(format!("{program} is not installed"));
        }
    }
    None
}
