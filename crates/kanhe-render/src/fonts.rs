//! Fonts for captions in PNG pictures: found on the machine, measured, painted.

use std::cmp::Reverse;
use std::sync::Arc;

use ab_glyph::{Font, FontRef, GlyphId, PxScale};
use fontdb::{Database, FaceInfo, ID, Source, Style};
use num_traits::ToPrimitive;

use crate::canvas::Canvas;
use crate::error::DrawError;

/// Families in the order in which a Chinese caption wants them; all others come after, by name.
const PREFERRED: [&str; 8] = [
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Noto Sans SC",
    "Noto Serif CJK SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Microsoft YaHei",
    "PingFang SC",
];

/// Faces that claim every character and draw an empty box, or nothing, for it.
const PLACEHOLDERS: [&str; 3] = ["LastResort", "AdobeBlank", "NotDef"];

/// The fonts that captions may be drawn with, best first.
///
/// Looking through a machine's fonts takes long enough to be done once, at the edge, and not for each picture.
#[derive(Debug, Clone)]
pub struct Fonts {
    faces: Database,
    ranked: Vec<ID>,
}

impl Fonts {
    /// Returns no fonts at all, enough for pictures without a caption.
    #[must_use]
    pub fn none() -> Self {
        Self::ranked(Database::new())
    }

    /// Finds the fonts that are installed on this machine.
    #[must_use]
    pub fn installed() -> Self {
        let mut faces = Database::new();
        faces.load_system_fonts();
        Self::ranked(faces)
    }

    /// Decodes the bytes of one TrueType or OpenType file or collection, for machines without installed fonts.
    ///
    /// # Errors
    /// [`DrawError::FontUnreadable`] when the bytes hold no face.
    pub fn decode(font: Vec<u8>) -> Result<Self, DrawError> {
        let bytes = font.len();
        if !counts_its_faces(&font) {
            return Err(DrawError::FontUnreadable { bytes });
        }
        let mut faces = Database::new();
        faces.load_font_source(Source::Binary(Arc::new(font)));
        if faces.is_empty() {
            return Err(DrawError::FontUnreadable { bytes });
        }
        Ok(Self::ranked(faces))
    }

    fn ranked(faces: Database) -> Self {
        let usable = |face: &&FaceInfo| !PLACEHOLDERS.iter().any(|name| face.post_script_name.contains(name));
        let mut infos: Vec<&FaceInfo> = faces.faces().filter(usable).collect();
        infos.sort_by_cached_key(|face| rank(face));
        let ranked = infos.iter().map(|face| face.id).collect();
        Self { faces, ranked }
    }

    /// Finds a glyph for every character: all from the best face that has them all, else each from the best face that has it.
    pub(crate) fn glyphs(&self, text: &str) -> Result<Vec<Glyph>, DrawError> {
        let mut found: Vec<Option<Glyph>> = vec![None; text.chars().count()];
        for face in &self.ranked {
            let here: Vec<Option<Glyph>> =
                self.with_face(*face, |font| text.chars().map(|c| glyph(*face, font, c)).collect()).unwrap_or_default();
            if let Some(complete) = here.iter().cloned().collect::<Option<Vec<Glyph>>>().filter(|glyphs| glyphs.len() == found.len()) {
                return Ok(complete);
            }
            for (best, here) in found.iter_mut().zip(here) {
                *best = best.take().or(here);
            }
        }
        let missing = |character| DrawError::CaptionFontMissing { character, fonts: self.ranked.len() };
        found.into_iter().zip(text.chars()).map(|(glyph, character)| glyph.ok_or(missing(character))).collect()
    }

    /// Counts the faces that captions may be drawn with.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ranked.len()
    }

    /// Finds the first character that no font shows, and its place from 1: a caption with it would be refused.
    #[must_use]
    pub fn first_missing(&self, text: &str) -> Option<(usize, char)> {
        let shown = |character: char| self.glyphs(character.encode_utf8(&mut [0; 4])).is_ok();
        // One look for all of them is enough where nothing is missing.
        if self.glyphs(text).is_ok() { None } else { (1..).zip(text.chars()).find(|(_, character)| !shown(*character)) }
    }

    /// Paints glyphs one after the other, starting at `left` on the baseline, in letters of `size`; all in pixels.
    pub(crate) fn paint(&self, glyphs: &[Glyph], left: f32, baseline: f32, size: f32, canvas: &mut Canvas) {
        let mut x = left;
        for run in glyphs.chunk_by(|a, b| a.face == b.face) {
            let Some(first) = run.first() else { continue };
            self.with_face(first.face, |font| {
                for glyph in run {
                    paint_glyph(font, glyph.id, (x, baseline), size, canvas);
                    x += glyph.advance().to_f32().unwrap_or_default() * size / 1000.0;
                }
            });
        }
    }

    fn with_face<T>(&self, id: ID, work: impl FnOnce(&FontRef<'_>) -> T) -> Option<T> {
        self.faces.with_face_data(id, |bytes, index| FontRef::try_from_slice_and_index(bytes, index).ok().map(|font| work(&font)))?
    }
}

