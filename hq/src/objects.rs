//! Objects: originals and packs by their SHA-256, and the parts of uploads that are not finished.
//!
//! What it is: files that are whole or not there. Order of every write: *part → write → fsync → rename → fsync(folder)*;
//! only then does a row say that the object is stored (I2). What it is not: who may see an object (see [`crate::sync`],
//! [`crate::api`]). `object_store` was tried on paper and left out for now: it has no append, and tus lives on appending;
//! the S3 backend of a later version implements this trait over it.
//!
//! ```text
//! objects/3f/3f9a…   a finished object        parts/<upload>   the bytes of an upload so far: its length is the offset
//! ```

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use xuncha_core::Failure;
use xuncha_core::ids::BlobHash;

/// How much is read at a time.
pub const CHUNK: usize = 256 * 1024;

/// A stored object, open for reading.
pub trait Original: Read + Seek + Send {}
impl<T: Read + Seek + Send> Original for T {}

/// A part, open for reading and appending.
pub trait Part: Read + Seek + Write + Send {
    /// Cuts it to this length.
    fn set_len(&mut self, length: u64) -> io::Result<()>;
    /// Makes its bytes and its length durable.
    fn sync(&mut self) -> io::Result<()>;
}

impl Part for File {
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        File::set_len(self, length)
    }
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

/// The objects of an HQ. All calls block: async callers go through a blocking thread.
pub trait Objects: Send + Sync {
    /// Stores bytes under their hash, durably.
    fn put(&self, bytes: &[u8]) -> io::Result<BlobHash>;
    /// Bytes of a stored object, or `None`.
    fn size(&self, sha256: &BlobHash) -> io::Result<Option<u64>>;
    /// Opens a stored object for reading.
    fn open(&self, sha256: &BlobHash) -> io::Result<Box<dyn Original>>;
    /// Starts an empty part.
    fn create_part(&self, upload: &str) -> io::Result<()>;
    /// Opens a part at its end; gives it with its length.
    fn open_part(&self, upload: &str) -> io::Result<(Box<dyn Part>, u64)>;
    /// Length of a part, or `None`.
    fn part_size(&self, upload: &str) -> io::Result<Option<u64>>;
    /// Makes a complete, already fsynced part the object of this hash. The caller has hashed it.
    fn finish_part(&self, upload: &str, sha256: &BlobHash) -> io::Result<()>;
    /// Throws a part away; one that is not there is no error.
    fn drop_part(&self, upload: &str) -> io::Result<()>;
    /// Names of all parts.
    fn parts(&self) -> io::Result<Vec<String>>;
}

/// Objects in a folder.
pub struct Folder {
    objects: PathBuf,
    parts: PathBuf,
    /// Folders below `objects/` whose own names are durable. That one is there says nothing: the sync after it was made may have
    /// failed, or never have come.
    certain: Mutex<HashSet<PathBuf>>,
}

impl Folder {
    /// Opens or makes the folders.
    pub fn open(data: &Path) -> io::Result<Self> {
        let (objects, parts) = (data.join("objects"), data.join("parts"));
        for folder in [&objects, &parts] {
            fs::create_dir_all(folder)?;
        }
        sync_folder(data)?;
        Ok(Self { objects, parts, certain: Mutex::default() })
    }
    fn object(&self, sha256: &BlobHash) -> PathBuf {
        let name = sha256.to_string();
        self.objects.join(&name[..2]).join(name)
    }
    fn part(&self, upload: &str) -> io::Result<PathBuf> {
        let plain = !upload.is_empty() && upload.bytes().all(|b| b.is_ascii_alphanumeric());
        if plain { Ok(self.parts.join(upload)) } else { Err(io::ErrorKind::NotFound.into()) }
    }
    fn place(&self, part: &Path, sha256: &BlobHash) -> io::Result<()> {
        let target = self.object(sha256);
        let folder = target.parent().unwrap_or(&self.objects);
        fs::create_dir_all(folder)?;
        fs::rename(part, &target)?;
        self.name(folder)
    }
    /// Makes the names in a folder below `objects/` durable, and its own.
    fn name(&self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)?;
        if !self.certain.lock().unwrap_or_else(PoisonError::into_inner).contains(folder) {
            sync_folder(&self.objects)?;
            self.certain.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned());
        }
        Ok(())
    }
}

