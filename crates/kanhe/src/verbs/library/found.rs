//! `kanhe init`, `kanhe agency`: founding a library, and the manifest that it works under.

use super::door::door;
use super::show::named;
use super::{SECRET, database, entry, lock_arg, open, public_key, registered, settings, stored, unlock};
use crate::cli::{AgencyVerb, DoorArg, InitArgs};
use crate::failure::Failure;
use crate::files::{self, New};
use crate::verbs::key::{self, Locked};
use crate::verbs::{Ended, Voice, clock};
use crate::words::{Language, Words, label};
use kanhe_core::code::RegionCode;
use kanhe_core::envelope::{Envelope, LARGEST_ENVELOPE};
use kanhe_core::key::PublicKeyLine;
use kanhe_core::manifest::{Agency, Manifest};
use kanhe_issuer::keyring::Lock;
use kanhe_issuer::proposal::taken::Lists;
use kanhe_issuer::registrar::Registrar;
use kanhe_issuer::survivors::notices;
use kanhe_service::shown::ShownNotice;
use kanhe_store::{Library, LibrarySecret, Plot, SignedManifest};
use serde_json::json;
use std::path::Path;

/// A region's manifest has at most so many bytes, as in a pack.
const LARGEST_MANIFEST: usize = 16 << 20;

/// Founds a library.
pub fn init(args: &InitArgs, voice: Voice) -> Result<Ended, Failure> {
    let region = RegionCode::parse(&args.region).map_err(|error| Failure::new("usage", error))?;
    if is_taken(&database(&args.folder)) {
        return Err(stored(kanhe_store::StoreError::Exists { folder: args.folder.display().to_string() }));
    }
    Library::can_be_founded(&database(&args.folder)).map_err(stored)?;
    // The log's key will bear the same name: what no key can be called, no log can.
    PublicKeyLine::check_name(&args.origin).map_err(|error| Failure::new(error.code(), error))?;
    let (place, secret) = (database(&args.folder), args.folder.join(SECRET));
    let identity = args.lock.library_identity.as_deref().filter(|_| args.new_identity);
    files::are_apart(&[&*place, &secret].into_iter().chain(identity).collect::<Vec<_>>())?;
    files::make_folder(&args.folder)?;
    // From here on nobody else founds or restores one there, nor draws it another secret.
    let plot = Plot::take(&place).map_err(stored)?;
    // The secret first: a library whose secret was lost is lost. One without a database is of a founding that was broken off.
    let secret = if secret.exists() { unlock(&args.folder, &args.lock)? } else { new_secret(args)? };
    Library::create_beside(&plot, region, &args.origin, &secret, settings(&args.lock), args.first_page).map_err(stored)?;
    let json = json!({ "library": args.folder, "region": region.as_str(), "origin": args.origin, "first_page": args.first_page });
    voice.say(&json, |language| match language {
        Language::Chinese => format!("电子证照库已建立：{}（务必另存 {SECRET} 与打开它的身份文件）", args.folder.display()),
        Language::English => format!("library founded: {} (keep a copy of {SECRET} and of what opens it)", args.folder.display()),
    });
    Ok(Ended::Well)
}

/// Whether something stands where the database is to stand; an empty folder is nothing.
fn is_taken(database: &Path) -> bool {
    database.symlink_metadata().is_ok() && database.read_dir().map_or(true, |mut entries| entries.next().is_some())
}

/// Draws the library's secret, and locks it away.
fn new_secret(args: &InitArgs) -> Result<LibrarySecret, Failure> {
    let (lock, identity) = match &args.lock.library_identity {
        Some(path) if args.new_identity => {
            let (lock, text) = Lock::new_identity();
            (lock, Some((path, text)))
        }
        _ => (key::lock(&lock_arg(&args.lock), Locked::Library)?, None),
    };
    let (secret, place) = (LibrarySecret::new(clock::chance()?), args.folder.join(SECRET));
    let locked = lock.close(secret.expose()).map_err(|error| Locked::Library.refused(error))?;
    let identity = identity.as_ref().map(|(path, text)| New::secret(path, text.as_bytes()));
    files::write_together(&identity.into_iter().chain([New::secret(&place, &locked)]).collect::<Vec<_>>())?;
    Ok(secret)
}

