//! Files read within bounds and written whole or not at all.

mod place;

pub use place::{are_apart, is_other, real};

use crate::failure::Failure;
use crate::words::Words;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat, openat};
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;
use tempfile::{NamedTempFile, TempPath};
use zeroize::Zeroizing;

/// Seals, packs and status lists are for everybody, as far as the umask allows.
const READABLE: u32 = 0o666;

/// Keys, and certificates with whole names and numbers, are for their owner.
const SECRET: u32 = 0o600;

/// And so are folders of them.
const SECRET_FOLDER: u32 = 0o700;

/// What flows by only once is kept up to so many bytes: a hundred million applications, and not a stream without end.
const LONGEST_FLOW: u64 = 64 << 30;

/// The files of one certificate are written in less, on any disk that still works.
const LONGEST_WRITE: Duration = Duration::from_secs(3600);

/// How the names of files begin that are still being written.
const UNFINISHED: &str = ".kanhe-";

/// Reads a whole file of at most so many bytes; a longer one is refused before it fills the memory.
pub fn read(path: &Path, most: usize) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    bounded(File::open(path).map_err(failed)?, most, &path.display().to_string())?.map_err(failed)
}

/// Reads the secret in the first line of a file; where there is none, whoever wants it says so.
///
/// An empty secret would be tried, and called a wrong one: somebody would look for the mistake elsewhere.
pub fn first_line(path: &Path, most: usize, none: impl FnOnce() -> Failure) -> Result<Zeroizing<String>, Failure> {
    let bytes = Zeroizing::new(read(path, most)?);
    let line = std::str::from_utf8(&bytes).ok().and_then(|text| text.lines().next()).filter(|line| !line.is_empty());
    line.map(|line| Zeroizing::new(line.to_owned())).ok_or_else(|| none().within(path.display()))
}

/// Reads standard input as a file is read.
pub fn read_stdin(most: usize) -> Result<Vec<u8>, Failure> {
    bounded(std::io::stdin().lock(), most, "standard input")?.map_err(|error| Failure::file(Path::new("-"), &error))
}

/// Opens a file that is read more than once.
///
/// What flows by only once, standard input (`-`) or a pipe, is kept in a file without a name first: nobody else can open it, and it is
/// gone with the process.
pub fn open_twice(path: &Path) -> Result<File, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    if path == Path::new("-") {
        return kept(std::io::stdin().lock(), path);
    }
    let file = File::open(path).map_err(failed)?;
    let kind = file.metadata().map_err(failed)?.file_type();
    match () {
        () if kind.is_dir() => Err(failed(ErrorKind::IsADirectory.into())),
        () if kind.is_file() => Ok(file),
        // A disk or a source of zeros: nobody means it, and it may have no end.
        () if kind.is_char_device() || kind.is_block_device() => {
            let hint = Words::new("给出文件、管道，或用 - 表示标准输入。", "Name a file or a pipe, or - for standard input.");
            Err(Failure::new("file_is_device", format!("{} is a device", path.display())).hint(hint))
        }
        () => kept(file, path),
    }
}

fn kept(source: impl Read, path: &Path) -> Result<File, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut file = tempfile::tempfile().map_err(failed)?;
    let copied = std::io::copy(&mut source.take(LONGEST_FLOW.saturating_add(1)), &mut file).map_err(failed)?;
    if copied > LONGEST_FLOW {
        return Err(Failure::new("file_too_large", format!("{} has more than {LONGEST_FLOW} bytes", path.display())));
    }
    Ok(file)
}

/// Writes a file under a temporary name, syncs it and renames it: nobody ever sees half of it.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_as(path, bytes, READABLE, Sync::Now)
}

/// Writes a file likewise, and returns only when also its name would outlive a power cut.
pub fn write_through(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write(path, bytes)?;
    sync_name(path)
}

/// Writes a file likewise, and leaves the syncing to one [`sync_all`] for many files: a disk syncs some hundred times a second.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_as(path, bytes, READABLE, Sync::Later)
}

/// Writes a secret, or a file with whole names and numbers, as [`write_through`] does, readable by its owner only, and never over another file,
/// whoever puts one there meanwhile.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_where_none_is(path, bytes, SECRET)
}

/// Writes what belongs to such a secret likewise, for everybody: it takes no name that somebody has either.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_where_none_is(path, bytes, READABLE)
}

/// A file that is to be made where none is.
pub struct New<'f> {
    path: &'f Path,
    bytes: &'f [u8],
    mode: u32,
}

impl<'f> New<'f> {
    /// One as [`write_private`] writes it.
    pub const fn secret(path: &'f Path, bytes: &'f [u8]) -> Self {
        Self { path, bytes, mode: SECRET }
    }

    /// One as [`write_new`] writes it.
    pub const fn readable(path: &'f Path, bytes: &'f [u8]) -> Self {
        Self { path, bytes, mode: READABLE }
    }
}

