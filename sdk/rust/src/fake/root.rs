//! A guest's tree in memory.

use super::hive;
use crate::bindings::gyre::host::exec;
use crate::root::{Calls, Command, FileType, Output, Root, Stat};
use crate::{Error, Result};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

/// The largest file that a plugin may handle, as for the host.
const FILE_BYTES_MAX: usize = 16 << 20;
/// Links followed on the way to one file.
const LINKS_MAX: usize = 40;

#[derive(Clone, Debug, PartialEq)]
enum Node {
    File { mode: u32, bytes: Rc<[u8]> },
    Directory { mode: u32 },
    Link(String),
}

type Program = Rc<dyn Fn(&Tree, &Command) -> Output>;

#[derive(Default)]
struct State {
    nodes: BTreeMap<String, Node>,
    programs: BTreeMap<String, Program>,
    ran: Vec<Command>,
}

/// The files of a fake guest; cheap to clone, all clones are the same tree.
#[derive(Clone, Default)]
pub struct Tree(Rc<RefCell<State>>);

/// A guest's root for tests: hand `&root` to whatever takes a [`Root`].
pub struct FakeRoot {
    tree: Tree,
    root: Root<'static>,
}

impl Deref for FakeRoot {
    type Target = Root<'static>;
    fn deref(&self) -> &Root<'static> {
        &self.root
    }
}

impl Default for FakeRoot {
    fn default() -> Self {
        Self::new()
    }
}

impl FakeRoot {
    /// An empty root.
    pub fn new() -> Self {
        let tree = Tree::default();
        tree.0.borrow_mut().nodes.insert("/".into(), Node::Directory { mode: 0o755 });
        Self { root: Root::new(tree.clone()), tree }
    }

    /// With this file, mode 0644, and its directories.
    #[must_use]
    pub fn file(self, path: &str, text: &str) -> Self {
        self.tree.put(path, text);
        self
    }

    /// With this directory.
    #[must_use]
    pub fn dir(self, path: &str) -> Self {
        self.tree.make_parents(path);
        self
    }

    /// With this symbolic link.
    #[must_use]
    pub fn link(self, path: &str, target: &str) -> Self {
        self.tree.link(path, target);
        self
    }

    /// With this program in `/usr/bin`; `answer` may look at and change the tree.
    #[must_use]
    pub fn program(self, name: &str, answer: impl Fn(&Tree, &Command) -> Output + 'static) -> Self {
        self.tree.put(&format!("/usr/bin/{name}"), "program");
        self.tree.0.borrow_mut().programs.insert(name.into(), Rc::new(answer));
        self
    }

    /// From text in which a line `--- file MODE PATH`, `--- dir MODE PATH`, `--- link PATH TARGET` or
    /// `--- hive MODE PATH` stands before each entry, and a file's lines or a hive's keys below it. ` \\` behind the path: the file's last line does not end.
    ///
    /// # Panics
    /// When an entry is not written like this.
    #[allow(clippy::panic)] // that is how a test fails
    pub fn from_text(text: &str) -> Self {
        let root = Self::new();
        for (head, body) in entries(text) {
            root.tree.put_entry(head, body).unwrap_or_else(|| panic!("no entry: {head:?}"));
        }
        root
    }

    /// With what a program does, without the program itself: where the tree has one, this is it.
    #[must_use]
    pub fn answer(self, name: &str, answer: impl Fn(&Tree, &Command) -> Output + 'static) -> Self {
        self.tree.0.borrow_mut().programs.insert(name.into(), Rc::new(answer));
        self
    }

    /// The tree, for looking at it afterwards.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The programs that ran, with their arguments.
    pub fn ran(&self) -> Vec<String> {
        self.tree.0.borrow().ran.iter().map(Command::to_string).collect()
    }

    /// The programs that ran, with everything that was set for them.
    pub fn commands(&self) -> Vec<Command> {
        self.tree.0.borrow().ran.clone()
    }
}

const ENTRY: &str = "--- ";

