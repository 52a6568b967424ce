//! The column families: what each holds, and how RocksDB is to keep it.

use rocksdb::{BlockBasedIndexType, BlockBasedOptions, Cache, ColumnFamilyDescriptor, DBCompressionType, Options, SliceTransform};

/// Characters of a type code.
const TYPE: usize = 21;

/// One column family. `docs/DATA_MODEL.md` tells the keys and values of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The format, the region, the counters.
    Meta,
    /// What a certificate says: never changed once written.
    Certificates,
    /// Its catalogue card, with what has become of it: changed by every act.
    Cards,
    /// Identifier to record.
    Identifiers,
    /// Another region's or system's identifier to record.
    Aliases,
    /// Type and printed number to record.
    Numbers,
    /// Holder and type to record.
    Holders,
    /// Type, agency and state to record.
    Shelves,
    /// Last day and type to record, while it can be used.
    Endings,
    /// Agency, type and request to record.
    Requests,
    /// Two or three letters of a name to record.
    Words,
    /// How many there are of type, agency, state and month.
    Counts,
    /// Agency and status slot to record.
    Slots,
    /// What has changed in a page of status slots.
    Pages,
    /// Record to its events.
    Histories,
    /// What happened, in the order of the log.
    Events,
    /// The tiles of the log.
    Tiles,
    /// Applications under review, and what they are found by.
    Projects,
    /// The office's own papers: accounts, sessions, jobs.
    Office,
}

impl Family {
    /// Every family.
    pub const ALL: [Self; 19] = [
        Self::Meta,
        Self::Certificates,
        Self::Cards,
        Self::Identifiers,
        Self::Aliases,
        Self::Numbers,
        Self::Holders,
        Self::Shelves,
        Self::Endings,
        Self::Requests,
        Self::Words,
        Self::Counts,
        Self::Slots,
        Self::Pages,
        Self::Histories,
        Self::Events,
        Self::Tiles,
        Self::Projects,
        Self::Office,
    ];