/// Takes up a manifest, or lists the agencies of the one that was.
pub fn agency(verb: &AgencyVerb, voice: Voice) -> Result<Ended, Failure> {
    match verb {
        AgencyVerb::List { library } => list(library, voice),
        AgencyVerb::Add { library, manifest, root, survivors, grounds } => {
            let instead = Words::new(
                "经服务登记须两人办理：POST /v1/manifest，再由另一人准予。",
                "Through the service it takes two people: POST /v1/manifest, and another approves.",
            );
            super::alone(&library.library, instead)?;
            let root = *public_key(root)?.key();
            let envelope = files::read(manifest, LARGEST_MANIFEST)?;
            let opened = Envelope::decode(&envelope).and_then(|envelope| envelope.authenticate::<Manifest>(&root));
            let opened = opened.map_err(|error| {
                let hint = Words::new("机构名录须由该地区的根密钥签名。", "The manifest must be signed by the region's root key.");
                Failure::new(error.code(), error).within(manifest.display()).hint(hint)
            })?;
            let lists = survivors.iter().map(|path| files::read(path, LARGEST_ENVELOPE)).collect::<Result<_, _>>()?;
            let library = open(library)?;
            let entry = entry(&library, grounds)?;
            let lists = Lists::read(&library, &opened, &root, lists).map_err(|error| Failure::new(error.code(), &error))?;
            let signed = SignedManifest { envelope: envelope.clone(), root };
            // One that is damaged tells nobody what becomes of what it said.
            let before = library.manifest().ok().flatten().filter(|before| before.open().is_ok());
            let new = Registrar::new(&library).take_up_and(&signed, &entry, |pen| lists.put(pen));
            let new = new.map_err(|error| registered(&error))?;
            let notices = notices(&library, before.as_ref(), &signed, &[]).map_err(stored)?;
            let notices: Vec<ShownNotice> = notices.iter().map(Into::into).collect();
            let (agencies, kinds, edition) = (opened.agencies.len(), opened.kinds.len(), opened.edition);
            let json = json!({ "agencies": agencies, "types": kinds, "edition": edition, "new": new, "survivors": lists.count(), "notices": notices });
            voice.say(&json, |language| {
                let taken = match (language, new) {
                    (Language::Chinese, true) => format!("机构名录第 {edition} 版已登记：{agencies} 个机构，{kinds} 类证照"),
                    (Language::English, true) => format!("manifest edition {edition} taken up: {agencies} agencies, {kinds} types"),
                    (Language::Chinese, false) => format!("机构名录第 {edition} 版早已登记，未作改动"),
                    (Language::English, false) => format!("manifest edition {edition} was taken up before, nothing changed"),
                };
                let told = notices.iter().map(|notice| format!("\n! {}", named(&notice.message, language)));
                let listed = (lists.count() > 0).then(|| match language {
                    Language::Chinese => format!("\n失窃密钥的清单 {} 份已存入", lists.count()),
                    Language::English => format!("\n{} lists of survivors are in the library", lists.count()),
                });
                taken + &listed.into_iter().chain(told).collect::<String>()
            });
            Ok(Ended::Well)
        }
    }
}

fn list(library: &DoorArg, voice: Voice) -> Result<Ended, Failure> {
    let agencies = door(library)?.manifest()?.agencies.clone();
    let row = |agency: &Agency| {
        let names = json!({ "zh": agency.names.zh, "en": agency.names.en });
        json!({ "code": agency.code.as_str(), "names": names, "keys": agency.keys.len(), "types": agency.kinds })
    };
    voice.say(&json!({ "agencies": agencies.iter().map(row).collect::<Vec<_>>() }), |language| {
        let line = |agency: &Agency| format!("{}  {}", agency.code, label(&agency.names).of(language));
        agencies.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(Ended::Well)
}
