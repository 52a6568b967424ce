//! `kanhe key`: making, locking and opening keys.

mod token;

pub use token::open as open_in_token;

use super::{Ended, Voice, clock};
use crate::cli::{KeyArg, KeyVerb, LockArg};
use crate::failure::Failure;
use crate::files::{self, New};
use crate::words::{Language, Words};
use kanhe_core::key::SignError;
use kanhe_issuer::keyring::{KeyringError, LARGEST_KEY_FILE, Lock, NamedKey, Wants};
use kanhe_token::address::SCHEME;
use std::path::Path;
use zeroize::Zeroizing;

/// Does what the verb asks for.
pub fn run(verb: KeyVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        KeyVerb::New { name, out, token: Some(uri), .. } => token::make(&name, &uri, out.as_deref(), voice),
        KeyVerb::New { name, out: Some(out), lock, new_identity, token: None } => make(&name, &out, &lock, new_identity, voice),
        KeyVerb::New { out: None, token: None, .. } => Err(Failure::new("usage", "without --token, --out is needed")),
        KeyVerb::Public { key, lock } => {
            let key = open(&KeyArg { key, lock })?;
            let line = key.public_line().map_err(refused)?.to_string();
            voice.say(&serde_json::json!({ "public": line }), |_| line.clone());
            Ok(Ended::Well)
        }
    }
}

/// Opens a locked key, or finds one in a token.
pub fn open(arg: &KeyArg) -> Result<NamedKey, Failure> {
    if let Some(uri) = arg.key.to_str().filter(|key| key.starts_with(SCHEME)) {
        return token::find(uri);
    }
    let file = files::read(&arg.key, LARGEST_KEY_FILE)?;
    let opened = opener(&file, &arg.lock, Locked::Key).and_then(|lock| NamedKey::unlock(&file, &lock).map_err(refused));
    opened.map_err(|failure| failure.within(arg.key.display()))
}

fn make(name: &str, out: &Path, arg: &LockArg, new_identity: bool, voice: Voice) -> Result<Ended, Failure> {
    let beside = out.with_extension("pub");
    let identity = arg.identity.as_deref().filter(|_| new_identity);
    let outputs: Vec<_> = [out, &beside].into_iter().chain(identity).collect();
    files::are_apart(&outputs)?;
    outputs.into_iter().try_for_each(files::can_be_made)?;
    let key = NamedKey::new(name, &clock::chance()?).map_err(refused)?;
    let public = key.public_line().map_err(refused)?;
    let (lock, identity) = match identity {
        Some(path) => {
            let (lock, text) = Lock::new_identity();
            (lock, Some((path, text)))
        }
        None => (lock(arg, Locked::Key)?, None),
    };
    let (locked, line) = (key.lock(&lock).map_err(refused)?, format!("{public}\n"));
    // The identity first: a key whose identity was lost is lost.
    let identity = identity.as_ref().map(|(path, text)| New::secret(path, text.as_bytes()));
    let key = [New::secret(out, &locked), New::readable(&beside, line.as_bytes())];
    files::write_together(&identity.into_iter().chain(key).collect::<Vec<_>>())?;
    let json = serde_json::json!({ "key": out, "public": public.to_string(), "key_id": public.key().id().to_string() });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("密钥已加密存入 {}\n公钥：{public}", out.display()),
        Language::English => format!("locked key in {}\npublic: {public}", out.display()),
    });
    Ok(Ended::Well)
}

/// What is locked: its options have names of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locked {
    /// An agency's key.
    Key,
    /// A library's secret.
    Library,
}

/// What a new file is locked with, as the command line says it; a new passphrase is asked for twice.
pub fn lock(arg: &LockArg, of: Locked) -> Result<Lock, Failure> {
    if let Some(lock) = identity(arg, of)? {
        return Ok(lock);
    }
    let words = match passphrase_file(arg)? {
        Some(words) => words,
        None => {
            let words = ask("passphrase 口令: ", of)?;
            if *ask("again 再输一次: ", of)? != *words {
                return Err(Failure::new("passphrase_differs", "the two passphrases differ"));
            }
            words
        }
    };
    Lock::passphrase(&words).map_err(|error| of.refused(error))
}

