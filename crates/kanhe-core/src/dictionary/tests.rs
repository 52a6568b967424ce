use crate::hex::Hex;
use proptest::prelude::*;

use super::{Dictionary, DictionaryError, LONGEST_TEXT, UnpackError};

/// The dictionary of the specification's example: code lengths 1 to 8, the escape `11111111`.
fn example() -> Dictionary {
    Dictionary::new(7, &[example_groups()]).unwrap()
}

fn example_groups() -> Vec<Vec<&'static str>> {
    vec![vec![], vec!["有限公司"], vec!["广州"], vec!["科技"], vec!["市"], vec!["天"], vec!["河"], vec!["区"], vec!["公司", ""]]
}

fn unpacked(dictionary: &Dictionary, packed: &[u8]) -> Result<String, UnpackError> {
    let mut out = String::new();
    dictionary.unpack(packed, LONGEST_TEXT, &mut out).map(|()| out)
}

#[test]
fn a_phrase_packs_into_its_code_and_one_bits() {
    let cases = [
        ("", "", 0),
        ("有限公司", "7f", 1),
        ("广州市", "bb", 6),                      // 10 1110 11
        ("广州市天河科技有限公司", "bbdf67", 21), // 10 1110 11110 111110 110 0
        ("公司", "fe", 8),
    ];
    for (text, hex, bits) in cases {
        let packed = example().pack(text);
        assert_eq!(Hex(&packed).to_string(), hex, "{text}");
        assert_eq!(example().packed_bits(text), bits, "{text}");
        assert_eq!(unpacked(&example(), &packed).unwrap(), text);
    }
}

