//! The numbers for people and for programs: tables in Markdown, JSON, and both tables and picture in the document that
//! operators read. Knows what is said of a number, not how it came about.

use super::decoding::Decoding;
use super::meter::Row;
use super::network::Changed;
use super::picture;
use super::sandbox::Reading;
use crate::run::root;
use anyhow::{Context, Result};
use serde::Serialize;
use std::fmt::Write as _;
use std::path::Path;

const DOCUMENT: &str = "host/docs/performance.md";
const PICTURE: &str = "host/docs/performance.svg";
/// What lies between these is made.
const MARKS: (&str, &str) = ("<!-- made by cargo xtask bench -->\n", "<!-- until here -->");
const MIB_PER_GIB: f64 = 1024.0;
/// More of the bytes than these are not to be moved after a change of 1 %.
const MOVED_AIM: f64 = 0.012;
/// More than these are not to be paid for the sandbox where bytes are stored.
const COST_AIM: f64 = 0.05;
/// How many times the computing time of native code decoding inside the sandbox may take.
const DECODING_AIM: f64 = 1.6;

/// Everything that one run measured.
#[derive(Serialize)]
pub struct Results {
    /// Processors, versions of the peers.
    pub machine: String,
    /// What the images lay in.
    pub file_system: String,
    /// Runs of each program that count.
    pub rounds: usize,
    /// The disk.
    pub size_mib: u64,
    /// What is allocated of it.
    pub data_mib: f64,
    /// From each format to a raw file.
    pub conversions: Vec<Row>,
    /// To a device, through TLS.
    pub network: Row,
    /// What an execution moves after a change.
    pub changed: Changed,
    /// What the sandbox costs.
    pub reading: Vec<Reading>,
    /// What decoding in it costs.
    pub decoding: Decoding,
}

impl Results {
    /// In Markdown, which is what the terminal shows, too.
    pub fn tables(&self) -> String {
        let mut text = format!(
            "A disk of {} MiB, {:.0} MiB of it allocated, in {}; medians of {} rounds. {}.\n\n",
            self.size_mib, self.data_mib, self.file_system, self.rounds, self.machine
        );
        text += "| from | to | peer | peer, s | gyre, s | gyre's speed, peer = 1 | wanted | CPU s per GiB: peer | gyre | peak MiB: peer | gyre |\n\
                 |---|---|---|---|---|---|---|---|---|---|---|\n";
        self.conversions.iter().for_each(|row| self.line(&mut text, row, "raw file"));
        self.line(&mut text, &self.network, "device");
        self.changes(&mut text);
        self.sandbox(&mut text);
        self.decoding(&mut text);
        text
    }

    fn line(&self, text: &mut String, row: &Row, to: &str) {
        let per_gib = |cpu: f64| cpu / (self.data_mib / MIB_PER_GIB);
        let _ = writeln!(
            text,
            "| {} | {to} | {} | {:.2} | {:.2} | **{:.2}** | {} | {:.2} | {:.2} | {:.0} | {:.0} |",
            row.title,
            row.peer_name,
            row.peer.seconds,
            row.ours.seconds,
            row.speed(),
            row.aim.map_or_else(|| "–".into(), |aim| format!("{aim:.1}")),
            per_gib(row.peer.cpu_seconds),
            per_gib(row.ours.cpu_seconds),
            row.peer.memory_mib,
            row.ours.memory_mib
        );
    }

    fn changes(&self, text: &mut String) {
        let Changed { size, changed, moved, seconds } = self.changed;
        let percent = |bytes: u64| 100.0 * bytes as f64 / size as f64;
        let _ = writeln!(
            text,
            "\nAfter {:.2} % of the disk changed, comparing by hashes moved {:.2} % of its bytes (wanted: at most {:.1} %) in {seconds:.2} s.",
            percent(changed),
            percent(moved),
            100.0 * MOVED_AIM
        );
    }

