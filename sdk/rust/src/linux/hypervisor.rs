//! The hypervisor below the destination, and what it asks of a guest: the one place for that decision.
//! None is named: nothing that is specific to one is done.

use crate::osmorphing::*;

/// What the destination runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hypervisor {
    /// Not said: no action that is specific to a hypervisor.
    Unnamed,
    /// KVM, or QEMU without it: virtio.
    Kvm,
    /// Hyper-V: its own drivers and daemons.
    HyperV,
}

/// Modules of a kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drivers {
    /// What a new initramfs gets.
    pub named: &'static [&'static str],
    /// What an initramfs is rebuilt for.
    pub wanted: &'static [&'static str],
    /// Without these the machine does not find its disk.
    pub needed: &'static [&'static str],
}

const VIRTIO: Drivers = Drivers {
    named: &["virtio", "virtio_pci", "virtio_blk", "virtio_scsi", "virtio_net"],
    wanted: &["virtio_blk", "virtio_scsi", "virtio_pci"],
    needed: &["virtio_blk", "virtio_pci"],
};
const HYPER_V: Drivers = Drivers {
    named: &["hv_vmbus", "hv_storvsc", "hv_netvsc"],
    wanted: &["hv_vmbus", "hv_storvsc"],
    needed: &["hv_vmbus", "hv_storvsc"],
};

impl Hypervisor {
    /// From the destination's plan.
    pub fn of(morphing: &Morphing) -> Self {
        match morphing.hypervisor.as_deref().map(str::to_lowercase).as_deref() {
            Some("kvm" | "qemu") => Self::Kvm,
            Some("hyperv") => Self::HyperV,
            Some(other) => {
                log!(warn, "the hypervisor {other} is not known: nothing specific to it is done");
                Self::Unnamed
            }
            None => {
                log!(
                    warn,
                    "the destination names no hypervisor (`hypervisor_type`): drivers and disk names stay as they are"
                );
                Self::Unnamed
            }
        }
    }

    /// The drivers that its initramfs must hold, if any.
    pub fn drivers(self) -> Option<Drivers> {
        match self {
            Self::Unnamed => None,
            Self::Kvm => Some(VIRTIO),
            Self::HyperV => Some(HYPER_V),
        }
    }

    /// Whether the first disk is called vda there.
    pub fn has_virtio_disks(self) -> bool {
        self == Self::Kvm
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_decide() {
        let of = |name: Option<&str>| {
            Hypervisor::of(&Morphing { hypervisor: name.map(String::from), set_dhcp: true, macs: vec![] })
        };
        assert_eq!([of(Some("kvm")), of(Some("QEMU"))], [Hypervisor::Kvm; 2]);
        assert_eq!(of(Some("hyperv")).drivers(), Some(HYPER_V));
        assert_eq!([of(None), of(Some("other"))], [Hypervisor::Unnamed; 2]);
    }
}
