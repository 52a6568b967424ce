//! `kanhe verify`: every way to hand it a code, every way it answers.

use crate::program::{Run, word};
use crate::stage::Stage;
use image::{DynamicImage, ImageFormat};
use serde_json::Value;
use std::fs;

const GENUINE: &str = "GD-SPJY-2026-00001";
const TRUCK: &str = "ZJ-DLYS-2026-00001";

/// The text of a genuine seal.
fn genuine(stage: &Stage) -> String {
    stage.text(&stage.file_of(GENUINE, "seal"))
}

fn code_of(run: &Run) -> String {
    word(&run.json(), "/code").to_owned()
}

#[test]
fn the_exit_code_is_the_verdict() {
    let stage = Stage::get();
    let cases = [
        ("genuine, of this region", 0, "accept"),
        ("one bit changed", 1, "refuse"),
        ("issued outside the agency's scope", 1, "refuse"),
        ("expired", 1, "refuse"),
        ("a status list as a certificate", 1, "refuse"),
        ("signed by a stranger's key", 3, "unknown"),
    ];
    for (scene, exit, verdict) in cases {
        let run = stage.verify(&stage.picture(scene), &["--json"]).run().ended(exit);
        assert_eq!((word(&run.json(), "/verdict"), run.err.as_str()), (verdict, ""), "{scene}");
    }
    stage.verify("no-such-picture.png", &["--json"]).run().ended(2);
}

#[test]
fn a_code_is_read_in_every_form_it_comes_in() {
    let stage = Stage::get();
    let folder = tempfile::tempdir().unwrap();
    let (text, picture) = (genuine(&stage), stage.path(&stage.file_of(GENUINE, "png")));
    let digits = text.rsplit('#').next().unwrap().to_owned();
    let jpeg = folder.path().join("photo.jpeg");
    DynamicImage::ImageLuma8(image::open(&picture).unwrap().to_luma8()).save_with_format(&jpeg, ImageFormat::Jpeg).unwrap();
    let crlf = folder.path().join("scanned.txt");
    fs::write(&crlf, format!("{text}\r\n")).unwrap();
    let cases = [
        ("the page's address", text.as_str(), Vec::new()),
        ("the digits alone", &digits, Vec::new()),
        ("a file with the text", &stage.path(&stage.file_of(GENUINE, "seal")), Vec::new()),
        ("a file with the text and a Windows line end", crlf.to_str().unwrap(), Vec::new()),
        ("text as the shell of Windows writes it", "-", wide(&text)),
        ("a PNG", &picture, Vec::new()),
        ("a JPEG", jpeg.to_str().unwrap(), Vec::new()),
        ("text on standard input", "-", format!("{text}\n").into_bytes()),
        ("a PNG on standard input", "-", fs::read(&picture).unwrap()),
    ];
    for (form, input, stdin) in cases {
        let run = stage.verify(input, &["--json"]).reading(&stdin).run();
        assert_eq!((run.code, code_of(&run).as_str()), (Some(0), "accepted"), "{form}: {run:?}");
    }
}

/// UTF-16 with its byte order mark.
fn wide(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}\r\n").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn of_two_seals_in_one_picture_none_is_judged() {
    let stage = Stage::get();
    let folder = tempfile::tempdir().unwrap();
    let one = image::open(stage.path(&stage.file_of(GENUINE, "png"))).unwrap().to_luma8();
    let beside = |other: image::GrayImage| {
        let (width, height) = (one.width() + other.width(), one.height().max(other.height()));
        let mut both = image::GrayImage::from_pixel(width, height, image::Luma([255]));
        image::imageops::replace(&mut both, &one, 0, 0);
        image::imageops::replace(&mut both, &other, i64::from(one.width()), 0);
        let path = folder.path().join("both.png");
        both.save(&path).unwrap();
        stage.verify(path.to_str().unwrap(), &["--json"]).run()
    };
    let two = beside(image::open(stage.picture("revoked")).unwrap().to_luma8()).ended(2);
    assert_eq!(word(&two.json(), "/error/code"), "picture_several");
    assert!(word(&two.json(), "/error/hint/en").contains("one code at a time"), "{two:?}");
    assert_eq!(code_of(&beside(one.clone()).ended(0)), "accepted", "the same code twice is one code");
}

#[test]
fn of_two_seals_in_one_text_none_is_judged() {
    let stage = Stage::get();
    let text = genuine(&stage);
    let altered = if text.ends_with('0') { "1" } else { "0" };
    let other = format!("{}{altered}", &text[..text.len() - 1]);
    let digits = text.rsplit('#').next().unwrap();
    let cases = [
        ("two seals", format!("{other} {text}"), 3, "qr_several"),
        ("a payment code behind", format!("{text}\nhttps://pay.example/r/1"), 3, "qr_text_behind"),
        ("the same twice", format!("{text} {text}\r\n"), 0, "accepted"),
        ("a foreign address", "https://example.cn/".to_owned(), 3, "not_a_seal"),
        ("a damaged seal", text[..text.len() - 1].to_owned(), 3, "qr_digit_count"),
        ("the digits twice, without a line feed between", format!("{digits}{digits}"), 0, "accepted"),
        ("an identifier", "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U".to_owned(), 3, "not_a_seal"),
    ];
    for (case, text, exit, code) in cases {
        let run = stage.verify(&text, &["--json"]).run().ended(exit);
        assert_eq!(code_of(&run), code, "{case}");
    }
    let half = stage.verify(&format!("{digits}{}", &digits[..170]), &["--json"]).run().ended(3);
    assert_ne!(code_of(&half), "accepted", "a seal and a half");
}

