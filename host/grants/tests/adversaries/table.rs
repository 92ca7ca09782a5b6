//! What each hostile component tries and what it gets. The page `host/docs/adversaries.md` is made from this.

/// How an attack is begun, and by which component. `{dir}` and the like are the places of [`super::Ground`].
#[derive(Clone, Copy)]
pub enum How {
    /// `check` of `hostile-source` with the options `attack`, `on`, `with`.
    Source(&'static str, &'static str, &'static str),
    /// The same while a name of its directory changes from moment to moment.
    Race,
    /// The same while a timer has to go off.
    Timer(&'static str),
    /// `get-vm` of `hostile-source`.
    Machine(&'static str),
    /// `ensure-snapshot` of `hostile-source`.
    State(&'static str),
    /// `power-off` of `hostile-source`.
    Wait,
    /// The map of an open disk of `hostile-source`.
    Map(&'static str),
    /// A call of a session that ended with a trap.
    AfterTrap,
    /// `open-disk` of the source for disk images, with this text as the state of its snapshot.
    Forged(&'static str),
    /// `describe-worker` of `hostile-destination` with the options `attack`, `on`.
    Worker(&'static str, &'static str),
    /// This verb of `hostile-destination`, with this attack.
    Target(&'static str, &'static str),
    /// `detect` of `hostile-morphing`, which has a real root of the agent.
    Detect,
    /// `morph` of `hostile-morphing` with the options `attack`, `on`, `with`.
    Morph(&'static str, &'static str, &'static str),
    /// `describe` of a component of this body, which is called before anything is granted.
    Describe(&'static str),
    /// `describe` of a component of a hundred core instances.
    Instances,
}

/// What it gets.
#[derive(Clone, Copy)]
pub enum Gets {
    /// An error of this code.
    Code(&'static str),
    /// What the page says, and a text that holds this.
    Text(&'static str, &'static str),
}

use Gets::{Code, Text};
use How::*;

/// What it tries, how, the grants and limits that it has, and what it gets.
pub struct Attack(pub &'static str, pub How, pub &'static str, pub Gets);

const FILES: &str = "grant.disk = ['{dir}']";
const NET: &str = "grant.http = ['http://127.0.0.1:{granted}', 'http://127.0.0.1:{redirect}', 'http://*:{forbidden}']\ngrant.secret = ['own']";
const SEEN: &str =
    "grant.http = ['http://127.0.0.1:{granted}']\ngrant.secret = [{ name = 'own', reveal = true }]";
const NONE: &str = "";
/// A snapshot of the source for disk images, but for its path.
const FORGED_PATH: &str =
    r#"{"vm":"1","disks":[{"id":"a","path":"{out}/secret","format":"raw","written":true,"size":16}]}"#;
const DENIED: Gets = Code("grant.disk");
const TRAP: Gets = Code("sandbox.trap");
const BLANK: Gets = Text("the name of the secret in its place", "[secret own]");
/// What a shell would act on.
pub const SHELL: &str = "$(touch {out}/owned) `touch {out}/owned`; touch {out}/owned | \"'*?&\n>{out}/owned";

/// One line each, so that it reads as the table that it is.
#[rustfmt::skip]
pub const ATTACKS: &[Attack] = &[
    // Files and devices.
    Attack("read outside its directory by `..`", Source("open", "{dir}/../{outname}/secret", ""), FILES, DENIED),
    Attack("read by an absolute path", Source("open", "{out}/secret", ""), FILES, DENIED),
    Attack("read through a symbolic link that lies in its directory", Source("open", "{dir}/link", ""), FILES, DENIED),
    Attack("read below a symbolic link to a directory", Source("open", "{dir}/linkdir/secret", ""), FILES, DENIED),
    Attack("read a second name (a hard link) of a file outside", Source("open", "{dir}/hard", ""), FILES, DENIED),
    Attack("read while a file is exchanged for a link, 3,000 times", Race, FILES, Text("the file of its directory, or a refusal", "inside")),
    Attack("read a device node", Source("open", "{dir}/zero", ""), FILES, Code("disk.kind")),
    Attack("read a block device through a node in its directory", Source("open", "{dir}/block", ""), FILES, DENIED),
    Attack("wait for ever at a FIFO", Source("open", "{dir}/fifo", ""), FILES, Code("disk.kind")),
    Attack("read the environment of gyre in `/proc`", Source("open", "/proc/self/environ", ""), FILES, DENIED),
    Attack("read through a link to `/proc/self/root`", Source("open", "{dir}/magic/{out}/secret", ""), FILES, DENIED),
    Attack("end a path early with a NUL", Source("open", "{dir}/disk\0/../../etc/passwd", ""), FILES, DENIED),
    Attack("write without a grant to write", Source("open-to-write", "{dir}/disk", ""), FILES, DENIED),
    Attack("write by a handle that was opened for reading", Source("write-anyway", "{dir}/disk", ""), FILES, Code("disk.read-only")),
    Attack("read 4 GiB at once", Source("read-past", "{dir}/disk", ""), FILES, Code("disk.range")),
    Attack("ask for the map past the end of a disk", Source("map-past", "{dir}/disk", ""), FILES, Code("disk.range")),
    // The map of a disk.
    Attack("have the host copy what lies outside a disk", Map("outside"), FILES, Code("extents.invalid")),
    Attack("have an offset overflow", Map("overflow"), FILES, Code("extents.invalid")),
    Attack("name a disk handle that it does not hold", Map("other"), FILES, Code("extents.invalid")),
    Attack("have the host unpack what lies outside a disk", Map("packed"), FILES, Code("extents.invalid")),
    // Hosts.
    Attack("reach a host that was not granted", Source("visit", "http://127.0.0.1:{forbidden}", ""), NET, Code("grant.http")),
    Attack("be redirected to a host that was not granted", Source("visit", "http://127.0.0.1:{redirect}", ""), NET, Code("grant.http")),
    Attack("reach this machine by a name that resolves to it", Source("visit", "http://localhost:{forbidden}", ""), NET, Code("grant.address")),
    Attack("reach this machine by an IPv6-mapped address", Source("visit", "http://[::ffff:127.0.0.1]:{forbidden}", ""), NET, Code("grant.http")),
    Attack("reach this machine by an address in one number", Source("visit", "http://2130706433:{forbidden}", ""), NET, Code("grant.http")),
    Attack("reach the metadata service of a cloud", Source("visit", "http://169.254.169.254:{forbidden}", ""), NET, Code("grant.http")),
    Attack("hide a host behind a user name in the URL", Source("visit", "http://127.0.0.1:{granted}@127.0.0.1:{forbidden}", ""), NET, Code("http.url")),
    Attack("turn the granted host into a user name by the path", Source("visit", "http://127.0.0.1:{granted}", "@127.0.0.1:{forbidden}/"), NET, Code("http.path")),
    Attack("read a file by URL", Source("visit", "file:///etc/passwd", ""), NET, Code("http.url")),
    Attack("smuggle a second request in a header", Source("header", "http://127.0.0.1:{granted}", "x: a\r\n\r\nGET /smuggled HTTP/1.1"), NET, Code("http.header")),
    Attack("smuggle by a length of its own", Source("header", "http://127.0.0.1:{granted}", "Transfer-Encoding: chunked"), NET, Code("http.header")),
    Attack("speak to another virtual host", Source("header", "http://127.0.0.1:{granted}", "Host: forbidden.example"), NET, Code("http.header")),
    Attack("smuggle a second request in the method", Source("method", "http://127.0.0.1:{granted}", "GET / HTTP/1.1\r\n"), NET, Code("http.method")),
    Attack("make a tunnel of a granted connection", Source("method", "http://127.0.0.1:{granted}", "CONNECT"), NET, Code("http.method")),
    Attack("log in on a machine that was not granted", Source("login", "127.0.0.1", ""), NET, Code("grant.ssh")),
    Attack("log in without knowing the host's key", Source("login", "192.0.2.1", ""), "grant.ssh = ['192.0.2.1']\ngrant.secret = ['own']", Code("ssh.host-key-missing")),
    // Secrets.
    Attack("use another plugin's secret", Source("secret", "foreign", ""), NET, Code("grant.secret")),
    Attack("see a secret that it may only use", Source("secret", "own", ""), NET, Code("grant.reveal")),
    Attack("have a secret sent where it must not go", Source("send-secret", "http://127.0.0.1:{granted}", ""),
        "grant.http = ['http://127.0.0.1:{granted}']\ngrant.secret = [{ name = 'own', to = ['http://127.0.0.1:1'] }]", Code("grant.secret-to")),
    Attack("have a secret carried along to another host", Source("send-secret", "http://127.0.0.1:{redirect}", ""), NET, Code("grant.http")),
    Attack("have a server send back the headers that the host put in", Source("method", "http://127.0.0.1:{granted}", "TRACE"), NET, Code("http.method")),
    Attack("tell a secret that a server gave away", Source("send-secret", "http://127.0.0.1:{granted}", ""), NET, BLANK),
    Attack("tell its own secret in a finding", Source("told", "own", "finding"), SEEN, BLANK),
    Attack("write its own secret to the log", Source("told", "own", "log"), SEEN, Text("the name of the secret in its place", "told")),
    Attack("show its own secret as progress", Source("told", "own", "progress"), SEEN, Text("the name of the secret in its place", "told")),
    Attack("put its own secret into an error", Source("told", "own", "error"), SEEN, BLANK),
    Attack("put its own secret into a panic", Source("told", "own", "panic"), SEEN, TRAP),
    Attack("put its own secret into what the host refuses", Source("told", "own", "refusal"), SEEN, Text("the name of the secret in its place", "told")),
    Attack("have the host keep its own secret in a state", State("state-secret"), SEEN, Code("plugin.secret-told")),
    Attack("have the host keep its own secret in a machine", Machine("vm-secret"), SEEN, Code("plugin.secret-told")),
    Attack("make another plugin's key by a name with `/`", Source("key", "other/own", ""), NET, Code("secret.name")),
    // Forged tokens, states and answers.
    Attack("log in on its worker with another plugin's key", Worker("credential", "key/other/own"), NONE, Code("secret.name")),
    Attack("log in on its worker with a secret that it has no grant for", Worker("credential", "configured"), NONE, Code("grant.secret")),
    Attack("have the host log in on this machine as its worker", Worker("host", "127.0.0.1"), NONE, Code("grant.address")),
    Attack("the same by a name", Worker("host", "localhost"), NONE, Code("grant.address")),
    Attack("the same by an IPv6-mapped address", Worker("host", "::ffff:127.0.0.1"), NONE, Code("grant.address")),
    Attack("have a state of 2 MiB kept", State("state-large"), NONE, Code("plugin.answer")),
    Attack("have the host keep its own secret for a step that goes on later", State("resume-secret"), SEEN, Code("plugin.secret-told")),
    Attack("have 2 MiB kept for a step that goes on later", State("resume-large"), NONE, Code("plugin.answer")),
    Attack("have a state kept that is no text", State("state-binary"), NONE, TRAP),
    Attack("have what is no text kept for a step that goes on later", State("resume-binary"), NONE, TRAP),
    Attack("read what it may not by the state of an earlier step", Forged(FORGED_PATH), FILES, DENIED),
    Attack("hand on the state of another plugin", Forged(r#"{"cloned":false,"disks":[{"disk":"a","volume":"b","position":0}]}"#), FILES, Code("state.invalid")),
    Attack("hand on a state of a version that is not there yet", Forged(r#"{"version":99}"#), FILES, Code("state.invalid")),
    Attack("hand on a state of garbage", Forged("\0\u{1b}[2J\u{7f}{{{"), FILES, Code("state.invalid")),
    Attack("name its own secret as the id of a disk", Target("describe-disks", ""), SEEN, Code("plugin.secret-told")),
    Attack("tell its own secret as the console of a worker", Target("worker-console", ""), SEEN, BLANK),
    Attack("tell its own secret as that of a server", Target("describe-instance", ""), SEEN, BLANK),
    Attack("name its own secret as the id of what it made", Target("list-marked", "marks-secret"), SEEN, Code("plugin.secret-told")),
    Attack("claim what carries no token", Target("list-marked", "marks-without-token"), NONE, Code("plugin.answer")),
    Attack("claim something by a token of 1 MiB", Target("list-marked", "marks-long-token"), NONE, Code("plugin.answer")),
    Attack("claim 10,000 things at once", Target("list-marked", "marks"), NONE, Code("plugin.answer")),
    Attack("have a step wait for 49 days", Wait, NONE, Text("an hour at a time", "wait 3600000")),
    Attack("describe a machine of 1,000 disks", Machine("vm-large"), NONE, Code("plugin.answer")),
    Attack("describe two disks by one id", Machine("vm-twins"), NONE, Code("plugin.answer")),
    Attack("find 10,000 things wrong", Source("many-findings", "", ""), NONE, Code("plugin.answer")),
    Attack("use a disk handle that nobody gave", Source("forged-disk", "", ""), NONE, TRAP),
    Attack("see a secret by a handle that nobody gave", Source("forged-secret", "", ""), NONE, TRAP),
    Attack("give back a handle that nobody gave", Source("drop-forged", "", ""), NONE, TRAP),
    Attack("name a log level that is none", Source("forged-level", "", ""), NONE, TRAP),
    Attack("call again after a trap", AfterTrap, NONE, Code("sandbox.dead")),
    // Bombs.
    Attack("log a text of 4 GiB that it does not have", Source("claim-text", "", ""), NONE, TRAP),
    Attack("hand over a list of 4 GiB that it does not have", Source("claim-list", "", ""), NONE, TRAP),
    Attack("answer with 48 MiB", Source("answer", "", ""), NONE, Code("sandbox.payload")),
    Attack("log a line of 48 MiB", Source("long-line", "", ""), NONE, Code("sandbox.payload")),
    Attack("log for ever", Source("lines", "", ""), "limit = { log-lines = 100 }", Code("sandbox.log-flood")),
    Attack("fill the log by what the host refuses", Source("refusals", "", ""), "limit = { log-lines = 100 }", Code("sandbox.log-flood")),
    Attack("open disks for ever", Source("disks", "{dir}/disk", ""), "grant.disk = ['{dir}']\nlimit = { handles = 50 }", Code("sandbox.handles")),
    Attack("open endpoints for ever", Source("endpoints", "http://127.0.0.1:{granted}", ""), "grant.http = ['http://127.0.0.1:{granted}']\nlimit = { handles = 20 }", Code("sandbox.handles")),
    Attack("take memory for ever", Morph("memory", "", ""), "limit = { memory-mib = 64 }", Code("sandbox.memory")),
    Attack("call the host a million times", Source("calls", "", ""), NONE, Text("its answers, in its own time", "1000000 calls")),
    Attack("recurse for ever", Morph("stack", "", ""), NONE, TRAP),
    Attack("compute for ever, so that timers die", Timer("spin"), "limit = { call-ms = 300 }", Code("sandbox.computing")),
    Attack("sleep for ever", Timer("sleep"), "limit = { call-wall-ms = 300 }", Code("sandbox.timeout")),
    Attack("recurse on the host's stack", Describe("(func $f (export \"describe\") (result i32) (i32.add (call $f) (i32.const 1)))"), NONE, TRAP),
    Attack("compute for ever before it is given anything", Describe("(func (export \"describe\") (result i32) (loop (br 0)) (i32.const 0))"), NONE, Code("sandbox.computing")),
    Attack("compute for ever while it is instantiated", Describe("(func $s (loop (br 0))) (start $s) (func (export \"describe\") (result i32) (i32.const 0))"), NONE, Code("sandbox.computing")),
    Attack("begin with a memory of 4 GiB", Describe("(memory (export \"memory\") 65536) (func (export \"describe\") (result i32) (i32.const 0))"), NONE, Code("sandbox.memory")),
    Attack("be made of 100 instances", Instances, NONE, Code("sandbox.limit")),
    Attack("grow its memory to 4 GiB", Describe("(func (export \"describe\") (result i32) (memory.grow (i32.const 65000)))"), NONE, Code("sandbox.memory")),
    Attack("begin with a table of 10,000,000 elements", Describe("(table 10000000 funcref) (func (export \"describe\") (result i32) (i32.const 0))"), NONE, Code("sandbox.limit")),
    Attack("grow a table for ever", Describe("(table $t 1 funcref) (func (export \"describe\") (result i32) (loop (drop (table.grow $t (ref.null func) (i32.const 50000))) (br 0)) (i32.const 0))"), NONE, Code("sandbox.limit")),
    Attack("say who it is in 4 GiB that it does not have", Describe("(func (export \"describe\") (result i32) (i32.store (i32.const 4) (i32.const -1)) (i32.const 0))"), NONE, TRAP),
    Attack("answer from outside its memory", Describe("(func (export \"describe\") (result i32) (i32.const -16))"), NONE, TRAP),
    Attack("hang the host by a schema of parts without end", Describe(SCHEMA), NONE, Code("config.option")),
    // The guest's system. The agent resolves every path inside it.
    Attack("leave the guest's root by `..`", Morph("read", "/../{outname}/secret", ""), NONE, Code("rootfs.not-found")),
    Attack("leave it by a link in the guest", Morph("read", "/link", ""), NONE, Code("rootfs.not-found")),
    Attack("leave it by a link that it makes", Morph("link", "/made", "{out}/secret"), NONE, Code("rootfs.not-found")),
    Attack("leave it by `/proc/self/root`", Morph("read", "/magic{out}/secret", ""), NONE, Code("rootfs.not-found")),
    Attack("list a directory outside it", Morph("list", "/linkdir", ""), NONE, Text("no name", "0 names")),
    Attack("write outside it by `..`", Morph("write", "/../{outname}/owned", ""), NONE, Code("rootfs.path")),
    Attack("write below a link that leads out", Morph("write", "/linkdir/owned", ""), NONE, Code("rootfs.wrong-kind")),
    Attack("make a directory outside it", Morph("make-dir", "/linkdir/owned", ""), NONE, Code("rootfs.wrong-kind")),
    Attack("move a file out of it", Morph("rename", "/inside", "/linkdir/owned"), NONE, Code("rootfs.not-found")),
    Attack("remove what lies outside it", Morph("remove", "/../{outname}/secret", ""), NONE, Code("rootfs.path")),
    Attack("read a device node of the guest", Morph("read", "/zero", ""), NONE, Code("rootfs.not-a-file")),
    Attack("have a shell read its arguments", Morph("run", "printf", SHELL), NONE, Text("one argument, as it was written", "ran")),
    Attack("change a guest that it was only to look at", Detect, NONE, Code("rootfs.detect")),
    // Terminals.
    Attack("steer the operator's terminal by log, progress and error", Source("escapes", "", ""), NONE, Text("blanks", "a.b")),
];

/// A `describe` whose schema has two parts, each of which is the same schema again.
const SCHEMA: &str = r##"(data (i32.const 64) "{\"$ref\":\"#/$defs/A\",\"$defs\":{\"A\":{\"allOf\":[{\"$ref\":\"#/$defs/A\"},{\"$ref\":\"#/$defs/A\"}]}}}")
(func (export "describe") (result i32)
  (i32.store (i32.const 24) (i32.const 64)) (i32.store (i32.const 28) (i32.const 88)) (i32.const 0))"##;
