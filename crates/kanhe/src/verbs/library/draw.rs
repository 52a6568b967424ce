//! `kanhe draw`: the files of a certificate that the library has, as they were when it was issued.

use super::door::{Kept, door};
use super::doubt::doubts;
use super::identifier;
use crate::cli::{DrawArgs, PicturesArg};
use crate::failure::Failure;
use crate::files;
use crate::verbs::issue::output::{Artist, Written};
use crate::verbs::{Ended, Voice};
use crate::words::{Language, Words, said_condition};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::lifecycle::Condition;
use kanhe_issuer::sight::Sight;
use serde_json::{Value, json};

/// Writes the files of one certificate.
pub fn draw(args: &DrawArgs, voice: Voice) -> Result<Ended, Failure> {
    let door = door(&args.library)?;
    let catalogue = door.catalogue(&args.types)?;
    let identifier = identifier(&args.identifier)?;
    let kind = crate::verbs::issue::kind(&catalogue, identifier.type_code().as_str())?;
    let shown = door.certificate(&identifier, Some(kind), Sight::Masked)?;
    let (envelope, left_out) = seen_whole(door.envelope(&identifier))?;
    let artist = Artist::new(&args.picture, kind)?;
    let digits = shown.seal.clone();
    let files = match envelope {
        Some(envelope) => written(&Kept { envelope, digits }, &artist, &args.out)?,
        None => laid(artist.draw_code(&identifier, &shown.number, &digits), &args.out)?,
    };
    let (condition, behind, refused_as) = (&*shown.condition, shown.behind_cut_off, shown.refused_as.as_deref());
    let json = json!({
        "identifier": identifier.to_string(), "files": files, "left_out": left_out, "condition": condition, "behind_cut_off": behind,
        "refused_as": refused_as,
    });
    voice.say(&json, |language| {
        let drawn = match language {
            Language::Chinese => format!("{identifier} 的文件已写入 {}", args.out.display()),
            Language::English => format!("the files of {identifier} are in {}", args.out.display()),
        };
        let without = left_out.map(|code| format!("\n! {} ({code})", WITHOUT_CERTIFICATE.of(language)));
        let now = said_condition(condition, language);
        let refused = (condition != Condition::InForce.word()).then(|| match language {
            Language::Chinese => format!("\n! 该证照现为{now}，核验不予接受"),
            Language::English => format!("\n! it is {now}: counters do not accept it"),
        });
        let doubted = doubts(behind, refused_as, language).into_iter().map(|doubt| format!("\n{doubt}"));
        drawn + &without.into_iter().chain(refused).chain(doubted).collect::<String>()
    });
    Ok(Ended::Well)
}

/// What keeps a caller from the certificate itself, and not from its code.
const LACKS_RIGHT: &str = "caller_lacks_right";

const WITHOUT_CERTIFICATE: Words = Words::new(
    "只写出二维码及其图片；证照文件载有持证主体的完整信息，须以审计人员的账号取得",
    "only the code and its pictures: the certificate itself shows its holders whole, for an account with the role `auditor`",
);

/// The certificate where the caller may see it whole, or else the code of why he may not.
fn seen_whole(envelope: Result<Vec<u8>, Failure>) -> Result<(Option<Vec<u8>>, Option<&'static str>), Failure> {
    match envelope {
        Ok(envelope) => Ok((Some(envelope), None)),
        Err(failure) if failure.code() == LACKS_RIGHT => Ok((None, Some(LACKS_RIGHT))),
        Err(failure) => Err(failure),
    }
}

/// What an act that may issue one certificate needs for its pictures: checked before anything is signed.
pub struct Pictures<'a> {
    artist: Option<(Artist, &'a std::path::Path)>,
}

impl<'a> Pictures<'a> {
    /// Takes what the command line says; nothing is drawn where it names no folder.
    pub fn new(arg: &'a PicturesArg, kind: &CertificateKind) -> Result<Self, Failure> {
        let drawing = |out| {
            // Before anything is signed: where nothing can be written, nothing is issued either.
            files::make_private_folder(out)?;
            files::try_folder(out)?;
            Ok::<_, Failure>((Artist::new(&arg.picture, kind)?, out))
        };
        Ok(Self { artist: arg.out.as_deref().map(drawing).transpose()? })
    }

    /// Whether the number of what is to be issued can be drawn.
    pub fn can_show(&self, number: &str) -> Result<(), Failure> {
        let missing = self.artist.as_ref().and_then(|(artist, _)| artist.missing(number));
        missing.map_or(Ok(()), |glyph| Err(Failure::new(glyph.code(), glyph)))
    }

    /// Writes the files of what was issued; their names, if there are any. Where they are not written, the certificate is issued all the same:
    /// that is said first, and what failed after it.
    pub fn of(&self, kept: Option<&Kept>) -> (Option<Value>, Result<(), Failure>) {
        let Some((artist, out)) = &self.artist else { return (None, Ok(())) };
        let Some(kept) = kept else { return (None, Err(Failure::new("file_withheld", WITHHELD))) };
        match written(kept, artist, out) {
            Ok(names) => (Some(names), Ok(())),
            Err(failure) => (None, Err(failure.hint(ISSUED_ALL_THE_SAME))),
        }
    }
}

/// Why a service gives no file.
const WITHHELD: &str = "another has approved it, and the account may not see the whole of it: no file was written";

const ISSUED_ALL_THE_SAME: Words = Words::new(
    "证照已颁发，只是文件未写出；用 kanhe draw 写出文件。",
    "The certificate is issued, and only its files are missing: `kanhe draw` writes them.",
);

fn written(kept: &Kept, artist: &Artist, out: &std::path::Path) -> Result<Value, Failure> {
    laid(artist.draw_again(&kept.certificate()?, &kept.envelope, &kept.digits), out)
}

/// Lays the files of a certificate into a folder; their names.
fn laid(drawn: Result<Written, Value>, out: &std::path::Path) -> Result<Value, Failure> {
    files::make_private_folder(out)?;
    let drawn = drawn.map_err(|fault| Failure::new("draw_failed", fault))?;
    drawn.store(out)?;
    files::sync_all(out)?;
    Ok(Written::names(&drawn))
}