#[test]
fn a_text_says_in_its_first_bits_which_code_it_uses() {
    let letters = vec![vec![], vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e"], vec!["f"], vec!["g"], vec!["h", ""]];
    let two = Dictionary::new(7, &[letters.clone(), example_groups()]).unwrap();
    assert_eq!((two.selector_bits(), two.pack("ab"), two.pack("有限公司")), (1, vec![0b0010_1111], vec![0b1011_1111]));
    let four = Dictionary::new(7, &[letters.clone(), letters.clone(), letters.clone(), example_groups()]).unwrap();
    // The first of equally good codes is taken: the selector is 00, not 01 or 10.
    assert_eq!((four.selector_bits(), four.pack("ab"), four.pack("有限公司")), (2, vec![0b0001_0111], vec![0b1101_1111]));
    assert_eq!(unpacked(&four, &[0b1001_0111]).unwrap(), "ab");
    assert_eq!(Dictionary::new(7, &[letters.clone(), letters.clone(), letters]).unwrap_err().code(), "dictionary_wrong_code_count");
}

#[test]
fn bytes_that_hold_no_symbol_are_refused() {
    let two = Dictionary::new(7, &[example_groups(), example_groups()]).unwrap();
    assert_eq!(unpacked(&two, &[]).unwrap(), "");
    for byte in [0x7F, 0xFF] {
        assert_eq!(unpacked(&two, &[byte]), Err(UnpackError::PaddingTooLong { bits: 7 }));
    }
}

#[test]
fn a_character_without_an_entry_is_escaped_in_17_or_21_bits() {
    for (text, bits) in
        [("㛃", 8 + 17), ("𠮷", 8 + 21), ("\u{FFFF}", 8 + 17), ("\u{10000}", 8 + 21), ("\u{10FFFF}", 8 + 21), ("\0", 8 + 17)]
    {
        assert_eq!(example().packed_bits(text), bits, "{text}");
        assert_eq!(unpacked(&example(), &example().pack(text)).unwrap(), text);
    }
}

#[test]
fn packed_bytes_with_a_defect_are_refused_by_its_name() {
    let cases: [(&[u8], UnpackError); 6] = [
        (&[0xFF], UnpackError::Truncated { needs: 17, has: 0 }),
        (&[0xFF, 0xFF], UnpackError::Truncated { needs: 21, has: 8 }),
        (&[0xFF, 0x00], UnpackError::Truncated { needs: 17, has: 8 }),
        (&[0xFF, 0x6C, 0x00, 0x7F], UnpackError::NotACharacter { code_point: 0xD800 }),
        (&[0xFF, 0x6F, 0xFF, 0xFF], UnpackError::NotACharacter { code_point: 0xDFFF }),
        (&[0xFF, 0x2C, 0x94, 0xFF], UnpackError::NeedlessEscape { character: '天' }),
    ];
    for (packed, defect) in cases {
        assert_eq!(unpacked(&example(), packed), Err(defect), "{packed:02X?}");
    }
}

#[test]
fn a_whole_byte_of_padding_is_refused_where_the_escape_is_longer() {
    let long = chain(12);
    let mut packed = long.pack("字字字字字字");
    packed.push(0xFF);
    assert!(matches!(unpacked(&long, &packed), Err(UnpackError::PaddingTooLong { bits: 10 })));
    assert!(matches!(unpacked(&long, &[0xFF]), Err(UnpackError::PaddingTooLong { bits: 8 })));
}

#[test]
fn a_text_over_the_ceiling_is_refused_and_leaves_what_was_there() {
    let packed = example().pack("有限公司㛃");
    let mut out = String::from("kept");
    assert_eq!(example().unpack(&packed, 14, &mut out), Err(UnpackError::OverCeiling { ceiling: 14 }));
    assert_eq!(out, "kept");
    example().unpack(&packed, 15, &mut out).unwrap();
    assert_eq!(out, "kept有限公司㛃");
}

#[test]
fn no_caller_can_raise_the_ceiling_of_the_format() {
    let text = "有限公司".repeat(86);
    let packed = example().pack(&text);
    assert_eq!(packed.len(), 11);
    let mut out = String::new();
    assert_eq!(example().unpack(&packed, usize::MAX, &mut out), Err(UnpackError::OverCeiling { ceiling: LONGEST_TEXT }));
}

#[test]
fn of_equally_short_parses_the_one_with_fewer_symbols_and_then_the_longer_first_entry_wins() {
    // "abc" costs 6 bits as ab+c, as a+bc and as a+b+c; "ab" costs 4 as ab and as a+b.
    assert_eq!(overlapping().packed_bits("abc"), 6);
    assert_eq!(overlapping().pack("abc"), [0b1100_1011]);
    assert_eq!(overlapping().pack("ab"), [0b1100_1111]);
}

/// Every way to read a text as words of one code, an escape being a step without a word: what packing has to choose from.
fn parses(words: &[(&str, usize)], escape: usize, text: &str) -> Vec<(usize, Vec<usize>)> {
    let Some(character) = text.chars().next() else { return vec![(0, Vec::new())] };
    let own = words.iter().any(|(word, _)| word.chars().eq([character]));
    let escaped = if u32::from(character) > 0xffff { escape + 21 } else { escape + 17 };
    let escape_here = (!own).then_some((character.len_utf8(), escaped));
    let steps = words.iter().filter(|(word, _)| text.starts_with(word)).map(|(word, bits)| (word.len(), *bits)).chain(escape_here);
    let on = |(read, bits): (usize, usize)| {
        parses(words, escape, &text[read..]).into_iter().map(move |(more, mut steps)| {
            steps.insert(0, read);
            (bits + more, steps)
        })
    };
    steps.flat_map(on).collect()
}

/// The number of a code and its best parse, chosen among all by the words of the specification.
fn chosen(codes: &[Vec<Vec<&str>>], text: &str) -> (usize, (usize, Vec<usize>)) {
    let best = |groups: &Vec<Vec<&str>>| {
        let words: Vec<_> = groups
            .iter()
            .enumerate()
            .flat_map(|(bits, group)| group.iter().map(move |word| (*word, bits)))
            .filter(|(word, _)| !word.is_empty())
            .collect();
        let rank = |(bits, steps): &(usize, Vec<usize>)| {
            (*bits, steps.len(), steps.iter().map(|read| std::cmp::Reverse(*read)).collect::<Vec<_>>())
        };
        parses(&words, groups.len() - 1, text).into_iter().min_by_key(rank).unwrap()
    };
    codes.iter().map(best).enumerate().min_by_key(|(_, (bits, _))| *bits).unwrap()
}

#[test]
fn last_bits_that_are_no_symbol_and_not_all_ones_are_refused() {
    // 11100 00 and one bit: d, a, and half an a.
    assert_eq!(unpacked(&overlapping(), &[0b1110_0000]), Err(UnpackError::PaddingNotOnes { bits: 1 }));
    assert_eq!(unpacked(&overlapping(), &[0b1110_0001]), Ok("da".to_owned()));
}

/// What a text packs into, bit by bit, without the padding.
fn bit_string(dictionary: &Dictionary, text: &str) -> String {
    let bits: String = dictionary.pack(text).iter().map(|byte| format!("{byte:08b}")).collect();
    bits[..dictionary.packed_bits(text)].to_owned()
}

fn overlapping() -> Dictionary {
    Dictionary::new(1, &[overlapping_groups()]).unwrap()
}

/// a `00`, b `01`, c `10`, ab `1100`, bc `1101`, d `11100`, and longer ones.
fn overlapping_groups() -> Vec<Vec<&'static str>> {
    vec![vec![], vec![], vec!["a", "b", "c"], vec![], vec!["ab", "bc"], vec!["d", "e", "f"], vec!["g"], vec!["h"], vec!["i", ""]]
}

