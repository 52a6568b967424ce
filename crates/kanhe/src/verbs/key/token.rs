//! Keys in PKCS#11 tokens: made there, found there, and never taken out.

use super::refused;
use crate::failure::Failure;
use crate::files;
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words};
use kanhe_core::key::PublicKeyLine;
use kanhe_issuer::keyring::{KeyringError, NamedKey};
use kanhe_token::{Address, AddressError, Named, Pin, TokenError, TokenKey};
use std::path::Path;
use zeroize::Zeroizing;

/// A PIN's file has one line, as short as somebody could type it.
const LARGEST_PIN_FILE: usize = 1 << 10;

/// Finds the key of a URI; its label in the token is the name of its owner.
pub fn find(uri: &str) -> Result<NamedKey, Failure> {
    let named = Named::parse(uri).map_err(misnamed)?;
    let pin_source = named.pin_source.clone();
    open(named.address(None).map_err(misnamed)?, pin_source.as_deref())
}

/// Finds a key by its address; the PIN is the first line of a file, or is asked for.
pub fn open(address: Address, pin_file: Option<&Path>) -> Result<NamedKey, Failure> {
    let pin = pin(pin_file)?;
    named(TokenKey::open(address, pin).map_err(failed)?)
}

/// Makes a key in a token, under the name of its owner, and writes its public line.
pub fn make(name: &str, uri: &str, out: Option<&Path>, voice: Voice) -> Result<Ended, Failure> {
    let asked = Named::parse(uri).map_err(misnamed)?;
    // Before anything is made: a token forgets nothing by itself.
    PublicKeyLine::check_name(name).map_err(|error| refused(KeyringError::Key(error)))?;
    let file = out.map(|out| out.with_extension("pub"));
    file.as_deref().map_or(Ok(()), files::can_be_made)?;
    let pin = pin(asked.pin_source.as_deref())?;
    let key = named(TokenKey::make(asked.address(Some(name)).map_err(misnamed)?, pin).map_err(failed)?)?;
    let public = key.public_line().map_err(refused)?;
    if let Some(file) = &file {
        files::write_new(file, format!("{public}\n").as_bytes())?;
    }
    let json = serde_json::json!({ "public": public.to_string(), "key_id": public.key().id().to_string(), "out": file });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("密钥已在密码设备中生成，不可导出\n公钥：{public}"),
        Language::English => format!("the key was made in the token, which keeps it\npublic: {public}"),
    });
    Ok(Ended::Well)
}

fn named(key: TokenKey) -> Result<NamedKey, Failure> {
    let name = key.label().to_owned();
    NamedKey::elsewhere(&name, Box::new(key)).map_err(refused)
}

fn pin(file: Option<&Path>) -> Result<Pin, Failure> {
    let text = match file {
        Some(file) => {
            let none = || Failure::new("token_pin_missing", "the file of the PIN has no first line");
            files::first_line(file, LARGEST_PIN_FILE, none)?
        }
        None => rpassword::prompt_password("PIN: ").map(Zeroizing::new).map_err(|error| no_terminal(&error))?,
    };
    Ok(Pin::new(&text))
}

fn no_terminal(error: &std::io::Error) -> Failure {
    let hint = Words::new("在终端运行，或用 pin-source 给出口令文件。", "Run it in a terminal, or name the PIN's file with pin-source.");
    Failure::new("token_pin_not_asked", error).hint(hint)
}

fn misnamed(error: AddressError) -> Failure {
    Failure::new(error.code(), error)
}

fn failed(error: TokenError) -> Failure {
    Failure::new(error.code(), error)
}