/// What is to open a file, as the command line says it; nobody is asked for a passphrase that could not open it.
pub fn opener(file: &[u8], arg: &LockArg, of: Locked) -> Result<Lock, Failure> {
    let wants = Wants::decode(file).map_err(|error| of.refused(error))?;
    if let Some(lock) = identity(arg, of)? {
        return Ok(lock);
    }
    match (passphrase_file(arg)?, wants) {
        (Some(words), _) => Ok(Lock::typed(&words)),
        (None, Wants::Passphrase) => Ok(Lock::typed(&ask("passphrase 口令: ", of)?)),
        (None, Wants::Identity) => Err(of.refused(KeyringError::WantsIdentity)),
    }
}

fn identity(arg: &LockArg, of: Locked) -> Result<Option<Lock>, Failure> {
    let Some(path) = &arg.identity else { return Ok(None) };
    let text = Zeroizing::new(files::read(path, LARGEST_KEY_FILE)?);
    let lock = std::str::from_utf8(&text).map_err(|_| KeyringError::Identity).and_then(Lock::identity);
    lock.map(Some).map_err(|error| of.refused(error).within(path.display()))
}

fn passphrase_file(arg: &LockArg) -> Result<Option<Zeroizing<String>>, Failure> {
    let Some(path) = &arg.passphrase_file else { return Ok(None) };
    let none = || Failure::new("passphrase_missing", "the first line of the file is to be the passphrase, in UTF-8");
    files::first_line(path, LARGEST_KEY_FILE, none).map(Some)
}

fn ask(prompt: &str, of: Locked) -> Result<Zeroizing<String>, Failure> {
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
        Failure::new("passphrase_not_asked", error).hint(match of {
            Locked::Key => Words::new(
                "在终端运行，或使用 --passphrase-file 或 --identity。",
                "Run it in a terminal, or use --passphrase-file or --identity.",
            ),
            Locked::Library => Words::new(
                "在终端运行，或使用 --library-passphrase-file 或 --library-identity。",
                "Run it in a terminal, or use --library-passphrase-file or --library-identity.",
            ),
        })
    })
}

/// A refusal of whoever keeps the key.
pub fn unsigned(error: SignError) -> Failure {
    Failure::new(error.code(), error)
}

/// A keyring's refusal of an agency's key, with a hint.
pub fn refused(error: KeyringError) -> Failure {
    Locked::Key.refused(error)
}

impl Locked {
    /// A keyring's refusal, with a hint that names the options of this file.
    pub fn refused(self, error: KeyringError) -> Failure {
        let failure = Failure::new(error.code(), &error);
        match (error, self) {
            (KeyringError::WrongLock, Self::Key) => {
                failure.hint(Words::new("再输一次口令，或检查身份文件。", "Type the passphrase again, or check the identity file."))
            }
            (KeyringError::WrongLock, Self::Library) => failure.hint(Words::new(
                "再输一次口令，或检查身份文件；如果无误，则 secret.age 已损坏：用另存的那份或备份目录中的那份替换。",
                "Type the passphrase again, or check the identity file. If they are right, `secret.age` is damaged: put the copy that you kept apart in its place, or the one from the folder of backups.",
            )),
            (KeyringError::WantsPassphrase, Self::Key) => failure.hint(Words::new("去掉 --identity。", "Leave --identity out.")),
            (KeyringError::WantsPassphrase, Self::Library) => {
                failure.hint(Words::new("去掉 --library-identity。", "Leave --library-identity out."))
            }
            (KeyringError::WantsIdentity, Self::Key) => {
                failure.hint(Words::new("用 --identity 给出身份文件。", "Give the identity file with --identity."))
            }
            (KeyringError::WantsIdentity, Self::Library) => failure.hint(Words::new(
                "用 --library-identity 给出证照库的身份文件。",
                "Give the library's identity file with --library-identity.",
            )),
            (KeyringError::NotAge, Self::Key) => {
                failure.hint(Words::new("密钥文件由 kanhe key new 生成。", "A key file is made by `kanhe key new`."))
            }
            (KeyringError::NotAge | KeyringError::Damaged, Self::Library) => failure.hint(Words::new(
                "secret.age 已损坏：用另存的那份或备份目录中的那份替换。",
                "`secret.age` is damaged: put the copy that you kept apart in its place, or the one from the folder of backups.",
            )),
            (KeyringError::Public, _) => failure.hint(Words::new(
                "给出私钥文件（.key），而不是公钥（.pub）。",
                "Name the file of the private key (.key), not that of the public one (.pub).",
            )),
            _ => failure,
        }
    }
}