/// Words within words, and a code in which no letter stands by itself.
fn nested_groups() -> Vec<Vec<&'static str>> {
    vec![vec![], vec!["abc"], vec!["ab"], vec!["bcd"], vec!["cd"], vec!["abcd"], vec!["dab"], vec!["bc"], vec!["da", ""]]
}

#[test]
fn parts_that_break_a_rule_are_refused_by_its_name() {
    let long = "字".repeat(22);
    let changed = |change: fn(&mut Vec<Vec<&str>>)| {
        let mut groups = example_groups();
        change(&mut groups);
        Dictionary::new(7, &[groups.clone()]).unwrap_err().code()
    };
    let cases = [
        (changed(|groups| groups.clear()), "dictionary_incomplete"),
        (changed(|groups| groups[1].clear()), "dictionary_incomplete"),
        (changed(|groups| groups[1].push("一")), "dictionary_overfull"),
        (changed(|groups| groups[0].push("一")), "dictionary_code_without_bits"),
        (changed(|groups| groups[8][1] = "一"), "dictionary_no_escape"),
        (changed(|groups| groups[8].swap(0, 1)), "dictionary_no_escape"),
        (changed(|groups| groups[2][0] = ""), "dictionary_escape_not_last"),
        (changed(|groups| groups[2][0] = "市"), "dictionary_duplicate"),
        (changed(|groups| groups[2][0] = "e\u{301}"), "dictionary_not_nfc"),
        (changed(|groups| groups.push(vec![])), "dictionary_no_escape"),
        (changed(|groups| groups.resize(22, vec![])), "dictionary_code_too_long"),
    ];
    for (place, (seen, due)) in cases.into_iter().enumerate() {
        assert_eq!(seen, due, "case {place}");
    }
    let mut groups = example_groups();
    groups[2][0] = &long;
    assert!(matches!(Dictionary::new(7, &[groups]), Err(DictionaryError::EntryTooLong { bytes: 66, ceiling: 64 })));
}

