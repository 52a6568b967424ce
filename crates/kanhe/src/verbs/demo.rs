//! `kanhe demo`: two regions, three agencies, over three hundred certificates, a stolen key, and sixteen scenes at the counter, by the verbs that anybody can type.

mod scenes;
mod services;
mod stage;

use super::{Ended, Voice};
use crate::cli::DemoArgs;
use crate::failure::Failure;
use crate::pause::Pause;
use crate::words::{Language, Words};
use comfy_table::{Cell, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use kanhe_render::{Level, QrCode};
use scenes::Played;
use stage::Stage;

/// Does what the verb asks for.
pub fn run(args: &DemoArgs, voice: Voice) -> Result<Ended, Failure> {
    let stage = Stage::set(&args.out, voice)?;
    let played = scenes::play(&stage)?;
    let json = serde_json::json!({ "certificates": stage.issued(), "scenes": played.iter().map(Played::json).collect::<Vec<_>>() });
    voice.say(&json, |language| programme(&stage, &played, language));
    let wrong = played.iter().filter(|scene| !scene.as_expected()).count();
    if wrong > 0 {
        return Err(Failure::new("demo_differs", format!("{wrong} of {} scenes did not end as they should", played.len())));
    }
    if args.serve { serve(&stage, voice) } else { Ok(Ended::Well) }
}

/// Opens both regions to callers, until somebody presses Ctrl-C.
fn serve(stage: &Stage, voice: Voice) -> Result<Ended, Failure> {
    let pause = Pause::listen()?;
    let services = services::start(stage, voice)?;
    let json = serde_json::json!({ "services": services.iter().map(services::Service::json).collect::<Vec<_>>() });
    voice.say(&json, |language| {
        let listed = services.iter().map(|service| service.words(language)).collect::<Vec<_>>().join("\n");
        let lines = services.first().and_then(|service| service.lines(stage)).unwrap_or_default();
        match language {
            Language::Chinese => format!("\n两个地区的服务已启动，按 Ctrl-C 结束：\n{listed}\n\n签发、查看、核验：\n\n{lines}\n"),
            Language::English => format!("\nTwo regions are served, until Ctrl-C:\n{listed}\n\nIssue, show, verify:\n\n{lines}\n"),
        }
    });
    services::wait(services, &pause)?;
    Ok(Ended::Well)
}

fn programme(stage: &Stage, played: &[Played], language: Language) -> String {
    let say = |zh: &'static str, en: &'static str| Words::new(zh, en).of(language);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(140);
    }
    table.set_header(["#", say("场景", "scene"), say("结论", "verdict"), say("代码", "code"), say("柜台所见", "what the clerk reads")]);
    for (number, scene) in (1_usize..).zip(played) {
        let mark = if scene.as_expected() { "" } else { " ← !" };
        table.add_row([
            Cell::new(number),
            Cell::new(scene.title(language)),
            Cell::new(format!("{}{mark}", scene.verdict())),
            Cell::new(scene.code()),
            Cell::new(scene.message(language)),
        ]);
    }
    let to_scan =
        stage.genuine_text().ok().and_then(|text| QrCode::draw(&text, Level::M).ok()).map(|code| code.blocks()).unwrap_or_default();
    format!(
        "\n{}\n{table}\n\n{}\n{to_scan}\n{}\n  {}\n",
        say("十六个场景，每个都从图片文件离线核验：", "Sixteen scenes, each verified offline from a picture file:"),
        say("用手机或扫码枪扫一扫（一张真实的食品经营许可证）：", "Something to scan (a genuine food operation permit):"),
        say("再试一次：", "Try it yourself:"),
        stage.try_it(),
    )
}