/// The heads, each with its body.
fn entries(text: &str) -> Vec<(&str, String)> {
    let mut entries: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix(ENTRY), entries.last_mut()) {
            (Some(head), _) => entries.push((head, String::new())),
            (None, Some((_, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    entries
}

/// An entry of a tree; equal ones are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeText {
    head: String,
    body: String,
}

impl TreeText {
    pub(super) fn is_directory(&self) -> bool {
        self.head.starts_with("dir ")
    }

    pub(super) fn is_hive(&self) -> bool {
        self.head.starts_with("hive ")
    }

    /// The keys of a hive that are other than before, and those that are gone; `None` where either is no hive.
    pub(super) fn hive_changes(&self, before: &Self, path: &str) -> Option<String> {
        if !self.is_hive() || !before.is_hive() {
            return None;
        }
        let mut text = format!("{ENTRY}changed {}\n", self.head.replace("{}", path));
        let (old, new) = (keys(&before.body), keys(&self.body));
        for (_, body) in new.iter().filter(|(key, body)| old.get(*key) != Some(*body)) {
            text.push_str(body);
        }
        for key in old.keys().filter(|key| !new.contains_key(*key)) {
            text.push_str(&format!("gone {key}\n"));
        }
        Some(text)
    }

    /// As [`FakeRoot::from_text`] reads it.
    pub(super) fn show(&self, path: &str) -> String {
        let end = if self.body.is_empty() || self.body.ends_with('\n') { "" } else { " \\" };
        let body = if end.is_empty() { self.body.clone() } else { format!("{}\n", self.body) };
        format!("{ENTRY}{}{end}\n{body}", self.head.replace("{}", path))
    }
}

impl Tree {
    /// Every path with what it is.
    pub(super) fn texts(&self) -> BTreeMap<String, TreeText> {
        let text = |node: &Node| match node {
            Node::File { mode, bytes } => match hive_text(bytes) {
                Some(body) => TreeText { head: format!("hive {mode:04o} {{}}"), body },
                None => TreeText {
                    head: format!("file {mode:04o} {{}}"),
                    body: String::from_utf8_lossy(bytes).into_owned(),
                },
            },
            Node::Directory { mode } => {
                TreeText { head: format!("dir {mode:04o} {{}}"), body: String::new() }
            }
            Node::Link(target) => TreeText { head: format!("link {{}} {target}"), body: String::new() },
        };
        self.0.borrow().nodes.iter().map(|(path, node)| (path.clone(), text(node))).collect()
    }

    fn has_program(&self, name: &str) -> bool {
        match name.starts_with('/') {
            true => self.has(name),
            false => {
                ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].iter().any(|at| self.has(&format!("{at}/{name}")))
            }
        }
    }

    fn put_entry(&self, head: &str, body: String) -> Option<()> {
        let (head, body) = match head.strip_suffix(" \\") {
            Some(head) => (head, body.trim_end_matches('\n').to_string()),
            None => (head, body),
        };
        let (kind, rest) = head.split_once(' ')?;
        let (first, second) = rest.split_once(' ')?;
        let (path, node) = match kind {
            "file" => (
                second,
                Node::File { mode: u32::from_str_radix(first, 8).ok()?, bytes: body.into_bytes().into() },
            ),
            "hive" => {
                let bytes = gyre_hive::text::parse(&body).ok()?.to_bytes().ok()?;
                (second, Node::File { mode: u32::from_str_radix(first, 8).ok()?, bytes: bytes.into() })
            }
            "dir" => (second, Node::Directory { mode: u32::from_str_radix(first, 8).ok()? }),
            "link" => (first, Node::Link(second.into())),
            _ => return None,
        };
        self.make_parents(parent(path));
        self.0.borrow_mut().nodes.insert(path.into(), node);
        Some(())
    }

    /// Whether anything is there.
    pub fn has(&self, path: &str) -> bool {
        self.node(path).is_some()
    }

    /// Makes or replaces a file, mode 0644, with its directories.
    pub fn put(&self, path: &str, text: &str) {
        self.make_parents(parent(path));
        let node = Node::File { mode: 0o644, bytes: text.as_bytes().into() };
        self.0.borrow_mut().nodes.insert(path.into(), node);
    }

    /// Makes or replaces a symbolic link, with its directories.
    pub fn link(&self, path: &str, target: &str) {
        self.make_parents(parent(path));
        self.0.borrow_mut().nodes.insert(path.into(), Node::Link(target.into()));
    }

    /// Copies what is at a path, with its mode.
    pub fn copy(&self, from: &str, to: &str) {
        if let Some(node) = self.node(from) {
            self.make_parents(parent(to));
            self.0.borrow_mut().nodes.insert(to.into(), node);
        }
    }

    /// A file's text.
    pub fn text(&self, path: &str) -> Option<String> {
        self.read_file(path).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Removes whatever is there.
    pub fn delete(&self, path: &str) {
        let below = format!("{path}/");
        self.0.borrow_mut().nodes.retain(|name, _| name != path && !name.starts_with(&below));
    }

    /// Every path with its kind, mode and content: equal listings are equal trees.
    pub fn listing(&self) -> BTreeMap<String, String> {
        let show = |node: &Node| match node {
            Node::File { mode, bytes } => format!("file {mode:o} {}", String::from_utf8_lossy(bytes)),
            Node::Directory { mode } => format!("directory {mode:o}"),
            Node::Link(target) => format!("link {target}"),
        };
        self.0.borrow().nodes.iter().map(|(path, node)| (path.clone(), show(node))).collect()
    }

    fn make_parents(&self, path: &str) {
        let mut at = String::new();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            at = format!("{at}/{name}");
            let mut state = self.0.borrow_mut();
            state.nodes.entry(at.clone()).or_insert(Node::Directory { mode: 0o755 });
        }
    }

    fn node(&self, path: &str) -> Option<Node> {
        self.0.borrow().nodes.get(path).cloned()
    }

    /// The path without `.`, `..` and links; the last name is followed only when asked.
    fn resolve(&self, path: &str, follow_last: bool) -> Result<String> {
        let mut todo: Vec<String> = path.rsplit('/').map(String::from).collect();
        let mut at = String::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            match name.as_str() {
                "" | "." => continue,
                ".." => {
                    at.truncate(at.rfind('/').unwrap_or(0));
                    continue;
                }
                _ => {}
            }
            let next = format!("{at}/{name}");
            match self.node(&next) {
                Some(Node::Link(target)) if follow_last || !todo.is_empty() => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(Error::invalid("rootfs.loop", format!("too many links in {path}")));
                    }
                    if target.starts_with('/') {
                        at.clear();
                    }
                    todo.extend(target.rsplit('/').map(String::from));
                }
                _ => at = next,
            }
        }
        Ok(if at.is_empty() { "/".into() } else { at })
    }
}

