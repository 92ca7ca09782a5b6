//! What only a running Windows can do: one service that starts with the first boot, does its work in an order, and
//! removes itself. It is no program of ours but Windows' own shell, so nothing must be signed. Every part of the
//! work may be repeated: what is interrupted begins anew with the next boot.

use crate::guest::Guest;
use crate::ipv6::Address;
use gyre_plugin::osmorphing::*;
use std::fmt::Display;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Name of the service.
pub const SERVICE: &str = "gyre-firstboot";
/// Below Windows' directory.
pub const DIRECTORY: &str = "Gyre";
const OWN_PROCESS: u32 = 0x10;
const AUTOMATIC: u32 = 2;
/// The shell does not answer as a service does: that must not be shown as a failed boot.
const ERROR_IGNORE: u32 = 0;
/// It leaves a shell of its own behind, which goes on when the service control manager gives the first one up.
const PROGRAM: &str = r#"%SystemRoot%\System32\cmd.exe /c start "" /b %SystemRoot%\System32\cmd.exe /c %SystemRoot%\Gyre\firstboot.cmd"#;

/// Runs what the operator left beside it, if anything: by another name, so that it runs once at most, and by a shell of
/// its own, whose `exit` is its own too. PowerShell is given the text, as for addresses.
const USER_SCRIPT: [&str; 12] = [
    r#"if exist "%dir%\script.cmd" ("#,
    r#"  move /y "%dir%\script.cmd" "%dir%\running.cmd""#,
    r#"  cmd /c "%dir%\running.cmd" >"%dir%\script.log" 2>&1"#,
    "  if errorlevel 1 echo the operator's script failed: see script.log",
    r#"  del "%dir%\running.cmd""#,
    ")",
    r#"if exist "%dir%\script.ps1" ("#,
    r#"  move /y "%dir%\script.ps1" "%dir%\running.ps1""#,
    r#"  powershell -NoProfile -NonInteractive -Command "Invoke-Expression ([IO.File]::ReadAllText($env:SystemRoot + '\Gyre\running.ps1'))" >"%dir%\script.log" 2>&1"#,
    "  if errorlevel 1 echo the operator's script failed: see script.log",
    r#"  del "%dir%\running.ps1""#,
    ")",
];

/// A card, with the addresses that it is to have.
pub struct Card {
    /// `FA:16:3E:00:00:01`
    pub mac: String,
    /// The interface that had them.
    pub old: String,
    pub addresses: Vec<Ipv4Addr>,
    pub masks: Vec<Ipv4Addr>,
    pub gateways: Vec<Ipv4Addr>,
    pub servers: Vec<Ipv4Addr>,
    pub addresses6: Vec<Address>,
    pub servers6: Vec<Ipv6Addr>,
}

/// What is to be done.
#[derive(Default)]
pub struct Work {
    pub drivers: bool,
    pub cards: Vec<Card>,
    pub guest_agent: bool,
    pub cloudbase_init: bool,
    /// The setting that is put back.
    pub auto_reboot: Option<u32>,
}

/// Writes the scripts and the service.
///
/// # Errors
/// `registry.*`, `rootfs.*`.
pub fn install(guest: &Guest, work: &Work) -> Result<()> {
    let write = |name: &str, text: String| {
        guest.root.write_text(&guest.path(&format!("{DIRECTORY}/{name}"))?, 0o755, &text)
    };
    write("firstboot.cmd", script(work))?;
    if !work.cards.is_empty() {
        write("network.ps1", network_script(&work.cards))?;
    }
    let key = guest.service(SERVICE);
    for (name, value) in [
        ("Type", Value::Dword(OWN_PROCESS)),
        ("Start", Value::Dword(AUTOMATIC)),
        ("ErrorControl", Value::Dword(ERROR_IGNORE)),
        ("ObjectName", Value::Sz("LocalSystem".into())),
        ("DisplayName", Value::Sz("First boot after the migration by gyre".into())),
        ("ImagePath", Value::ExpandSz(PROGRAM.into())),
    ] {
        guest.system.set(&key, name, &value)?;
    }
    Ok(())
}