#[test]
fn the_file_of_a_certificate_is_judged_as_its_code_is() {
    let stage = Stage::get();
    let file = stage.path(&stage.file_of(GENUINE, "certificate"));
    let (by_file, by_code) =
        (stage.verify(&file, &["--json"]).run().ended(0).json(), stage.verify(&genuine(&stage), &["--json"]).run().json());
    assert_eq!(by_file["certificate"], by_code["certificate"]);
    assert_eq!((&by_file["code"], &by_file["as_of"]), (&by_code["code"], &by_code["as_of"]));
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let slot = bytes.len() - 100;
    bytes[slot] ^= 1;
    let changed = folder.path().join("changed.cose");
    fs::write(&changed, bytes).unwrap();
    let answer = stage.verify(changed.to_str().unwrap(), &["--json"]).run();
    assert!(answer.code != Some(0), "{answer:?}");
}

#[test]
fn what_a_keyboard_scanner_makes_of_the_address_does_no_harm() {
    let stage = Stage::get();
    let text = genuine(&stage);
    let digits = text.rsplit('#').next().unwrap();
    for garbled in [
        "HTTPS>&&KANHE:EXAMPLE:CN&#",
        "https://kanhe。example。cn/#",
        "]Q1https://kanhe.example.cn/#",
        "\u{feff}https://kanhe.example.cn/#",
    ] {
        let run = stage.verify(&format!("{garbled}{digits}"), &["--json"]).run();
        assert_eq!((run.code, code_of(&run).as_str()), (Some(0), "accepted"), "{garbled}: {run:?}");
    }
}

#[test]
fn the_object_has_exactly_these_members() {
    let stage = Stage::get();
    let members = ["verdict", "code", "step", "message", "next", "advice", "at", "as_of", "pack", "certificate", "steps"];
    for scene in ["genuine, of this region", "one bit changed", "revoked", "signed by a stranger's key", "stale pack"] {
        let answer = stage.verify(&stage.picture(scene), &["--json"]).run().json();
        assert_eq!(answer.as_object().unwrap().keys().collect::<Vec<_>>(), members, "{scene}");
        for pointer in ["/message/zh", "/message/en", "/next/zh", "/next/en"] {
            assert!(!word(&answer, pointer).is_empty(), "{scene} {pointer}");
        }
        let steps: Vec<&str> = answer["steps"].as_array().unwrap().iter().map(|step| word(step, "/step")).collect();
        assert_eq!(steps.len(), 10, "{steps:?}");
    }
}

#[test]
fn steps_pass_up_to_the_one_that_failed() {
    let stage = Stage::get();
    let answer = stage.verify(&stage.picture("one bit changed"), &["--json"]).run().json();
    assert_eq!(answer["step"], "signature");
    let outcomes: Vec<&str> = answer["steps"].as_array().unwrap().iter().map(|step| word(step, "/outcome")).collect();
    assert_eq!(&outcomes[..4], ["passed", "passed", "failed", "not_reached"]);
    assert!(outcomes[4..].iter().all(|outcome| *outcome == "not_reached"), "{outcomes:?}");
    let doubtful = stage.verify(&stage.picture("signed by a stranger's key"), &["--json"]).run().json();
    assert_eq!(doubtful["steps"][1]["outcome"], "in_doubt");
}

#[test]
fn a_certificate_is_shown_only_when_its_signature_is_believed() {
    let stage = Stage::get();
    for (scene, believed) in [
        ("genuine, of this region", true),
        ("revoked", true),
        ("suspended", true),
        ("one bit changed", false),
        ("issued outside the agency's scope", false),
        ("signed by a stranger's key", false),
    ] {
        let answer = stage.verify(&stage.picture(scene), &["--json"]).run().json();
        assert_eq!(answer["certificate"].is_object(), believed, "{scene}");
        assert_eq!(answer["as_of"].is_string(), believed, "{scene}");
    }
}

#[test]
fn the_accepted_certificate_says_what_the_application_said() {
    let stage = Stage::get();
    let answer = stage.verify(&genuine(&stage), &["--json"]).run().json();
    let certificate = &answer["certificate"];
    assert_eq!((word(certificate, "/number"), word(certificate, "/holders/0/name")), ("JY34405060031004", "汕头市众和餐饮有限公司"));
    assert_eq!((word(certificate, "/region/code"), word(certificate, "/type/name/zh")), ("440000", "食品经营许可证"));
}

