//! A session with a token, in which one key is known.

use crate::address::TokenName;
use crate::module::{self, Module};
use crate::{Address, TokenError};
use cryptoki::context::{Function, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::eddsa::{EddsaParams, EddsaSignatureScheme};
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use kanhe_core::key::VerifyingKey;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The curve by its name, as PKCS#11 v3.0 §2.3.5 wants it: a PrintableString `edwards25519`.
const CURVE_NAME: &[u8] = b"\x13\x0cedwards25519";

/// The curve by its object identifier 1.3.101.112 (RFC 8410 §3), which other tokens want.
const CURVE_OID: &[u8] = b"\x06\x03\x2b\x65\x70";

/// What a token wants to hear before it signs; wiped from memory when dropped, and never printed.
pub struct Pin(AuthPin);

impl Pin {
    /// A PIN as somebody typed it, or as it stands in a file.
    pub fn new(text: &Zeroizing<String>) -> Self {
        Self(AuthPin::from(text.as_str().to_owned()))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

/// A session in which the PIN was taken, and a key in it.
pub(crate) struct Link {
    module: Arc<Module>,
    start: u64,
    key: Option<Key>,
}

/// A key as it was found.
struct Key {
    session: Session,
    private: ObjectHandle,
    public: VerifyingKey,
}

impl Link {
    /// Finds the token and the key, and says the PIN once.
    pub fn open(address: &Address, pin: &Pin) -> Result<Self, TokenError> {
        let module = module::load(&address.module)?;
        let (start, key) = module.speak(|context, start| -> Result<_, TokenError> {
            Ok((start, Desk::enter(address, pin, context, Pkcs11::open_ro_session)?.key()?))
        })?;
        Ok(Self { module, start, key: Some(key) })
    }

    /// Finds them once more. A module that does not know of a token that came back is started anew.
    pub fn open_again(address: &Address, pin: &Pin) -> Result<Self, TokenError> {
        match Self::open(address, pin) {
            Err(error) if error.may_pass() && module::load(&address.module)?.restart()? => Self::open(address, pin),
            done => done,
        }
    }

    /// Makes a key in the token, which will not give it away, and finds it again.
    pub fn make(address: &Address, pin: &Pin) -> Result<Self, TokenError> {
        let module = module::load(&address.module)?;
        let (start, key) = module.speak(|context, start| -> Result<_, TokenError> {
            let desk = Desk::enter(address, pin, context, Pkcs11::open_rw_session)?;
            desk.make()?;
            Ok((start, desk.key()?))
        })?;
        Ok(Self { module, start, key: Some(key) })
    }

    /// The public half; none once the link was dropped.
    pub fn public(&self) -> Option<VerifyingKey> {
        self.key.as_ref().map(|key| key.public)
    }

    /// Lets the token sign; whether it is a signature is for the caller to see.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let mechanism = Mechanism::Eddsa(EddsaParams::new(EddsaSignatureScheme::Ed25519));
        self.module.speak(|_, start| match &self.key {
            // After another start its handles are those of other sessions and keys.
            Some(key) if start == self.start => key.session.sign(&mechanism, key.private, message),
            _ => Err(Error::Pkcs11(RvError::SessionHandleInvalid, Function::Sign)),
        })
    }
}

impl Drop for Link {
    /// Closes the session, unless the module has forgotten it: then its handle may be that of another.
    fn drop(&mut self) {
        let key = self.key.take();
        self.module.speak(|_, start| if start == self.start { drop(key) } else { std::mem::forget(key) });
    }
}

/// A session in which the PIN was taken.
struct Desk<'a> {
    session: Session,
    address: &'a Address,
}

impl<'a> Desk<'a> {
    fn enter(
        address: &'a Address,
        pin: &Pin,
        module: &Pkcs11,
        open: impl FnOnce(&Pkcs11, Slot) -> cryptoki::error::Result<Session>,
    ) -> Result<Self, TokenError> {
        let failed = |error: Error| TokenError::returned(&address.token.to_string(), &error);
        let slot = slot(module, &address.token)?;
        let token = module.get_token_info(slot).map_err(failed)?;
        if token.user_pin_locked() {
            return Err(TokenError::PinLocked { token: address.token.to_string() });
        }
        // A service that is started again and again would lock a token with a PIN that somebody wrote down wrong.
        if token.user_pin_final_try() {
            return Err(TokenError::PinLastTry { token: address.token.to_string() });
        }
        let session = open(module, slot).map_err(failed)?;
        match session.login(UserType::User, Some(&pin.0)) {
            // The token knows a process, not a session: another key of ours may have said the PIN already.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => Ok(Self { session, address }),
            Err(error) => Err(failed(error)),
        }
    }

    /// The one Ed25519 key of the label that may sign, and its public half.
    fn key(self) -> Result<Key, TokenError> {
        let (token, key) = (self.address.token.to_string(), self.address.key.clone());
        let named = [Attribute::Class(ObjectClass::PRIVATE_KEY), Attribute::Label(key.as_bytes().to_vec())];
        let found = self.session.find_objects(&named).map_err(|error| self.failed(&error))?;
        let private = match found.as_slice() {
            [] => return Err(TokenError::KeyAbsent { token, key }),
            [private] => *private,
            several => return Err(TokenError::KeySeveral { token, key, found: several.len() }),
        };
        let kind = [AttributeType::KeyType, AttributeType::Sign];
        let said = self.session.get_attributes(private, &kind).map_err(|error| self.failed(&error))?;
        let signs = said.contains(&Attribute::KeyType(KeyType::EC_EDWARDS)) && said.contains(&Attribute::Sign(true));
        let public = if signs { self.public()? } else { None };
        let public = public.ok_or(TokenError::KeyKind { token, key })?;
        Ok(Key { session: self.session, private, public })
    }

    /// The public key of the label. A point is written bare or as an octet string: both are met, by the age of the token.
    fn public(&self) -> Result<Option<VerifyingKey>, TokenError> {
        let named = [Attribute::Class(ObjectClass::PUBLIC_KEY), Attribute::Label(self.address.key.as_bytes().to_vec())];
        let found = self.session.find_objects(&named).map_err(|error| self.failed(&error))?;
        let Some(public) = found.first() else { return Ok(None) };
        let said = self.session.get_attributes(*public, &[AttributeType::EcPoint]).map_err(|error| self.failed(&error))?;
        let point = said.iter().find_map(|said| if let Attribute::EcPoint(point) = said { Some(point.as_slice()) } else { None });
        let bare = point.map(|point| point.strip_prefix(b"\x04\x20").filter(|bare| bare.len() == 32).unwrap_or(point));
        Ok(bare.and_then(|bare| VerifyingKey::from_ed25519(bare.try_into().ok()?).ok()))
    }

    fn make(&self) -> Result<(), TokenError> {
        let label = self.address.key.as_bytes().to_vec();
        let taken = self.session.find_objects(&[Attribute::Label(label.clone())]).map_err(|error| self.failed(&error))?;
        if !taken.is_empty() {
            return Err(TokenError::KeyExists { token: self.address.token.to_string(), key: self.address.key.clone() });
        }
        // Which of the two spellings a token takes, only the token knows.
        self.generate(&label, CURVE_NAME).or_else(|_| self.generate(&label, CURVE_OID)).map_err(|error| self.failed(&error))
    }

    fn generate(&self, label: &[u8], curve: &[u8]) -> cryptoki::error::Result<()> {
        let id: Vec<u8> = Sha256::digest(label).iter().take(16).copied().collect();
        let both = [Attribute::Token(true), Attribute::Label(label.to_vec()), Attribute::Id(id)];
        let public = [Attribute::Private(false), Attribute::Verify(true), Attribute::EcParams(curve.to_vec())];
        let private = [Attribute::Private(true), Attribute::Sensitive(true), Attribute::Extractable(false), Attribute::Sign(true)];
        let (public, private) = ([&both[..], &public].concat(), [&both[..], &private].concat());
        self.session.generate_key_pair(&Mechanism::EccEdwardsKeyPairGen, &public, &private).map(drop)
    }

    fn failed(&self, error: &Error) -> TokenError {
        TokenError::returned(&self.address.token.to_string(), error)
    }
}

/// The slot of a token. Slots have numbers that change; labels and serial numbers do not.
fn slot(module: &Pkcs11, wanted: &TokenName) -> Result<Slot, TokenError> {
    let failed = |error: Error| TokenError::returned(&wanted.to_string(), &error);
    let mut found = Vec::new();
    for slot in module.get_slots_with_token().map_err(failed)? {
        // A reader whose card was just pulled has a slot and no token: it is not the one.
        if let Ok(token) = module.get_token_info(slot)
            && wanted.is(token.label(), token.serial_number())
        {
            found.push(slot);
        }
    }
    match found.as_slice() {
        [] => Err(TokenError::Absent { wanted: wanted.to_string() }),
        [slot] => Ok(*slot),
        several => Err(TokenError::Several { wanted: wanted.to_string(), found: several.len() }),
    }
}
