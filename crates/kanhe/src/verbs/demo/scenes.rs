//! The sixteen scenes: a picture, a moment, a use, and how it must end.

use super::stage::Stage;
use crate::cli::TrustArg;
use crate::failure::Failure;
use crate::files;
use crate::verbs::verify::open_pack;
use crate::verbs::what::{Given, given};
use crate::words::{Answer, Clock, Language, Words};
use jiff::{SignedDuration, Timestamp};
use kanhe_core::qr::{Scanned, encode_digits};
use kanhe_core::verify::{Occasion, verify};
use kanhe_render::{Fonts, Frame, Level, ModuleSize, QrCode, Scale};
use serde_json::{Value, json};
use std::path::Path;

/// A scene, before it is played.
struct Scene {
    title: Words,
    picture: String,
    at: Timestamp,
    use_scene: Option<&'static str>,
    expected: (&'static str, &'static str),
}

/// A scene, and how it ended.
pub struct Played {
    scene: Scene,
    answer: Value,
}

impl Played {
    /// Whether it ended as it must.
    pub fn as_expected(&self) -> bool {
        (self.verdict(), self.code()) == self.scene.expected
    }

    /// The title in one language.
    pub const fn title(&self, language: Language) -> &'static str {
        self.scene.title.of(language)
    }

    /// The verdict's word.
    pub fn verdict(&self) -> &str {
        self.answer.get("verdict").and_then(Value::as_str).unwrap_or_default()
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        self.answer.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    /// What the clerk reads.
    pub fn message(&self, language: Language) -> &str {
        self.answer.get("message").and_then(|message| message.get(language.tag())).and_then(Value::as_str).unwrap_or_default()
    }

    /// For machines.
    pub fn json(&self) -> Value {
        let (verdict, code) = self.scene.expected;
        json!({ "scene": self.scene.title.en, "picture": self.scene.picture, "expected": { "verdict": verdict, "code": code }, "answer": self.answer })
    }
}

/// Plays every scene: the picture file is read, and what it says is verified with the pack and nothing else.
pub fn play(stage: &Stage) -> Result<Vec<Played>, Failure> {
    let trust = TrustArg { trust: vec![stage.path("keys/gd-root.pub")] };
    let pack = open_pack(Path::new(&stage.path("guangdong.pack")), &trust)?;
    let play = |scene: Scene| {
        let text = match given(&scene.picture)? {
            Given::Text(text) => text,
            Given::Signed(_) => String::new(),
        };
        let judged = verify(&text, &pack, Occasion { at: scene.at, scene: scene.use_scene });
        let answer = Answer::new(&judged, &pack, scene.at, Clock::Device).json();
        Ok(Played { scene, answer })
    };
    scenes(stage)?.into_iter().map(play).collect()
}

fn scenes(stage: &Stage) -> Result<Vec<Scene>, Failure> {
    let now = stage.now() + SignedDuration::from_mins(5);
    let days = |days: i64| now + SignedDuration::from_hours(24 * days);
    let permit = |place| stage.file_of("food-operation-permit", place, "png");
    let scene = |zh, en, picture: String, verdict, code| Scene {
        title: Words::new(zh, en),
        picture,
        at: now,
        use_scene: None,
        expected: (verdict, code),
    };
    let foreign = |zh, en, use_scene, verdict, code| {
        let picture = stage.file_of("road-transport-permit", 0, "png")?;
        Ok::<Scene, Failure>(Scene { use_scene: Some(use_scene), ..scene(zh, en, picture, verdict, code) })
    };
    let honest = stage.file_of("construction-permit", 0, "png")?;
    Ok(vec![
        scene("本地真实证照", "genuine, of this region", permit(0)?, "accept", "accepted"),
        foreign("外地真实证照，已互认", "genuine, of the other region, recognised", "freight-market", "accept", "accepted")?,
        foreign("外地真实证照，此场景未互认", "genuine, not recognised for this scene", "bank-account", "unknown", "scene_not_recognised")?,
        scene("改动一个比特", "one bit changed", one_bit_changed(stage)?, "refuse", "signature_invalid"),
        scene("机构越权颁发", "issued outside the agency's scope", stage.file_of("widened", 0, "png")?, "refuse", "out_of_scope"),
        scene("陌生密钥签名", "signed by a stranger's key", stage.file_of("stranger", 0, "png")?, "unknown", "issuer_unknown"),
        scene("失效", "expired", stage.file_of("expired", 0, "png")?, "refuse", "expired"),
        scene("尚未生效", "not yet in force", stage.file_of("future", 0, "png")?, "refuse", "not_yet_in_force"),
        scene("被暂扣", "suspended", permit(1)?, "refuse", "suspended"),
        scene("被吊销", "revoked", permit(2)?, "refuse", "revoked"),
        scene("已被新版本取代", "superseded", permit(3)?, "refuse", "superseded"),
        Scene { at: days(40), ..scene("证照包过旧", "stale pack", permit(0)?, "unknown", "pack_stale") },
        Scene { at: days(-400), ..scene("本机时钟有误", "wrong clock", permit(0)?, "unknown", "clock_behind") },
        scene("状态清单冒充证照", "a status list as a certificate", status_list_as_seal(stage)?, "refuse", "status_list_is_no_seal"),
        scene("密钥失窃前经审查颁发的证照", "approved before its agency's key was stolen", honest, "accept", "accepted"),
        scene("用失窃密钥伪造", "forged with the stolen key", stage.file_of("forged", 0, "png")?, "refuse", "key_stolen"),
    ])
}

/// The genuine permit with one bit of its digest turned over.
fn one_bit_changed(stage: &Stage) -> Result<String, Failure> {
    let scanned = Scanned::parse(&stage.genuine_text()?).map_err(|error| Failure::new(error.code(), error))?;
    let mut bytes = scanned.bytes().to_vec();
    let middle = bytes.len() / 2;
    bytes.get_mut(middle).into_iter().for_each(|byte| *byte ^= 1);
    draw(stage, "one-bit-changed.png", &encode_digits(&bytes))
}

/// A genuine, signed status list, drawn as if it were a certificate.
fn status_list_as_seal(stage: &Stage) -> Result<String, Failure> {
    let list = files::read(Path::new(&stage.path("status/zj-transport/11330000002473039X.0.status")), 1 << 20)?;
    draw(stage, "status-list-as-seal.png", &encode_digits(&list))
}

fn draw(stage: &Stage, name: &str, text: &str) -> Result<String, Failure> {
    let drawing = |error: kanhe_render::DrawError| Failure::new(error.code(), error);
    let module = ModuleSize::new(500).map_err(drawing)?;
    let code = QrCode::draw(text, Level::M).map_err(drawing)?;
    let png = code.png(&Frame::new(module), Scale::new(6).map_err(drawing)?, &Fonts::none()).map_err(drawing)?;
    let path = stage.path(name);
    files::write(Path::new(&path), &png)?;
    Ok(path)
}
