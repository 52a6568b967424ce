//! A code as PNG.

use num_traits::ToPrimitive;
use png::{BitDepth, ColorType, Compression, Encoder, Filter, PixelDimensions, Unit};

use crate::canvas::{BLACK, Canvas, WHITE};
use crate::caption::{Caption, Layout};
use crate::error::DrawError;
use crate::fonts::{Fonts, Glyph};
use crate::frame::{Frame, ModuleSize, QUIET_ZONE, Scale};
use crate::matrix::QrCode;

impl QrCode {
    /// Returns the code as the bytes of a PNG file, which states the printed size that `frame` asks for.
    ///
    /// Without a caption a pixel is one bit, with one it is eight bits of grey, and `fonts` must show every character.
    ///
    /// # Errors
    /// [`DrawError::CaptionFontMissing`] for a character that no font shows, [`DrawError::CaptionTooLong`] when the caption does not fit
    /// below this code.
    pub fn png(&self, frame: &Frame, scale: Scale, fonts: &Fonts) -> Result<Vec<u8>, DrawError> {
        let side = (self.modules() + 2 * u32::from(QUIET_ZONE)) * scale.pixels();
        let Some(caption) = frame.caption() else {
            return Ok(encode(BitDepth::One, (side, side), density(frame.module(), scale), &self.bits(scale)));
        };
        let canvas = self.captioned(caption, scale, fonts)?;
        Ok(encode(BitDepth::Eight, (canvas.width, canvas.height), density(frame.module(), scale), &canvas.grey))
    }

    /// The picture in rows of one bit a pixel, each row filled up to whole bytes; a set bit is white.
    fn bits(&self, scale: Scale) -> Vec<u8> {
        self.scaled_rows(scale)
            .flat_map(|row| {
                row.chunks(8)
                    .map(|pixels| (0..8).zip(pixels).fold(0, |byte, (at, dark)| if *dark { byte } else { byte | 0x80 >> at }))
                    .collect::<Vec<u8>>()
            })
            .collect()
    }

    fn captioned(&self, caption: &Caption, scale: Scale, fonts: &Fonts) -> Result<Canvas, DrawError> {
        let glyphs = fonts.glyphs(caption.as_str())?;
        let widths: Vec<u32> = glyphs.iter().map(Glyph::advance).collect();
        let width = self.modules() + 2 * u32::from(QUIET_ZONE);
        let layout = caption.layout(&widths, width)?;

        let code = self.scaled_rows(scale).flatten().map(|dark| if dark { BLACK } else { WHITE });
        let mut canvas = Canvas::new(width * scale.pixels(), (width + layout.height()) * scale.pixels(), code);
        paint_caption(&glyphs, &layout, width, scale, fonts, &mut canvas);
        Ok(canvas)
    }

    fn scaled_rows(&self, scale: Scale) -> impl Iterator<Item = Vec<bool>> {
        let pixels = usize::from(u8::try_from(scale.pixels()).unwrap_or(u8::MAX));
        self.quiet_rows(QUIET_ZONE.into()).flat_map(move |row| {
            let wide: Vec<bool> = row.into_iter().flat_map(|dark| std::iter::repeat_n(dark, pixels)).collect();
            std::iter::repeat_n(wide, pixels)
        })
    }
}

/// Paints the lines of a caption, each centred below a code `width` modules wide.
fn paint_caption(glyphs: &[Glyph], layout: &Layout, width: u32, scale: Scale, fonts: &Fonts, canvas: &mut Canvas) {
    let pixels = |thousandths: u32| (thousandths * scale.pixels()).to_f32().unwrap_or_default() / 1000.0;
    let size = pixels(layout.size());
    for (baseline, range) in layout.lines() {
        let line = glyphs.get(range).unwrap_or_default();
        let length = line.iter().map(Glyph::advance).sum::<u32>().to_f32().unwrap_or_default() * size / 1000.0;
        let left = (pixels(width * 1000) - length) / 2.0;
        fonts.paint(line, left, pixels(width * 1000 + baseline), size, canvas);
    }
}

/// Pixels a metre.
fn density(module: ModuleSize, scale: Scale) -> u32 {
    (scale.pixels() * 1_000_000 + module.micrometres() / 2) / module.micrometres()
}

fn encode(depth: BitDepth, (width, height): (u32, u32), density: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Balanced);
    // The rows of one row of modules are equal, so the difference to the row above is almost everywhere zero.
    encoder.set_filter(Filter::Up);
    encoder.set_pixel_dims(Some(PixelDimensions { xppu: density, yppu: density, unit: Unit::Meter }));
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels)?;
        writer.finish()
    });
    written.expect("a picture in memory is written"); // safe: a Vec takes every byte, and the pixels are made for these very dimensions
    file
}
