//! The demo's tables, taken apart and written anew: rows that stand alone, and cells that say something else.

use crate::failure::Failure;

/// Takes the last rows of a table away, each into a table of its own.
pub fn split_off(table: &[u8], rows: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
    let lines: Vec<&[u8]> = table.split_inclusive(|byte| *byte == b'\n').collect();
    let (kept, odd) = lines.split_at(lines.len().saturating_sub(rows));
    let heading = lines.first().copied().unwrap_or_default();
    (kept.concat(), odd.iter().map(|row| [heading, row].concat()).collect())
}

/// The row with a number, from 0, under its headings.
pub fn row(table: &[u8], place: usize) -> Vec<u8> {
    let mut lines = table.split_inclusive(|byte| *byte == b'\n');
    let heading = lines.next().unwrap_or_default();
    [heading, lines.nth(place).unwrap_or_default()].concat()
}

/// The same table with another text in some columns of every row; a column that it does not have is added.
pub fn saying(table: &[u8], cells: &[(&str, &str)]) -> Result<Vec<u8>, Failure> {
    let broken = |error: csv::Error| Failure::new("demo_differs", error);
    let mut reader = csv::Reader::from_reader(table);
    let mut headings: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
    let added = cells.iter().map(|(column, _)| (*column).to_owned()).filter(|column| !headings.contains(column)).collect::<Vec<_>>();
    headings.extend(added);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&headings).map_err(broken)?;
    for row in reader.records() {
        let row = row.map_err(broken)?;
        let said = |heading: &String| cells.iter().find(|(column, _)| column == heading).map(|(_, text)| *text);
        let cells = headings.iter().enumerate().map(|(place, heading)| said(heading).or_else(|| row.get(place)).unwrap_or_default());
        writer.write_record(cells).map_err(broken)?;
    }
    writer.into_inner().map_err(|error| Failure::new("demo_differs", error))
}
