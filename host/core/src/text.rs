//! Text that somebody else wrote, before people see it: what would steer a terminal, or make a line read otherwise than
//! it is written, becomes a blank. It knows no terminal and cuts nothing.

/// Whether a character does something to what is shown instead of being shown: controls (escape sequences begin with
/// one), marks that turn the direction of reading, separators of lines, and what has no width.
/// Source: Unicode's categories Cc, Zl and Zp, and of Cf the bidirectional, invisible and tag characters.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// The text with a blank in place of each such character, so that it is one line, too.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if steers(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_becomes_a_blank() {
        assert_eq!(plain("a\u{1b}[2Jb\r\nc\u{9b}d"), "a [2Jb  c d");
        assert_eq!(plain("user\u{202e}nimda\u{2069}\u{200b}\u{2028}"), "user nimda   ");
        assert_eq!(plain("Größe 4 GiB – ✓ 日本"), "Größe 4 GiB – ✓ 日本");
    }
}
