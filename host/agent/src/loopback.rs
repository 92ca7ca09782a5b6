//! A range of a disk as a block device of its own, for kernels that know no partition tables or no
//! device-mapper: a loop device that goes away by itself with its last user. The only file that
//! speaks to the kernel by `ioctl`.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustix::ioctl::{NoArg, Setter};
use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};

/// Others take free loop devices at the same time.
const TRIES_MAX: usize = 64;
const TRY_PAUSE: std::time::Duration = std::time::Duration::from_millis(10);
const READ_ONLY: u32 = 1;
const AUTO_CLEAR: u32 = 4;
const GET_FREE: u32 = 0x4c82;
const CONFIGURE: u32 = 0x4c0a;
const CLEAR: u32 = 0x4c01;

/// An attached loop device; it ends when this and every mount of it is gone.
#[derive(Debug)]
pub struct Loop {
    /// Its node.
    pub path: PathBuf,
    file: File,
}

/// `struct loop_config` of linux/loop.h.
#[repr(C)]
struct Config {
    fd: u32,
    block_size: u32,
    info: Info,
    reserved: [u64; 8],
}

/// `struct loop_info64` of linux/loop.h.
#[repr(C)]
struct Info {
    device: u64,
    inode: u64,
    rdevice: u64,
    offset: u64,
    size_limit: u64,
    number: u32,
    encrypt_type: u32,
    encrypt_key_size: u32,
    flags: u32,
    file_name: [u8; 64],
    crypt_name: [u8; 64],
    encrypt_key: [u8; 32],
    init: [u64; 2],
}

impl Loop {
    /// Attaches `length` bytes at `offset` of the device `backing`.
    ///
    /// # Errors
    /// `system.loop`.
    pub fn attach(backing: &Path, offset: u64, length: u64, writable: bool) -> Result<Self> {
        let what =
            || format!("cannot make a loop device over {length} bytes at {offset} of {}", backing.display());
        let target =
            File::options().read(true).write(writable).open(backing).or_other("system.loop", what)?;
        let control = File::options().read(true).write(true).open("/dev/loop-control");
        let control = control.or_other("system.loop", || "this worker has no loop devices".into())?;
        let mut last = None;
        for _ in 0..TRIES_MAX {
            match attach_free(&control, &target, offset, length, writable) {
                Ok(attached) => return Ok(attached),
                Err(error) if passing(&error) => last = Some(error),
                Err(error) => return Err(error).or_other("system.loop", what),
            }
            std::thread::sleep(TRY_PAUSE);
        }
        let last = last.map_or_else(String::new, |error| error.to_string());
        Err(Error::unavailable("system.loop", what()).cause("others took every free loop device").cause(last))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        // With AUTO_CLEAR this only marks it: a mount of it keeps it.
        #[allow(unsafe_code)] // LOOP_CLR_FD has no argument.
        let _ = unsafe { rustix::ioctl::ioctl(&self.file, NoArg::<CLEAR>::new()) };
    }
}

fn attach_free(
    control: &File,
    target: &File,
    offset: u64,
    length: u64,
    writable: bool,
) -> std::io::Result<Loop> {
    let path = PathBuf::from(format!("/dev/loop{}", get_free(control)?));
    let file = File::options().read(true).write(writable).open(&path)?;
    configure(&file, target, offset, length, writable)?;
    Ok(Loop { path, file })
}

/// Another process was quicker, or is still letting go of that device, or its node is not made yet.
fn passing(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    let passing = [Errno::BUSY, Errno::NXIO, Errno::NODEV, Errno::NOENT, Errno::AGAIN];
    Errno::from_io_error(error).is_some_and(|errno| passing.contains(&errno))
}

fn configure(file: &File, target: &File, offset: u64, length: u64, writable: bool) -> rustix::io::Result<()> {
    let info = Info {
        device: 0,
        inode: 0,
        rdevice: 0,
        offset,
        size_limit: length,
        number: 0,
        encrypt_type: 0,
        encrypt_key_size: 0,
        flags: AUTO_CLEAR | if writable { 0 } else { READ_ONLY },
        file_name: [0; 64],
        crypt_name: [0; 64],
        encrypt_key: [0; 32],
        init: [0; 2],
    };
    let fd = u32::try_from(target.as_raw_fd()).map_err(|_| rustix::io::Errno::BADF)?;
    let config = Config { fd, block_size: 0, info, reserved: [0; 8] };
    #[allow(unsafe_code)] // LOOP_CONFIGURE reads exactly one `struct loop_config`, which lives long enough.
    unsafe {
        rustix::ioctl::ioctl(file, Setter::<CONFIGURE, Config>::new(config))
    }
}

fn get_free(control: &File) -> rustix::io::Result<u32> {
    #[allow(unsafe_code)] // LOOP_CTL_GET_FREE has no argument and answers a number.
    let number = unsafe { rustix::ioctl::ioctl(control, GetFree) }?;
    u32::try_from(number).map_err(|_| rustix::io::Errno::INVAL)
}

/// The answer of this call is its return value, for which no ready pattern exists.
struct GetFree;

#[allow(unsafe_code)] // The kernel reads and writes no memory in this call.
unsafe impl rustix::ioctl::Ioctl for GetFree {
    type Output = i32;
    const IS_MUTATING: bool = false;

    fn opcode(&self) -> rustix::ioctl::Opcode {
        GET_FREE
    }

    fn as_ptr(&mut self) -> *mut std::ffi::c_void {
        std::ptr::null_mut()
    }

    unsafe fn output_from_ptr(
        output: rustix::ioctl::IoctlOutput,
        _: *mut std::ffi::c_void,
    ) -> rustix::io::Result<i32> {
        Ok(output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::FileExt as _;

    #[test]
    fn shows_the_range_and_goes_away() {
        assert_eq!(std::mem::size_of::<Config>(), 304, "struct loop_config");
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(4 << 20).unwrap();
        let whole = Loop::attach(file.path(), 0, 4 << 20, true).unwrap();
        let part = Loop::attach(&whole.path, 1 << 20, 64 << 10, true).unwrap();
        let open = |path: &Path| File::options().read(true).write(true).open(path).unwrap();
        let device = open(&part.path);
        device.write_all_at(b"here", 512).unwrap();
        device.sync_all().unwrap();
        let mut bytes = [0; 4];
        open(&whole.path).read_exact_at(&mut bytes, (1 << 20) + 512).unwrap();
        assert_eq!(&bytes, b"here");
        assert_eq!(std::io::Seek::seek(&mut &device, std::io::SeekFrom::End(0)).unwrap(), 64 << 10);
        let name = part.path.file_name().unwrap().to_str().unwrap().to_string();
        drop((device, part));
        // Whoever looks at all devices of the machine just now holds it for a moment longer.
        let is_attached = || {
            let backing = std::fs::read_to_string(format!("/sys/block/{name}/loop/backing_file"));
            backing.is_ok_and(|file| file.trim() == whole.path.to_str().unwrap())
        };
        for _ in 0..100 {
            if !is_attached() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("it stays attached");
    }
}