    /// Whether libraries were founded before there was such a family: they get it when they are opened.
    pub(crate) const fn came_later(self) -> bool {
        matches!(self, Self::Office)
    }

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Certificates => "certificates",
            Self::Cards => "cards",
            Self::Identifiers => "identifiers",
            Self::Aliases => "aliases",
            Self::Numbers => "numbers",
            Self::Holders => "holders",
            Self::Shelves => "shelves",
            Self::Endings => "endings",
            Self::Requests => "requests",
            Self::Words => "words",
            Self::Counts => "counts",
            Self::Slots => "slots",
            Self::Pages => "pages",
            Self::Histories => "histories",
            Self::Events => "events",
            Self::Tiles => "tiles",
            Self::Projects => "projects",
            Self::Office => "office",
        }
    }

    /// The start of a key that all entries of one question share; none where keys are asked for one by one, or a key has not the whole of it.
    pub(crate) fn prefix_of(self, key: &[u8]) -> Option<&[u8]> {
        match self {
            Self::Numbers => number_and_type(key),
            _ => key.get(..self.prefix()?),
        }
    }

    /// How long it is, where it is always of one length.
    const fn prefix(self) -> Option<usize> {
        match self {
            Self::Holders => Some(16),
            Self::Words | Self::Histories => Some(8),
            _ => None,
        }
    }

    /// The transform by which RocksDB knows it.
    fn prefixes(self) -> Option<SliceTransform> {
        match self {
            Self::Numbers => Some(SliceTransform::create("kanhe.number", prefix_of_number, Some(has_number_and_type))),
            _ => self.prefix().map(SliceTransform::create_fixed_prefix),
        }
    }

    /// Whether the values are random to the eye: encrypted records and hashes do not compress.
    const fn is_incompressible(self) -> bool {
        matches!(self, Self::Certificates | Self::Events | Self::Tiles | Self::Projects | Self::Office)
    }

    /// Whether one entry among millions is asked for at a time: then a block is read and unpacked for that entry alone.
    const fn is_asked_one_by_one(self) -> bool {
        matches!(self, Self::Identifiers | Self::Aliases | Self::Numbers | Self::Holders | Self::Requests | Self::Words | Self::Cards)
    }

    pub(crate) fn descriptor(self, cache: &Cache) -> ColumnFamilyDescriptor {
        ColumnFamilyDescriptor::new(self.name(), self.options(cache))
    }

    fn options(self, cache: &Cache) -> Options {
        let mut blocks = BlockBasedOptions::default();
        blocks.set_block_cache(cache);
        blocks.set_block_size(4 << 10);
        blocks.set_format_version(6);
        // Ten bits a key: one question in a hundred for what is not there reads a block.
        blocks.set_bloom_filter(10.0, false);
        // Index and filter of a file with a million keys have megabytes: in parts, a question brings in only the one that it needs.
        blocks.set_index_type(BlockBasedIndexType::TwoLevelIndexSearch);
        blocks.set_partition_filters(true);
        blocks.set_metadata_block_size(4 << 10);
        blocks.set_pin_top_level_index_and_filter(true);
        blocks.set_cache_index_and_filter_blocks(true);
        blocks.set_cache_index_and_filter_blocks_with_high_priority(true);
        blocks.set_pin_l0_filter_and_index_blocks_in_cache(true);
        let mut options = Options::default();
        options.set_block_based_table_factory(&blocks);
        options.set_level_compaction_dynamic_level_bytes(true);
        options.set_write_buffer_size(32 << 20);
        let (upper, bottom) = if self.is_incompressible() {
            (DBCompressionType::None, DBCompressionType::None)
        } else if self.is_asked_one_by_one() {
            (DBCompressionType::Lz4, DBCompressionType::Lz4)
        } else {
            (DBCompressionType::Lz4, DBCompressionType::Zstd)
        };
        options.set_compression_type(upper);
        options.set_bottommost_compression_type(bottom);
        if let Some(prefixes) = self.prefixes() {
            options.set_prefix_extractor(prefixes);
            options.set_memtable_prefix_bloom_ratio(0.05);
        }
        options
    }
}

/// A printed number with its zero byte, and the type behind it.
fn number_and_type(key: &[u8]) -> Option<&[u8]> {
    let zero = key.iter().position(|byte| *byte == 0)?;
    key.get(..=zero + TYPE)
}

fn prefix_of_number(key: &[u8]) -> &[u8] {
    number_and_type(key).unwrap_or(key)
}

fn has_number_and_type(key: &[u8]) -> bool {
    number_and_type(key).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn questions_for_a_number_share_a_start_if_they_name_the_type() {
        let key = |number: &str, rest: &[u8]| [number.as_bytes(), &[0], rest].concat();
        let (whole, marked) = (key("粤A1", &[b'7'; TYPE]), key("粤A1", &[b'7'; TYPE + 8]));
        assert_eq!(Family::Numbers.prefix_of(&marked), Some(whole.as_slice()));
        assert_eq!(Family::Numbers.prefix_of(&whole), Some(whole.as_slice()));
        for part in [key("粤A1", b""), key("粤A1", &[b'7'; TYPE - 1]), b"no end".to_vec()] {
            assert_eq!(Family::Numbers.prefix_of(&part), None);
        }
        assert_eq!(Family::Holders.prefix_of(&[1; 15]), None);
        assert_eq!(Family::Holders.prefix_of(&[1; 40]), Some(&[1; 16][..]));
        assert_eq!(Family::Cards.prefix_of(&[1; 40]), None);
    }

    #[test]
    fn the_page_of_the_data_model_tells_of_each_family_and_of_no_other() {
        let page = include_str!("../../../docs/DATA_MODEL.md");
        let table = page.split("\n## Families\n\n").nth(1).unwrap().split("\n\n").next().unwrap();
        let told = table.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
        assert_eq!(told.collect::<BTreeSet<_>>(), Family::ALL.into_iter().map(Family::name).collect());
    }
}
