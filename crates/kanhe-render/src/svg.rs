//! A code as SVG.

use std::fmt::Write;

use crate::caption::{Caption, Layout, is_wide};
use crate::error::DrawError;
use crate::frame::{Frame, QUIET_ZONE};
use crate::matrix::QrCode;

/// Fonts that show Chinese, from the ones we draw PNG captions with to what other systems bring.
const FONT_FAMILIES: &str = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, PingFang SC, sans-serif";

impl QrCode {
    /// Returns the code as an SVG document of the printed size that `frame` asks for.
    ///
    /// One unit of the drawing is one module. The modules are a single path; a caption is real text below it, set in whatever
    /// font the viewer has.
    ///
    /// # Errors
    /// [`DrawError::CaptionTooLong`] when the caption does not fit below this code.
    pub fn svg(&self, frame: &Frame) -> Result<String, DrawError> {
        let width = self.modules() + 2 * u32::from(QUIET_ZONE);
        let caption = frame.caption().map(|caption| caption_texts(caption, width)).transpose()?;
        let (texts, caption_height) = caption.unwrap_or_default();
        let height = width + caption_height;
        let micrometres = frame.module().micrometres();
        Ok(format!(
            concat!(
                r#"<svg xmlns="http://www.w3.org/2000/svg" width="{}mm" height="{}mm" viewBox="0 0 {} {}">"#,
                r##"<rect width="{}" height="{}" fill="#fff"/>"##,
                r##"<path shape-rendering="crispEdges" fill="#000" d="{}"/>{}</svg>"##,
                "\n"
            ),
            thousandths(width * micrometres),
            thousandths(height * micrometres),
            width,
            height,
            width,
            height,
            self.outline(),
            texts,
        ))
    }

    /// One rectangle for each horizontal run of dark modules.
    fn outline(&self) -> String {
        let mut path = String::new();
        for (y, row) in (u32::from(QUIET_ZONE)..).zip(self.rows()) {
            let mut x = u32::from(QUIET_ZONE);
            for run in row.chunk_by(|left, right| left == right) {
                let length = u32::try_from(run.len()).unwrap_or_default();
                if run.first() == Some(&true) {
                    let _ = write!(path, "M{x} {y}h{length}v1h-{length}z");
                }
                x += length;
            }
        }
        path
    }
}

/// The caption as text elements below a picture `width` modules wide, and the modules that they take in height.
fn caption_texts(caption: &Caption, width: u32) -> Result<(String, u32), DrawError> {
    let widths: Vec<u32> = caption.as_str().chars().map(usual_width).collect();
    let layout = caption.layout(&widths, width)?;
    Ok((text_elements(caption, &layout, width), layout.height()))
}

fn text_elements(caption: &Caption, layout: &Layout, width: u32) -> String {
    let centre = thousandths(width * 500);
    let size = thousandths(layout.size());
    let mut elements = String::new();
    for (baseline, range) in layout.lines() {
        let y = thousandths(width * 1000 + baseline);
        let line: String = caption.as_str().chars().skip(range.start).take(range.len()).map(escape).collect();
        let _ = write!(
            elements,
            r#"<text x="{centre}" y="{y}" font-size="{size}" font-family="{FONT_FAMILIES}" text-anchor="middle">{line}</text>"#
        );
    }
    elements
}

/// The width that a character takes in the common fonts without serifs, in thousandths of an em, rather too much than too little.
fn usual_width(character: char) -> u32 {
    match character {
        wide if is_wide(wide) => 1000,
        'W' | 'M' | 'm' | '@' | '%' => 950,
        'A'..='Z' => 720,
        '\0'..='\x7F' => 600,
        _ => 750,
    }
}

fn escape(character: char) -> String {
    match character {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        other => other.to_string(),
    }
}

/// Writes a number of thousandths as a decimal number without trailing zeros.
fn thousandths(number: u32) -> String {
    let decimal = format!("{}.{:03}", number / 1000, number % 1000);
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Level, ModuleSize};

    fn code() -> QrCode {
        QrCode::draw("12345", Level::M).unwrap()
    }

    #[test]
    fn the_picture_is_as_large_as_its_modules() {
        let svg = code().svg(&Frame::default()).unwrap();
        assert!(svg.starts_with(r#"<svg xmlns="http://www.w3.org/2000/svg" width="14.5mm" height="14.5mm" viewBox="0 0 29 29">"#), "{svg}");
        let large = code().svg(&Frame::new(ModuleSize::new(1234).unwrap())).unwrap();
        assert!(large.contains(r#"width="35.786mm""#), "{large}");
    }

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let code = QrCode::draw("https://example.gov.cn/#0123456789", Level::Q).unwrap();
        let svg = code.svg(&Frame::default()).unwrap();
        let path = svg.split(r#" d=""#).nth(1).unwrap().split('"').next().unwrap();
        let mut dark = 0;
        for run in path.split('z').filter(|run| !run.is_empty()) {
            let numbers: Vec<u32> =
                run.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(|n| n.parse().unwrap()).collect();
            let [x, y, length, 1, _] = numbers[..] else { panic!("{run}") };
            dark += length;
            assert!((x..x + length).all(|x| code.is_dark(x - 4, y - 4)), "{run}");
        }
        let expected = code.rows().flatten().filter(|dark| **dark).count();
        assert_eq!(usize::try_from(dark).unwrap(), expected);
    }

    #[test]
    fn a_caption_is_escaped_and_leaves_the_modules_where_they_were() {
        let plain = code().svg(&Frame::default()).unwrap();
        let caption = Caption::parse("甲<乙>&\"丙'").unwrap();
        let captioned = code().svg(&Frame::default().with_caption(caption)).unwrap();
        assert!(captioned.contains("甲&lt;乙&gt;&amp;\"丙'</text>"), "{captioned}");
        let path = |svg: &str| svg.split("<path").nth(1).unwrap().split("/>").next().unwrap().to_owned();
        assert_eq!(path(&plain), path(&captioned));
        assert!(captioned.contains(r#"viewBox="0 0 29 33""#), "{captioned}");
    }

    #[test]
    fn thousandths_are_written_short() {
        for (number, text) in [(0, "0"), (5, "0.005"), (14_500, "14.5"), (20_000, "20"), (35_786, "35.786")] {
            assert_eq!(thousandths(number), text);
        }
    }
}
