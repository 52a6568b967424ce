//! What is refused of a row, and what a draft holds.

use super::super::*;
use super::{TODAY, admitted, admitted_for, csv_of, faults_with, kind, right, with};
use jiff::civil::Date;
use kanhe_core::certificate::{Validity, Value};
use proptest::prelude::*;

#[test]
fn every_fault_is_named_by_its_column_and_code() {
    let long = "长".repeat(101);
    let names = "王伟^李芳^张三";
    let food = "food-operation-permit";
    let rows: &[(&str, &'static str, &str, &str, &str)] = &[
        (food, "request_id", "", "request_id", "cell_missing"),
        (food, "request_id", "GD 1", "request_id", "request_id"),
        (food, "request_id", "申请一号", "request_id", "request_id"),
        (food, "number", "", "number", "cell_missing"),
        (food, "number", "JY2440106003113", "number", "code_shape"),
        (food, "number", "JX24401060031130", "number", "code_shape"),
        (food, "holder_name", "", "holder_name", "cell_missing"),
        (food, "holder_name", &long, "holder_name", "holder_name_longer_than_type"),
        (food, "holder_name", "李\u{FE0F}四小吃店", "holder_name", "unprintable"),
        (food, "holder_name", "e\u{301}", "holder_name", "holder_name_not_nfc"),
        (food, "holder_name", "广州\u{7}店", "holder_name", "holder_name_spaces"),
        (food, "holder_name", "甲店^乙店", "holder_name", "holder_lists_differ"),
        (food, "holder_code_type", "002", "holder_code_type", "holder_code_type_unknown"),
        (food, "holder_code_type", "111", "holder_code_type", "holder_code_type_not_allowed"),
        (food, "holder_code", "91350100M000100Y44", "holder_code", "uscc_check"),
        (food, "holder_code", "91350100M000100Y4", "holder_code", "uscc_length"),
        (food, "holder_code", "91350203M0001QKT19", "holder_code", "uscc_check"),
        (food, "holder_code_check_override", "perhaps", "holder_code_check_override", "flag"),
        (food, "issued", "2026-02-30", "issued", "day"),
        (food, "issued", "1/3/2026", "issued", "day"),
        (food, "valid_from", "soon", "valid_from", "day"),
        (food, "valid_until", "2031-03-01", "valid_until", "validity_other_than_rule"),
        (food, "valid_until", "长期", "valid_until", "cell_not_wanted"),
        ("business-licence", "valid_until", "2026-11-21", "valid_until", "validity_ends_before_it_begins"),
        (food, "issued", "2026-11-23", "issued", "issued_in_future"),
        (food, "issued", "9998-01-01", "issued", "issued_in_future"),
        (food, "premises", "", "premises", "cell_missing"),
        (food, "premises", "广州", "premises", "text_too_short"),
        (food, "premises", &long, "premises", "text_too_long"),
        (food, "premises", "广州市e\u{301}路1号", "premises", "text_not_nfc"),
        (food, "premises", "广州市\n天河区", "premises", "text_control_character"),
        (food, "business_form", "9", "business_form", "not_in_table"),
        (food, "items", "B1,X9", "items", "not_in_table"),
        (food, "items", "B1,B1", "items", "list_twice"),
        (food, "items", ",", "items", "list_members"),
        (food, "hotline", "call me", "hotline", "text_pattern"),
        ("business-licence", "valid_until", "", "valid_until", "cell_missing"),
        ("business-licence", "registered_capital", "1e6", "registered_capital", "decimal"),
        ("business-licence", "registered_capital", "500.555", "registered_capital", "decimal"),
        ("business-licence", "registered_capital", "1234567890.00", "registered_capital", "text_pattern"),
        ("birth-service", "holder_name", names, "holder_name", "holder_lists_differ"),
        ("birth-service", "holder_code", "11010519491231002X^E1234\u{7}", "holder_code", "holder_code_character"),
        ("birth-service", "holder_code", "110105194912310020^E12345678", "holder_code", "resident_id_check"),
        ("birth-service", "holder_name", "王伟^", "holder_name", "holder_name_length"),
        ("birth-service", "child", "two", "child", "count"),
        ("birth-service", "child", "-1", "child", "count"),
        ("birth-service", "child", "0", "child", "count_range"),
        ("birth-service", "child", "21", "child", "count_range"),
        ("birth-service", "due_on", "next spring", "due_on", "day"),
        ("birth-service", "valid_until", "2027-01-01", "valid_until", "cell_not_wanted"),
        ("real-estate-title", "number", &long, "number", "text_too_long"),
        ("real-estate-title", "unit_number", "440106001002-B00012F00010203", "unit_number", "code_shape"),
        ("driving-licence", "glasses", "sometimes", "glasses", "flag"),
        ("driving-licence", "sex", "M", "sex", "not_in_table"),
        ("driving-licence", "valid_until", "2026-11-21", "valid_until", "validity_ends_before_it_begins"),
    ];
    for (name, column, cell, faulty, code) in rows {
        let found = faults_with(name, column, cell);
        assert_eq!(found, [((*faulty).to_owned(), *code)], "{name} {column}={cell:?}");
    }
    for name in [food, "business-licence", "birth-service", "real-estate-title", "driving-licence"] {
        assert!(admitted(name, csv_of(&right(name)).as_bytes()).is_ok(), "{name}");
    }
}

#[test]
fn no_whole_number_of_a_person_comes_into_a_seal() {
    let refused = [
        ("real-estate-title", "number", "11010519491231002X"),
        ("real-estate-title", "number", "粤（2026）４４０５２４１８８００１０１００１４号"),
        ("birth-service", "holder_name", "王伟^440524188001010014"),
        ("real-estate-title", "location", "天河北路1号（王伟11010519491231002x）"),
        ("real-estate-title", "location", "天河北路1号（440524 18800101 0014）"),
        ("birth-service", "holder_name", "王伟^李芳E12345678"),
        ("business-licence", "legal_representative", "王伟440524188001010014"),
    ];
    for (name, column, cell) in refused {
        assert_eq!(faults_with(name, column, cell), [(column.to_owned(), "id_number_in_seal")], "{name} {column}");
    }
    let let_be = [
        // The certificate may say what its seal does not.
        ("real-estate-title", "notes", "原权利人440524188001010014"),
        // What an organisation is called by is public.
        ("food-operation-permit", "premises", "91350100M000100Y43号楼"),
        ("real-estate-title", "location", "天河北路1号110105********002X"),
    ];
    for (name, column, cell) in let_be {
        assert_eq!(faults_with(name, column, cell), [], "{name} {column}");
    }
}

#[test]
fn no_whole_number_of_a_person_comes_into_a_request_id() {
    for own in ["11010519491231002X", "GD-11010519491231002x-1", "110105.19491231.002X", "440524188001010014", "A_440524188001010014"] {
        assert_eq!(faults_with("birth-service", "request_id", own), [("request_id".to_owned(), "id_number_in_clear")], "{own}");
    }
    // Reports tell a request also where it is none.
    let both = ["request_id", "id_number_in_clear"].map(|code| ("request_id".to_owned(), code));
    assert_eq!(faults_with("birth-service", "request_id", "王伟 440524188001010014"), both);
    // Region, day and a running number: a resident id by its form, of nobody who was born long enough ago.
    let day = TODAY.strftime("%Y%m%d");
    for let_be in [format!("440106{day}0011"), format!("440106{day}0027"), "20260301440524188001010014".to_owned(), "GD-1".to_owned()] {
        assert_eq!(faults_with("birth-service", "request_id", &let_be), [], "{let_be}");
    }
}

#[test]
fn three_holders_where_two_may_be_and_the_same_holder_twice_are_faults() {
    let rows = [
        ("王伟^李芳^张三", "111^414^414", "11010519491231002X^E12345678^E1", "holder_count"),
        ("王伟^李芳", "414^414", "E12345678^E12345678", "holder_twice"),
    ];
    for (names, types, codes, code) in rows {
        let mut cells = with("birth-service", "holder_name", names);
        cells.iter_mut().for_each(|(column, cell)| match *column {
            "holder_code_type" => *cell = types.to_owned(),
            "holder_code" => *cell = codes.to_owned(),
            _ => {}
        });
        let faults = admitted("birth-service", csv_of(&cells).as_bytes()).unwrap_err();
        assert_eq!(faults.iter().map(Fault::code).collect::<Vec<_>>(), [code]);
    }
}

#[test]
fn all_faults_of_a_row_come_back_at_once_and_repeat_nothing_of_it() {
    let secret = [
        ("holder_name", "秘密\u{7}人"),
        ("holder_code", "110105194912310021"),
        ("holder_code_type", "111"),
        ("number", "secret"),
        ("classes", "C1,秘密"),
    ];
    let mut cells = right("driving-licence");
    for (column, cell) in
        secret.into_iter().chain([("address", "秘密"), ("born_on", "1949-13-31"), ("sex", "秘密"), ("request_id", "秘密")])
    {
        cells.iter_mut().filter(|(other, _)| *other == column).for_each(|(_, old)| *old = cell.to_owned());
    }
    let faults = admitted("driving-licence", csv_of(&cells).as_bytes()).unwrap_err();
    let columns: Vec<&str> = faults.iter().map(Fault::column).collect();
    assert_eq!(columns, ["request_id", "number", "holder_code", "holder_name", "born_on", "classes", "sex", "address"]);
    for fault in &faults {
        let text = format!("{fault} {fault:?}");
        assert!(!["秘密", "secret", "1101051949", "1949-13"].iter().any(|secret| text.contains(secret)), "{text}");
    }
}

#[test]
fn a_draft_holds_everything_in_one_spelling() {
    let draft = admitted("real-estate-title", csv_of(&right("real-estate-title")).as_bytes()).unwrap();
    let field = |name: &str| draft.fields().iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    assert_eq!(field("floor_area"), Some(Value::Text("89.50".to_owned())));
    assert_eq!((draft.issued(), draft.validity().from(), draft.validity().until()), (TODAY, TODAY, None));
    assert_eq!(draft.serial(), None);

    let draft = admitted("driving-licence", csv_of(&right("driving-licence")).as_bytes()).unwrap();
    let field = |name: &str| draft.fields().iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    assert_eq!(field("classes"), Some(Value::List(vec!["C1".to_owned(), "D".to_owned()])));
    assert_eq!(field("first_issued_on"), Some(Value::Text("2016-11-22".to_owned())));
    assert_eq!(field("glasses"), Some(Value::Flag(true)));
    assert_eq!(field("remarks"), None);
    assert_eq!(draft.serial().map(|serial| serial.as_str()), Some("440100123456"));
    assert_eq!(draft.validity().until(), Some(Date::constant(2036, 11, 21)));

    let draft = admitted("birth-service", csv_of(&right("birth-service")).as_bytes()).unwrap();
    assert_eq!(draft.holders().iter().map(|holder| holder.name()).collect::<Vec<_>>(), ["王伟", "李芳"]);

    let draft = admitted("food-operation-permit", csv_of(&right("food-operation-permit")).as_bytes()).unwrap();
    let items = draft.fields().iter().find(|(field, _)| field == "items").map(|(_, value)| value.clone());
    assert_eq!(items, Some(Value::List(vec!["A1".to_owned(), "B1".to_owned()])), "in the order of the code table, as a seal has them");
    assert_eq!(draft.validity().until(), Some(Date::constant(2031, 2, 28)));
    assert_eq!(format!("{draft:?}"), "Draft(GD-1, …)");
}

#[test]
fn a_genuine_code_that_fails_its_check_is_let_pass_where_somebody_vouches_for_it() {
    let mut cells = with("food-operation-permit", "holder_code", "91350203M0001QKT19");
    cells.push(("holder_code_check_override", "yes".to_owned()));
    let draft = admitted("food-operation-permit", csv_of(&cells).as_bytes()).unwrap();
    assert_eq!(draft.warnings().iter().map(|warning| warning.code()).collect::<Vec<_>>(), ["uscc_check"]);
    let wrong = with("food-operation-permit", "holder_code", "not a code at all");
    let wrong: Vec<_> = wrong.into_iter().chain([("holder_code_check_override", "yes".to_owned())]).collect();
    assert_eq!(admitted("food-operation-permit", csv_of(&wrong).as_bytes()).unwrap_err()[0].code(), "uscc_length");
}

#[test]
fn what_cannot_be_printed_is_a_fault_wherever_it_stands() {
    let rows = [
        ("food-operation-permit", "holder_name", "李\u{E000}", "holder 1: character 2 cannot be printed: U+E000"),
        ("birth-service", "holder_name", "王伟^李\u{200B}芳", "holder 2: character 2 cannot be printed: U+200B"),
        ("food-operation-permit", "premises", "广州\u{E5E5}路", "character 3 cannot be printed: U+E5E5"),
        ("real-estate-title", "number", "粤\u{2060}第1号", "character 2 cannot be printed: U+2060"),
    ];
    for (name, column, cell, message) in rows {
        let faults = admitted(name, csv_of(&with(name, column, cell)).as_bytes()).unwrap_err();
        let [fault] = faults.as_slice() else { panic!("{faults:?}") };
        assert_eq!((fault.column(), fault.code()), (column, "unprintable"));
        let said = fault.defect().to_string();
        assert!(
            said.starts_with(message) && !cell.chars().filter(|c| c.is_alphanumeric()).any(|c| c > '\u{2FFF}' && said.contains(c)),
            "{said}"
        );
    }
}

#[test]
fn words_of_a_code_table_stand_for_their_codes() {
    for items in ["热食类食品制售^预包装食品销售", "热食类食品制售、预包装食品销售", "B1, A1"] {
        let table = csv_of(&with("food-operation-permit", "items", items));
        let draft = admitted("food-operation-permit", table.as_bytes()).unwrap();
        assert!(draft.fields().contains(&("items".to_owned(), Value::List(vec!["A1".to_owned(), "B1".to_owned()]))), "{items}");
    }
    let draft =
        admitted("food-operation-permit", csv_of(&with("food-operation-permit", "business_form", "餐饮服务经营者")).as_bytes()).unwrap();
    assert!(draft.fields().contains(&("business_form".to_owned(), Value::Text("2".to_owned()))));
}

#[test]
fn an_amendment_keeps_the_days_of_the_version_before() {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let ends = Term::Kept(Validity::new(day("2024-05-01"), Some(day("2029-04-30"))).unwrap());
    let never = Term::Kept(Validity::new(day("2024-05-01"), None).unwrap());
    let rows = [
        (ends, "valid_until", "", &[][..]),
        (ends, "valid_until", "2029-04-30", &[]),
        (ends, "valid_from", "2024-05-01", &[]),
        (ends, "valid_until", "2031-02-28", &["valid_until"]),
        (ends, "valid_until", "长期", &["valid_until"]),
        (ends, "valid_from", "2026-03-01", &["valid_from"]),
        (never, "valid_until", "长期", &[]),
        (never, "valid_until", "2029-04-30", &["valid_until"]),
    ];
    for (term, column, cell, wanted) in rows {
        let told = admitted_for("food-operation-permit", term, csv_of(&with("food-operation-permit", column, cell)).as_bytes());
        let faults = told.as_ref().err().map_or(&[][..], Vec::as_slice);
        assert_eq!(faults.iter().map(Fault::column).collect::<Vec<_>>(), wanted, "{column} {cell}");
        assert!(faults.iter().all(|fault| fault.code() == "term_kept"), "{faults:?}");
        if let (Ok(draft), Term::Kept(kept)) = (told, term) {
            assert_eq!((draft.validity(), draft.issued()), (kept, day("2026-03-01")));
        }
    }
}

#[test]
fn what_comes_from_another_region_may_end_sooner_than_the_rule_has_it_and_never_later() {
    let carried = |until: &str| {
        let table = csv_of(&with("food-operation-permit", "valid_until", until));
        let draft = admitted_for("food-operation-permit", Term::Carried, table.as_bytes());
        draft.map(|draft| draft.validity().until().unwrap().to_string()).map_err(|faults| faults[0].code())
    };
    assert_eq!(carried("2028-12-31").as_deref(), Ok("2028-12-31"));
    assert_eq!(carried("").as_deref(), Ok("2031-02-28"));
    assert_eq!(carried("2031-03-01"), Err("validity_other_than_rule"));
}

#[test]
fn a_term_is_counted_from_its_first_day() {
    let table = csv_of(&with("food-operation-permit", "valid_from", "2026-05-10"));
    let validity = admitted("food-operation-permit", table.as_bytes()).unwrap().validity();
    assert_eq!((validity.from().to_string(), validity.until().unwrap().to_string()), ("2026-05-10".to_owned(), "2031-05-09".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_row_makes_admission_panic(name in prop::sample::select(&["food-operation-permit", "birth-service", "real-estate-title", "driving-licence"][..]), cells in prop::collection::vec("\\PC{0,24}|[0-9A-Z^,.-]{0,24}", 24)) {
        let columns: Vec<&str> = columns_of(kind(name)).map(|(column, _)| column).collect();
        let row: Vec<(&str, String)> = columns.into_iter().zip(cells).collect();
        for application in Table::read(csv_of(&row).as_bytes(), kind(name)).unwrap() {
            let _ = kind(name).admit(&application.unwrap(), TODAY);
        }
    }
}