/// Writes files that belong together, in their order. Where one cannot be written, those before it are taken away again: what is left of them
/// would be in the way of who asks again.
pub fn write_together(new: &[New<'_>]) -> Result<(), Failure> {
    for (place, New { path, bytes, mode }) in new.iter().enumerate() {
        write_where_none_is(path, bytes, *mode).inspect_err(|_| new.iter().take(place).for_each(New::take_away))?;
    }
    Ok(())
}

impl New<'_> {
    /// One that stays all the same does no harm but to be in the way.
    fn take_away(&self) {
        let _ = std::fs::remove_file(self.path);
    }
}

/// Refuses a name that no file can be given: another has it, or nothing can be written into its folder.
pub fn can_be_made(path: &Path) -> Result<(), Failure> {
    is_free(path)?;
    try_folder(folder_of(path)).map_err(|failure| failure.within(path.display()))
}

/// Refuses a name that a file has, before much is done for another of that name.
pub fn is_free(path: &Path) -> Result<(), Failure> {
    path.symlink_metadata().map_or(Ok(()), |_| Err(taken(path)))
}

fn unnamed(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::AlreadyExists { taken(path) } else { Failure::file(path, error) }
}

fn taken(path: &Path) -> Failure {
    let hint = Words::new(
        "换一个文件名，或先移走原文件：密钥、证照、证明和导出文件从不覆盖。",
        "Choose another name, or move that file away: keys, certificates, proofs and exports are never written over.",
    );
    Failure::new("file_exists", format!("{} exists", path.display())).hint(hint)
}

/// Writes one of many such files as [`write_unsynced`] does.
pub fn write_private_unsynced(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_as(path, bytes, SECRET, Sync::Later)
}

/// Opens a file that grows while others may look at it, and makes it where there is none. It is for its owner alone if nothing was in it.
pub fn open_private(path: &Path, options: &mut OpenOptions) -> std::io::Result<File> {
    let was_there = path.exists();
    let file = options.create(true).mode(SECRET).open(path)?;
    let found = file.metadata()?;
    // What is new has its rights already, and not every disk lets them be changed.
    if was_there && found.is_file() && found.len() == 0 {
        file.set_permissions(Permissions::from_mode(SECRET))?;
    }
    Ok(file)
}

/// Makes everything written to the file system of a folder outlive a power cut.
pub fn sync_all(folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    let opened = File::open(folder).map_err(failed)?;
    rustix::fs::syncfs(&opened).map_err(|error| failed(error.into()))
}

/// When a file must have reached the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sync {
    Now,
    Later,
}

fn write_where_none_is(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    written(path, bytes, mode, Sync::Now)?.persist_noclobber(path).map_err(|error| unnamed(path, &error.error))?;
    sync_name(path)
}

fn write_as(path: &Path, bytes: &[u8], mode: u32, sync: Sync) -> Result<(), Failure> {
    let file = written(path, bytes, mode, sync)?;
    file.persist(path).map_err(|error| Failure::file(path, &error.error))?;
    Ok(())
}

/// A file with all its bytes, which has not got its name yet.
fn written(path: &Path, bytes: &[u8], mode: u32, sync: Sync) -> Result<NamedTempFile, Failure> {
    let failed = |error: std::io::Error| Failure::file(path, &error);
    let mut file = unfinished(path, mode).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    if sync == Sync::Now {
        file.as_file().sync_data().map_err(failed)?;
    }
    Ok(file)
}

/// Returns when the name of a file would outlive a power cut: it stands in the folder, and not in the file.
fn sync_name(path: &Path) -> Result<(), Failure> {
    let folder = folder_of(path);
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Failure::file(folder, &error))
}

fn unfinished(path: &Path, mode: u32) -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix(UNFINISHED).permissions(Permissions::from_mode(mode)).tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A long file that is being written, readable by its owner only.
///
/// It has no name before it is whole (`O_TMPFILE`, open(2)): whatever ends the process, nothing is left of the personal data in it. A file
/// system without that has a temporary name for it.
pub struct Unfinished {
    file: File,
    named: Option<TempPath>,
}

impl Unfinished {
    /// The file itself, to read what was written.
    pub const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Brings it to the disk, and only then gives it its name, if no other file has it.
    pub fn finish(self, path: &Path) -> Result<(), Failure> {
        self.file.sync_all().map_err(|error| Failure::file(path, &error))?;
        let named = match self.named {
            Some(named) => named.persist_noclobber(path).map_err(|error| error.error),
            None => linked(&self.file, path),
        };
        named.map_err(|error| unnamed(path, &error))
    }
}

