//! The calls of Windows that the standard library has no words for, each a safe function. Buffers that come back are bytes;
//! what is in them is for [`super::records`] to say. Decides nothing.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt as _;
use std::os::windows::fs::OpenOptionsExt as _;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use windows_sys::Win32::Foundation::{
    ERROR_CALL_NOT_IMPLEMENTED, ERROR_INVALID_FUNCTION, ERROR_MORE_DATA, ERROR_NO_MORE_FILES,
    ERROR_NOT_SUPPORTED, HANDLE, INVALID_HANDLE_VALUE, LUID,
};
use windows_sys::Win32::Security::{
    AdjustTokenPrivileges, LUID_AND_ATTRIBUTES, LookupPrivilegeValueW, SE_PRIVILEGE_ENABLED,
    TOKEN_ADJUST_PRIVILEGES, TOKEN_PRIVILEGES, TOKEN_QUERY,
};
use windows_sys::Win32::Storage::FileSystem::{
    DeleteVolumeMountPointW, FindFirstVolumeW, FindNextVolumeW, FindVolumeClose, GetDiskFreeSpaceExW,
    GetLogicalDrives, GetVolumePathNamesForVolumeNameW, ReplaceFileW, SetVolumeMountPointW,
};
use windows_sys::Win32::System::Diagnostics::Debug::{SEM_FAILCRITICALERRORS, SetErrorMode};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::SystemInformation::GetSystemWindowsDirectoryW;
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

pub(crate) use windows_sys::Win32::Storage::FileSystem::IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS;
pub(crate) use windows_sys::Win32::System::Ioctl::{
    FSCTL_DISMOUNT_VOLUME, FSCTL_LOCK_VOLUME, IOCTL_DISK_GET_LENGTH_INFO, IOCTL_DISK_GET_PARTITION_INFO_EX,
    IOCTL_DISK_SET_DISK_ATTRIBUTES, IOCTL_DISK_UPDATE_PROPERTIES, IOCTL_STORAGE_QUERY_PROPERTY,
};

/// Volumes of one machine.
const VOLUMES_MAX: usize = 1024;
/// UTF-16 units of a volume's name, and of all of its paths.
const NAME_UNITS: usize = 64;
const PATHS_UNITS: usize = 32 * 1024;
const DIRECTORY_UNITS: usize = 1024;
/// `FVE_E_LOCKED_VOLUME`.
const LOCKED: u32 = 0x8031_0000;
/// Whoever else has it open may keep it.
const SHARED: u32 = 7;

/// Text as these calls take it.
fn wide(text: impl AsRef<OsStr>) -> io::Result<Vec<u16>> {
    let mut units: Vec<u16> = text.as_ref().encode_wide().collect();
    if units.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    units.push(0);
    Ok(units)
}

fn done(result: i32) -> io::Result<()> {
    if result == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Whether an error says that there is no such call here at all.
pub(crate) fn is_unknown(error: &io::Error) -> bool {
    let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok());
    code.is_some_and(|code| {
        [ERROR_INVALID_FUNCTION, ERROR_NOT_SUPPORTED, ERROR_CALL_NOT_IMPLEMENTED].contains(&code)
    })
}

/// Whether an error says that BitLocker keeps the volume shut.
pub(crate) fn is_locked(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| code.cast_unsigned() == LOCKED)
}

/// Opens a device, `\\.\PhysicalDrive1` or a volume without its last backslash.
pub(crate) fn open_device(path: &str, writable: bool) -> io::Result<File> {
    OpenOptions::new().read(true).write(writable).share_mode(SHARED).open(path)
}

