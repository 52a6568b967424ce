//! What surrounds the modules: their printed size, the quiet zone, the caption.

use crate::caption::Caption;
use crate::error::DrawError;
use num_traits::ToPrimitive;

/// The light border that ISO/IEC 18004 §9.1 asks for on every side, in modules.
pub(crate) const QUIET_ZONE: u8 = 4;

/// The printed side of one module, in micrometres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModuleSize(u32);

impl ModuleSize {
    /// The smallest module: below 0.4 mm, phones and worn printers no longer meet.
    pub const SMALLEST: Self = Self(400);
    /// The largest module: at 20 mm a code is a poster.
    pub const LARGEST: Self = Self(20_000);

    /// Makes a module size from its side in micrometres; 500 is half a millimetre.
    ///
    /// # Errors
    /// [`DrawError::ModuleSize`] under 0.4 mm or over 20 mm.
    pub fn new(micrometres: u32) -> Result<Self, DrawError> {
        let (least, most) = (Self::SMALLEST.0, Self::LARGEST.0);
        if !(least..=most).contains(&micrometres) {
            return Err(DrawError::ModuleSize { micrometres, least, most });
        }
        Ok(Self(micrometres))
    }

    /// Makes a module size from its side in millimetres, as type files have it.
    ///
    /// # Errors
    /// As [`ModuleSize::new`].
    pub fn of_millimetres(millimetres: f64) -> Result<Self, DrawError> {
        Self::new((millimetres * 1000.0).round().to_u32().unwrap_or(u32::MAX))
    }

    /// Returns the side of a module in micrometres.
    #[must_use]
    pub fn micrometres(self) -> u32 {
        self.0
    }
}

impl Default for ModuleSize {
    /// Half a millimetre: a code of version 10 with its quiet zone is then 33 mm wide.
    fn default() -> Self {
        Self(500)
    }
}

/// The number of pixels along the side of one module in a PNG.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale(u8);

impl Scale {
    /// One pixel a module.
    pub const SMALLEST: Self = Self(1);
    /// The largest scale: it keeps the largest code under 40 megapixels.
    pub const LARGEST: Self = Self(32);

    /// Makes a scale from pixels a module.
    ///
    /// # Errors
    /// [`DrawError::Scale`] for 0 and for more than 32.
    pub fn new(pixels: u32) -> Result<Self, DrawError> {
        let (least, most) = (Self::SMALLEST, Self::LARGEST);
        match u8::try_from(pixels) {
            Ok(pixels) if (least.0..=most.0).contains(&pixels) => Ok(Self(pixels)),
            _ => Err(DrawError::Scale { pixels, least: least.pixels(), most: most.pixels() }),
        }
    }

    /// Returns the pixels along the side of one module.
    #[must_use]
    pub fn pixels(self) -> u32 {
        self.0.into()
    }
}

impl Default for Scale {
    /// Eight pixels: about 400 dots per inch at the default module size.
    fn default() -> Self {
        Self(8)
    }
}

/// What surrounds the modules in a printed picture: by default half-millimetre modules and no caption.
///
/// The quiet zone of four modules is always there, and a caption stands below it, never in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    module: ModuleSize,
    caption: Option<Caption>,
}

impl Frame {
    /// Makes a frame without a caption around modules of the given size.
    #[must_use]
    pub fn new(module: ModuleSize) -> Self {
        Self { module, caption: None }
    }

    /// Returns this frame with `caption` printed below the code.
    #[must_use]
    pub fn with_caption(self, caption: Caption) -> Self {
        Self { caption: Some(caption), ..self }
    }

    /// Returns the printed size of a module.
    #[must_use]
    pub fn module(&self) -> ModuleSize {
        self.module
    }

    /// Returns the caption, if there is one.
    #[must_use]
    pub fn caption(&self) -> Option<&Caption> {
        self.caption.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_out_of_range_are_refused_with_their_limits() {
        assert_eq!(ModuleSize::new(399), Err(DrawError::ModuleSize { micrometres: 399, least: 400, most: 20_000 }));
        assert_eq!(ModuleSize::new(400).map(ModuleSize::micrometres), Ok(400));
        assert_eq!(ModuleSize::new(20_001).unwrap_err().code(), "module_size_out_of_range");
        for pixels in [0, 33, 256, u32::MAX] {
            assert_eq!(Scale::new(pixels), Err(DrawError::Scale { pixels, least: 1, most: 32 }));
        }
        assert_eq!(Scale::new(0).unwrap_err().code(), "picture_scale_out_of_range");
        assert_eq!(Scale::new(32).map(Scale::pixels), Ok(32));
    }
}
