//! What happens to a printed code on its way into a photograph: it is turned, seen at an angle, blurred, lit unevenly, compressed.

use image::codecs::jpeg::JpegEncoder;
use image::{GrayImage, ImageFormat, Luma, imageops};

/// A photograph to be taken of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Shot {
    /// Turned clockwise, in degrees.
    pub angle: f64,
    /// How much smaller the far edge is than the near one, from 0 to 1.
    pub tilt: f64,
    /// Pixels along the side of the picture in the photograph.
    pub side: f64,
    /// Blur, as the standard deviation in pixels.
    pub blur: f32,
    /// How much of the light is lost towards the darkest corner, from 0 to 1.
    pub shade: f64,
    /// The largest random change of a pixel.
    pub noise: f64,
}

impl Shot {
    pub const STRAIGHT: Shot = Shot { angle: 0.0, tilt: 0.0, side: 400.0, blur: 0.0, shade: 0.0, noise: 0.0 };

    /// Takes the photograph, on a table that is darker than paper.
    pub fn take(&self, picture: &GrayImage) -> GrayImage {
        let canvas = (self.side * 1.6).round() as u32;
        let to_picture = self.to_picture(f64::from(canvas) / 2.0);
        let mut dice = 0x2545_F491_4F6C_DD1D_u64;
        let mut photo = GrayImage::from_fn(canvas, canvas, |x, y| {
            let mut sum = 0.0;
            for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                sum += sample(picture, to_picture.apply(f64::from(x) + dx, f64::from(y) + dy));
            }
            let light = 1.0 - self.shade * f64::from(x + y) / f64::from(2 * canvas);
            Luma([(sum / 4.0 * light).clamp(0.0, 255.0) as u8])
        });
        if self.blur > 0.0 {
            photo = imageops::blur(&photo, self.blur);
        }
        for pixel in photo.pixels_mut() {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let chance = (dice >> 11) as f64 / (1_u64 << 53) as f64 * 2.0 - 1.0;
            pixel.0[0] = (f64::from(pixel.0[0]) + chance * self.noise).clamp(0.0, 255.0) as u8;
        }
        photo
    }

    /// The map from the photograph back to the unit square of the picture.
    fn to_picture(self, centre: f64) -> Projection {
        let near = self.side / 2.0;
        let far = near * (1.0 - self.tilt);
        // The far edge is not only shorter but also nearer to the middle.
        let corners = [(-far, -near * (1.0 - self.tilt / 2.0)), (far, -near * (1.0 - self.tilt / 2.0)), (near, near), (-near, near)];
        let (sin, cos) = self.angle.to_radians().sin_cos();
        Projection::onto(corners.map(|(x, y)| (centre + x * cos - y * sin, centre + x * sin + y * cos))).inverse()
    }
}

pub fn png(picture: &GrayImage) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, ImageFormat::Png).unwrap();
    file.into_inner()
}

pub fn jpeg(picture: &GrayImage, quality: u8) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode_image(picture).unwrap();
    file
}

/// Brightness at a place of the unit square, between pixels; the table around it has brightness 110.
fn sample(picture: &GrayImage, (u, v): (f64, f64)) -> f64 {
    let (width, height) = picture.dimensions();
    let (x, y) = (u * f64::from(width) - 0.5, v * f64::from(height) - 0.5);
    let at = |x: f64, y: f64| {
        let inside = x >= 0.0 && y >= 0.0 && x < f64::from(width) && y < f64::from(height);
        if inside { f64::from(picture.get_pixel(x as u32, y as u32).0[0]) } else { 110.0 }
    };
    let (left, top) = (x.floor(), y.floor());
    let (dx, dy) = (x - left, y - top);
    let upper = at(left, top) * (1.0 - dx) + at(left + 1.0, top) * dx;
    let lower = at(left, top + 1.0) * (1.0 - dx) + at(left + 1.0, top + 1.0) * dx;
    upper * (1.0 - dy) + lower * dy
}

/// A projective map of the plane.
struct Projection([[f64; 3]; 3]);

impl Projection {
    /// The map of the unit square onto a quadrangle, corners clockwise from (0, 0) (Heckbert 1989, §2.2.3).
    fn onto([(x0, y0), (x1, y1), (x2, y2), (x3, y3)]: [(f64, f64); 4]) -> Self {
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let d = dx1 * dy2 - dx2 * dy1;
        let (g, h) = ((sx * dy2 - dx2 * sy) / d, (dx1 * sy - sx * dy1) / d);
        Self([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]])
    }

    fn inverse(&self) -> Self {
        let m = &self.0;
        let minor = |r0: usize, c0: usize, r1: usize, c1: usize| m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
        Self([
            [minor(1, 1, 2, 2), -minor(0, 1, 2, 2), minor(0, 1, 1, 2)],
            [-minor(1, 0, 2, 2), minor(0, 0, 2, 2), -minor(0, 0, 1, 2)],
            [minor(1, 0, 2, 1), -minor(0, 0, 2, 1), minor(0, 0, 1, 1)],
        ])
    }

    fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let row = |r: usize| self.0[r][0] * x + self.0[r][1] * y + self.0[r][2];
        (row(0) / row(2), row(1) / row(2))
    }
}