/// Asks a device's driver; the answer has at most `room` bytes.
pub(crate) fn control(device: &File, code: u32, input: &[u8], room: usize) -> io::Result<Vec<u8>> {
    let mut output = vec![0_u8; room];
    let mut length = 0;
    let size = |bytes: usize| u32::try_from(bytes).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput));
    let (input_size, output_size) = (size(input.len())?, size(room)?);
    #[allow(unsafe_code)] // Both buffers live until it returns, and their own sizes go along.
    let result = unsafe {
        DeviceIoControl(
            device.as_raw_handle(),
            code,
            input.as_ptr().cast(),
            input_size,
            output.as_mut_ptr().cast(),
            output_size,
            &raw mut length,
            null_mut(),
        )
    };
    done(result)?;
    output.truncate(usize::try_from(length).unwrap_or(room));
    Ok(output)
}

/// The names of all volumes, `\\?\Volume{…}\`.
pub(crate) fn volumes() -> io::Result<Vec<String>> {
    let mut name = [0_u16; NAME_UNITS];
    let units = NAME_UNITS as u32;
    #[allow(unsafe_code)] // The buffer has as many units as it says.
    let search = unsafe { FindFirstVolumeW(name.as_mut_ptr(), units) };
    if search == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let result = loop {
        found.extend(super::records::texts(&name).into_iter().next());
        if found.len() >= VOLUMES_MAX {
            break Ok(());
        }
        #[allow(unsafe_code)] // The search is open, and the buffer as large as it says.
        let next = unsafe { FindNextVolumeW(search, name.as_mut_ptr(), units) };
        if let Err(error) = done(next) {
            let is_end = error.raw_os_error() == Some(ERROR_NO_MORE_FILES.cast_signed());
            break if is_end { Ok(()) } else { Err(error) };
        }
    };
    #[allow(unsafe_code)] // Closed once, and not used after.
    unsafe {
        FindVolumeClose(search);
    }
    result.map(|()| found)
}

/// Where a volume is shown: `D:\`, `C:\mounted\`.
pub(crate) fn points(volume: &str) -> io::Result<Vec<String>> {
    let (volume, mut list, mut length) = (wide(volume)?, vec![0_u16; PATHS_UNITS], 0);
    #[allow(unsafe_code)] // The name ends with a NUL, and the buffer is as large as it says.
    let result = unsafe {
        GetVolumePathNamesForVolumeNameW(
            volume.as_ptr(),
            list.as_mut_ptr(),
            PATHS_UNITS as u32,
            &raw mut length,
        )
    };
    match done(result) {
        Err(error) if error.raw_os_error() == Some(ERROR_MORE_DATA.cast_signed()) => Ok(Vec::new()),
        other => other.map(|()| super::records::texts(&list)),
    }
}

/// Shows a volume at a letter or an empty directory; both end with a backslash.
pub(crate) fn show(point: &str, volume: &str) -> io::Result<()> {
    let (point, volume) = (wide(point)?, wide(volume)?);
    #[allow(unsafe_code)] // Both texts end with a NUL.
    done(unsafe { SetVolumeMountPointW(point.as_ptr(), volume.as_ptr()) })
}

/// Takes back what [`show`] did.
pub(crate) fn hide(point: &str) -> io::Result<()> {
    let point = wide(point)?;
    #[allow(unsafe_code)] // The text ends with a NUL.
    done(unsafe { DeleteVolumeMountPointW(point.as_ptr()) })
}

/// The letters that nothing is shown at, from D on.
pub(crate) fn free_letters() -> Vec<char> {
    #[allow(unsafe_code)] // It takes nothing.
    let used = unsafe { GetLogicalDrives() };
    ('A'..='Z')
        .enumerate()
        .skip(3)
        .filter(|(bit, _)| used & (1 << bit) == 0)
        .map(|(_, letter)| letter)
        .collect()
}

/// Where the Windows that runs this lies.
pub(crate) fn own_directory() -> io::Result<PathBuf> {
    let mut path = vec![0_u16; DIRECTORY_UNITS];
    #[allow(unsafe_code)] // The buffer has as many units as it says.
    let length = unsafe { GetSystemWindowsDirectoryW(path.as_mut_ptr(), DIRECTORY_UNITS as u32) };
    let length = usize::try_from(length).ok().filter(|length| *length > 0);
    let text = length.and_then(|length| path.get(..length)).ok_or_else(io::Error::last_os_error)?;
    Ok(PathBuf::from(String::from_utf16_lossy(text)))
}