impl Objects for Folder {
    fn put(&self, bytes: &[u8]) -> io::Result<BlobHash> {
        let sha256 = BlobHash::digest(&[bytes]);
        if recheck(self, &sha256)?.is_some_and(|(_, same)| same) {
            // Its name may be what a killed process, or a failed sync, left.
            self.name(self.object(&sha256).parent().unwrap_or(&self.objects))?;
            return Ok(sha256);
        }
        let part = self.parts.join(format!("put{}", sha256.short()));
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        self.place(&part, &sha256)?;
        Ok(sha256)
    }
    fn size(&self, sha256: &BlobHash) -> io::Result<Option<u64>> {
        length(&self.object(sha256))
    }
    fn open(&self, sha256: &BlobHash) -> io::Result<Box<dyn Original>> {
        Ok(Box::new(File::open(self.object(sha256))?))
    }
    fn create_part(&self, upload: &str) -> io::Result<()> {
        File::create_new(self.part(upload)?)?;
        sync_folder(&self.parts)
    }
    fn open_part(&self, upload: &str) -> io::Result<(Box<dyn Part>, u64)> {
        let mut file = File::options().read(true).write(true).open(self.part(upload)?)?;
        let length = file.seek(SeekFrom::End(0))?;
        Ok((Box::new(file), length))
    }
    fn part_size(&self, upload: &str) -> io::Result<Option<u64>> {
        length(&self.part(upload)?)
    }
    fn finish_part(&self, upload: &str, sha256: &BlobHash) -> io::Result<()> {
        self.place(&self.part(upload)?, sha256)
    }
    fn drop_part(&self, upload: &str) -> io::Result<()> {
        match fs::remove_file(self.part(upload)?) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
    fn parts(&self) -> io::Result<Vec<String>> {
        fs::read_dir(&self.parts)?.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect()
    }
}

fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(m) => Ok(Some(m.len())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Makes a folder with its parents, for its owner only, and their names durable: a folder whose own name a power cut takes away is
/// gone with everything that was synced in it.
pub fn make_folder(path: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    let mut at = Some(path);
    while let Some(folder) = at.filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        missing.push(folder);
        at = folder.parent();
    }
    if let (Some(folder), false) = (at, missing.is_empty()) {
        keep_name(folder)?;
    }
    for folder in missing.into_iter().rev() {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        match builder.create(folder) {
            // Somebody else made it meanwhile.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            other => other?,
        }
        if let Err(e) = sync_folder(folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))) {
            // Whoever tries again would find it there and believe its name.
            let _ = fs::remove_dir(folder);
            return Err(e);
        }
    }
    Ok(())
}

/// Makes the name of a folder durable that is there already: a process that was killed, or whose last sync failed, may have given it.
pub fn keep_name(path: &Path) -> io::Result<()> {
    let Some(parent) = path.parent() else { return Ok(()) };
    match sync_folder(if parent.as_os_str().is_empty() { Path::new(".") } else { parent }) {
        // Somebody else's folder: whoever gave us this one vouches for its name.
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// A rename is durable only once its folder is.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Writes a part again, byte by byte as it is read, and gives the hash; the caller syncs. What another process left may be in the
/// cache and on no disk: its sync failed, and it was killed before it could throw the part away. The next sync would not notice.
///
/// In its place: a cut in the middle spoils nothing that was promised, the hash of the whole decides.
pub fn write_again(part: &mut dyn Part) -> io::Result<Sha256> {
    let (mut hash, mut at, mut buffer) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        part.seek(SeekFrom::Start(at))?;
        let n = part.read(&mut buffer)?;
        if n == 0 {
            return Ok(hash);
        }
        part.seek(SeekFrom::Start(at))?;
        part.write_all(&buffer[..n])?;
        hash.update(&buffer[..n]);
        at += n as u64;
    }
}

/// Makes an object durable anew that nobody vouches for but its own bytes. `false`: it is not there, or is another.
pub fn store_again(objects: &dyn Objects, sha256: &BlobHash) -> io::Result<bool> {
    let Found::Whole(mut file, _) = open_whole(objects, sha256)? else { return Ok(false) };
    let part = format!("again{}", sha256.short());
    objects.drop_part(&part)?;
    objects.create_part(&part)?;
    let (mut to, _) = objects.open_part(&part)?;
    let (mut hash, mut buffer) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        to.write_all(&buffer[..n])?;
        hash.update(&buffer[..n]);
    }
    to.sync()?;
    drop(to);
    let same = BlobHash::from_bytes(hash.finalize().into()) == *sha256;
    if same {
        objects.finish_part(&part, sha256)?
    } else {
        objects.drop_part(&part)?
    }
    Ok(same)
}

/// Hash and length of all that is left in `file`.
pub fn hash_file(file: &mut (impl Read + ?Sized)) -> io::Result<(Sha256, u64)> {
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; CHUNK]);
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok((hash, length));
        }
        hash.update(&buffer[..n]);
        length += n as u64;
    }
}

