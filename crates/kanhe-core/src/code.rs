//! The codes of the field: identifiers, organisations, people, regions.
