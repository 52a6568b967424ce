//! The files of an issued certificate: the certificate, the seal's text, and its picture twice.

use crate::cli::{LevelArg, PictureArg};
use crate::failure::Failure;
use crate::files;
use crate::words::Words;
use kanhe_core::certificate::Certificate;
use kanhe_core::code::CertificateId;
use kanhe_core::qr::url_form;
use kanhe_issuer::catalogue::CertificateKind;
use kanhe_issuer::desk::Issued;
use kanhe_render::{Caption, DrawError, Fonts, Frame, Level, ModuleSize, QrCode, Scale};
use serde_json::{Value, json};
use std::path::Path;
use thiserror::Error;

/// Pixels of a module in the PNG: at 300 dots an inch a module of half a millimetre has six.
const PIXELS: u32 = 6;

/// The longest page address that leaves a QR code room for its seal.
const LONGEST_URL: usize = 200;

/// Draws every certificate of one run alike.
pub struct Artist {
    url: Option<String>,
    level: Level,
    module: ModuleSize,
    scale: Scale,
    caption: Option<String>,
    fonts: Fonts,
}

/// A character that no font of this machine shows, by its place from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("character {place} (U+{:04X}) has no glyph in the fonts of this machine; on Debian: apt-get install {}", u32::from(*.character), DrawError::FONT_PACKAGE)]
pub struct MissingGlyph {
    place: usize,
    character: char,
}

impl MissingGlyph {
    /// As a fault of the row whose number has it.
    pub fn fault(self) -> Value {
        json!({ "column": "number", "code": "glyph_missing", "message": self.to_string() })
    }
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
    envelope: Vec<u8>,
    text: String,
    png: Vec<u8>,
    svg: String,
}

impl Artist {
    /// Takes what the command line and the type say about pictures.
    pub fn new(args: &PictureArg, kind: &CertificateKind) -> Result<Self, Failure> {
        let drawing = |error: DrawError| Failure::new(error.code(), error);
        let url = args.url.as_deref().map(page).transpose()?;
        let level = match args.level {
            LevelArg::M => Level::M,
            LevelArg::Q => Level::Q,
        };
        let micrometres = format!("{:.0}", kind.budget().module_mm * 1000.0).parse().unwrap_or(500);
        let caption = args.caption.then(|| kind.names().zh.clone());
        let fonts = if args.caption { Fonts::installed() } else { Fonts::none() };
        if let Some((_, character)) = caption.as_ref().and_then(|name| fonts.first_missing(name)) {
            return Err(drawing(DrawError::CaptionFontMissing { character, fonts: fonts.count() }));
        }
        Ok(Self {
            url,
            level,
            module: ModuleSize::new(micrometres).map_err(drawing)?,
            scale: Scale::new(PIXELS).map_err(drawing)?,
            caption,
            fonts,
        })
    }

    /// The first character of a certificate's number that could not be drawn: asked before anything is signed, for nobody wants a
    /// licence with an empty box in its number.
    pub fn missing(&self, number: &str) -> Option<MissingGlyph> {
        let (place, character) = self.caption.as_ref().and_then(|_| self.fonts.first_missing(number))?;
        Some(MissingGlyph { place, character })
    }

    /// Draws a certificate that was just signed.
    pub fn draw(&self, issued: &Issued) -> Result<Written, Value> {
        self.draw_again(issued.certificate(), issued.envelope(), issued.digits())
    }

    /// Draws a certificate from what is kept of it.
    pub fn draw_again(&self, certificate: &Certificate, envelope: &[u8], digits: &str) -> Result<Written, Value> {
        let fault = |error: DrawError| json!({ "column": "row", "code": error.code(), "message": error.to_string() });
        let text = self.url.as_ref().map_or_else(|| digits.to_owned(), |url| url_form(url, digits));
        let code = QrCode::draw(&text, self.level).map_err(fault)?;
        let mut frame = Frame::new(self.module);
        if let Some(name) = &self.caption {
            frame = frame.with_caption(Caption::parse(&format!("{name} {}", certificate.number)).map_err(fault)?);
        }
        Ok(Written {
            identifier: certificate.identifier.to_string(),
            number: certificate.number.clone(),
            qr_version: code.version(),
            stem: certificate.identifier.without_root(),
            envelope: envelope.to_vec(),
            png: code.png(&frame, self.scale, &self.fonts).map_err(fault)?,
            svg: code.svg(&frame).map_err(fault)?,
            text,
        })
    }
}

impl Written {
    /// Whether the files of a certificate stand in a folder: the last to be written tells.
    pub fn stands(folder: &Path, identifier: &CertificateId) -> bool {
        folder.join(format!("{}.svg", identifier.without_root())).exists()
    }

    /// The names of the files.
    pub fn names(&self) -> Value {
        json!({ "certificate": self.name("cose"), "seal": self.name("txt"), "png": self.name("png"), "svg": self.name("svg") })
    }

    /// Writes the files, each whole or not at all; the caller syncs many at once.
    pub fn store(&self, folder: &Path) -> Result<(), Failure> {
        files::write_unsynced(&folder.join(self.name("cose")), &self.envelope)?;
        files::write_unsynced(&folder.join(self.name("txt")), format!("{}\n", self.text).as_bytes())?;
        files::write_unsynced(&folder.join(self.name("png")), &self.png)?;
        files::write_unsynced(&folder.join(self.name("svg")), self.svg.as_bytes())
    }

    fn name(&self, ending: &str) -> String {
        format!("{}.{ending}", self.stem)
    }
}

/// A page's address: https, without a fragment of its own.
fn page(url: &str) -> Result<String, Failure> {
    let fits = url.starts_with("https://") && url.len() <= LONGEST_URL && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let hint = Words::new("例如 https://kanhe.example.cn/。", "For example https://kanhe.example.cn/.");
    if fits {
        Ok(url.to_owned())
    } else {
        Err(Failure::new("usage", "the page's address is https, without #, of at most 200 characters").hint(hint))
    }
}