fn lines(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

/// In cmd's language. Of an installer's answers 1638 is "another version is there", 3010 "done, after a restart".
fn script(work: &Work) -> String {
    let mut text = lines(&[
        "@echo off",
        "rem First boot after the migration by gyre. It runs until it was whole, then removes itself.",
        r"set dir=%SystemRoot%\Gyre",
        r#"call :work >>"%dir%\firstboot.log" 2>&1"#,
        "exit /b 0",
        "",
        ":work",
        "echo %date% %time% begin",
    ]);
    if work.drivers {
        // Not every shell looks for files behind a pattern in quotes.
        text += &lines(&[
            r"set drivers=%SystemRoot%\Drivers\VirtIO",
            r#"pushd "%drivers%""#,
            r#"for %%i in (*.inf) do pnputil -i -a "%drivers%\%%i""#,
            "popd",
        ]);
    }
    if !work.cards.is_empty() {
        // Not as a script file: a policy that wants those signed does not mean what an administrator types.
        text += &lines(&[
            r#"powershell -NoProfile -NonInteractive -Command "Invoke-Expression ([IO.File]::ReadAllText($env:SystemRoot + '\Gyre\network.ps1'))""#,
        ]);
    }
    text += &lines(&["set failed="]);
    if work.guest_agent {
        text += &lines(&[
            r#"msiexec /i "%dir%\guest-agent.msi" /qn /norestart"#,
            "if errorlevel 1 if not errorlevel 1638 set failed=guest-agent",
        ]);
    }
    if work.cloudbase_init {
        text += &lines(&[
            r#"msiexec /i "%dir%\cloudbase-init.msi" /qn /norestart RUN_SERVICE_AS_LOCAL_SYSTEM=1"#,
            "if errorlevel 1 if not errorlevel 1638 set failed=cloudbase-init",
            r#"copy /y "%dir%\cloudbase-init.conf" "%ProgramFiles%\Cloudbase Solutions\Cloudbase-Init\conf\cloudbase-init.conf""#,
            r#"copy /y "%dir%\cloudbase-init.conf" "%ProgramFiles%\Cloudbase Solutions\Cloudbase-Init\conf\cloudbase-init-unattend.conf""#,
            "sc config cloudbase-init start= auto",
            "sc start cloudbase-init",
        ]);
    }
    text += &lines(&USER_SCRIPT);
    if let Some(old) = work.auto_reboot {
        text += &format!(
            "reg add HKLM\\SYSTEM\\CurrentControlSet\\Control\\CrashControl /v AutoReboot /t REG_DWORD /d {old} /f\r\n"
        );
    }
    text + &lines(&[
        "if defined failed (",
        "  echo %date% %time% %failed% was not installed: it is tried again at the next boot",
        "  exit /b 1",
        ")",
        &format!("sc delete {SERVICE}"),
        "echo %date% %time% done",
    ])
}

/// A list in PowerShell's language.
fn list<T: Display>(addresses: impl IntoIterator<Item = T>) -> String {
    let quoted: Vec<String> = addresses.into_iter().map(|address| format!("'{address}'")).collect();
    format!("@({})", quoted.join(", "))
}

/// A card and its addresses. All that is put in was parsed before.
fn described(card: &Card) -> String {
    let addresses6 = card.addresses6.iter().map(|it| format!("{}/{}", it.address, it.prefix));
    let mut text = format!("  @{{ Mac = '{}'; Old = '{}'", card.mac, card.old);
    for (name, list) in [
        ("Addresses", list(&card.addresses)),
        ("Masks", list(&card.masks)),
        ("Gateways", list(&card.gateways)),
        ("Servers", list(&card.servers)),
        ("Addresses6", list(addresses6)),
        ("Servers6", list(&card.servers6)),
    ] {
        text += &format!("; {name} = {list}");
    }
    text + " }"
}

/// In PowerShell's language, as every Windows since Vista has it; those of version 6 by netsh, which says so where one is
/// there already.
fn network_script(cards: &[Card]) -> String {
    let cards: Vec<String> = cards.iter().map(described).collect();
    let cards = format!("$cards = @(\r\n{}\r\n", cards.join(",\r\n"));
    cards
        + &lines(&[
            ")",
            r"$interfaces = 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters\Interfaces\'",
            "foreach ($card in $cards) {",
            "  $found = $null",
            "  for ($try = 0; $try -lt 60 -and -not $found; $try++) {",
            "    if ($try) { Start-Sleep 5 }",
            "    $found = Get-WmiObject Win32_NetworkAdapterConfiguration |",
            "      Where-Object { $_.MACAddress -eq $card.Mac -and $_.IPEnabled } | Select-Object -First 1",
            "  }",
            "  if (-not $found) { \"no card $($card.Mac)\"; continue }",
            "  $done = ''",
            "  if ($card.Addresses.Count) {",
            "    $old = $interfaces + $card.Old",
            "    if ($found.SettingID -ne $card.Old -and (Test-Path $old)) {",
            "      Set-ItemProperty $old EnableDHCP 1",
            "      Remove-ItemProperty $old @('IPAddress', 'SubnetMask', 'DefaultGateway') -ErrorAction SilentlyContinue",
            "    }",
            "    $done = $found.EnableStatic($card.Addresses, $card.Masks).ReturnValue",
            "    if ($card.Gateways.Count) { $done = \"$done $($found.SetGateways($card.Gateways).ReturnValue)\" }",
            "    if ($card.Servers.Count) { $done = \"$done $($found.SetDNSServerSearchOrder($card.Servers).ReturnValue)\" }",
            "  }",
            "  foreach ($address in $card.Addresses6) { netsh interface ipv6 add address $found.InterfaceIndex $address }",
            "  foreach ($server in $card.Servers6) { netsh interface ipv6 add dnsserver $found.InterfaceIndex $server }",
            "  \"$($card.Mac): $done\"",
            "}",
        ])
}