/// Where PowerShell is on every Windows.
pub(crate) fn powershell() -> io::Result<PathBuf> {
    Ok(own_directory()?.join(r"System32\WindowsPowerShell\v1.0\powershell.exe"))
}

/// Bytes of the file system at `path`, used or not.
pub(crate) fn capacity(path: &str) -> io::Result<u64> {
    let (path, mut total) = (wide(path)?, 0);
    #[allow(unsafe_code)] // The text ends with a NUL; what is not asked for is none.
    done(unsafe { GetDiskFreeSpaceExW(path.as_ptr(), null_mut(), &raw mut total, null_mut()) })?;
    Ok(total)
}

/// Puts `new` in the place of `old`, with its attributes and access list, in one step; what was there becomes `kept`.
pub(crate) fn replace_file(old: &Path, new: &Path, kept: Option<&Path>) -> io::Result<()> {
    let (old, new, kept) = (wide(old)?, wide(new)?, kept.map(wide).transpose()?);
    let kept = kept.as_ref().map_or(null(), |kept| kept.as_ptr());
    #[allow(unsafe_code)] // All texts end with a NUL and live until it returns.
    done(unsafe { ReplaceFileW(old.as_ptr(), new.as_ptr(), kept, 0, null(), null()) })
}

/// From here on, whatever this process starts ends with it, however that comes.
pub(crate) fn keep_together() -> io::Result<()> {
    /// Closed by Windows when the process ends, and by nobody before.
    static JOB: OnceLock<OwnedHandle> = OnceLock::new();
    let job = owned(
        #[allow(unsafe_code)] // Nothing but defaults.
        unsafe {
            CreateJobObjectW(null(), null())
        },
    )?;
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    let size = size_of_val(&limits) as u32;
    #[allow(unsafe_code)] // The structure is of the kind that is named, and of its size.
    done(unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            size,
        )
    })?;
    #[allow(unsafe_code)] // The handle is open; this process has a pseudo handle.
    done(unsafe { AssignProcessToJobObject(job.as_raw_handle(), GetCurrentProcess()) })?;
    let _ = JOB.set(job);
    Ok(())
}

fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    #[allow(unsafe_code)] // It was made for us a moment ago, and nobody else closes it.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// Takes a right that an administrator has but does not use: `SeBackupPrivilege`.
pub(crate) fn take_privilege(name: &str) -> io::Result<()> {
    let mut token = null_mut();
    #[allow(unsafe_code)] // This process has a pseudo handle, and the result is checked before it is used.
    done(unsafe {
        OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &raw mut token)
    })?;
    let token = owned(token)?;
    let (name, mut luid) = (wide(name)?, LUID::default());
    #[allow(unsafe_code)] // The name ends with a NUL.
    done(unsafe { LookupPrivilegeValueW(null(), name.as_ptr(), &raw mut luid) })?;
    let privilege = LUID_AND_ATTRIBUTES { Luid: luid, Attributes: SE_PRIVILEGE_ENABLED };
    let wanted = TOKEN_PRIVILEGES { PrivilegeCount: 1, Privileges: [privilege] };
    #[allow(unsafe_code)] // One privilege is said to be there, and is.
    done(unsafe {
        AdjustTokenPrivileges(token.as_raw_handle(), 0, &raw const wanted, 0, null_mut(), null_mut())
    })
}

/// A drive without a medium is an error, and no window that waits for somebody.
pub(crate) fn ask_nobody() {
    #[allow(unsafe_code)] // It changes a mark of this process alone.
    unsafe {
        SetErrorMode(SEM_FAILCRITICALERRORS);
    }
}