/// Re-reads a stored object: its length, and whether its bytes still are what its name says. `None`: not there.
pub fn recheck(objects: &dyn Objects, sha256: &BlobHash) -> io::Result<Option<(u64, bool)>> {
    let mut file = match objects.open(sha256) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let (hash, length) = hash_file(&mut *file)?;
    Ok(Some((length, BlobHash::from_bytes(hash.finalize().into()) == *sha256)))
}

/// How a stored object was found.
pub enum Found {
    /// Its bytes are what its name says; open at its start, with its length.
    Whole(Box<dyn Original>, u64),
    /// It is here and is another.
    Damaged,
    /// It is not here.
    Gone,
}

/// Opens a stored object after reading it once.
pub fn open_whole(objects: &dyn Objects, sha256: &BlobHash) -> io::Result<Found> {
    let mut file = match objects.open(sha256) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Found::Gone),
        Err(e) => return Err(e),
    };
    let (hash, length) = hash_file(&mut *file)?;
    if BlobHash::from_bytes(hash.finalize().into()) != *sha256 {
        return Ok(Found::Damaged);
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Found::Whole(file, length))
}

/// What a disk error means to the caller.
pub fn disk_failure(e: &io::Error) -> Failure {
    match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Failure::after_action("disk.full"),
        io::ErrorKind::PermissionDenied => Failure::after_action("disk.permission"),
        _ => Failure::later("disk.error"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_there_only_when_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let sha256 = BlobHash::digest(&[b"photo"]);
        folder.create_part("a1").unwrap();
        assert!(folder.create_part("a1").is_err(), "an address is given out once");
        let (mut file, length) = folder.open_part("a1").unwrap();
        assert_eq!(length, 0);
        file.write_all(b"photo").unwrap();
        file.sync().unwrap();
        assert_eq!(folder.size(&sha256).unwrap(), None);
        assert_eq!(folder.part_size("a1").unwrap(), Some(5));
        folder.finish_part("a1", &sha256).unwrap();
        assert_eq!(folder.size(&sha256).unwrap(), Some(5));
        assert_eq!(folder.part_size("a1").unwrap(), None);
        assert_eq!(recheck(&folder, &sha256).unwrap(), Some((5, true)));
        fs::write(folder.object(&sha256), b"phot0").unwrap();
        assert_eq!(recheck(&folder, &sha256).unwrap(), Some((5, false)));
        assert!(matches!(open_whole(&folder, &sha256).unwrap(), Found::Damaged));
        assert_eq!(folder.put(b"photo").unwrap(), sha256);
        assert!(matches!(open_whole(&folder, &sha256).unwrap(), Found::Whole(_, 5)), "what is damaged is written anew");
        fs::remove_file(folder.object(&sha256)).unwrap();
        assert!(matches!(open_whole(&folder, &sha256).unwrap(), Found::Gone));
    }

    #[cfg(unix)]
    #[test]
    fn what_nobody_vouches_for_is_written_again() {
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        let sha256 = folder.put(b"photo").unwrap();
        let path = folder.object(&sha256);
        // Held open, so that its number is not given again.
        let held = File::open(&path).unwrap();
        assert!(store_again(&folder, &sha256).unwrap());
        assert!(inode(&path) != std::os::unix::fs::MetadataExt::ino(&held.metadata().unwrap()));
        assert_eq!(fs::read(&path).unwrap(), b"photo");
        assert!(folder.parts().unwrap().is_empty());
        fs::write(&path, b"phot0").unwrap();
        assert!(!store_again(&folder, &sha256).unwrap(), "another is not kept");
        let bytes: Vec<u8> = (0..2 * CHUNK + 7).map(|n| n as u8).collect();
        folder.create_part("a1").unwrap();
        fs::write(folder.part("a1").unwrap(), &bytes).unwrap();
        let (mut part, _) = folder.open_part("a1").unwrap();
        let hash = write_again(&mut *part).unwrap();
        assert_eq!(BlobHash::from_bytes(hash.finalize().into()), BlobHash::digest(&[&bytes]));
        part.write_all(b"more").unwrap();
        assert_eq!(
            fs::read(folder.part("a1").unwrap()).unwrap(),
            [&bytes[..], b"more"].concat(),
            "and goes on behind it"
        );
    }

    #[test]
    fn an_address_cannot_leave_its_folder() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::open(dir.path()).unwrap();
        for bad in ["../keys/hq.key", "", "a/b", "."] {
            assert!(folder.open_part(bad).is_err(), "{bad:?}");
        }
    }
}
