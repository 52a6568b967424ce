//! Draws the seals of one library alike: the same level, the same scale, and the same words below each.

use crate::{Caption, DrawError, Fonts, Frame, Level, ModuleSize, QrCode, Scale};
use thiserror::Error;

/// Pixels of a module in a PNG: at 300 dots an inch a module of half a millimetre has six.
const PIXELS: u32 = 6;

/// A character that no font of this machine shows, by its place from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("character {place} (U+{:04X}) has no glyph in the fonts of this machine; on Debian: apt-get install {}", u32::from(*.character), DrawError::FONT_PACKAGE)]
pub struct MissingGlyph {
    place: usize,
    character: char,
}

impl MissingGlyph {
    /// The stable code of this defect.
    pub const fn code(&self) -> &'static str {
        "glyph_missing"
    }
}

/// Draws seals.
pub struct Artist {
    level: Level,
    scale: Scale,
    /// The fonts of captions; none where nothing stands below a code.
    fonts: Option<Fonts>,
}

/// What is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Plate<'p> {
    /// The text of the QR code.
    pub text: &'p str,
    /// The printed side of a module.
    pub module: ModuleSize,
    /// What the licence is called.
    pub name: &'p str,
    /// Its number, which stands below the code behind the name.
    pub number: &'p str,
}

/// A plate whose modules are set.
pub struct Drawing<'a> {
    artist: &'a Artist,
    code: QrCode,
    frame: Frame,
}

impl Artist {
    /// Draws codes alone.
    pub fn plain(level: Level) -> Result<Self, DrawError> {
        Ok(Self { level, scale: Scale::new(PIXELS)?, fonts: None })
    }

    /// Draws name and number below each code, in fonts such as those of the machine.
    pub fn captioned(level: Level, fonts: Fonts) -> Result<Self, DrawError> {
        Ok(Self { level, scale: Scale::new(PIXELS)?, fonts: Some(fonts) })
    }

    /// Whether the name of a type can be drawn.
    pub fn can_name(&self, name: &str) -> Result<(), DrawError> {
        match self.fonts.as_ref().and_then(|fonts| Some((fonts, fonts.first_missing(name)?))) {
            Some((fonts, (_, character))) => Err(DrawError::CaptionFontMissing { character, fonts: fonts.count() }),
            None => Ok(()),
        }
    }

    /// The first character of a number that could not be drawn: asked before anything is signed, for nobody wants a licence with an empty
    /// box in its number.
    pub fn missing(&self, number: &str) -> Option<MissingGlyph> {
        let (place, character) = self.fonts.as_ref().and_then(|fonts| fonts.first_missing(number))?;
        Some(MissingGlyph { place, character })
    }

    /// Sets the modules and words of a plate.
    pub fn draw(&self, plate: Plate<'_>) -> Result<Drawing<'_>, DrawError> {
        let code = QrCode::draw(plate.text, self.level)?;
        let mut frame = Frame::new(plate.module);
        if self.fonts.is_some() {
            frame = frame.with_caption(Caption::parse(&format!("{} {}", plate.name, plate.number))?);
        }
        Ok(Drawing { artist: self, code, frame })
    }
}

impl Drawing<'_> {
    /// The QR version.
    pub fn version(&self) -> u8 {
        self.code.version()
    }

    /// The bytes of a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, DrawError> {
        match &self.artist.fonts {
            Some(fonts) => self.code.png(&self.frame, self.artist.scale, fonts),
            None => self.code.png(&self.frame, self.artist.scale, &Fonts::none()),
        }
    }

    /// An SVG document.
    pub fn svg(&self) -> Result<String, DrawError> {
        self.code.svg(&self.frame)
    }
}
