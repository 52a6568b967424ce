//! Workbooks for the stories: a ZIP of parts, right or wrong.

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::fmt::Write as _;
use std::io::Write as _;

/// A ZIP of parts; `claim` says of each how many bytes it unpacks to.
pub fn zip(parts: &[(&str, &[u8])], claim: impl Fn(usize) -> u32) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let mut packer = DeflateEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(bytes).unwrap();
        let (packed, mut crc, offset) = (packer.finish().unwrap(), Crc::new(), file.len() as u32);
        crc.update(bytes);
        let sizes: Vec<u8> = [crc.sum(), packed.len() as u32, claim(bytes.len())].iter().flat_map(|size| size.to_le_bytes()).collect();
        let named = [(name.len() as u16).to_le_bytes(), [0, 0]].concat();
        file.extend([&b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0"[..], &sizes, &named, name.as_bytes(), &packed].concat());
        let rest = [&[0; 10][..], &offset.to_le_bytes()].concat();
        directory.extend([&b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0"[..], &sizes, &named, &rest, name.as_bytes()].concat());
    }
    let count = (parts.len() as u16).to_le_bytes();
    let (length, offset) = ((directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes());
    [file, directory, [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &length, &offset, &[0, 0]].concat()].concat()
}

const BOOK: &[u8] =
    br#"<workbook xmlns:r="r"><sheets><sheet name="hidden" state="hidden" r:id="a"/><sheet name="1" r:id="b"/></sheets></workbook>"#;
const RELATIONS: &[u8] = br#"<Relationships><Relationship Id="a" Type="x/worksheet" Target="worksheets/none.xml"/><Relationship Id="b" Type="x/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>"#;

/// The parts of a workbook with this sheet.
pub fn parts(sheet: &[u8]) -> [(&str, &[u8]); 3] {
    [("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", RELATIONS), ("xl/worksheets/sheet1.xml", sheet)]
}

/// A workbook of rows of texts, which stand in their cells.
pub fn workbook(rows: &[Vec<String>]) -> Vec<u8> {
    let mut sheet = "<worksheet><sheetData>".to_owned();
    for row in rows {
        sheet.push_str("<row>");
        row.iter().for_each(|cell| write!(sheet, "<c t=\"inlineStr\"><is><t>{cell}</t></is></c>").unwrap());
        sheet.push_str("</row>");
    }
    zip(&parts((sheet + "</sheetData></worksheet>").as_bytes()), |size| size as u32)
}
