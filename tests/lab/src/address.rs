//! IP arithmetic: ranges as one number and a prefix, both families alike. Knows no network.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    pub v6: bool,
    base: u128,
    pub prefix: u32,
}

impl Cidr {
    /// `10.0.0.0/24`, or a single address; bits of the host are cleared.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix.parse().ok()?)),
            None => (text, None),
        };
        let v6 = address.parse::<IpAddr>().ok()?.is_ipv6();
        let bits = if v6 { 128 } else { 32 };
        let prefix = prefix.unwrap_or(bits);
        let mut cidr = Self { v6, base: parse_ip(address)?, prefix };
        if prefix > bits {
            return None;
        }
        cidr.base -= cidr.base & (cidr.size() - 1);
        Some(cidr)
    }

    /// Number of addresses; of a whole family one less than that, so that it fits.
    fn size(&self) -> u128 {
        let bits = if self.v6 { 128 } else { 32 };
        1u128.checked_shl(bits - self.prefix).unwrap_or(u128::MAX)
    }

    /// The address `offset` places after the first.
    pub const fn at(&self, offset: u128) -> u128 {
        self.base.saturating_add(offset)
    }

    /// The last address that a host may have.
    pub fn last_host(&self) -> u128 {
        self.at(self.size().saturating_sub(if self.v6 { 1 } else { 2 }))
    }

    pub fn contains(&self, ip: u128) -> bool {
        ip >= self.base && ip - self.base < self.size()
    }

    /// Whether a written address of the same family is inside.
    pub fn contains_text(&self, ip: &str) -> bool {
        ip.contains(':') == self.v6 && parse_ip(ip).is_some_and(|ip| self.contains(ip))
    }

    pub fn overlaps(&self, other: &Self) -> bool {
        self.v6 == other.v6 && (self.contains(other.base) || other.contains(self.base))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", show_ip(self.base, self.v6), self.prefix)
    }
}

/// An address as a number.
pub fn parse_ip(text: &str) -> Option<u128> {
    Some(match text.parse().ok()? {
        IpAddr::V4(ip) => u128::from(u32::from(ip)),
        IpAddr::V6(ip) => u128::from(ip),
    })
}

/// A number as an address.
pub fn show_ip(ip: u128, v6: bool) -> String {
    match (v6, u32::try_from(ip)) {
        (false, Ok(ip)) => Ipv4Addr::from(ip).to_string(),
        _ => Ipv6Addr::from(ip).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_addresses() {
        let cidr = Cidr::parse("10.1.2.77/24").unwrap();
        assert_eq!(cidr.to_string(), "10.1.2.0/24");
        assert_eq!(show_ip(cidr.last_host(), false), "10.1.2.254");
        assert!(
            cidr.contains_text("10.1.2.255") && !cidr.contains_text("10.1.3.0") && !cidr.contains_text("::1")
        );
        assert!(cidr.overlaps(&Cidr::parse("10.1.0.0/16").unwrap()));
        assert!(!cidr.overlaps(&Cidr::parse("10.1.3.0/24").unwrap()));
        assert_eq!(Cidr::parse("fd00::5/64").unwrap().to_string(), "fd00::/64");
        for bad in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/x"] {
            assert_eq!(Cidr::parse(bad), None, "{bad}");
        }
    }
}