#[test]
fn the_answer_comes_in_the_readers_language() {
    let stage = Stage::get();
    let text = genuine(&stage);
    let says = |more: &[&str], setting: (&'static str, &str)| stage.verify(&text, more).with(setting.0, setting.1).run().ended(0).out;
    let (chinese, english) = ("✔ 真实有效", "✔ GENUINE, IN FORCE");
    let cases = [
        (says(&["--lang", "zh"], ("LANG", "en_GB.UTF-8")), chinese),
        (says(&["--lang", "en"], ("LANG", "zh_CN.UTF-8")), english),
        (says(&[], ("LANG", "zh_CN.UTF-8")), chinese),
        (says(&[], ("LC_ALL", "C")), english),
        (says(&[], ("KANHE_LANG", "zh")), chinese),
    ];
    for (said, headline) in cases {
        assert!(said.starts_with(headline), "{said}");
    }
}

#[test]
fn the_moment_is_the_one_that_was_named() {
    let stage = Stage::get();
    let text = genuine(&stage);
    for (at, exit, code) in [("2000-01-01", 3, "clock_behind"), ("2099-12-31T23:59:59+08:00", 1, "expired")] {
        let run = stage.verify(&text, &["--json", "--at", at]).run();
        assert_eq!((run.code, code_of(&run).as_str()), (Some(exit), code), "{at}: {run:?}");
    }
    for at in ["2026-11-30T22:00:00", "2026-11-30 22:00", "2026-11-30T22"] {
        let run = stage.verify(&text, &["--at", at, "--json"]).run().ended(2);
        assert_eq!(word(&run.json(), "/error/code"), "usage", "{at}: a time of no zone is no moment");
        assert!(word(&run.json(), "/error/hint/en").contains("+08:00"), "{at}");
    }
    let wrong = stage.verify(&text, &["--at", "yesterday"]).run().ended(2);
    assert!(wrong.err.starts_with("error usage: "), "{wrong:?}");
}

#[test]
fn a_foreign_certificate_is_recognised_for_its_scenes_only() {
    let stage = Stage::get();
    let text = stage.text(&stage.file_of(TRUCK, "seal"));
    let judged = |more: &[&str]| {
        let run = stage.verify(&text, &[&["--json"], more].concat()).run();
        (run.code.unwrap(), code_of(&run))
    };
    assert_eq!(judged(&["--scene", "freight-market"]), (0, "accepted".to_owned()));
    assert_eq!(judged(&["--scene", "bank-account"]), (3, "scene_not_recognised".to_owned()));
    assert_eq!(judged(&[]), (3, "scene_not_recognised".to_owned()));
}

#[test]
fn a_scene_that_is_not_recognised_says_which_are_and_until_when() {
    let stage = Stage::get();
    let run = stage.verify(&stage.text(&stage.file_of(TRUCK, "seal")), &["--scene", "bank-account"]).run().ended(3);
    for said in ["Guangdong does not recognise", "freight-market", "passenger-market", "2099-12-31"] {
        assert!(run.out.contains(said), "{said}: {run:?}");
    }
}

#[test]
fn who_names_no_scene_is_told_the_scenes_and_to_name_one() {
    let stage = Stage::get();
    let text = stage.text(&stage.file_of(TRUCK, "seal"));
    for (language, words) in [
        ("en", ["Genuine, and recognised in Guangdong only for named uses", "freight-market", "Run again with --scene"]),
        ("zh", ["证照属实，广东省仅在指明的场景互认", "freight-market", "用 --scene 给出用证场景后再验"]),
    ] {
        let run = stage.verify(&text, &["--lang", language]).run().ended(3);
        assert!(words.iter().all(|word| run.out.contains(word)), "{run:?}");
    }
}

#[test]
fn a_moment_that_was_named_says_nothing_about_the_clock() {
    let stage = Stage::get();
    for (language, words) in [("en", "The moment named (2000-01-01 12:00 Beijing time)"), ("zh", "所给时刻（北京时间 2000-01-01 12:00）")]
    {
        let run = stage.verify(&genuine(&stage), &["--at", "2000-01-01", "--lang", language]).run().ended(3);
        assert!(run.out.contains(words), "{run:?}");
        assert!(!run.out.contains("device's clock is wrong") && !run.out.contains("校准本机时钟") && !run.out.contains("(-"), "{run:?}");
    }
}

#[test]
fn a_changed_digit_is_never_accepted() {
    let stage = Stage::get();
    let text = genuine(&stage);
    let digits = text.rfind('#').unwrap() + 1;
    for at in (digits..text.len()).step_by(41) {
        let changed = if text[at..].starts_with('7') { "8" } else { "7" };
        let mut forged = text.clone();
        forged.replace_range(at..=at, changed);
        let answer: Value = stage.verify(&forged, &["--json"]).run().json();
        assert_ne!(answer["verdict"], "accept", "digit {at}");
    }
}