    fn sandbox(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "\n| read and hashed | ranges in its map | CPU s | of it the plugin, sandboxed | the same natively | the sandbox costs | wanted |\n\
             |---|---|---|---|---|---|---|"
        );
        for reading in &self.reading {
            let Reading { title, extents, whole, sandboxed, native } = reading;
            let cost = 100.0 * reading.cost();
            let _ = writeln!(
                text,
                "| {title} | {extents} | {whole:.2} | {sandboxed:.3} | {native:.3} | **{cost:.1} %** | {:.0} % |",
                100.0 * COST_AIM
            );
        }
    }

    fn decoding(&self, text: &mut String) {
        let Decoding { title, mib, alone, together, sandboxed, native } = &self.decoding;
        let _ = writeln!(
            text,
            "\n| decoded inside the sandbox | MiB | one instance, s | several, s | CPU s in the sandbox | the same natively | factor | wanted |\n\
             |---|---|---|---|---|---|---|---|\n\
             | {title} | {mib} | {alone:.2} | {together:.2} | {sandboxed:.2} | {native:.2} | **{:.2}** | {DECODING_AIM:.1} |",
            self.decoding.factor()
        );
    }

    /// As JSON, with a field for everything.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_json(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Table and picture of the document, with what stands around them left as it is.
    ///
    /// # Errors
    /// When the document has no place for them.
    pub fn write_document(&self) -> Result<()> {
        let path = root().join(DOCUMENT);
        let text = std::fs::read_to_string(&path).with_context(|| format!("no {DOCUMENT}"))?;
        std::fs::write(&path, placed(&text, &self.tables())?)?;
        let rows: Vec<&Row> = self.conversions.iter().chain([&self.network]).collect();
        std::fs::write(root().join(PICTURE), picture::draw(&rows, self.data_mib))?;
        println!("bench: written into {DOCUMENT} and {PICTURE}");
        Ok(())
    }
}

fn placed(text: &str, made: &str) -> Result<String> {
    let (before, rest) = text.split_once(MARKS.0).context("the document has no mark before the table")?;
    let (_, after) = rest.split_once(MARKS.1).context("the document has no mark behind the table")?;
    Ok(format!("{before}{}{made}{}{after}", MARKS.0, MARKS.1))
}

#[cfg(test)]
mod tests {
    use super::super::meter::Took;
    use super::*;

    fn row(title: &str) -> Row {
        let took = |seconds| Took { seconds, cpu_seconds: 2.0 * seconds, memory_mib: 30.0 };
        Row {
            title: title.into(),
            peer_name: "peer".into(),
            aim: Some(1.0),
            peer: took(3.0),
            ours: took(2.0),
        }
    }

    fn results() -> Results {
        Results {
            machine: "two processors".into(),
            file_system: "tmpfs".into(),
            rounds: 3,
            size_mib: 4096,
            data_mib: 2048.0,
            conversions: vec![row("raw")],
            network: row("raw, through TLS"),
            changed: Changed { size: 1000, changed: 10, moved: 11, seconds: 0.5 },
            reading: vec![Reading {
                title: "qcow2".into(),
                extents: 7,
                whole: 1.05,
                sandboxed: 0.06,
                native: 0.01,
            }],
            decoding: Decoding {
                title: "LUKS".into(),
                mib: 256,
                alone: 9.0,
                together: 5.0,
                sandboxed: 8.0,
                native: 4.0,
            },
        }
    }

    #[test]
    fn numbers_are_of_the_data_and_of_the_peer() {
        let tables = results().tables();
        assert!(
            tables
                .contains("| raw | raw file | peer | 3.00 | 2.00 | **1.50** | 1.0 | 3.00 | 2.00 | 30 | 30 |")
        );
        assert!(tables.contains("moved 1.10 % of its bytes"), "{tables}");
        assert!(tables.contains("| LUKS | 256 | 9.00 | 5.00 | 8.00 | 4.00 | **2.00** | 1.6 |"), "{tables}");
        assert!(tables.contains("| qcow2 | 7 | 1.05 | 0.060 | 0.010 | **5.0 %** | 5 % |"), "{tables}");
    }

    #[test]
    fn what_stands_around_the_table_stays() {
        let text = format!("before\n{}old\n{}\nafter\n", MARKS.0, MARKS.1);
        let expected = format!("before\n{}new\n{}\nafter\n", MARKS.0, MARKS.1);
        assert_eq!(placed(&text, "new\n").unwrap(), expected);
        assert!(placed("before", "new").is_err());
        let document = std::fs::read_to_string(root().join(DOCUMENT)).unwrap();
        placed(&document, "new\n").unwrap();
    }
}