impl Calls for Tree {
    fn stat(&self, path: &str) -> Result<Option<Stat>> {
        let node = self.node(&self.resolve(path, false)?);
        let stat = |file_type, mode, size| Stat { file_type, mode, uid: 0, gid: 0, size };
        Ok(node.map(|node| match node {
            Node::File { mode, bytes } => stat(FileType::Regular, mode, bytes.len() as u64),
            Node::Directory { mode } => stat(FileType::Directory, mode, 4096),
            Node::Link(target) => stat(FileType::Symlink, 0o777, target.len() as u64),
        }))
    }

    fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        let path = self.resolve(path, true)?;
        match self.node(&path) {
            Some(Node::Directory { .. }) => {}
            Some(_) => {
                return Err(Error::invalid("rootfs.not-a-directory", format!("{path} is no directory")));
            }
            None => return Err(absent(&path)),
        }
        let below = if path == "/" { path } else { format!("{path}/") };
        let state = self.0.borrow();
        let names = state.nodes.keys().filter_map(|name| name.strip_prefix(&below));
        Ok(names.filter(|name| !name.is_empty() && !name.contains('/')).map(String::from).collect())
    }

    fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        match self.node(&self.resolve(path, true)?) {
            Some(Node::File { bytes, .. }) if bytes.len() > FILE_BYTES_MAX => Err(Error::invalid(
                "rootfs.too-large",
                format!("{path} is larger than {FILE_BYTES_MAX} bytes"),
            )),
            Some(Node::File { bytes, .. }) => Ok(bytes.to_vec()),
            Some(_) => Err(Error::invalid("rootfs.not-a-file", format!("{path} is no regular file"))),
            None => Err(absent(path)),
        }
    }

    /// As the agent's: a link of that name is replaced.
    fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        let path = self.resolve(path, false)?;
        match self.node(parent(&path)) {
            Some(Node::Directory { .. }) => {}
            _ => return Err(absent(parent(&path))),
        }
        if let Some(Node::Directory { .. }) = self.node(&path) {
            return Err(Error::invalid("rootfs.not-a-file", format!("{path} is a directory")));
        }
        self.0.borrow_mut().nodes.insert(path, Node::File { mode, bytes: bytes.into() });
        Ok(())
    }

    fn make_dir(&self, path: &str, mode: u32) -> Result<()> {
        let path = self.resolve(path, true)?;
        self.make_parents(parent(&path));
        self.0.borrow_mut().nodes.entry(path).or_insert(Node::Directory { mode });
        Ok(())
    }

    fn symlink(&self, path: &str, target: &str) -> Result<()> {
        let path = self.resolve(path, false)?;
        self.0.borrow_mut().nodes.insert(path, Node::Link(target.into()));
        Ok(())
    }

    fn read_link(&self, path: &str) -> Result<String> {
        match self.node(&self.resolve(path, false)?) {
            Some(Node::Link(target)) => Ok(target),
            Some(_) => Err(Error::invalid("rootfs.not-a-link", format!("{path} is no link"))),
            None => Err(absent(path)),
        }
    }

    fn remove(&self, path: &str) -> Result<()> {
        let path = self.resolve(path, false)?;
        self.delete(&path);
        Ok(())
    }

    fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from, to) = (self.resolve(from, false)?, self.resolve(to, false)?);
        if self.node(&from).is_none() {
            return Err(absent(&from));
        }
        let below = format!("{from}/");
        let mut state = self.0.borrow_mut();
        let moved: Vec<_> =
            state.nodes.extract_if(.., |name, _| *name == from || name.starts_with(&below)).collect();
        let renamed = moved.into_iter().map(|(name, node)| (name.replacen(&from, &to, 1), node));
        state.nodes.extend(renamed);
        Ok(())
    }

    fn run(&self, command: &exec::Command) -> Result<Output> {
        let command = Command(command.clone());
        let name = command.argv().first().cloned().unwrap_or_default();
        let program = {
            let mut state = self.0.borrow_mut();
            state.ran.push(command.clone());
            state.programs.get(name.rsplit('/').next().unwrap_or_default()).cloned()
        };
        let program = program.filter(|_| self.has_program(&name));
        match program {
            Some(program) => Ok(program(self, &command)),
            None => Err(Error::not_found("rootfs.run", format!("there is no program {name} in the guest"))),
        }
    }

    fn open_hive(&self, path: &str) -> Result<Box<dyn crate::hive::Calls>> {
        let (tree, place) = (self.clone(), path.to_owned());
        hive::open(self.read_file(path)?, Box::new(move |bytes| tree.replace(&place, bytes)))
    }

    fn copy_in(&self, from: &str, to: &str, mode: u32) -> Result<()> {
        self.write_file(to, mode, &super::files::read_file(from)?)
    }
}

impl Tree {
    /// As the agent replaces a hive: the first version stays beside it.
    fn replace(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let kept = format!("{path}.gyre-bak");
        if !self.has(&kept) {
            self.copy(path, &kept);
        }
        let mode = self.stat(path)?.map_or(0o644, |stat| stat.mode);
        self.write_file(path, mode, bytes)
    }
}

/// The parts of a hive's text by their first line.
fn keys(text: &str) -> BTreeMap<&str, String> {
    let mut keys: BTreeMap<&str, String> = BTreeMap::new();
    let mut key = "";
    for line in text.lines() {
        if line.starts_with('[') {
            key = line;
        }
        let body = keys.entry(key).or_default();
        body.push_str(line);
        body.push('\n');
    }
    keys
}

/// What a hive holds, if it is one.
fn hive_text(bytes: &[u8]) -> Option<String> {
    let hive = bytes.starts_with(b"regf").then(|| gyre_hive::Hive::parse(bytes.to_vec()).ok())??;
    gyre_hive::text::show(&hive).ok()
}

fn absent(path: &str) -> Error {
    Error::not_found("rootfs.not-found", format!("there is no {path} in the guest"))
}

fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some((parent, _)) if !parent.is_empty() => parent,
        _ => "/",
    }
}
