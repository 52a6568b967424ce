//! Numbers of people that stand in a row, and are told by nothing that is said of it.

use super::super::*;
use super::{TODAY, kind, right, row_of, with};
use kanhe_core::spelling::folded;
use proptest::prelude::*;
use proptest::sample::select;

const NAME: &str = "birth-service";

/// A row for one holder.
fn asking(request: &str, (name, code_type, code): (&str, &str, &str)) -> (Application, Result<Draft, Vec<Fault>>) {
    let changed = [("request_id", request), ("holder_name", name), ("holder_code_type", code_type), ("holder_code", code)];
    let mut cells = right(NAME);
    for (column, cell) in &mut cells {
        if let Some((_, text)) = changed.iter().find(|(other, _)| other == column) {
            *cell = (*text).to_owned();
        }
    }
    row_of(NAME, &cells)
}

#[test]
fn a_number_of_a_holder_who_could_not_be_read_comes_into_no_request_id() {
    let passport = "GD-E12345678-2";
    let rows = [
        (passport, ("", "414", "E12345678")),
        (passport, ("王伟", "", "E12345678")),
        (passport, ("王伟", "999", "e1234 5678")),
        (passport, ("王伟", "414", "Ｅ１２３４５６７８（护照）")),
        (passport, ("王伟", "001", "E12345678")),
        (passport, ("E12345678", "414", "王伟")),
        (passport, ("王伟", "E12345678", "414")),
        (passport, ("王伟^李芳", "414", "E12345678")),
        (passport, ("王伟", "414", "E12345678\u{fffd}")),
        ("gd-e1234-5678", ("王伟", "414", "E12345678")),
        ("GD-12345678", ("王伟", "414", "E12345678")),
        ("GD-20012345", ("王伟", "114", "军字第20012345号")),
        ("GD-440524188001010015", ("王伟", "111", "440524188001010015")),
        ("GD-44052418800101001", ("王伟", "111", "440524188001010014")),
        ("GD-11010519491231002", ("王伟", "111", "11010519491231002X")),
    ];
    for (request, holder) in rows {
        let (row, admitted) = asking(request, holder);
        let faults = admitted.unwrap_err();
        assert!(faults.iter().any(|fault| (fault.column(), fault.code()) == ("request_id", "id_number_in_clear")), "{request} {holder:?}");
        assert_eq!(row.request_told(TODAY), None, "{request} {holder:?}");
    }
    let others = [
        ("GD-44010600000001", ("", "001", "91350100M000100Y43")),
        ("91350100M000100Y43", ("广州", "001", "91350100M000100Y43")),
        ("91350100M000100Y44", ("广州", "001", "91350100M000100Y44")),
        ("GD-2026-00001", ("", "414", "E12345678")),
        ("550e8400-e29b-41d4-a716-446655440000", ("", "414", "E12345678")),
    ];
    for (request, holder) in others {
        let (row, admitted) = asking(request, holder);
        assert!(admitted.unwrap_err().iter().all(|fault| fault.column() != "request_id"), "{request}");
        assert_eq!(row.request_told(TODAY), Some(request));
    }
}

#[test]
fn of_a_row_that_is_refused_no_request_is_told_that_looks_like_a_person() {
    let told = |request: &str| row_of(NAME, &with(NAME, "request_id", request)).0.request_told(TODAY).is_some();
    let of_today = format!("440106{}0012", TODAY.strftime("%Y%m%d"));
    for request in ["GD-1", "job-3f2a-7", &of_today, "20260301-000000000098765432"] {
        assert!(told(request), "{request}");
    }
    let hidden = ["王伟", "GD 1", "440524188001010015", "GD-440524188001010015", "A_440524.18800101.0015", "20260301440524188001010014"];
    for request in hidden {
        assert!(!told(request), "{request}");
    }
}

#[test]
fn a_value_that_is_no_cell_hides_the_number_in_it_too() {
    let no_cell = r#"{"request_id":"GD-E12345678","holder_name":"王伟","holder_code_type":"414","holder_code":{"passport":"E12345678"}}"#;
    let twice = r#"{"request_id":"GD-E12345678","holder_code":"-","持证主体代码":"E12345678"}"#;
    let table = format!("[{{\"request_id\":\"GD-1\"}},{no_cell},{twice}]");
    let rows = Table::read(table.as_bytes(), kind(NAME)).unwrap().map(Result::unwrap);
    let told: Vec<_> = rows.map(|row| row.request_told(TODAY).map(str::to_owned)).collect();
    assert_eq!(told, [Some("GD-1".to_owned()), None, None]);
}

/// How somebody writes a number: in either case and width, in groups, and with words around it.
fn in_guise(number: &str) -> impl Strategy<Value = String> + use<> {
    let wide = number.chars().filter_map(|letter| char::from_u32(u32::from(letter) + 0xfee0)).collect::<String>();
    let letters: Vec<char> = number.chars().collect();
    let grouped = letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-");
    select(vec![number.to_owned(), number.to_lowercase(), wide, grouped, format!("GD-{number}-x"), format!("R.{number}")])
}

/// A number of a person: right, mistyped, and of a paper to travel with.
fn number() -> impl Strategy<Value = &'static str> {
    select(vec!["440524188001010014", "440524188001010015", "11010519491231002X", "E12345678", "H0123456789"])
}

fn digits_of(text: &str) -> String {
    folded(text).chars().filter(char::is_ascii_digit).collect()
}

proptest! {
    #[test]
    fn nothing_that_is_told_of_a_row_tells_a_number_that_stands_in_it(
        name in select(vec!["birth-service", "food-operation-permit", "business-licence", "real-estate-title"]),
        (number, holder, request, other) in
            number().prop_flat_map(|number| (Just(number), in_guise(number), in_guise(number), in_guise(number))),
        column in select(vec!["holder_name", "holder_code_type", "holder_code"]),
        place in any::<prop::sample::Index>(),
        empty in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut cells = right(name);
        // One cell says nothing, any other says the number, and so do one of the holders' and the request.
        if let Some(empty) = empty {
            empty.get_mut(&mut cells).1.clear();
        }
        place.get_mut(&mut cells).1 = other;
        for (heading, cell) in &mut cells {
            if *heading == column {
                cell.clone_from(&holder);
            } else if *heading == "request_id" {
                cell.clone_from(&request);
            }
        }
        let (row, admitted) = row_of(name, &cells);
        let refused = admitted.is_err();
        let mut told: Vec<String> = admitted.err().into_iter().flatten().map(|fault| fault.to_string()).collect();
        told.extend(row.request_told(TODAY).map(str::to_owned));
        prop_assert!(refused, "{cells:?}");
        prop_assert!(told.iter().all(|told| !digits_of(told).contains(&digits_of(number))), "{told:?}");
    }
}
