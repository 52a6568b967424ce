//! What is drawn is read again: straight from the file, and from photographs of it.
// Test code: a panic here is a failed test.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::as_conversions, clippy::panic)]

mod distort;

use std::io::Cursor;

use distort::{Shot, jpeg, png};
use image::{DynamicImage, GrayImage, ImageFormat, Rgba, RgbaImage, imageops};
use kanhe_render::{Caption, Fonts, Frame, Level, ModuleSize, QrCode, ReadError, Scale, read_luma, read_picture, read_seal};
use proptest::prelude::*;

const FONT: &[u8] = include_bytes!("fonts/NotoSansCJKsc-few.otf");

fn digits(count: u32) -> String {
    (0..count).map(|i| char::from(b'0' + ((i * i * 7 + i / 3) % 10) as u8)).collect()
}

fn draw(text: &str, level: Level, pixels: u32) -> Vec<u8> {
    QrCode::draw(text, level).unwrap().png(&Frame::default(), Scale::new(pixels).unwrap(), &Fonts::none()).unwrap()
}

fn drawn(text: &str, level: Level, pixels: u32) -> GrayImage {
    image::load_from_memory(&draw(text, level, pixels)).unwrap().into_luma8()
}

fn captioned(caption: &str) -> Result<Vec<u8>, kanhe_render::DrawError> {
    let frame = Frame::default().with_caption(Caption::parse(caption).unwrap());
    QrCode::draw(&digits(450), Level::M).unwrap().png(&frame, Scale::default(), &Fonts::decode(FONT.to_vec()).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn every_text_drawn_reads_back(text in "(https://[a-z]{1,20}\\.gov\\.cn/#)?[0-9]{1,1200}", q in any::<bool>(), pixels in 2_u32..9) {
        let level = if q { Level::Q } else { Level::M };
        prop_assert_eq!(read_picture(&draw(&text, level, pixels)), Ok(vec![text]));
    }

    #[test]
    fn chinese_texts_read_back(text in "[\u{4E00}-\u{9FFF}𠮷㛃·A-z0-9]{1,60}") {
        prop_assert_eq!(read_picture(&draw(&text, Level::M, 4)), Ok(vec![text]));
    }

    #[test]
    fn a_photograph_reads_back(angle in 0.0..360.0, tilt in 0.0..0.25, pixels in 4.0..7.0, softness in 0.0_f32..0.3, shade in 0.0..0.6, count in prop_oneof![Just(500_u32), Just(950)], q in any::<bool>()) {
        let text = digits(count);
        let picture = drawn(&text, if q { Level::Q } else { Level::M }, 6);
        let side = f64::from(picture.width()) / 6.0 * pixels;
        let shot = Shot { angle, tilt, side, blur: softness * pixels as f32, shade, noise: 10.0 };
        prop_assert_eq!(read_picture(&jpeg(&shot.take(&picture), 60)), Ok(vec![text]), "{:?}", shot);
    }
}

#[test]
fn every_single_distortion_is_withstood() {
    let straight = Shot::STRAIGHT;
    let shots = [
        straight,
        Shot { angle: 45.0, ..straight },
        Shot { angle: 180.0, ..straight },
        Shot { angle: 271.0, ..straight },
        Shot { tilt: 0.35, side: 600.0, ..straight },
        Shot { blur: 2.0, ..straight },
        Shot { shade: 0.8, ..straight },
        Shot { noise: 60.0, ..straight },
        Shot { side: 180.0, ..straight },
        Shot { side: 1200.0, ..straight },
        Shot { angle: 20.0, tilt: 0.2, blur: 1.0, shade: 0.5, noise: 20.0, ..straight },
    ];
    for level in [Level::M, Level::Q] {
        let text = format!("https://example.gov.cn/#{}", digits(300));
        let picture = drawn(&text, level, 6);
        for shot in shots {
            let photo = shot.take(&picture);
            for (name, file) in [("PNG", png(&photo)), ("JPEG 40", jpeg(&photo, 40))] {
                assert_eq!(read_picture(&file), Ok(vec![text.clone()]), "{name} {level:?} {shot:?}");
            }
        }
    }
}

#[test]
fn inverted_mirrored_and_faded_codes_are_read() {
    let text = digits(200);
    let picture = drawn(&text, Level::M, 5);
    let inverted = GrayImage::from_fn(picture.width(), picture.height(), |x, y| image::Luma([255 - picture.get_pixel(x, y).0[0]]));
    let faded = GrayImage::from_fn(picture.width(), picture.height(), |x, y| image::Luma([150 + picture.get_pixel(x, y).0[0] / 24]));
    for (name, picture) in [("inverted", inverted), ("mirrored", imageops::flip_horizontal(&picture)), ("faded", faded)] {
        assert_eq!(read_picture(&png(&picture)), Ok(vec![text.clone()]), "{name}");
    }
}

#[test]
fn a_small_code_in_a_large_photograph_is_read() {
    let text = digits(200);
    let mut desk = GrayImage::from_fn(4000, 3000, |x, y| image::Luma([90 + ((x / 7 + y / 5) % 40) as u8]));
    imageops::replace(&mut desk, &drawn(&text, Level::M, 4), 2500, 1900);
    assert_eq!(read_picture(&jpeg(&desk, 70)), Ok(vec![text]));
}

/// Three codes on one sheet of paper.
fn sheet(texts: [&str; 3]) -> Vec<u8> {
    let mut page = GrayImage::from_pixel(900, 900, image::Luma([255]));
    for (text, (x, y)) in texts.into_iter().zip([(20, 20), (450, 30), (40, 480)]) {
        imageops::replace(&mut page, &drawn(text, Level::M, 5), x, y);
    }
    png(&page)
}

#[test]
fn all_codes_of_a_picture_are_read_each_once() {
    let (first, second) = (digits(100), digits(180));
    let mut texts = read_picture(&sheet([&first, &second, &first])).unwrap();
    texts.sort();
    assert_eq!(texts, [first, second]);
}

#[test]
fn of_all_codes_of_a_picture_the_seal_is_picked_unless_there_are_two() {
    let (seal, other) = (digits(180), digits(300));
    assert_eq!(read_seal(&sheet(["https://example.gov.cn/about?no=440106", &seal, "440106199001011234"])), Ok(seal.clone()));
    assert_eq!(
        read_seal(&sheet([&seal, &format!("https://kanhe.example.cn/#{seal}"), "12345"])).map(|text| text.ends_with(&seal)),
        Ok(true)
    );
    let error = read_seal(&sheet([&seal, "12345", &other])).unwrap_err();
    assert_eq!((&error, error.code()), (&ReadError::SeveralSeals { seals: 2, limit: 1 }, "picture_several"));
}

#[test]
fn transparent_paper_counts_as_white_and_colours_as_their_brightness() {
    let text = digits(100);
    let picture = drawn(&text, Level::M, 5);
    let ink = |dark| if dark { Rgba([0, 0, 90, 255]) } else { Rgba([0, 0, 0, 0]) };
    let layered = RgbaImage::from_fn(picture.width(), picture.height(), |x, y| ink(picture.get_pixel(x, y).0[0] == 0));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(layered).write_to(&mut file, ImageFormat::Png).unwrap();
    assert_eq!(read_picture(file.get_ref()), Ok(vec![text]));
}

#[test]
fn camera_frames_are_read_without_a_file() {
    let text = digits(120);
    let frame = Shot { angle: 10.0, ..Shot::STRAIGHT }.take(&drawn(&text, Level::M, 5));
    assert_eq!(read_luma(frame.width(), frame.height(), frame.as_raw()), Ok(vec![text]));
}

#[test]
fn a_caption_is_painted_below_the_code_and_leaves_every_module_as_it_was() {
    let text = digits(450);
    let plain = drawn(&text, Level::M, 8);
    let file = captioned("食品经营许可证 JY14401060012345").unwrap();
    assert_eq!(read_picture(&file), Ok(vec![text]));

    let picture = image::load_from_memory(&file).unwrap().into_luma8();
    assert_eq!(picture.width(), plain.width());
    let code = imageops::crop_imm(&picture, 0, 0, plain.width(), plain.height()).to_image();
    assert_eq!(code.as_raw(), plain.as_raw());
    let caption = imageops::crop_imm(&picture, 0, plain.height(), plain.width(), picture.height() - plain.height()).to_image();
    let ink = caption.pixels().filter(|pixel| pixel.0[0] < 128).count();
    assert!((800..6000).contains(&ink), "{ink} dark pixels for 23 characters");
    let edges = |x: u32| (0..caption.height()).all(|y| caption.get_pixel(x, y).0[0] == 255);
    assert!((0..8).all(edges) && (caption.width() - 8..caption.width()).all(edges), "the caption keeps off the edges");
}

#[test]
fn a_character_that_the_font_lacks_is_named() {
    let error = captioned("食品龘").unwrap_err();
    assert_eq!(error, kanhe_render::DrawError::CaptionFontMissing { character: '龘', fonts: 1 });
}

#[test]
fn a_png_states_its_printed_size() {
    let code = QrCode::draw("12345", Level::M).unwrap();
    for (micrometres, pixels, per_metre) in [(500, 8, 16_000_u32), (400, 4, 10_000), (1000, 1, 1000), (600, 5, 8333)] {
        let frame = Frame::new(ModuleSize::new(micrometres).unwrap());
        let file = code.png(&frame, Scale::new(pixels).unwrap(), &Fonts::none()).unwrap();
        let at = file.windows(4).position(|window| window == b"pHYs").unwrap() + 4;
        let expected = [per_metre.to_be_bytes().as_slice(), &per_metre.to_be_bytes(), &[1]].concat();
        assert_eq!(file[at..at + 9], expected, "{micrometres} µm at {pixels} pixels");
    }
}

#[test]
fn the_quiet_zone_is_four_modules_wide() {
    let picture = drawn("12345", Level::M, 3);
    assert_eq!(picture.dimensions(), (29 * 3, 29 * 3));
    let quiet = |x: u32, y: u32| x < 12 || y < 12 || x >= 75 || y >= 75;
    assert!(picture.enumerate_pixels().all(|(x, y, pixel)| !quiet(x, y) || pixel.0[0] == 255));
    assert_eq!(picture.get_pixel(12, 12).0[0], 0);
}

#[test]
fn two_drawings_of_the_same_text_are_the_same_bytes() {
    assert_eq!(draw(&digits(300), Level::M, 8), draw(&digits(300), Level::M, 8));
    assert_eq!(captioned("食品经营许可证").unwrap(), captioned("食品经营许可证").unwrap());
}

#[test]
fn a_code_hidden_by_a_thumb_is_not_read_and_not_misread() {
    let mut picture = drawn(&digits(300), Level::M, 5);
    let thumb = GrayImage::from_pixel(140, 140, image::Luma([120]));
    imageops::replace(&mut picture, &thumb, 0, 0);
    assert!(matches!(read_picture(&png(&picture)), Err(ReadError::NoQrFound { .. })));
}

#[test]
fn a_large_blank_picture_is_not_searched_and_a_code_in_a_corner_of_it_is_found() {
    let blank = |side: u32| GrayImage::from_pixel(side, side, image::Luma([250]));
    let missed = read_luma(6000, 6000, blank(6000).as_raw());
    assert_eq!(missed, Err(ReadError::NoQrFound { width: 6000, height: 6000, attempts: 0 }));
    let (text, mut sheet) = (digits(500), blank(3000));
    // Modules as large as the squares in which contrast is looked for, at their edges.
    for (pixels, left, top) in [(2, 2700, 30), (16, 1600, 1600)] {
        imageops::replace(&mut sheet, &drawn(&text, Level::M, pixels), left, top);
        assert_eq!(read_picture(&png(&sheet)), Ok(vec![text.clone()]), "{pixels}");
        sheet = blank(3000);
    }
}
