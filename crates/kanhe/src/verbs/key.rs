//! `kanhe key`: making, locking and opening keys.

mod token;

pub use token::open as open_in_token;

use super::{Ended, Voice, clock};
use crate::cli::{KeyArg, KeyVerb, LockArg};
use crate::failure::Failure;
use crate::files;
use crate::words::{Language, Words};
use kanhe_core::key::SignError;
use kanhe_issuer::keyring::{KeyringError, LARGEST_KEY_FILE, Lock, NamedKey};
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
    NamedKey::unlock(&file, &lock(&arg.lock, false)?).map_err(refused)
}

fn make(name: &str, out: &Path, arg: &LockArg, new_identity: bool, voice: Voice) -> Result<Ended, Failure> {
    if out.exists() {
        return Err(
            Failure::new("file_exists", format!("{} exists", out.display())).hint(Words::new("换一个文件名。", "Choose another name."))
        );
    }
    let lock = match &arg.identity {
        Some(path) if new_identity => {
            let (lock, text) = Lock::new_identity();
            files::write_secret(path, text.as_bytes())?;
            lock
        }
        _ => lock(arg, true)?,
    };
    let key = NamedKey::new(name, &clock::chance()?).map_err(refused)?;
    let public = key.public_line().map_err(refused)?;
    files::write_secret(out, &key.lock(&lock).map_err(refused)?)?;
    files::write(&out.with_extension("pub"), format!("{public}\n").as_bytes())?;
    let json = serde_json::json!({ "key": out, "public": public.to_string(), "key_id": public.key().id().to_string() });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("密钥已加密存入 {}\n公钥：{public}", out.display()),
        Language::English => format!("locked key in {}\npublic: {public}", out.display()),
    });
    Ok(Ended::Well)
}

/// What locks and opens a file, as the command line says it; a new passphrase is asked for twice.
pub fn lock(arg: &LockArg, twice: bool) -> Result<Lock, Failure> {
    if let Some(path) = &arg.identity {
        let text = Zeroizing::new(files::read(path, LARGEST_KEY_FILE)?);
        let text = std::str::from_utf8(&text).map_err(|_| refused(KeyringError::Identity))?;
        return Lock::identity(text).map_err(refused);
    }
    if let Some(path) = &arg.passphrase_file {
        let text = Zeroizing::new(files::read(path, LARGEST_KEY_FILE)?);
        let words = std::str::from_utf8(&text).ok().and_then(|text| text.lines().next()).unwrap_or_default();
        return Lock::passphrase(words).map_err(refused);
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| no_terminal(&error));
    let words = ask("passphrase 口令: ")?;
    if twice && *ask("again 再输一次: ")? != *words {
        return Err(Failure::new("passphrase_differs", "the two passphrases differ"));
    }
    Lock::passphrase(&words).map_err(refused)
}

fn no_terminal(error: &std::io::Error) -> Failure {
    let hint =
        Words::new("在终端运行，或使用 --passphrase-file 或 --identity。", "Run it in a terminal, or use --passphrase-file or --identity.");
    Failure::new("passphrase_not_asked", error).hint(hint)
}

/// A refusal of whoever keeps the key.
pub fn unsigned(error: SignError) -> Failure {
    Failure::new(error.code(), error)
}

/// A keyring's refusal, with a hint.
pub fn refused(error: KeyringError) -> Failure {
    let failure = Failure::new(error.code(), &error);
    match error {
        KeyringError::WrongLock => {
            failure.hint(Words::new("再输一次口令，或检查身份文件。", "Type the passphrase again, or check the identity file."))
        }
        KeyringError::WantsPassphrase => failure.hint(Words::new("去掉 --identity。", "Leave --identity out.")),
        KeyringError::WantsIdentity => failure.hint(Words::new("用 --identity 给出身份文件。", "Give the identity file with --identity.")),
        KeyringError::NotAge => failure.hint(Words::new("密钥文件由 kanhe key new 生成。", "A key file is made by `kanhe key new`.")),
        _ => failure,
    }
}
