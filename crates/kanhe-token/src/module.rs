//! Modules, each loaded once: a process may call `C_Initialize` of a module only once, for however many keys.

use crate::TokenError;
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// A module is started anew at most so often: the sessions of all its keys end with it.
const REST: Duration = Duration::from_secs(5);

static LOADED: Mutex<BTreeMap<PathBuf, Arc<Module>>> = Mutex::new(BTreeMap::new());

/// A module that was loaded.
pub struct Module {
    file: PathBuf,
    context: Pkcs11,
    start: RwLock<Start>,
}

/// When a module was started. Handles of an earlier start may be those of others now.
struct Start {
    number: u64,
    at: Instant,
}

/// The module of a file, ready to be spoken to from any thread.
pub fn load(file: &Path) -> Result<Arc<Module>, TokenError> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = loaded.get(file) {
        return Ok(Arc::clone(module));
    }
    let context = Pkcs11::new(file).map_err(|error| refused(file, &error))?;
    initialize(&context).map_err(|error| refused(file, &error))?;
    let start = RwLock::new(Start { number: 0, at: Instant::now() });
    let module = Arc::new(Module { file: file.to_owned(), context, start });
    loaded.insert(file.to_owned(), Arc::clone(&module));
    Ok(module)
}

impl Module {
    /// Speaks with the module, and is told its how many-th start this is; nobody starts it anew meanwhile.
    pub fn speak<R>(&self, words: impl FnOnce(&Pkcs11, u64) -> R) -> R {
        let start = self.start.read().unwrap_or_else(PoisonError::into_inner);
        words(&self.context, start.number)
    }

    /// Starts the module anew, for some look for tokens only then. Whether it was: not if it began a moment ago.
    pub fn restart(&self) -> Result<bool, TokenError> {
        let mut start = self.start.write().unwrap_or_else(PoisonError::into_inner);
        if start.at.elapsed() < REST {
            return Ok(false);
        }
        *start = Start { number: start.number + 1, at: Instant::now() };
        // A module that has crashed inside says so when it is started, and not when it is ended.
        let _ = self.context.clone().finalize();
        initialize(&self.context).map(|()| true).map_err(|error| refused(&self.file, &error))
    }
}

fn initialize(context: &Pkcs11) -> Result<(), Error> {
    match context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(()),
        done => done,
    }
}

fn refused(file: &Path, error: &Error) -> TokenError {
    TokenError::Module { module: file.display().to_string(), detail: error.to_string() }
}
