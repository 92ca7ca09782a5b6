//! Paths as text, absolute and with `/`: nothing is looked up, and no link is followed.

/// The absolute path without `.`, `..` and doubled slashes; `..` leads no higher than `/`.
pub fn normal(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}
