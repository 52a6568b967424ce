//! Masking: what a stranger over the shoulder may read of a number.

/// Shows the first and the last characters of a text and a `*` for every other.
///
/// A rule that would leave nothing hidden hides everything: a mask that shows the whole number is a mistake in the rule.
pub(super) fn masked(text: &str, first: usize, last: usize) -> String {
    let length = text.chars().count();
    let shown = first.saturating_add(last);
    let hidden = if shown < length { first..length - last } else { 0..length };
    (0..).zip(text.chars()).map(|(at, c)| if hidden.contains(&at) { '*' } else { c }).collect()
}
