//! Wine, which runs programs for Windows on this machine, with services, shell, installer and registry that nobody here
//! wrote. It has no disks, no BitLocker and no PowerShell. Knows no program and no cloud; stands for itself, so that tests of
//! other crates can have it, too.

use std::fs::{self, File};
use std::io::{Error, Read as _, Result, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// Where Debian's package `wine64` puts its programs: no path leads there.
const PROGRAMS: &str = "/usr/lib/wine";
/// Compiles for it: package `gcc-mingw-w64-x86-64`.
const COMPILER: &str = "x86_64-w64-mingw32-gcc";
/// Of this library of Windows, which every Rust program asks for random numbers, Wine 8 has none yet.
const RANDOM: &str = "bcryptprimitives.dll";
const RANDOM_SOURCE: &str = "#include <windows.h>\n\
    BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);\n\
    __declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length)\n\
    { return SystemFunction036(bytes, (ULONG)length); }\n";

/// Drives that there are beside C: Wine knows as devices those alone that were there when it started.
const LETTERS: [char; 8] = ['d', 'e', 'f', 'g', 'h', 'i', 'j', 'k'];

/// A place in which Wine keeps its Windows. What runs there ends when this is dropped.
pub struct Wine {
    prefix: PathBuf,
    /// For whoever looks for a drive.
    drives: Mutex<()>,
    /// Held for as long as this process uses it.
    _lock: File,
}

impl Wine {
    /// The one at `prefix`, made if it is not there: 5 s, and 700 MB. No other process has it meanwhile.
    ///
    /// # Errors
    /// Where Wine or the compiler is not there.
    pub fn at(prefix: &Path) -> Result<Self> {
        fs::create_dir_all(prefix)?;
        let lock = File::create(prefix.join("lock"))?;
        lock.lock()?;
        let wine = Self { prefix: prefix.to_owned(), drives: Mutex::default(), _lock: lock };
        wine.end();
        if !prefix.join("system.reg").exists() {
            wine.run(&["wineboot", "-i"])?;
        }
        let random = wine.windows().join("system32").join(RANDOM);
        if !random.exists() {
            wine.compile(RANDOM_SOURCE, &random, &["-shared", "-ladvapi32"])?;
        }
        wine.end();
        fs::create_dir_all(wine.nothing())?;
        LETTERS.iter().try_for_each(|letter| point(&wine.link(*letter), &wine.nothing()))?;
        Ok(wine)
    }

    /// The directory of `C:\`.
    pub fn drive_c(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    /// The directory of its Windows.
    pub fn windows(&self) -> PathBuf {
        self.drive_c().join("windows")
    }

    /// A program by Wine, with these arguments; built-in ones by their name alone.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(Path::new(PROGRAMS).join("wine64"));
        command.args(words).env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all").env_remove("DISPLAY");
        command
    }

    /// Runs one to its end, and gives back what it printed; services that it starts may go on.
    ///
    /// # Errors
    /// Where it fails.
    pub fn run(&self, words: &[&str]) -> Result<String> {
        // A pipe would be held open by the services.
        let mut file =
            File::options().read(true).write(true).create(true).truncate(true).open(self.said())?;
        let mut command = self.command(words);
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file.try_clone()?);
        let status = command.status().map_err(|error| missing("wine64", &error))?;
        let mut said = Vec::new();
        file.rewind()?;
        file.read_to_end(&mut said)?;
        let said = String::from_utf8_lossy(&said).into_owned();
        if status.success() { Ok(said) } else { Err(Error::other(format!("{words:?}: {status}: {said}"))) }
    }

    fn said(&self) -> PathBuf {
        self.prefix.join("said")
    }

    /// Compiles a program or library in C for it.
    ///
    /// # Errors
    /// The compiler's.
    pub fn compile(&self, source: &str, to: &Path, flags: &[&str]) -> Result<()> {
        let mut command = Command::new(COMPILER);
        command.arg("-o").arg(to).args(["-x", "c", "-"]).args(flags).stdin(Stdio::piped());
        let mut child = command.spawn().map_err(|error| missing("gcc-mingw-w64-x86-64", &error))?;
        if let Some(mut input) = child.stdin.take() {
            input.write_all(source.as_bytes())?;
        }
        if child.wait()?.success() {
            Ok(())
        } else {
            Err(Error::other(format!("{COMPILER} makes no {}", to.display())))
        }
    }

    /// Shows `directory` as a drive for as long as it is held.
    ///
    /// # Errors
    /// When there is no drive left.
    pub fn drive(&self, directory: &Path) -> Result<Drive> {
        let _alone = self.drives.lock().unwrap_or_else(PoisonError::into_inner);
        let (links, nothing) = (LETTERS.map(|letter| (letter, self.link(letter))), self.nothing());
        let free = links.into_iter().find(|(_, link)| fs::read_link(link).is_ok_and(|to| to == nothing));
        let (letter, link) = free.ok_or_else(|| Error::other("Wine has no drive left"))?;
        point(&link, directory)?;
        Ok(Drive { letter: letter.to_ascii_uppercase(), link, nothing })
    }

    fn link(&self, letter: char) -> PathBuf {
        self.prefix.join(format!("dosdevices/{letter}:"))
    }

    /// What a drive shows that nobody uses.
    fn nothing(&self) -> PathBuf {
        self.prefix.join("nothing")
    }

    /// Shuts it down and starts it again, with the services that start by themselves.
    ///
    /// # Errors
    /// Where it does not start.
    pub fn boot(&self) -> Result<()> {
        self.end();
        self.run(&["wineboot"]).map(drop)
    }

    /// Ends everything that runs in it, and waits for that.
    pub fn end(&self) {
        for argument in ["-k", "-w"] {
            let mut command = Command::new(Path::new(PROGRAMS).join("wineserver"));
            // Where nothing runs it fails, which is as good.
            drop(command.arg(argument).env("WINEPREFIX", &self.prefix).output());
        }
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        self.end();
    }
}

/// A drive that is a directory of this machine.
pub struct Drive {
    /// Its letter.
    pub letter: char,
    link: PathBuf,
    nothing: PathBuf,
}

impl Drop for Drive {
    fn drop(&mut self) {
        drop(point(&self.link, &self.nothing));
    }
}

fn point(link: &Path, to: &Path) -> Result<()> {
    drop(fs::remove_file(link));
    std::os::unix::fs::symlink(to, link)
}

fn missing(package: &str, error: &Error) -> Error {
    Error::other(format!("Debian's package {package} is needed: {error}"))
}
