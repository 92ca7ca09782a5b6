//! Patterns of names: `*` stands for any number of any characters, everything else for itself.

/// Whether `text` is one of those that `pattern` means.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        // The first place is as good as any later one: what follows may be anything.
        let Some(at) = text.find(part) else { return false };
        text = text.get(at + part.len()..).unwrap_or_default();
    }
    text.ends_with(end)
}

/// Whether one of the patterns means `text`.
pub(crate) fn any(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("debian", "debian", true),
            ("debian", "debian2", false),
            ("*", "", true),
            ("acme-*", "acme-", true),
            ("acme-*", "acme-suse", true),
            ("acme-*", "notacme-suse", false),
            ("*-suse", "acme-suse", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("gyre:host/*", "gyre:host/http", true),
            ("gyre:host/*", "wasi:cli/environment", false),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
