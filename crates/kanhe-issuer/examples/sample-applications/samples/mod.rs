//! Tables of applications, as agencies of two regions would hand them in.

mod dice;
mod organisations;
mod people;
mod places;
mod tables;

use encoding_rs::GB18030;

/// A file of the demo.
pub struct SampleTable {
    /// Its name.
    pub name: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// All tables: five types, three agencies, two regions; one as a spreadsheet program in China saves it.
pub fn tables() -> Vec<SampleTable> {
    vec![
        SampleTable { name: "business-licence.csv", bytes: tables::business_licences().into_bytes() },
        SampleTable { name: "food-operation-permit.csv", bytes: tables::food_permits().into_bytes() },
        SampleTable { name: "special-work-operator.csv", bytes: tables::special_workers().into_bytes() },
        SampleTable { name: "safety-staff.csv", bytes: tables::safety_staff().into_bytes() },
        SampleTable { name: "road-transport-permit.csv", bytes: as_a_spreadsheet_saves(&tables::road_permits()) },
    ]
}

fn as_a_spreadsheet_saves(csv: &str) -> Vec<u8> {
    GB18030.encode(&csv.replace('\n', "\r\n")).0.into_owned()
}