#[test]
fn an_escape_that_padding_could_resemble_is_refused() {
    let groups = vec![vec![], vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e"], vec!["f"], vec!["g", ""]];
    assert!(matches!(Dictionary::new(7, &[groups]), Err(DictionaryError::EscapeTooShort { bits: 7, floor: 8 })));
}

#[test]
fn entries_of_one_length_that_do_not_ascend_are_refused() {
    let groups = vec![vec![], vec!["a"], vec!["b"], vec!["c"], vec!["d"], vec!["e"], vec!["f"], vec![], vec!["i", "h", "j", ""]];
    assert!(matches!(Dictionary::new(7, &[groups]), Err(DictionaryError::NotInOrder { .. })));
}

#[test]
fn the_published_form_reads_back_and_no_other_form_does() {
    let published = example().encode();
    let read = Dictionary::decode(&published).unwrap();
    assert_eq!((read.id(), read.entry_count(), read.digest(), read.encode()), (7, 9 - 1, example().digest(), published.clone()));

    let with_long_head = [&[0x82, 0x18, 0x07], &published[2..]].concat();
    let unfinished = [&[0x9F], &published[1..], &[0xFF]].concat();
    let cases = [
        (with_long_head, "dictionary_not_deterministic"),
        (unfinished, "dictionary_not_deterministic"),
        ([published.as_slice(), &[0]].concat(), "dictionary_trailing_bytes"),
        (published[..published.len() - 1].to_vec(), "dictionary_malformed"),
        ([&[0x83], &published[1..]].concat(), "dictionary_wrong_shape"),
        (vec![0; (1 << 20) + 1], "dictionary_too_large"),
        (vec![0x82, 0x1B, 0, 0, 0, 1, 0, 0, 0, 0, 0x81, 0x80], "dictionary_malformed"),
        (vec![0x82, 0x07, 0x81, 0x9A, 0xFF, 0xFF, 0xFF, 0xFF], "dictionary_code_too_long"),
        (vec![0x82, 0x07, 0x81, 0x81, 0x9A, 0xFF, 0xFF, 0xFF, 0xFF], "dictionary_too_many_entries"),
        (vec![], "dictionary_malformed"),
    ];
    for (bytes, due) in cases {
        assert_eq!(Dictionary::decode(&bytes).unwrap_err().code(), due, "{:02X?}", bytes.get(..12.min(bytes.len())));
    }
}

#[test]
fn the_hardest_character_is_the_longest_single_ideograph() {
    assert_eq!(example().hardest_bits_per_char(), 7);
    assert_eq!(chain(12).hardest_bits_per_char(), 1);
}

/// A dictionary with one code of each length below `longest` and two of `longest`: long codes, outside the lookup table.
fn chain(longest: usize) -> Dictionary {
    let words: Vec<String> = (0..longest).map(|n| if n == 0 { "字".to_owned() } else { format!("{}", n - 1) }).collect();
    let mut groups: Vec<Vec<&str>> = vec![vec![]];
    groups.extend(words.iter().map(|word| vec![word.as_str()]));
    groups[longest].push("");
    Dictionary::new(3, &[groups]).unwrap()
}

proptest! {
    #[test]
    fn of_all_parses_in_all_codes_packing_writes_the_one_that_the_specification_chooses(text in "[abcdi𠮷]{1,9}") {
        let codes = [overlapping_groups(), nested_groups()];
        let both = Dictionary::new(1, &codes).unwrap();
        let (code, (bits, steps)) = chosen(&codes, &text);
        prop_assert_eq!(both.packed_bits(&text), 1 + bits);
        // The same steps by a dictionary that has no choice but among codes.
        let alone = Dictionary::new(1, &[codes[code].clone()]).unwrap();
        let mut written = format!("{code}");
        let mut rest = text.as_str();
        for read in steps {
            let (step, behind) = rest.split_at(read);
            written.push_str(&bit_string(&alone, step));
            rest = behind;
        }
        prop_assert_eq!(bit_string(&both, &text), written);
    }

    #[test]
    fn every_text_unpacks_to_itself(text in "[有限公司广州市天河科技区字0-9𠮷]{0,60}|\\PC{0,60}", longest in 8_usize..=20) {
        for dictionary in [example(), chain(longest)] {
            let packed = dictionary.pack(&text);
            prop_assert_eq!(packed.len(), dictionary.packed_bits(&text).div_ceil(8));
            prop_assert_eq!(unpacked(&dictionary, &packed).unwrap(), text.clone());
        }
    }

    #[test]
    fn bytes_unpack_or_are_refused_and_packing_again_is_never_longer(bytes in proptest::collection::vec(any::<u8>(), 0..64), longest in 8_usize..=20) {
        for dictionary in [example(), chain(longest)] {
            if let Ok(text) = unpacked(&dictionary, &bytes) {
                let packed = dictionary.pack(&text);
                prop_assert!(packed.len() <= bytes.len());
                prop_assert_eq!(unpacked(&dictionary, &packed).unwrap(), text);
            }
        }
    }

    #[test]
    fn bytes_decode_to_a_dictionary_that_encodes_to_them_or_are_refused(cut in 0_usize..60, byte in any::<u8>()) {
        let mut published = example().encode();
        if let Some(place) = published.get_mut(cut) { *place = byte; }
        if let Ok(dictionary) = Dictionary::decode(&published) { prop_assert_eq!(dictionary.encode(), published); }
    }
}
