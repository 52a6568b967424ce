//! The files of an issued certificate: the certificate, the seal's text, and its picture twice.

use super::refused::fault_told;
use crate::cli::{LevelArg, PictureArg};
use crate::failure::Failure;
use crate::files;
use crate::verbs::report::with;
use crate::words::Words;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::CertificateId;
use kanhe_core::qr::{is_page, url_form};
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Issued;
use kanhe_render::{Artist as Painter, DrawError, Fonts, Level, MissingGlyph, ModuleSize, Plate};
use serde_json::{Map, Value, json};
use std::path::Path;

/// What a report calls each file of a certificate, and how its name ends.
const FILES: [(&str, &str); 4] = [("certificate", "cose"), ("seal", "txt"), ("png", "png"), ("svg", "svg")];

/// Draws every certificate of one run alike.
pub struct Artist {
    url: Option<String>,
    name: String,
    module: ModuleSize,
    artist: kanhe_render::Artist,
}

/// What is wrong with a row whose number cannot be drawn.
pub fn glyph_fault(glyph: MissingGlyph) -> Value {
    fault_told("number", glyph.code(), &glyph.to_string())
}

/// A certificate's files, not yet written.
pub struct Written {
    /// The identifier.
    pub identifier: String,
    /// The printed number.
    pub number: String,
    /// The QR version as drawn.
    pub qr_version: u8,
    stem: String,
    /// Where the certificate itself may be seen.
    envelope: Option<Vec<u8>>,
    text: String,
    png: Vec<u8>,
    svg: String,
}

impl Artist {
    /// Takes what the command line and the type say about pictures.
    pub fn new(args: &PictureArg, kind: &CertificateKind) -> Result<Self, Failure> {
        let drawing = |error: DrawError| Failure::new(error.code(), error);
        let url = args.page.as_deref().map(page).transpose()?;
        let level = match args.level {
            LevelArg::M => Level::M,
            LevelArg::Q => Level::Q,
        };
        let artist = if args.caption { Painter::captioned(level, Fonts::installed()) } else { Painter::plain(level) };
        let (artist, name) = (artist.map_err(drawing)?, kind.names().zh.clone());
        artist.can_name(&name).map_err(drawing)?;
        Ok(Self { url, name, module: ModuleSize::of_millimetres(kind.budget().module_mm).map_err(drawing)?, artist })
    }

    /// The first character of a certificate's number that could not be drawn.
    pub fn missing(&self, number: &str) -> Option<MissingGlyph> {
        self.artist.missing(number)
    }

    /// Draws a certificate that was just signed.
    pub fn draw(&self, issued: &Issued) -> Result<Written, Value> {
        self.draw_again(issued.certificate(), issued.envelope(), issued.digits())
    }

    /// Draws a certificate from what is kept of it.
    pub fn draw_again(&self, certificate: &Certificate, envelope: &[u8], digits: &str) -> Result<Written, Value> {
        let code = self.draw_code(&certificate.identifier, &certificate.number, digits)?;
        Ok(Written { envelope: Some(envelope.to_vec()), ..code })
    }

    /// Draws the code of a certificate alone, for who may not see it whole; below it stands the number as he may see it.
    pub fn draw_code(&self, identifier: &CertificateId, number: &str, digits: &str) -> Result<Written, Value> {
        let fault = |error: DrawError| fault_told("row", error.code(), &error.to_string());
        let text = self.url.as_ref().map_or_else(|| digits.to_owned(), |url| url_form(url, digits));
        let plate = Plate { text: &text, module: self.module, name: &self.name, number };
        let drawing = self.artist.draw(plate).map_err(fault)?;
        Ok(Written {
            identifier: identifier.to_string(),
            number: number.to_owned(),
            qr_version: drawing.version(),
            stem: identifier.without_root(),
            envelope: None,
            png: drawing.png().map_err(fault)?,
            svg: drawing.svg().map_err(fault)?,
            text,
        })
    }
}

impl Written {
    /// The names of a certificate's files, if all of them stand in a folder.
    ///
    /// A power cut can take any of those that were not synced, or leave their names without a byte.
    pub fn standing(folder: &Path, identifier: &CertificateId) -> Option<Value> {
        let stem = identifier.without_root();
        let stands = |(_, ending)| folder.join(named(&stem, ending)).metadata().is_ok_and(|file| file.len() > 0);
        FILES.into_iter().all(stands).then(|| names_of(&stem))
    }

    /// The names of the files; none where there is no certificate among them.
    pub fn names(&self) -> Value {
        let names = names_of(&self.stem);
        if self.envelope.is_some() { names } else { with(names, json!({ "certificate": null })) }
    }

    /// Writes the files, each whole or not at all; the caller syncs many at once.
    pub fn store(&self, folder: &Path) -> Result<(), Failure> {
        if let Some(envelope) = &self.envelope {
            files::write_private_unsynced(&folder.join(self.name("cose")), envelope)?;
        }
        files::write_unsynced(&folder.join(self.name("txt")), format!("{}\n", self.text).as_bytes())?;
        files::write_unsynced(&folder.join(self.name("png")), &self.png)?;
        files::write_unsynced(&folder.join(self.name("svg")), self.svg.as_bytes())
    }

    fn name(&self, ending: &str) -> String {
        named(&self.stem, ending)
    }
}

fn names_of(stem: &str) -> Value {
    FILES.into_iter().map(|(what, ending)| (what.to_owned(), named(stem, ending).into())).collect::<Map<_, _>>().into()
}

fn named(stem: &str, ending: &str) -> String {
    format!("{stem}.{ending}")
}

/// A page's address: https, without a fragment of its own.
fn page(url: &str) -> Result<String, Failure> {
    let hint = Words::new("例如 https://kanhe.example.cn/。", "For example https://kanhe.example.cn/.");
    if is_page(url) {
        Ok(url.to_owned())
    } else {
        Err(Failure::new("usage", "the page's address is https, without #, of at most 200 characters").hint(hint))
    }
}