impl Write for Unfinished {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Begins a long file; [`Unfinished::finish`] gives it its name.
pub fn begin(path: &Path) -> Result<Unfinished, Failure> {
    let (into, flags) = (folder_of(path), OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC);
    if let Ok(file) = openat(CWD, into, flags, Mode::from_raw_mode(SECRET)) {
        return Ok(Unfinished { file: file.into(), named: None });
    }
    let (file, named) = unfinished(path, SECRET).map_err(|error| Failure::file(path, &error))?.into_parts();
    Ok(Unfinished { file, named: Some(named) })
}

/// Gives a file without a name the one that it is to have.
fn linked(file: &File, path: &Path) -> std::io::Result<()> {
    let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, nameless.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// Whether files can be written into a folder: one is begun there, and taken away.
pub fn try_folder(folder: &Path) -> Result<(), Failure> {
    let begun = tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder);
    begun.map(drop).map_err(|error| Failure::file(folder, &error))
}

/// Takes away what a killed run has left unfinished in a folder that nobody else writes to.
pub fn sweep(folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path()).map_err(failed)?;
        }
    }
    Ok(())
}

/// Takes away what a killed run has left unfinished in a folder that others may write to: what nobody can still be writing.
pub fn sweep_old(folder: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file(folder, &error);
    for entry in std::fs::read_dir(folder).map_err(failed)?.flatten() {
        let old = entry.metadata().and_then(|found| found.modified()).is_ok_and(|at| at.elapsed().is_ok_and(|age| age > LONGEST_WRITE));
        if old && entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            // Of another user, or gone: it does no harm.
            let _ = std::fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// Makes a folder and those above it.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    make_folder_by(DirBuilder::new().recursive(true), path)
}

/// Makes a folder likewise, for its owner only; one that stands keeps the rights that somebody gave it.
pub fn make_private_folder(path: &Path) -> Result<(), Failure> {
    make_folder_by(DirBuilder::new().recursive(true).mode(SECRET_FOLDER), path)
}

/// Refuses a file where a folder is or will be.
pub fn is_no_file(path: &Path) -> Result<(), Failure> {
    if path.exists() && !path.is_dir() {
        let hint = Words::new("给出一个目录，或换一个名称。", "Name a folder, or choose another name.");
        return Err(Failure::new("file_no_folder", format!("{} is a file, and a folder is wanted", path.display())).hint(hint));
    }
    Ok(())
}

fn make_folder_by(maker: &DirBuilder, path: &Path) -> Result<(), Failure> {
    is_no_file(path)?;
    maker.create(path).map_err(|error| Failure::file(path, &error))
}

fn bounded(source: impl Read, most: usize, name: &str) -> Result<std::io::Result<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let read = source.take(limit).read_to_end(&mut bytes);
    if bytes.len() > most {
        let hint = Words::new("检查是否给错了文件。", "Check whether this is the right file.");
        return Err(Failure::new("file_too_large", format!("{name} has more than {most} bytes")).hint(hint));
    }
    Ok(read.map(|_| bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_takes_no_name_that_somebody_has() {
        let folder = tempfile::tempdir().unwrap();
        let (taken, link) = (folder.path().join("taken.key"), folder.path().join("link.key"));
        write_private(&taken, b"first").unwrap();
        std::os::unix::fs::symlink("nowhere", &link).unwrap();
        for path in [&taken, &link] {
            assert_eq!(write_private(path, b"second").unwrap_err().code(), "file_exists", "{}", path.display());
        }
        assert_eq!((std::fs::read(&taken).unwrap(), link.exists()), (b"first".to_vec(), false));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left of what was refused");
    }

    #[test]
    fn of_files_that_belong_together_none_is_left_where_one_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second, taken] = ["first", "second", "taken"].map(|name| folder.path().join(name));
        std::fs::write(&taken, b"another's").unwrap();
        let new = [New::secret(&first, b"1"), New::readable(&second, b"2"), New::secret(&taken, b"3")];
        assert_eq!(write_together(&new).unwrap_err().code(), "file_exists");
        assert_eq!((first.exists(), second.exists(), std::fs::read(&taken).unwrap()), (false, false, b"another's".to_vec()));
        std::fs::remove_file(&taken).unwrap();
        write_together(&new).unwrap();
        let rights = [&first, &taken].map(|path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777);
        assert_eq!((rights, std::fs::read(&second).unwrap()), ([SECRET; 2], b"2".to_vec()));
    }

    #[test]
    fn a_long_file_has_no_name_before_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let names = || std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        let whole = folder.path().join("whole.tar");
        for (bytes, told) in [(&b"whole names"[..], Ok(())), (b"and others", Err("file_exists"))] {
            let before = names();
            let mut file = begin(&whole).unwrap();
            file.write_all(bytes).unwrap();
            assert_eq!(names(), before, "whatever ends the process now, nothing is left");
            let (free, finished) = (is_free(&whole), file.finish(&whole));
            assert_eq!([free, finished].map(|done| done.map_err(|failure| failure.code())), [told, told]);
            assert_eq!(names(), ["whole.tar"]);
            assert_eq!(std::fs::read(&whole).unwrap(), b"whole names", "and no other takes its place");
            assert_eq!(std::fs::metadata(&whole).unwrap().permissions().mode() & 0o777, SECRET);
        }
    }
}
