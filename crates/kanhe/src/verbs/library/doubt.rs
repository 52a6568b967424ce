//! What is said beside the state of a certificate that no counter takes, whatever its state is.

use crate::words::{Language, Words};

const BEHIND_CUT_OFF: Words = Words::new(
    "由失窃密钥在截止序号或之后签发：核验不予接受（key_stolen）",
    "signed by a stolen key behind the cut-off: counters refuse it (key_stolen)",
);

/// A line for each reason for which counters do not take a certificate.
pub fn doubts(behind_cut_off: bool, refused_as: Option<&str>, language: Language) -> Vec<String> {
    let stolen = behind_cut_off.then(|| BEHIND_CUT_OFF.of(language).to_owned());
    let lacking = refused_as.map(|code| format!("{}{}", lacks(code).of(language), coded(code, language)));
    stolen.into_iter().chain(lacking).map(|reason| format!("! {reason}")).collect()
}

/// The same in a list, beside the condition.
pub fn in_a_list(behind_cut_off: bool, refused_as: Option<&str>, language: Language) -> Option<String> {
    match (behind_cut_off, refused_as, language) {
        (false, None, _) => None,
        (true, _, Language::Chinese) => Some("（失窃密钥签发，不予接受）".to_owned()),
        (true, _, Language::English) => Some(" (stolen key, refused)".to_owned()),
        (false, Some(code), Language::Chinese) => Some(format!("（核验不予接受：{code}）")),
        (false, Some(code), Language::English) => Some(format!(" (refused: {code})")),
    }
}

fn coded(code: &str, language: Language) -> String {
    match language {
        Language::Chinese => format!("：核验不予接受（{code}）"),
        Language::English => format!(": counters refuse it ({code})"),
    }
}

/// What the manifest lacks for a certificate, by the code with which a counter answers.
fn lacks(code: &str) -> Words {
    match code {
        "issuer_unknown" => {
            Words::new("现行名录中没有其颁发机构或签名密钥", "the manifest has not its agency, or not the key that signed it")
        }
        "key_not_for_seals" => Words::new("现行名录不许其签名密钥签发二维码", "the manifest does not let its key sign QR codes"),
        "outside_key_window" => Words::new(
            "其签发日期不在现行名录所载签名密钥的有效期内",
            "its day of issue lies outside the window that the manifest gives its key",
        ),
        "out_of_scope" => Words::new("现行名录中其颁发机构无权颁发此类证照", "the manifest does not let its agency issue its type"),
        "type_unknown" => Words::new("现行名录中没有此类证照", "the manifest does not have its type"),
        "dictionary_unknown" => Words::new("现行名录中没有其签章所用的词典", "the manifest does not have the dictionary of its seal"),
        _ => Words::new("现行名录不予支持", "the manifest is not behind it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_a_line_of_its_own() {
        assert!(doubts(false, None, Language::English).is_empty());
        let told = doubts(true, Some("outside_key_window"), Language::English);
        assert_eq!(told.len(), 2);
        assert!(
            told.iter().zip(["(key_stolen)", "(outside_key_window)"]).all(|(line, code)| line.starts_with("! ") && line.ends_with(code))
        );
        assert_eq!(in_a_list(false, None, Language::Chinese), None);
        assert_eq!(in_a_list(true, Some("out_of_scope"), Language::English).as_deref(), Some(" (stolen key, refused)"));
    }
}