/// The glyph of one character in one face.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glyph {
    face: ID,
    id: GlyphId,
    advance: u32,
}

impl Glyph {
    /// How far the next character stands to the right, in thousandths of an em.
    pub(crate) fn advance(&self) -> u32 {
        self.advance
    }
}

/// Tells whether the file is long enough for the faces it announces. The font libraries reserve memory for that many before they look.
fn counts_its_faces(font: &[u8]) -> bool {
    let announced = font.strip_prefix(b"ttcf").and_then(|rest| rest.get(4..)?.first_chunk()).map_or(1, |count| u32::from_be_bytes(*count));
    usize::try_from(announced).is_ok_and(|faces| faces <= font.len() / 4)
}

type Rank = (usize, bool, u16, Reverse<bool>, String, String);

/// The order of two faces does not depend on the order in which the machine lists them, so the same fonts give the same picture.
fn rank(face: &FaceInfo) -> Rank {
    let families = || face.families.iter().map(|(name, _)| name.as_str());
    let preference = PREFERRED.iter().position(|name| families().any(|family| family == *name)).unwrap_or(PREFERRED.len());
    let family = families().next().unwrap_or_default().to_owned();
    (preference, face.style != Style::Normal, face.weight.0.abs_diff(400), Reverse(!face.monospaced), family, face.post_script_name.clone())
}

fn glyph(face: ID, font: &FontRef<'_>, character: char) -> Option<Glyph> {
    let id = font.glyph_id(character);
    // Colour fonts list emoji whose pictures we cannot paint: a glyph counts when it has an outline, or is blank by nature.
    let visible = id.0 != 0 && (character.is_whitespace() || font.outline(id).is_some());
    let advance = font.h_advance_unscaled(id) * 1000.0 / font.units_per_em()?;
    visible.then_some(Glyph { face, id, advance: advance.ceil().to_u32()? })
}

fn paint_glyph(font: &FontRef<'_>, id: GlyphId, (x, y): (f32, f32), size: f32, canvas: &mut Canvas) {
    // ab_glyph scales by the distance from ascender to descender, we by the em.
    let Some(em) = font.units_per_em() else { return };
    let scale = PxScale::from(size * font.height_unscaled() / em);
    let Some(outlined) = font.outline_glyph(id.with_scale_and_position(scale, ab_glyph::point(x, y))) else { return };
    let corner = outlined.px_bounds().min;
    let (Some(left), Some(top)) = (corner.x.to_i64(), corner.y.to_i64()) else { return };
    outlined.draw(|x, y, ink| canvas.ink(left + i64::from(x), top + i64::from(y), ink));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_fonts_the_first_character_is_missing() {
        let error = Fonts::none().glyphs("食").unwrap_err();
        assert_eq!(error, DrawError::CaptionFontMissing { character: '食', fonts: 0 });
        assert_eq!(error.code(), "caption_font_missing");
        assert_eq!(error.to_string(), "none of 0 fonts shows 食 (U+98DF); on Debian: apt-get install fonts-noto-cjk");
    }

    #[test]
    fn the_first_character_without_a_glyph_is_named_with_its_place() {
        assert_eq!(Fonts::none().first_missing("食品"), Some((1, '食')));
        assert_eq!(Fonts::none().first_missing(""), None);
        let installed = Fonts::installed();
        assert_eq!(installed.first_missing("食品𠮷"), None, "the tests install Noto CJK");
        // A character for private use has no glyph in any font that is made for everybody.
        assert_eq!(installed.first_missing("食\u{10FFFD}"), Some((2, '\u{10FFFD}')));
    }

    #[test]
    fn bytes_that_are_no_font_are_refused() {
        for bytes in [vec![], vec![0; 5000], b"OTTO".to_vec(), b"ttcf\0\x01\0\0\xff\xff\xff\xff".to_vec()] {
            let length = bytes.len();
            assert_eq!(Fonts::decode(bytes).unwrap_err(), DrawError::FontUnreadable { bytes: length });
        }
    }
}
