//! A picture in grey, on which captions are painted.

use num_traits::ToPrimitive;

/// No ink, and all of it.
pub(crate) const WHITE: u8 = 255;
pub(crate) const BLACK: u8 = 0;

/// A picture of eight bits a pixel, 0 black and 255 white, in rows from the top.
pub(crate) struct Canvas {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) grey: Vec<u8>,
}

impl Canvas {
    /// Makes a picture that begins with `above`; what these rows leave over is white.
    pub(crate) fn new(width: u32, height: u32, above: impl Iterator<Item = u8>) -> Self {
        let pixels = usize::try_from(u64::from(width) * u64::from(height)).unwrap_or(usize::MAX);
        Self { width, height, grey: above.chain(std::iter::repeat(WHITE)).take(pixels).collect() }
    }

    /// Darkens a pixel by a share of ink from 0 to 1; ink beside the picture is lost.
    pub(crate) fn ink(&mut self, x: i64, y: i64, ink: f32) {
        let inside = (0..i64::from(self.width)).contains(&x);
        let at = usize::try_from(y * i64::from(self.width) + x).ok().filter(|_| inside);
        if let Some(pixel) = at.and_then(|at| self.grey.get_mut(at)) {
            let shade = ((1.0 - ink.clamp(0.0, 1.0)) * f32::from(WHITE)).round().to_u8().unwrap_or(WHITE);
            *pixel = shade.min(*pixel);
        }
    }
}
