//! Mounted things that are unmounted when dropped.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

/// A file system in memory: disks are made and thrown away there without wearing a real one.
pub struct Ram {
    folder: tempfile::TempDir,
}

impl Ram {
    /// Of so many bytes at most.
    pub fn of(bytes: usize) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let size = format!("size={bytes},mode=700");
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()))?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Ram {
    fn drop(&mut self) {
        // Lazily: whatever is still open below goes with it.
        let _ = run(Command::new("umount").arg("-l").arg(self.folder.path()));
    }
}

/// ext4 of a file, mounted through a loop device.
pub struct Mounted {
    folder: PathBuf,
}

impl Mounted {
    /// Makes an empty ext4 in a file.
    pub fn format(file: &Path) -> Result<()> {
        // No lazy initialisation: a thread of the kernel would write on for minutes, and its writes would be cut too.
        run(Command::new("mkfs.ext4")
            .args(["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0"])
            .arg(file))
    }

    /// Mounts the file in `folder`, which is made. The journal is replayed, as after a power cut.
    pub fn at(file: &Path, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        run(Command::new("mount").args(["-t", "ext4", "-o", "loop,noatime"]).arg(file).arg(folder))?;
        Ok(Self { folder: folder.to_path_buf() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that has just ended may hold it a moment longer.
        for _ in 0..50 {
            if run(Command::new("umount").arg(&self.folder)).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let _ = run(Command::new("umount").arg("-l").arg(&self.folder));
    }
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("{:?} does not start", command.get_program()))?;
    if !output.status.success() {
        bail!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
